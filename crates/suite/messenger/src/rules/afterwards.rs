//! What can happen to a message after it was sent: edits, recall, reactions, pins, threads, forwarding.

use std::{collections::BTreeSet, time::Duration};

use act::{EventName, Limit};
use base::{AccountId, MessageId, Refusal, Result, Timestamp};

use super::{PageSize, load};
use crate::model::{Message, Policy, Retention};

/// How often a message can be edited.
pub(crate) const EDITS_MAX: i64 = 20;
/// The windows for edits and recall while the organisation has said nothing.
pub(crate) const WINDOW_USUAL: Duration = Duration::from_secs(24 * 3_600);
/// The longest window that an organisation can set, in seconds: a year.
pub(crate) const WINDOW_S_MAX: u64 = 365 * 86_400;
/// Different emoji on one message. Two people who come with the last two at once both stay.
pub(crate) const EMOJI_MAX: i64 = 50;
/// Bytes of one emoji: the longest of Unicode's has 35.
pub(crate) const EMOJI_BYTES_MAX: usize = 64;
/// Accounts that are named beside a reaction.
pub(crate) const REACTION_ACCOUNTS_SHOWN: u32 = 20;
/// Reactions that a list of them gives.
pub(crate) const REACTIONS_PAGE: u32 = 1_000;
/// Pinned messages of one chat.
pub(crate) const PINS_MAX: u32 = 100;
/// Messages that are forwarded at once.
pub(crate) const FORWARDED_MAX: usize = 50;
/// Characters of all texts that one forwarding carries.
pub(crate) const FORWARDED_CHARS_MAX: usize = 200_000;
/// Characters of what is quoted of a message above its answer.
pub(crate) const EXCERPT_CHARS_MAX: usize = 200;

/// Edits, recalls, reactions and pins of one account: 1,200 in a minute.
pub(crate) const MARKING: Limit = load("messenger.marking", 600, Duration::from_millis(50));

pub(crate) const READERS_PAGE: PageSize = PageSize {
    usual: 100,
    max: 200,
};
pub(crate) const THREADS_PAGE: PageSize = PageSize {
    usual: 30,
    max: 100,
};

pub(crate) const EDIT_OTHERS: Refusal = Refusal::conflict(
    "messenger.edit_others",
    "Only its author can edit a message.",
);
pub(crate) const EDIT_KIND: Refusal =
    Refusal::conflict("messenger.edit_kind", "Only a text can be edited.");
pub(crate) const EDIT_LATE: Refusal = Refusal::conflict(
    "messenger.edit_late",
    "The time in which this message could be edited is over.",
);
pub(crate) const EDITS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.edits_too_many",
    "A message can be edited at most 20 times.",
);
pub(crate) const RECALLED: Refusal =
    Refusal::conflict("messenger.recalled", "This message was recalled.");
pub(crate) const RECALL_LATE: Refusal = Refusal::conflict(
    "messenger.recall_late",
    "The time in which this message could be recalled is over.",
);
pub(crate) const RECALL_KIND: Refusal = Refusal::conflict(
    "messenger.recall_kind",
    "What the chat itself tells cannot be recalled.",
);
pub(crate) const EMOJI_INVALID: Refusal =
    Refusal::invalid("messenger.emoji_invalid", "A reaction is a single emoji.");
pub(crate) const EMOJI_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.emoji_too_many",
    "A message can have at most 50 different reactions.",
);
pub(crate) const PINS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.pins_too_many",
    "A chat can have at most 100 pinned messages.",
);
pub(crate) const THREAD_ROOT: Refusal = Refusal::conflict(
    "messenger.thread_root",
    "A thread begins below a message that somebody sent to the chat itself.",
);
pub(crate) const FORWARD_NONE: Refusal = Refusal::invalid(
    "messenger.forward_none",
    "Choose at least one message to forward.",
);
pub(crate) const FORWARD_TOO_MANY: Refusal = Refusal::invalid(
    "messenger.forward_too_many",
    "At most 50 messages, and 200,000 characters, can be forwarded at once.",
);
pub(crate) const FORWARD_KIND: Refusal = Refusal::conflict(
    "messenger.forward_kind",
    "One of these messages cannot be forwarded: it was recalled, is a card, or the chat itself told it.",
);
pub(crate) const POLICY_WINDOW: Refusal = Refusal::invalid(
    "messenger.policy_window",
    "A window is between 0 seconds and 365 days.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    EDIT_OTHERS,
    EDIT_KIND,
    EDIT_LATE,
    EDITS_TOO_MANY,
    RECALLED,
    RECALL_LATE,
    RECALL_KIND,
    EMOJI_INVALID,
    EMOJI_TOO_MANY,
    PINS_TOO_MANY,
    THREAD_ROOT,
    FORWARD_NONE,
    FORWARD_TOO_MANY,
    FORWARD_KIND,
    POLICY_WINDOW,
];

