//! Say that an import is complete.

use act::{Act, Action, Method, Operation};
use base::Result;

use super::read_import;
use crate::{
    rules::{self, IMPORT_ABSENT, IMPORT_UNOPENED},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.finish", Action::Administer)
    .http(Method::Post, "/imports/{import}/finish")
    .harmless_again("what is finished stays so")
    .summary("Says that an import is complete: it takes nothing more.")
    .refusing(&[IMPORT_ABSENT, IMPORT_UNOPENED]);

pub async fn run(act: &mut Act, input: wire::OfImport) -> Result<wire::Import> {
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let mut import = store::import(act, input.import).await?;
    if import.finished_at.is_none() {
        rules::may_finish(import.progress)?;
        import.finished_at = Some(act.now());
        store::update_finished(act, &permit, import.id)?;
    }
    read_import::open(act, &permit, import)
}
