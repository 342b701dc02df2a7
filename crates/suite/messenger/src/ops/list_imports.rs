//! List the organisation's imports.

use act::{Act, Action, Audit, Method, Operation};
use base::Result;

use super::read_import;
use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.import.list", Action::Administer)
    .http(Method::Get, "/imports")
    .audited(Audit::Always)
    .summary("Lists what was brought from other messengers, the oldest first.");

pub async fn run(act: &mut Act, _: wire::ListImports) -> Result<wire::Page<wire::Import>> {
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let imports = store::list_imports(act).await?;
    let items = imports
        .into_iter()
        .map(|import| read_import::open(act, &permit, import))
        .collect::<Result<_>>()?;
    Ok(wire::Page {
        items,
        next_cursor: None,
    })
}