/// The events of a chat's log, as clients know them.
pub(crate) const MESSAGE_EDITED: EventName = EventName("message.edited");
pub(crate) const MESSAGE_RECALLED: EventName = EventName("message.recalled");
pub(crate) const MESSAGE_REACTED: EventName = EventName("message.reacted");
pub(crate) const MESSAGE_PINNED: EventName = EventName("message.pinned");
pub(crate) const MESSAGE_UNPINNED: EventName = EventName("message.unpinned");

impl Default for Policy {
    fn default() -> Self {
        Self {
            edit_window: WINDOW_USUAL,
            recall_window: WINDOW_USUAL,
            retention: Retention::default(),
        }
    }
}

/// Something that was withdrawn stays as it is.
pub(crate) fn stands(message: &Message) -> Result<()> {
    match message.state.recalled {
        Some(_) => Err(RECALLED.into()),
        None => Ok(()),
    }
}

/// An author edits their own message, so often, and while the organisation's window is open.
pub(crate) fn may_edit(
    message: &Message,
    by: AccountId,
    policy: Policy,
    now: Timestamp,
) -> Result<()> {
    if message.author != by {
        return Err(EDIT_OTHERS.into());
    }
    stands(message)?;
    if message.state.edits >= EDITS_MAX {
        return Err(EDITS_TOO_MANY.into());
    }
    match now.since(message.sent_at) > policy.edit_window {
        true => Err(EDIT_LATE.into()),
        false => Ok(()),
    }
}

/// Whether an author's own window for recalling a message is still open.
pub(crate) fn is_recallable(message: &Message, policy: Policy, now: Timestamp) -> bool {
    now.since(message.sent_at) <= policy.recall_window
}

/// A thread hangs below a message of the chat, never below another answer.
pub(crate) fn may_begin_thread(root: &Message) -> Result<()> {
    is_root(root)?;
    stands(root)
}

/// Whether something is a message of the chat itself, below which a thread hangs or can hang.
pub(crate) fn is_root(message: &Message) -> Result<()> {
    match message.thread {
        Some(_) => Err(THREAD_ROOT.at("message")),
        None => Ok(()),
    }
}

/// Whether so many messages can be forwarded at once, each named once.
pub(crate) fn may_forward(messages: &[MessageId]) -> Result<()> {
    let each: BTreeSet<&MessageId> = messages.iter().collect();
    match messages.len() {
        0 => Err(FORWARD_NONE.at("messages")),
        count if count > FORWARDED_MAX || each.len() < count => {
            Err(FORWARD_TOO_MANY.at("messages"))
        }
        _ => Ok(()),
    }
}

/// Whether one message can carry all of these texts.
pub(crate) fn may_carry<'a>(texts: impl Iterator<Item = &'a str>) -> Result<()> {
    let counts: Vec<usize> = texts.map(|text| text.chars().count()).collect();
    let characters: usize = counts.iter().sum();
    match characters > FORWARDED_CHARS_MAX || counts.len() > FORWARDED_MAX {
        true => Err(FORWARD_TOO_MANY.at("messages")),
        false => Ok(()),
    }
}

/// Whether an account can add one more kind of emoji to a message.
pub(crate) fn may_add_emoji(emoji: i64) -> Result<()> {
    match emoji >= EMOJI_MAX {
        true => Err(EMOJI_TOO_MANY.into()),
        false => Ok(()),
    }
}

