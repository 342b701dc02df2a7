//! For the stream: what happened in a chat after a change, opened once for all who may hear it.

use std::collections::HashMap;

use act::{Act, Action, Audit, Operation, StoredEvent};
use base::{Context, Result};

use super::resume_stream;
use crate::{
    model::{Message, Topic},
    rules::{self, CHANGES_MAX, CHAT_ABSENT, LIMIT_INVALID, PageSize},
    steps, store, wire,
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
    let mut frames = Vec::with_capacity(events.len());
    for event in events {
        let message = event.subject.and_then(|id| messages.get(&id));
        let opened = message
            .map(|message| steps::open_message(act, &permit, message))
            .transpose()?;
        frames.push(wire::Frame::of(topic.chat, event, opened));
    }
    Ok(wire::Changes {
        version: topic.reference.version,
        change_last: topic.changes_last,
        frames,
    })
}

/// The messages that the events name. Each is named by the event of its sending, and both series grow together: so the
/// numbers between the least and the greatest are those of the events themselves.
async fn messages_of(
    act: &mut Act,
    topic: &Topic,
    events: &[StoredEvent],
) -> Result<HashMap<[u8; 16], Message>> {
    let numbers = events.iter().filter_map(|event| event.item);
    let Some(least) = numbers.min() else {
        return Ok(HashMap::new());
    };
    let limit = u32::try_from(events.len()).context("counting events")?;
    let messages = store::messages_after(act, topic.chat, least - 1, limit).await?;
    Ok(messages
        .into_iter()
        .map(|message| (message.id.to_bytes(), message))
        .collect())
}
