//! What everybody may know of this installation.

use std::sync::Arc;

use act::{Act, Action, Method, Operation, SEALED};
use base::{Result, TenantId};

use crate::{settings::Settings, store, wire};

pub static OP: Operation = Operation::read("identity.instance.read", Action::Find)
    .http(Method::Get, "/instance")
    .summary("What this installation is called and how people come in.")
    .public()
    .across_tenants();

pub async fn run(
    act: &mut Act,
    _: wire::Nothing,
    settings: Arc<Settings>,
) -> Result<wire::Instance> {
    act.enter(TenantId::NIL)?;
    let sign_up = store::sign_up(act).await?.into();
    let cell = act.cell().await?;
    let sealed = match act.permit(&cell).await {
        Ok(_) => false,
        Err(error) if error.is(&SEALED) => true,
        Err(error) => return Err(error),
    };
    Ok(wire::Instance {
        name: settings.instance_name.clone(),
        version: settings.version.clone(),
        sign_up,
        development_seal: settings.development_seal.holds(),
        mail: settings.mail,
        sealed,
    })
}