pub(crate) fn may_pin(pinned: usize) -> Result<()> {
    match pinned >= usize::try_from(PINS_MAX).unwrap_or(usize::MAX) {
        true => Err(PINS_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// The windows as they were asked for.
pub(crate) fn window(seconds: u64, field: &'static str) -> Result<Duration> {
    match seconds > WINDOW_S_MAX {
        true => Err(POLICY_WINDOW.at(field)),
        false => Ok(Duration::from_secs(seconds)),
    }
}

/// Whether a text is one emoji: characters of Unicode's emoji blocks, joined, toned and varied as UTS #51 §1.4.9 allows, and
/// nothing else. Sequences that no font knows pass too; letters and controls do not.
pub(crate) fn may_be_emoji(text: &str) -> Result<()> {
    let is_short = !text.is_empty() && text.len() <= EMOJI_BYTES_MAX;
    match is_short && (is_keycap(text) || is_sequence(text)) {
        true => Ok(()),
        false => Err(EMOJI_INVALID.at("emoji")),
    }
}

fn is_keycap(text: &str) -> bool {
    let mut characters = text.chars();
    let base = characters.next();
    base.is_some_and(|c| matches!(c, '0'..='9' | '#' | '*'))
        && matches!(characters.as_str(), "\u{fe0f}\u{20e3}" | "\u{20e3}")
}

/// Elements with joiners between them; two regional indicators are one element.
fn is_sequence(text: &str) -> bool {
    let is_flag = |element: &str| {
        element.chars().count() == 2
            && element
                .chars()
                .all(|c| matches!(c, '\u{1f1e6}'..='\u{1f1ff}'))
    };
    text.split('\u{200d}').all(|element| {
        let mut characters = element.chars();
        let begins = characters.next().is_some_and(is_pictograph);
        let goes_on = characters.all(is_modifier);
        is_flag(element) || (begins && goes_on)
    })
}

const fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1f1e5}' | '\u{1f200}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// Variation, skin tone, or the tags of a flag of a region.
const fn is_modifier(c: char) -> bool {
    matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

/// What is quoted of a text: its beginning, on one line, never the half of a mention.
pub(crate) fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.char_indices();
    let Some((end, _)) = characters.nth(EXCERPT_CHARS_MAX) else {
        return line;
    };
    let cut = line.get(..end).unwrap_or_default();
    let whole = match cut.rfind("@{") {
        Some(begin) if !cut.get(begin..).unwrap_or_default().contains('}') => cut.get(..begin),
        _ => Some(cut),
    };
    format!("{}…", whole.unwrap_or_default().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_one_emoji() {
        for good in [
            "👍",
            "❤️",
            "👍🏽",
            "👩‍💻",
            "👨‍👩‍👧‍👦",
            "🇨🇳",
            "1️⃣",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "🏳️‍🌈",
            "✅",
            "㊗️",
        ] {
            assert!(may_be_emoji(good).is_ok(), "{good}");
        }
        let long = "👩‍".repeat(12) + "👩";
        for bad in [
            "",
            "a",
            "好",
            "1",
            "👍👍",
            "👍 ",
            "\u{200d}",
            "👍\u{200d}",
            "\u{fe0f}",
            "<b>",
            "🇨",
            "🇨🇳🇨🇳",
            "\u{0}",
            "\u{202e}",
            long.as_str(),
        ] {
            assert!(may_be_emoji(bad).unwrap_err().is(&EMOJI_INVALID), "{bad:?}");
        }
    }

    #[test]
    fn an_excerpt_is_one_short_line_of_whole_mentions() {
        assert_eq!(excerpt("two\n\nlines  here"), "two lines here");
        let full = "好".repeat(EXCERPT_CHARS_MAX);
        assert_eq!(excerpt(&full), full);
        assert_eq!(excerpt(&format!("{full}x")), format!("{full}…"));
        let mention = format!("{} @{{u_{:032x}}} and more", "x".repeat(180), 7);
        assert_eq!(excerpt(&mention), format!("{}…", "x".repeat(180)));
    }
}
