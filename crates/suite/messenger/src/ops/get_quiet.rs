//! Get until when one is not to be disturbed.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.quiet.get", Action::Read)
    .http(Method::Get, "/me/quiet")
    .summary("Gives until when one is not to be disturbed, on all devices.")
    .refusing(&[]);

pub async fn run(act: &mut Act, _: wire::GetQuiet) -> Result<wire::Quiet> {
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    let until = store::find_quiet(act).await?;
    Ok(wire::Quiet { until })
}
