//! Begin to bring a workspace of another messenger, or go on with it.

use act::{Act, Action, Method, Operation, Place};
use base::Result;

use super::read_import;
use crate::{
    content::IMPORT_LABEL,
    model::{Import, Progress},
    rules::{self, IMPORT_NAME_INVALID, IMPORTS_TOO_MANY},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.begin", Action::Administer)
    .http(Method::Post, "/imports")
    .harmless_again("a workspace has one import, which is answered again")
    .summary("Begins to bring a workspace of another messenger; the same workspace again gives the same import.")
    .refusing(&[IMPORT_NAME_INVALID, IMPORTS_TOO_MANY]);

pub async fn run(act: &mut Act, input: wire::BeginImport) -> Result<wire::Import> {
    rules::may_be_called(&input.workspace, "workspace")?;
    rules::may_be_called(&input.label, "label")?;
    let account = act.member()?.account;
    act.throttle(&rules::IMPORTING, &account.to_bytes())?;
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let source = input.source.word();
    let named = format!("{source}\n{}", input.workspace);
    let hash = act.keyed_hash("messenger.import", named.as_bytes());
    let token = act::IntoValue::into_value(hash.await?);
    if let Some(import) = store::find_import(act, token.clone()).await? {
        return read_import::open(act, &permit, import);
    }
    rules::may_begin_import(store::list_imports(act).await?.len())?;

    let id = act.new_id();
    let import = Import {
        id,
        source: source.to_owned(),
        label: act.seal(
            &permit,
            Place::new(id, IMPORT_LABEL),
            input.label.as_bytes(),
        ),
        started_by: account,
        started_at: act.now(),
        finished_at: None,
        progress: Progress::default(),
    };
    store::insert_import(act, &permit, &import, token)?;
    Ok(wire::Import::of(import, input.label))
}
