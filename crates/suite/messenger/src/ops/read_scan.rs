//! For who looks through files: the bytes of one of them.

use std::sync::Arc;

use act::{Act, Action, Audit, Carrier, Content, Live, Operation, Shown};
use base::{Context, Result};

use crate::{media, rules::FILE_ABSENT, steps, store, wire};

pub static OP: Operation = Operation::read("messenger.scan.read", Action::Serve)
    .system()
    .across_tenants()
    .carrying(Carrier::StreamOut)
    .audited(Audit::Always)
    .summary("Gives the bytes of a content to who looks through it for what does harm.")
    .refusing(&[FILE_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfContent) -> Result<wire::Done> {
    act.enter(input.tenant)?;
    let file = store::file_of_content(act, input.content).await?;
    let topic = store::topic(act, file.chat).await?;
    let permit = act.permit(&topic).await?;
    let parts = store::list_parts(act, file.content.id).await?;
    let key = steps::open_key(act, &permit, &file)?;
    let content = Content {
        media: media::UNKNOWN,
        shown: Shown::Attachment,
        name: String::new(),
        tag: file.content.id.to_string(),
        live: Live {
            operation: &OP,
            input: serde_json::to_value(input).context("naming a content")?,
        },
        source: Arc::new(steps::bytes_of(act, &key, &file.content, &parts)),
    };
    act.answer_with_content(content);
    Ok(wire::Done {})
}
