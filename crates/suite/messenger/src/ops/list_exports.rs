//! List one's own exports.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.export.list", Action::Read)
    .http(Method::Get, "/me/exports")
    .summary("Lists the caller's exports, the youngest first: those that are made, and those that are there.");

pub async fn run(act: &mut Act, _: wire::ListExports) -> Result<wire::Page<wire::Export>> {
    // Nothing sealed is shown. Who never exported anything has no shelf yet.
    match store::find_shelf(act).await? {
        Some(shelf) => drop(act.permit(&shelf).await?),
        None => {
            let tenant = store::tenant(act).await?;
            act.permit(&tenant).await?;
        }
    }
    let exports = store::list_exports(act).await?;
    Ok(wire::Page {
        items: exports.iter().map(wire::Export::of).collect(),
        next_cursor: None,
    })
}
