//! For the courier: of which chats browsers were not told everything, because a node went meanwhile.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::save_push;
use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.push.behind", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(save_push::OP.name))
    .summary("Names chats in which something was said lately that browsers were not told of.");

pub async fn run(act: &mut Act, _: wire::Round) -> Result<wire::PushBehind> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let chats = store::list_behind(act).await?;
    let chats = chats
        .into_iter()
        .map(|(tenant, chat)| wire::OfTenant { tenant, chat })
        .collect();
    Ok(wire::PushBehind { chats })
}
