//! What a chat can be.

use std::time::Duration;

use act::{EventName, Limit};
use base::{Refusal, Result};

use super::{PageSize, load};
use crate::model::{Chat, Shape};

/// Characters (Unicode scalar values) of a chat's name, without space around it.
pub(crate) const NAME_CHARS_MAX: usize = 100;

/// Chats that one account may own.
pub(crate) const CHATS_OWNED_MAX: i64 = 10_000;

/// Chats that one account makes: 60 in a minute.
pub(crate) const CREATING: Limit = load("messenger.creating", 120, Duration::from_secs(1));

pub(crate) const CHATS_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};

pub(crate) const CHAT_ABSENT: Refusal = Refusal::absent(
    "messenger.chat_absent",
    "This chat does not exist, or you are not in it.",
);

pub(crate) const DIRECT_FIXED: Refusal = Refusal::conflict(
    "messenger.direct_fixed",
    "A chat between two people has no name, no owner and no other members.",
);

pub(crate) const DIRECT_WITH_SELF: Refusal = Refusal::invalid(
    "messenger.direct_with_self",
    "A direct chat needs another person.",
);

pub(crate) const CHATS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.chats_too_many",
    "An account can own at most 10,000 chats.",
);

pub(crate) const NAME_INVALID: Refusal = Refusal::invalid(
    "messenger.name_invalid",
    "A chat's name has 1 to 100 characters on one line.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    CHAT_ABSENT,
    DIRECT_FIXED,
    DIRECT_WITH_SELF,
    CHATS_TOO_MANY,
    NAME_INVALID,
];

pub(crate) const CHAT_RENAMED: EventName = EventName("chat.renamed");

pub(crate) const OWNER_CHANGED: EventName = EventName("owner.changed");

/// A chat's name as it is kept: without space around it, on one line, with nothing that steers a terminal or turns the
/// writing direction of what stands beside it.
pub(crate) fn chat_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    match fits && !name.contains(steers) {
        true => Ok(name.to_owned()),
        false => Err(NAME_INVALID.at("name")),
    }
}

/// What steers a terminal, breaks a line, or turns the writing direction of what stands beside it.
pub(crate) const fn steers(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

/// Groups have a name, an owner and members that change.
pub(crate) fn is_group(chat: &Chat) -> Result<()> {
    match chat.shape {
        Shape::Group(_) => Ok(()),
        Shape::Direct(_) => Err(DIRECT_FIXED.into()),
    }
}

/// Whether an account that owns so many may own one more.
pub(crate) fn may_own(owned: i64) -> Result<()> {
    match owned >= CHATS_OWNED_MAX {
        true => Err(CHATS_TOO_MANY.into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_line_of_limited_length() {
        let longest = "名".repeat(NAME_CHARS_MAX);
        for (given, kept) in [
            ("news", Some("news")),
            ("  news\u{3000}", Some("news")),
            (longest.as_str(), Some(longest.as_str())),
            ("", None),
            (" \t ", None),
            ("two\nlines", None),
            ("\u{7}bell", None),
            ("txt.\u{202e}gpj", None),
            ("two\u{2028}lines", None),
        ] {
            assert_eq!(chat_name(given).ok().as_deref(), kept, "{given:?}");
        }
        assert!(chat_name(&"n".repeat(NAME_CHARS_MAX + 1)).is_err());
    }

    #[test]
    fn an_account_owns_so_many_chats() {
        assert!(may_own(CHATS_OWNED_MAX - 1).is_ok());
        assert!(may_own(CHATS_OWNED_MAX).unwrap_err().is(&CHATS_TOO_MANY));
    }
}
