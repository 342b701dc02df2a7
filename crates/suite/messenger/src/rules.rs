//! Pure decisions, their limits, and their refusals.

use std::{collections::BTreeSet, time::Duration};

use act::{Against, EventName, Limit};
use base::{AccountId, Refusal, Result};

use crate::{
    content::{Mention, SystemEvent},
    model::{Chat, MemberRole, Shape},
};

/// Members of one chat.
pub(crate) const MEMBERS_MAX: i64 = 10_000;
/// Accounts brought into a chat by one act.
pub(crate) const MEMBERS_ADDED_MAX: usize = 200;
/// Characters (Unicode scalar values) of a chat's name, without space around it.
pub(crate) const NAME_CHARS_MAX: usize = 100;
/// Characters of a message's text, and of a draft.
pub(crate) const TEXT_CHARS_MAX: usize = 20_000;
/// Accounts that one message can name.
pub(crate) const MENTIONS_MAX: usize = 100;
/// Characters of the name that a client gives a message.
pub(crate) const CLIENT_ID_CHARS_MAX: usize = 64;
/// Unread mentions are counted up to this.
pub(crate) const MENTIONS_COUNTED_MAX: u32 = 1_000;
/// Chats of one account that its sockets follow: those in which something was said last. Whoever is in more is told so.
pub(crate) const TOPICS_MAX: u32 = 10_000;
/// Chats that the stream compares with the log at once.
pub(crate) const STATES_MAX: usize = 500;
/// Changes of a chat handed over at once.
pub(crate) const CHANGES_MAX: u32 = 500;
/// The largest input that carries a text, in bytes: every character escaped as a pair of surrogates.
pub(crate) const TEXT_INPUT_BYTES_MAX: usize = 256 * 1024;

/// Chats that one account may own.
pub(crate) const CHATS_OWNED_MAX: i64 = 10_000;

/// Chats that one account makes: 60 in a minute.
pub(crate) const CREATING: Limit = load("messenger.creating", 120, Duration::from_secs(1));
/// Messages that one account sends: 1,200 in a minute.
pub(crate) const SENDING: Limit = load("messenger.sending", 600, Duration::from_millis(50));
/// How often one account adds members, up to [`MEMBERS_ADDED_MAX`] at a time: 60 in a minute.
pub(crate) const ADDING: Limit = load("messenger.adding", 120, Duration::from_secs(1));

const fn load(name: &'static str, burst: u32, every: Duration) -> Limit {
    Limit {
        name,
        burst,
        every,
        against: Against::Load,
    }
}

/// How many items a page has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSize {
    pub(crate) usual: u32,
    pub(crate) max: u32,
}

pub(crate) const CHATS_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};
pub(crate) const MEMBERS_PAGE: PageSize = PageSize {
    usual: 100,
    max: 200,
};
pub(crate) const MESSAGES_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};

pub(crate) const CHAT_ABSENT: Refusal = Refusal::absent(
    "messenger.chat_absent",
    "This chat does not exist, or you are not in it.",
);
pub(crate) const MESSAGE_ABSENT: Refusal = Refusal::absent(
    "messenger.message_absent",
    "This message does not exist in this chat.",
);
pub(crate) const ACCOUNT_ABSENT: Refusal = Refusal::invalid(
    "messenger.account_absent",
    "One of these people does not exist here or cannot be added.",
);
pub(crate) const MEMBER_ABSENT: Refusal =
    Refusal::absent("messenger.member_absent", "This person is not in the chat.");
pub(crate) const DIRECT_FIXED: Refusal = Refusal::conflict(
    "messenger.direct_fixed",
    "A chat between two people has no name, no owner and no other members.",
);
pub(crate) const DIRECT_WITH_SELF: Refusal = Refusal::invalid(
    "messenger.direct_with_self",
    "A direct chat needs another person.",
);
pub(crate) const CHAT_FULL: Refusal = Refusal::conflict(
    "messenger.chat_full",
    "The chat has as many members as it can have.",
);
pub(crate) const CHATS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.chats_too_many",
    "An account can own at most 10,000 chats.",
);
pub(crate) const MEMBERS_TOO_MANY: Refusal = Refusal::invalid(
    "messenger.members_too_many",
    "At most 200 people can be added at once.",
);
pub(crate) const MEMBERS_NONE: Refusal =
    Refusal::invalid("messenger.members_none", "Choose at least one person.");
pub(crate) const REMOVE_SELF: Refusal = Refusal::conflict(
    "messenger.remove_self",
    "You cannot remove yourself. Leave the chat instead.",
);
pub(crate) const OWNER_STAYS: Refusal = Refusal::conflict(
    "messenger.owner_stays",
    "Hand the chat over to somebody else before you leave it.",
);
pub(crate) const OWNER_ALREADY: Refusal = Refusal::conflict(
    "messenger.owner_already",
    "This person owns the chat already.",
);
pub(crate) const NAME_INVALID: Refusal = Refusal::invalid(
    "messenger.name_invalid",
    "A chat's name has 1 to 100 characters on one line.",
);
pub(crate) const TEXT_EMPTY: Refusal =
    Refusal::invalid("messenger.text_empty", "A message needs some text.");
