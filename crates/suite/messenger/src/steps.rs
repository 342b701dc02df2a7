//! Steps that several operations share.

mod exports;
mod files;
mod uploads;

use std::collections::HashMap;

use act::{Act, CURSOR_INVALID, Event, Permit, Place, Resource, Series};
use base::{AccountId, ChatId, Id, MessageId, Result};

use crate::{
    content::{
        Body, CHAT_ANNOUNCEMENT, CHAT_DESCRIPTION, CHAT_NAME, Content, MESSAGE_BODY, SystemBody,
    },
    model::{About, Chat, Message, Name, Overview, Shape, State},
    rules::{self, ACCOUNT_ABSENT, MESSAGE_SENT, event_of},
    store, views, wire,
};

pub(crate) use exports::*;
pub(crate) use files::*;
pub(crate) use uploads::*;

/// What is shown of accounts, by account.
pub(crate) type People = HashMap<AccountId, wire::Person>;

/// What is shown of these accounts, each of which may be named often.
pub(crate) async fn people(act: &mut Act, accounts: &[AccountId]) -> Result<People> {
    if accounts.is_empty() {
        return Ok(People::new());
    }
    let mut each = accounts.to_vec();
    each.sort_unstable();
    each.dedup();
    let cards = act.people(&each).await?;
    Ok(cards
        .into_iter()
        .map(|card| (card.account, wire::Person::of(card)))
        .collect())
}

/// One of them; somebody who has gone keeps their id.
pub(crate) fn person(people: &People, account: AccountId) -> wire::Person {
    let known = people.get(&account).cloned();
    known.unwrap_or_else(|| wire::Person::gone(account))
}

/// The head of a thread that the caller may read, if one is named.
///
/// # Errors
/// [`rules::MESSAGE_ABSENT`], [`rules::THREAD_ROOT`].
pub(crate) async fn root_of(
    act: &mut Act,
    chat: &Chat,
    thread: Option<MessageId>,
) -> Result<Option<MessageId>> {
    let Some(thread) = thread else {
        return Ok(None);
    };
    let root = store::message(act, chat, thread).await?;
    rules::is_root(&root)?;
    Ok(Some(root.id))
}

/// Makes sure that all of these accounts exist and may be brought into a chat.
///
/// # Errors
/// [`ACCOUNT_ABSENT`].
pub(crate) async fn may_be_added(
    act: &mut Act,
    accounts: &[AccountId],
    field: &'static str,
) -> Result<People> {
    let cards = match accounts.is_empty() {
        true => Vec::new(),
        false => act.people(accounts).await?,
    };
    let found: People = cards
        .into_iter()
        .filter(|card| card.is_active)
        .map(|card| (card.account, wire::Person::of(card)))
        .collect();
    match accounts.iter().all(|account| found.contains_key(account)) {
        true => Ok(found),
        false => Err(ACCOUNT_ABSENT.at(field)),
    }
}

/// Opens a chat for the wire.
pub(crate) async fn open_chat(
    act: &mut Act,
    permit: &Permit<Chat>,
    overview: &Overview,
    people: &People,
) -> Result<wire::Chat> {
    let chat = &overview.chat;
    let other = chat.other().map(|account| person(people, account));
    let (kind, name) = match (&chat.shape, &other) {
        (Shape::Group(name), _) => {
            let place = Place::new(chat.id, CHAT_NAME).at(name.version);
            (
                wire::ChatKind::Group,
                act.open_text(permit, place, &name.sealed)?,
            )
        }
        (Shape::Direct(_), Some(other)) => (wire::ChatKind::Direct, other.name.clone()),
        (Shape::Direct(_), None) => (wire::ChatKind::Direct, String::new()),
    };
    let last = match &overview.last {
        None => None,
        Some(last) => Some(views::bare(act, permit, last).await?),
    };
    let (description, announcement) = open_about(act, permit, chat.id, &overview.about)?;
    let settings = chat.settings;
    Ok(wire::Chat {
        id: chat.id,
        kind,
        name,
        other,
        description,
        announcement,
        visibility: settings.visibility,
        join: settings.joining,
        posting: settings.posting,
        mention_all: settings.mention_all,
        history: settings.history,
        requests: overview.requests,
        role: wire::Role::of(chat.standing.role),
        members: chat.members_count,
        last_number: chat.items_last.into(),
        last_change: chat.changes_last.into(),
        read_number: overview.read_number().into(),
        unread: overview.unread(),
        mentions: overview.mentions,
        last_message: last,
        created_at: chat.created_at,
        muted: chat.standing.muted_at.is_some(),
        retention_days: overview.keeping.days(),
        own_retention_days: overview.keeping.own,
    })
}

