//! What a chat can be set to, and what follows from it.

use act::{EventName, Number};
use base::{Refusal, Result};

use super::MESSAGE_ABSENT;
use crate::{
    content::Mention,
    model::Chat,
    settings::{Circle, Settings},
    wire,
};

/// Characters of a chat's description.
pub(crate) const DESCRIPTION_CHARS_MAX: usize = 500;

/// Characters of an announcement.
pub(crate) const ANNOUNCEMENT_CHARS_MAX: usize = 2_000;

pub(crate) const DESCRIPTION_INVALID: Refusal = Refusal::invalid(
    "messenger.description_invalid",
    "A description has at most 500 characters, none of them a control character.",
);

pub(crate) const ANNOUNCEMENT_INVALID: Refusal = Refusal::invalid(
    "messenger.announcement_invalid",
    "An announcement has at most 2,000 characters, none of them a control character.",
);

pub(crate) const POSTING_MANAGERS: Refusal = Refusal::forbidden(
    "messenger.posting_managers",
    "Only the owner and managers can speak in this chat.",
);

pub(crate) const MENTION_ALL_MANAGERS: Refusal = Refusal::forbidden(
    "messenger.mention_all_managers",
    "Only the owner and managers can mention everyone in this chat.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    DESCRIPTION_INVALID,
    ANNOUNCEMENT_INVALID,
    POSTING_MANAGERS,
    MENTION_ALL_MANAGERS,
];

pub(crate) const CHAT_CHANGED: EventName = EventName("chat.changed");

/// A chat's description as it is kept: without space around it.
pub(crate) fn description(text: &str) -> Result<String> {
    match short(text, DESCRIPTION_CHARS_MAX) {
        Some(text) => Ok(text),
        None => Err(DESCRIPTION_INVALID.at("description")),
    }
}

/// An announcement as it is kept: without space around it.
pub(crate) fn announcement(text: &str) -> Result<String> {
    match short(text, ANNOUNCEMENT_CHARS_MAX) {
        Some(text) => Ok(text),
        None => Err(ANNOUNCEMENT_INVALID.at("announcement")),
    }
}

fn short(text: &str, chars_max: usize) -> Option<String> {
    let text = text.trim();
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    (text.chars().count() <= chars_max && !text.contains(is_control)).then(|| text.to_owned())
}

/// The settings after a change.
pub(crate) fn changed(settings: Settings, asked: &wire::ChangeChat) -> Settings {
    Settings {
        visibility: asked.visibility.unwrap_or(settings.visibility),
        joining: asked.join.unwrap_or(settings.joining),
        posting: asked.posting.unwrap_or(settings.posting),
        mention_all: asked.mention_all.unwrap_or(settings.mention_all),
        history: asked.history.unwrap_or(settings.history),
    }
}

/// Whether the member may add something to the chat: a message, an edit, a pin, a file.
pub(crate) fn may_post(chat: &Chat) -> Result<()> {
    match is_within(chat, chat.settings.posting) {
        true => Ok(()),
        false => Err(POSTING_MANAGERS.into()),
    }
}

/// Whether the member may name those whom a text names.
pub(crate) fn may_mention(chat: &Chat, mentions: &[Mention]) -> Result<()> {
    match !mentions.contains(&Mention::Everyone) || is_within(chat, chat.settings.mention_all) {
        true => Ok(()),
        false => Err(MENTION_ALL_MANAGERS.into()),
    }
}

fn is_within(chat: &Chat, circle: Circle) -> bool {
    match circle {
        Circle::Everyone => true,
        Circle::Managers => chat.standing.role.manages(),
    }
}

/// Whether the member reads from before this message on. Everything that shows a message by its number asks this: for
/// whom history begins later, what was said before is absent.
pub(crate) fn may_see(chat: &Chat, number: Number) -> Result<()> {
    match number {
        Number::Known(number) if number < chat.standing.history_from => Err(MESSAGE_ABSENT.into()),
        Number::Known(_) | Number::Late(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_and_announcements_have_limits() {
        let longest = "述".repeat(DESCRIPTION_CHARS_MAX);
        assert_eq!(description(&format!(" {longest}\n")).unwrap(), longest);
        assert_eq!(description(" \n").unwrap(), "");
        assert!(description(&format!("{longest}x")).is_err());
        assert!(description("a\u{7}").is_err());
        let longest = "告".repeat(ANNOUNCEMENT_CHARS_MAX);
        assert_eq!(announcement(&longest).unwrap(), longest);
        assert!(announcement(&format!("{longest}x")).is_err());
        assert_eq!(announcement("- one\n- two").unwrap(), "- one\n- two");
    }
}