pub(crate) const TEXT_TOO_LONG: Refusal = Refusal::invalid(
    "messenger.text_too_long",
    "A text has at most 20,000 characters.",
);
pub(crate) const TEXT_CONTROL: Refusal = Refusal::invalid(
    "messenger.text_control",
    "A text must not contain control characters other than line breaks and tabs.",
);
pub(crate) const MENTIONS_TOO_MANY: Refusal = Refusal::invalid(
    "messenger.mentions_too_many",
    "A message can mention at most 100 people.",
);
pub(crate) const CLIENT_ID_INVALID: Refusal = Refusal::invalid(
    "messenger.client_id_invalid",
    "The client's id of a message has 1 to 64 characters without control characters.",
);
pub(crate) const LIMIT_INVALID: Refusal = Refusal::invalid(
    "messenger.limit_invalid",
    "The page is larger than it can be, or empty.",
);
pub(crate) const PAGE_DIRECTION: Refusal = Refusal::invalid(
    "messenger.page_direction",
    "A page lies either before or after a number, not both.",
);

/// All of them, for the document and the sweep over translations.
pub(crate) const REFUSALS: &[Refusal] = &[
    CHAT_ABSENT,
    MESSAGE_ABSENT,
    ACCOUNT_ABSENT,
    MEMBER_ABSENT,
    DIRECT_FIXED,
    DIRECT_WITH_SELF,
    CHAT_FULL,
    CHATS_TOO_MANY,
    MEMBERS_TOO_MANY,
    MEMBERS_NONE,
    REMOVE_SELF,
    OWNER_STAYS,
    OWNER_ALREADY,
    NAME_INVALID,
    TEXT_EMPTY,
    TEXT_TOO_LONG,
    TEXT_CONTROL,
    MENTIONS_TOO_MANY,
    CLIENT_ID_INVALID,
    LIMIT_INVALID,
    PAGE_DIRECTION,
];

/// The events of a chat's log, as clients know them.
pub(crate) const MESSAGE_SENT: EventName = EventName("message.sent");
pub(crate) const MEMBERS_ADDED: EventName = EventName("members.added");
pub(crate) const MEMBER_REMOVED: EventName = EventName("member.removed");
pub(crate) const CHAT_RENAMED: EventName = EventName("chat.renamed");
pub(crate) const OWNER_CHANGED: EventName = EventName("owner.changed");

/// Under which event a system message is logged.
pub(crate) const fn event_of(event: SystemEvent) -> EventName {
    match event {
        SystemEvent::ChatCreated => MESSAGE_SENT,
        SystemEvent::MembersAdded => MEMBERS_ADDED,
        SystemEvent::MemberRemoved | SystemEvent::MemberLeft => MEMBER_REMOVED,
        SystemEvent::ChatRenamed => CHAT_RENAMED,
        SystemEvent::OwnerChanged => OWNER_CHANGED,
    }
}

/// The size of the page that was asked for.
pub(crate) fn page_size(asked: Option<u32>, size: PageSize) -> Result<u32> {
    match asked.unwrap_or(size.usual) {
        limit if limit == 0 || limit > size.max => Err(LIMIT_INVALID.at("limit")),
        limit => Ok(limit),
    }
}

/// Whether so many chats can be compared at once.
pub(crate) fn may_compare(chats: usize) -> Result<()> {
    match chats > STATES_MAX {
        true => Err(LIMIT_INVALID.at("chats")),
        false => Ok(()),
    }
}

/// A chat's name as it is kept: without space around it, on one line, with nothing that steers a terminal or turns the
/// writing direction of what stands beside it.
pub(crate) fn chat_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match fits && !name.contains(steers) {
        true => Ok(name.to_owned()),
        false => Err(NAME_INVALID.at("name")),
    }
}

/// Whether a text can be sent.
pub(crate) fn may_say(text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(TEXT_EMPTY.at("body.text"));
    }
    may_keep(text, "body.text")
}

/// Whether a text can be kept at all; drafts may be empty.
pub(crate) fn may_keep(text: &str, field: &'static str) -> Result<()> {
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(TEXT_TOO_LONG.at(field));
    }
    match text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
        true => Err(TEXT_CONTROL.at(field)),
        false => Ok(()),
    }
}

pub(crate) fn may_be_client_id(client_id: &str) -> Result<()> {
    let fits = (1..=CLIENT_ID_CHARS_MAX).contains(&client_id.chars().count());
    match fits && !client_id.contains(char::is_control) {
        true => Ok(()),
        false => Err(CLIENT_ID_INVALID.at("client_id")),
    }
}

