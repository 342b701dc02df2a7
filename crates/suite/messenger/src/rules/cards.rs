//! How large cards are, and how often they change.

use base::{AccountId, Refusal, Result};

use super::PageSize;
use crate::model::Message;

/// Elements of one card.
pub(crate) const CARD_ELEMENTS_MAX: usize = 50;
pub(crate) const CARD_IMAGES_MAX: usize = 10;
pub(crate) const CARD_BUTTONS_MAX: usize = 10;
pub(crate) const CARD_INPUTS_MAX: usize = 20;
pub(crate) const CARD_FIELDS_MAX: usize = 20;
pub(crate) const CARD_OPTIONS_MAX: usize = 50;
/// Characters of the names of buttons, inputs and options.
pub(crate) const CARD_LABEL_CHARS_MAX: usize = 100;
/// Characters of what stands in place of a card or a picture of it, and of what a button asks.
pub(crate) const CARD_FALLBACK_CHARS_MAX: usize = 500;
pub(crate) const CARD_TEXT_CHARS_MAX: usize = 5_000;
/// Characters of the ids that a sender gives to buttons, inputs and options.
pub(crate) const CARD_ID_CHARS_MAX: usize = 40;
/// Characters of one value of an answer.
pub(crate) const CARD_VALUE_CHARS_MAX: usize = 2_000;
/// Bytes of a card as it is kept.
pub(crate) const CARD_BYTES_MAX: usize = 64 * 1024;
/// How often a card can be changed by its sender.
pub(crate) const CARD_CHANGES_MAX: i64 = 1_000;

pub(crate) const ANSWERS_PAGE: PageSize = PageSize {
    usual: 100,
    max: 200,
};

pub(crate) const CARD_INVALID: Refusal = Refusal::invalid(
    "messenger.card_invalid",
    "The card is larger than it can be, or one of its elements is not in order.",
);
pub(crate) const CARD_IMAGE: Refusal = Refusal::invalid(
    "messenger.card_image",
    "A card shows pictures only: PNG, JPEG, GIF, WebP or AVIF.",
);
pub(crate) const CARD_NONE: Refusal =
    Refusal::conflict("messenger.card_none", "This message is no card.");
pub(crate) const CARD_CLOSED: Refusal =
    Refusal::conflict("messenger.card_closed", "This card takes no more answers.");
pub(crate) const CARD_OTHERS: Refusal = Refusal::conflict(
    "messenger.card_others",
    "Only the sender of a card can change it and read all answers.",
);
pub(crate) const CARD_CHANGES: Refusal = Refusal::conflict(
    "messenger.card_changes",
    "A card can be changed at most 1,000 times.",
);
pub(crate) const ANSWER_INVALID: Refusal = Refusal::invalid(
    "messenger.answer_invalid",
    "The answer does not fit the card: something required is missing, or was not asked.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    CARD_INVALID,
    CARD_IMAGE,
    CARD_NONE,
    CARD_CLOSED,
    CARD_OTHERS,
    CARD_CHANGES,
    ANSWER_INVALID,
];

/// What a card was answered is for its sender alone.
pub(crate) fn is_sender(message: &Message, account: AccountId) -> Result<()> {
    match message.author == account {
        true => Ok(()),
        false => Err(CARD_OTHERS.into()),
    }
}

/// Its sender changes a card, so often.
pub(crate) fn may_change_card(message: &Message, by: AccountId) -> Result<()> {
    is_sender(message, by)?;
    match message.state.edits >= CARD_CHANGES_MAX {
        true => Err(CARD_CHANGES.into()),
        false => Ok(()),
    }
}
