//! Have the caller's browser told no longer.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{store, wire};

pub static OP: Operation = Operation::write("messenger.push.withdraw", Action::Mark)
    .http(Method::Delete, "/me/push")
    .summary("Has the browser of this session told of messages no longer.")
    .refusing(&[]);

pub async fn run(act: &mut Act, _: wire::GetPush) -> Result<wire::Done> {
    let member = act.member()?;
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;

    store::drop_push(act, &permit, (member.account, member.session))?;
    Ok(wire::Done {})
}
