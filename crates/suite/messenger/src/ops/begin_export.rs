//! Begin an archive of one's own messages and files.

use act::{Act, Action, Method, Operation, Permit, Relation};
use base::Result;

use super::{continue_export::EXPORT, get_export};
use crate::{
    model::{Export, ExportState, Exported, SHELF, Shelf, Tenant},
    rules::{self, EXPORT_TOO_LARGE, EXPORT_UNDERWAY, EXPORTS_TOO_MANY},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.export.begin", Action::Create)
    .http(Method::Post, "/me/exports")
    .created()
    .idempotent(get_export::OP.name, "export")
    .summary(
        "Begins an archive of what the caller said and sent, one at a time: at most 50 GiB, kept for 7 days, three of them \
         at once. It takes the place of those that failed or have gone.",
    )
    .refusing(&[EXPORT_UNDERWAY, EXPORTS_TOO_MANY, EXPORT_TOO_LARGE]);

pub async fn run(act: &mut Act, _: wire::BeginExport) -> Result<wire::Export> {
    let account = act.member()?.account;
    act.throttle(&rules::EXPORTING, &account.to_bytes())?;
    let tenant = store::tenant(act).await?;
    let directory = act.permit(&tenant).await?;
    let exports = store::list_exports(act).await?;
    let (chats, files_bytes) = store::expected(act).await?;
    rules::may_export(&exports, files_bytes)?;

    // Whoever counted exports at the same time counts again.
    let permit = shelf(act, &directory).await?;
    act.raise(&permit);
    for over in exports {
        if matches!(over.state, ExportState::Failed | ExportState::Expired) {
            store::delete_export(act, &permit, over.id)?;
        }
    }
    let id = act.new_id();
    let key = act.new_content_key(&permit);
    let export = Export {
        id,
        account,
        state: ExportState::Queued,
        reason: None,
        step: 0,
        key: steps::seal_export_key(act, &permit, id, &key),
        work: None,
        progress: Exported::default(),
        chats,
        files_bytes,
        failures: 0,
        created_at: act.now(),
        finished_at: None,
        expires_at: None,
        relation: Relation::Own,
        shelf: *permit.resource(),
    };
    store::insert_export(act, &permit, &export)?;
    act.notify(account, EXPORT, None, None);
    act.refer(id);
    Ok(wire::Export::of(&export))
}

/// The caller's shelf, made with the first export. Two that make it at once meet in its id, and the later one runs again.
async fn shelf(act: &mut Act, directory: &Permit<Tenant>) -> Result<Permit<Shelf>> {
    match store::find_shelf(act).await? {
        Some(shelf) => act.permit(&shelf).await,
        None => {
            let account = act.member()?.account;
            act.found(directory, SHELF, account).await
        }
    }
}
