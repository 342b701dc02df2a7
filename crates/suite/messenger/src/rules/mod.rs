//! Pure decisions, their limits, and their refusals.

mod afterwards;
mod cards;
mod chats;
mod doors;
mod exports;
mod files;
mod imports;
mod members;
mod messages;
mod push;
mod retention;
mod settings;

use std::time::Duration;

use act::{Against, EventName, Limit};
use base::{Refusal, Result};

use crate::content::SystemEvent;

pub(crate) use afterwards::*;
pub(crate) use cards::*;
pub(crate) use chats::*;
pub(crate) use doors::*;
pub(crate) use exports::*;
pub(crate) use files::*;
pub(crate) use imports::*;
pub(crate) use members::*;
pub(crate) use messages::*;
pub(crate) use push::*;
pub(crate) use retention::*;
pub(crate) use settings::*;

/// Chats of one account that its sockets follow: those in which something was said last. Whoever is in more is told so.
pub(crate) const TOPICS_MAX: u32 = 10_000;

/// Chats that the stream compares with the log at once.
pub(crate) const STATES_MAX: usize = 500;

/// Changes of a chat handed over at once.
pub(crate) const CHANGES_MAX: u32 = 500;

/// How many items a page has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSize {
    pub(crate) usual: u32,
    pub(crate) max: u32,
}

pub(crate) const LIMIT_INVALID: Refusal = Refusal::invalid(
    "messenger.limit_invalid",
    "The page is larger than it can be, or empty.",
);

pub(crate) const PAGE_DIRECTION: Refusal = Refusal::invalid(
    "messenger.page_direction",
    "A page lies either before or after a number, not both.",
);

/// All refusals of the domain, for the document and the sweep over translations.
pub(crate) fn refusals() -> Vec<Refusal> {
    [
        afterwards::REFUSALS,
        cards::REFUSALS,
        chats::REFUSALS,
        doors::REFUSALS,
        exports::REFUSALS,
        files::REFUSALS,
        imports::REFUSALS,
        members::REFUSALS,
        messages::REFUSALS,
        push::REFUSALS,
        retention::REFUSALS,
        settings::REFUSALS,
        &[LIMIT_INVALID, PAGE_DIRECTION],
    ]
    .concat()
}

/// Under which event a system message is logged.
pub(crate) const fn event_of(event: SystemEvent) -> EventName {
    match event {
        SystemEvent::ChatCreated | SystemEvent::Unknown => MESSAGE_SENT,
        SystemEvent::MembersAdded | SystemEvent::MemberJoined => MEMBERS_ADDED,
        SystemEvent::MemberRemoved | SystemEvent::MemberLeft => MEMBER_REMOVED,
        SystemEvent::ChatRenamed => CHAT_RENAMED,
        SystemEvent::OwnerChanged => OWNER_CHANGED,
        SystemEvent::RoleChanged => MEMBER_CHANGED,
        SystemEvent::AnnouncementChanged | SystemEvent::VisibilityChanged => CHAT_CHANGED,
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

const fn load(name: &'static str, burst: u32, every: Duration) -> Limit {
    Limit {
        name,
        burst,
        every,
        against: Against::Load,
    }
}
