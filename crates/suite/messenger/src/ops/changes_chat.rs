//! For the stream: what happened in a chat after a change, opened once for all who may hear it.

use std::collections::HashMap;

use act::{Act, Action, Audit, Operation, StoredEvent};
use base::Result;

use super::resume_stream;
use crate::{
    model::{Message, Topic},
    rules::{self, CHANGES_MAX, CHAT_ABSENT, LIMIT_INVALID, PageSize},
    store,
    views::{self, Reading},
    wire,
};

pub static OP: Operation = Operation::read("messenger.chat.changes", Action::Serve)
    .system()
    .audited(Audit::Covered(resume_stream::OP.name))
    .summary("Gives the stream the changes of a chat after one of them, with what they show.")
    .refusing(&[CHAT_ABSENT, LIMIT_INVALID]);

const SIZE: PageSize = PageSize {
    usual: CHANGES_MAX,
    max: CHANGES_MAX,
};

pub async fn run(act: &mut Act, input: wire::ChangesChat) -> Result<wire::Changes> {
    let limit = rules::page_size(Some(input.limit), SIZE)?;
    let after = i64::try_from(input.after).unwrap_or(i64::MAX);
    let topic = store::topic(act, input.chat).await?;
    let permit = act.permit(&topic).await?;

    let events = act.events(&permit, after, limit).await?;
    let messages = messages_of(act, &topic, &events).await?;
    let mut views = HashMap::with_capacity(messages.len());
    for view in views::all(act, &permit, Reading::whole(topic.chat), &messages).await? {
        views.insert(view.id.to_bytes(), view);
    }
    let frames = events
        .into_iter()
        .map(|event| {
            let message = event.subject.and_then(|id| views.get(&id).cloned());
            wire::Frame::of(topic.chat, event, message)
        })
        .collect();
    Ok(wire::Changes {
        version: topic.reference.version,
        change_last: topic.changes_last,
        frames,
    })
}

/// The messages that the events name. New ones lie close together and are read as a run; others one by one.
async fn messages_of(act: &mut Act, topic: &Topic, events: &[StoredEvent]) -> Result<Vec<Message>> {
    let mut numbers: Vec<i64> = events.iter().filter_map(|event| event.item).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let (Some(least), Some(greatest)) = (numbers.first(), numbers.last()) else {
        return Ok(Vec::new());
    };
    let span = u32::try_from(greatest - least + 1).unwrap_or(u32::MAX);
    let is_run = usize::try_from(span / 2).is_ok_and(|half| half <= numbers.len());
    match is_run {
        true => store::messages_from(act, topic.chat, *least, span).await,
        false => store::messages_numbered(act, topic.chat, &numbers).await,
    }
}