/// Opens what a chat says of itself: its description, empty without one, and its announcement.
pub(crate) fn open_about<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    chat: ChatId,
    about: &About,
) -> Result<(String, Option<wire::Announcement>)> {
    let description = about.description.as_ref().map(|sealed| {
        let place = Place::new(chat, CHAT_DESCRIPTION).at(about.description_version);
        act.open_text(permit, place, sealed)
    });
    let announcement = about.announcement.as_ref().map(|one| {
        let place = Place::new(chat, CHAT_ANNOUNCEMENT).at(one.at.micros());
        Ok::<_, base::Error>(wire::Announcement {
            text: act.open_text(permit, place, &one.text)?,
            by: one.by,
            at: one.at,
        })
    });
    Ok((
        description.transpose()?.unwrap_or_default(),
        announcement.transpose()?,
    ))
}

/// Loads and opens one chat for an answer.
pub(crate) async fn view(
    act: &mut Act,
    permit: &Permit<Chat>,
    overview: &Overview,
) -> Result<wire::Chat> {
    let other: Vec<AccountId> = overview.chat.other().into_iter().collect();
    let people = people(act, &other).await?;
    open_chat(act, permit, overview, &people).await
}

/// Seals a chat's name under a version of it.
pub(crate) fn seal_name(act: &Act, permit: &Permit<Chat>, name: &str, version: i64) -> Name {
    let place = Place::new(base::ChatId::from_bytes(permit.resource().id), CHAT_NAME);
    Name {
        sealed: act.seal(permit, place.at(version), name.as_bytes()),
        version,
    }
}

/// Has the chat itself tell what the caller did: a system message, logged as the event that it tells.
pub(crate) fn tell<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    body: SystemBody,
) -> Result<wire::Message> {
    let name = event_of(body.event);
    let concerned = match name == MESSAGE_SENT {
        true => Vec::new(),
        false => body.accounts.clone(),
    };
    let content = Content {
        client_id: None,
        imported: None,
        body: Body::System(body),
    };
    let id = act.new_id();
    let sealed = act.seal(permit, Place::new(id, MESSAGE_BODY), &content.to_bytes()?);
    let number = act.next_number(permit, Series::Items);
    let event = Event::new(name).item(id, number).accounts(&concerned);
    let message = Message {
        id,
        chat: base::ChatId::from_bytes(permit.resource().id),
        number,
        change: act.emit(permit, event)?,
        author: act.member()?.account,
        body: sealed,
        sent_at: act.now(),
        thread: None,
        quote: None,
        state: State::default(),
    };
    store::insert_message(act, permit, &message, None)?;
    Ok(wire::Message::of(&message, content, &wire::Files::new()))
}

/// Where a page of rows begins that are ordered by their ids: after the one that the cursor names.
///
/// # Errors
/// [`CURSOR_INVALID`].
pub(crate) async fn after<K>(act: &mut Act, cursor: Option<&str>) -> Result<Id<K>> {
    let Some(cursor) = cursor else {
        return Ok(Id::NIL);
    };
    let bytes = act.read_cursor(cursor).await?;
    let bytes = bytes.try_into().map_err(|_| CURSOR_INVALID)?;
    Ok(Id::from_bytes(bytes))
}

/// A page that was read with one row more than it has, and the cursor of the next one: the `place` of its last row.
pub(crate) async fn page<T, P: AsRef<[u8]>>(
    act: &mut Act,
    found: Vec<T>,
    limit: u32,
    place: impl Fn(&T) -> P,
) -> Result<(Vec<T>, Option<String>)> {
    let (items, has_more) = cut(found, limit, Edge::Last);
    let next_cursor = match items.last().filter(|_| has_more) {
        None => None,
        Some(last) => Some(act.cursor(place(last).as_ref()).await?),
    };
    Ok((items, next_cursor))
}

/// Those of some that are not among the others, in their order.
pub(crate) fn without<T: Copy + PartialEq>(some: &[T], others: &[T]) -> Vec<T> {
    let some = some.iter().copied();
    some.filter(|one| !others.contains(one)).collect()
}

/// The end of a page from which the row that was read beyond it is cut.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    First,
    Last,
}

/// A page that was read with one row more than it has, and whether that row was there.
pub(crate) fn cut<T>(mut found: Vec<T>, limit: u32, edge: Edge) -> (Vec<T>, bool) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    if has_more {
        match edge {
            Edge::First => drop(found.remove(0)),
            Edge::Last => found.truncate(limit),
        }
    }
    (found, has_more)
}
