//! What can be said.

use std::time::Duration;

use act::{EventName, Limit};
use base::{AccountId, Refusal, Result};

use super::{PageSize, load};
use crate::content::Mention;

/// Characters of a message's text, and of a draft.
pub(crate) const TEXT_CHARS_MAX: usize = 20_000;

/// Accounts that one message can name.
pub(crate) const MENTIONS_MAX: usize = 100;

/// Characters of the name that a client gives a message.
pub(crate) const CLIENT_ID_CHARS_MAX: usize = 64;

/// Unread mentions are counted up to this.
pub(crate) const MENTIONS_COUNTED_MAX: u32 = 1_000;

/// Unread answers in threads are counted up to this, in a thread and for a chat.
pub(crate) const UNREAD_COUNTED_MAX: u32 = 1_000;

/// The largest input that carries a text, in bytes: every character escaped as a pair of surrogates.
pub(crate) const TEXT_INPUT_BYTES_MAX: usize = 256 * 1024;

/// Messages that one account sends: 1,200 in a minute.
pub(crate) const SENDING: Limit = load("messenger.sending", 600, Duration::from_millis(50));

pub(crate) const MESSAGES_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};

pub(crate) const MESSAGE_ABSENT: Refusal = Refusal::absent(
    "messenger.message_absent",
    "This message does not exist in this chat.",
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

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    MESSAGE_ABSENT,
    TEXT_EMPTY,
    TEXT_TOO_LONG,
    TEXT_CONTROL,
    MENTIONS_TOO_MANY,
    CLIENT_ID_INVALID,
];

/// The events of a chat's log, as clients know them.
pub(crate) const MESSAGE_SENT: EventName = EventName("message.sent");

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
