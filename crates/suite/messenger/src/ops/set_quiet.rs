//! Say until when one is not to be disturbed.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    rules::{self, QUIET_INVALID},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.quiet.set", Action::Mark)
    .http(Method::Put, "/me/quiet")
    .summary("Says until when one is not to be disturbed, on all devices; null ends it.")
    .refusing(&[QUIET_INVALID]);

pub async fn run(act: &mut Act, input: wire::Quiet) -> Result<wire::Quiet> {
    if let Some(until) = input.until {
        rules::may_be_quiet(act.now(), until)?;
    }
    let account = act.member()?.account;
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;

    store::save_quiet(act, &permit, input.until)?;
    act.notify(account, "quiet", None, None);
    Ok(input)
}