/// Who a text names, each once, in the order of the text. Whether they are members is not known here.
pub(crate) fn mentions_in(text: &str) -> Result<Vec<Mention>> {
    let mut found = Vec::new();
    for piece in text.split("@{").skip(1) {
        let named = piece
            .split_once('}')
            .and_then(|(name, _)| name.parse().ok());
        if let Some(mention) = named
            && !found.contains(&mention)
        {
            found.push(mention);
        }
        if found.len() > MENTIONS_MAX {
            return Err(MENTIONS_TOO_MANY.at("body.text"));
        }
    }
    Ok(found)
}

/// Whom mentions concern: everyone includes each.
pub(crate) fn mentioned(mentions: &[Mention]) -> Vec<AccountId> {
    if mentions.contains(&Mention::Everyone) {
        return vec![crate::model::EVERYONE];
    }
    mentions
        .iter()
        .filter_map(|mention| match mention {
            Mention::Everyone => None,
            Mention::Account(account) => Some(*account),
        })
        .collect()
}

/// Groups have a name, an owner and members that change.
pub(crate) fn is_group(chat: &Chat) -> Result<()> {
    match chat.shape {
        Shape::Group(_) => Ok(()),
        Shape::Direct(_) => Err(DIRECT_FIXED.into()),
    }
}

/// The accounts to be brought in, each once, without the one who brings them.
pub(crate) fn to_be_added(
    accounts: &[AccountId],
    by: AccountId,
    field: &'static str,
) -> Result<Vec<AccountId>> {
    if accounts.len() > MEMBERS_ADDED_MAX {
        return Err(MEMBERS_TOO_MANY.at(field));
    }
    let mut seen = BTreeSet::from([by]);
    let each = accounts.iter().copied();
    Ok(each.filter(|account| seen.insert(*account)).collect())
}

/// Whether so many more fit in.
pub(crate) fn may_grow(chat: &Chat, by: i64) -> Result<()> {
    match chat.members_count + by > MEMBERS_MAX {
        true => Err(CHAT_FULL.into()),
        false => Ok(()),
    }
}

/// Whether an account that owns so many may own one more.
pub(crate) fn may_own(owned: i64) -> Result<()> {
    match owned >= CHATS_OWNED_MAX {
        true => Err(CHATS_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// The owner goes last, or hands over first.
pub(crate) fn may_leave(chat: &Chat) -> Result<()> {
    is_group(chat)?;
    match chat.standing.role {
        MemberRole::Owner if chat.members_count > 1 => Err(OWNER_STAYS.into()),
        _ => Ok(()),
    }
}

/// Nobody removes themselves: leaving is another thing.
pub(crate) fn may_remove(chat: &Chat, account: AccountId) -> Result<()> {
    is_group(chat)?;
    match account == chat.standing.account {
        true => Err(REMOVE_SELF.into()),
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
    fn texts_have_limits() {
        assert!(may_say("two\nlines\tand a tab 你好").is_ok());
        assert!(may_say(&"好".repeat(TEXT_CHARS_MAX)).is_ok());
        for (bad, refusal) in [
            (String::new(), TEXT_EMPTY),
            (" \n\t".to_owned(), TEXT_EMPTY),
            ("x".repeat(TEXT_CHARS_MAX + 1), TEXT_TOO_LONG),
            ("a\u{0}b".to_owned(), TEXT_CONTROL),
            ("a\rb".to_owned(), TEXT_CONTROL),
            ("a\u{85}b".to_owned(), TEXT_CONTROL),
        ] {
            assert!(may_say(&bad).unwrap_err().is(&refusal));
        }
        assert!(may_keep("", "text").is_ok());
    }

    #[test]
    fn mentions_are_read_from_the_text() {
        let ana = AccountId::from_bytes([1; 16]);
        let text = format!(
            "@{{all}} @{{{ana}}} and @{{{ana}}} @{{u_1}} @{{ @{{om_{}}}",
            "0".repeat(32)
        );
        assert_eq!(
            mentions_in(&text).unwrap(),
            [Mention::Everyone, Mention::Account(ana)]
        );
        let many: String = (0..=MENTIONS_MAX)
            .map(|index| format!("@{{u_{index:032x}}}"))
            .collect();
        assert!(mentions_in(&many).unwrap_err().is(&MENTIONS_TOO_MANY));
        assert_eq!(mentioned(&[Mention::Account(ana)]), [ana]);
        assert_eq!(
            mentioned(&[Mention::Account(ana), Mention::Everyone]),
            [crate::model::EVERYONE]
        );
    }

    #[test]
    fn an_account_owns_so_many_chats() {
        assert!(may_own(CHATS_OWNED_MAX - 1).is_ok());
        assert!(may_own(CHATS_OWNED_MAX).unwrap_err().is(&CHATS_TOO_MANY));
    }
}
