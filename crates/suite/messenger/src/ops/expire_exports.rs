//! Remove archives that have had their time, and the word of those that are long over.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{
    model::ExportState,
    rules::{self, EXPORT_ABSENT, EXPORT_REMEMBERED, EXPORTS_AT_ONCE, Passing},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.export.expire", Action::Serve)
    .system()
    .across_tenants()
    .summary("Removes the archives of exports after 7 days, and what is known of exports 30 days after they ended.");

pub async fn run(act: &mut Act, _: wire::Round) -> Result<wire::ExportsExpired> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let mut outdated = Vec::new();
    for (tenant, id) in store::list_outdated_exports(act, EXPORTS_AT_ONCE).await? {
        act.enter(tenant)?;
        match store::export(act, id).await {
            Err(error) if error.is(&EXPORT_ABSENT) => {}
            export => {
                let export = export?;
                outdated.push((act.permit(&export).await?, export));
            }
        }
    }

    let forgotten_at = act.now().after(EXPORT_REMEMBERED);
    for (permit, export) in &outdated {
        match rules::passes(export.state, Passing::Expired) {
            Some(state) => store::end_export(act, permit, export, (state, None), forgotten_at)?,
            None if export.state.is_underway() => {}
            None => store::delete_export(act, permit, export.id)?,
        }
    }
    let expired = outdated
        .iter()
        .filter(|(_, export)| export.state == ExportState::Ready);
    Ok(wire::ExportsExpired {
        exports: u32::try_from(expired.count()).unwrap_or(u32::MAX),
    })
}
