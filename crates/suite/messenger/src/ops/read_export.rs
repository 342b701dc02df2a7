//! Fetch an archive, whole or a part of it.

use std::sync::Arc;

use act::{Act, Action, Audit, Carrier, Content, Live, Method, Operation, Shown};
use base::{Context, Result};

use super::live_export;
use crate::{
    rules::{self, EXPORT_ABSENT, EXPORT_GONE, EXPORT_UNFINISHED},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.export.read", Action::Read)
    .http(Method::Get, "/me/exports/{export}/content")
    .carrying(Carrier::StreamOut)
    .audited(Audit::Always)
    .summary("Gives the archive of an export of the caller, whole or in a range.")
    .refusing(&[EXPORT_ABSENT, EXPORT_GONE, EXPORT_UNFINISHED]);

pub async fn run(act: &mut Act, input: wire::OfExport) -> Result<wire::Done> {
    let export = store::export(act, input.export).await?;
    let permit = act.permit(&export).await?;
    rules::may_take(&export)?;
    let key = steps::open_export_key(act, &permit, &export)?;
    let archive = store::archive(act, &export, &key).await?;
    let day = export.created_at.to_string();
    let day = day.get(..10).unwrap_or_default();
    let content = Content {
        media: "application/zip",
        shown: Shown::Attachment,
        name: format!("bastide-{day}.zip"),
        tag: export.id.to_string(),
        live: Live {
            operation: &live_export::OP,
            input: serde_json::to_value(input).context("naming an export")?,
        },
        source: Arc::new(archive),
    };
    act.answer_with_content(content);
    Ok(wire::Done {})
}
