//! Show no picture of oneself any more.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{directory, store, wire};

pub static OP: Operation = Operation::write("identity.avatar.remove", Action::Mark)
    .http(Method::Delete, "/me/avatar")
    .summary("Show no picture of oneself any more.");

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::Done> {
    let account = act.member()?.account;
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;

    store::update_avatar(act, &permit, account, None)?;
    act.notify(account, "profile", None, None);
    Ok(wire::Done {})
}
