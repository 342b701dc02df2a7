//! Remove what is kept no longer.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{store, wire};

pub static OP: Operation = Operation::write("messenger.retention.purge", Action::Serve)
    .system()
    .across_tenants()
    .summary("Removes messages that are older than their chat keeps them, where no hold stands.");

pub async fn run(act: &mut Act, _: wire::Round) -> Result<wire::Purged> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let mut goes = Vec::new();
    let mut messages = 0;
    for outdated in store::list_outdated(act).await? {
        act.enter(outdated.tenant)?;
        // A hold that is placed meanwhile raises the directory: this act runs again then.
        let directory = store::tenant(act).await?;
        act.permit(&directory).await?;
        let topic = store::topic(act, outdated.chat).await?;
        let permit = act.permit(&topic).await?;
        if let Some(beginning) = store::beginning(act, outdated).await? {
            messages += beginning.messages;
            goes.push((permit, beginning));
        }
    }

    for (permit, beginning) in &goes {
        store::purge_beginning(act, permit, beginning)?;
    }
    Ok(wire::Purged {
        messages: u32::try_from(messages).unwrap_or(u32::MAX),
    })
}
