//! Sign up: a new tenant with its owner.

use act::{Act, Action, Cell, Method, Operation, Permit, Role};
use base::{Result, TenantId};

use crate::{
    model::{DIRECTORY, Directory, SignUp, TenantKind},
    newcomer::{self, Introduction},
    refusals::{CREDENTIALS_WRONG, PASSWORD_WEAK, SIGN_UP_CLOSED, SIGN_UP_CODE_INVALID},
    rules, store, token, views, wire,
};

pub static OP: Operation = Operation::write("identity.tenant.sign_up", Action::Create)
    .http(Method::Post, "/sign-up")
    .not_idempotent("keys are kept by account, and nobody is signed in yet")
    .summary("Make an organisation or a personal space, and its owner.")
    .public()
    .across_tenants()
    .created()
    .refusing(&[
        SIGN_UP_CLOSED,
        SIGN_UP_CODE_INVALID,
        CREDENTIALS_WRONG,
        PASSWORD_WEAK,
    ]);

pub async fn run(act: &mut Act, input: wire::SignUp) -> Result<wire::SignedIn> {
    act.enter(TenantId::NIL)?;
    let source = act.client().0.to_owned();
    act.throttle(&rules::SIGN_UPS, source.as_bytes())?;
    let intro = Introduction::new(
        &input.name,
        &input.mail,
        input.password,
        &input.locale,
        &input.zone,
    )?;
    let kind = TenantKind::from(input.kind);
    let organisation = match kind {
        TenantKind::Organisation => rules::name(
            input.organisation.as_deref().unwrap_or_default(),
            "organisation",
        )?,
        TenantKind::Personal => intro.name.clone(),
    };
    let code = admitted(act, input.code.as_deref()).await?;
    let cell = act.cell().await?;
    let cell = act.permit(&cell).await?;
    let met = newcomer::meet(act, &cell, &intro, &[&organisation]).await?;

    if let Some(code) = code {
        store::delete_sign_up_code(act, &cell, &code)?;
    }
    let settled = newcomer::settle(act, &cell, &intro, met).await?;
    let (tenant, directory) = found_tenant(act, &cell, &intro, kind, organisation).await?;
    newcomer::move_in(act, settled, &directory, tenant, &intro, Role::Owner)
}

/// Whether signing up is allowed now; where it needs a code, the code that it takes.
async fn admitted(act: &mut Act, code: Option<&str>) -> Result<Option<store::SignUpCode>> {
    match store::sign_up(act).await? {
        SignUp::Open => Ok(None),
        SignUp::Closed => Err(SIGN_UP_CLOSED.into()),
        SignUp::Code => {
            let hash = token::hash(code.unwrap_or_default().trim());
            let found = store::find_sign_up_code(act, hash).await?;
            let now = act.now();
            found
                .filter(|code| now < code.expires_at)
                .map(Some)
                .ok_or_else(|| SIGN_UP_CODE_INVALID.at("code"))
        }
    }
}

async fn found_tenant(
    act: &mut Act,
    cell: &Permit<Cell>,
    intro: &Introduction,
    kind: TenantKind,
    name: String,
) -> Result<(wire::Tenant, Permit<Directory>)> {
    let id: TenantId = act.new_id();
    act.found_tenant(cell, id).await?;
    let directory = act.found::<Directory, Cell, _>(cell, DIRECTORY, id).await?;
    let sealed = views::seal_tenant_name(act, &directory, id, &name);
    let new = store::NewTenant {
        kind,
        name: sealed,
        locale: &intro.locale,
        zone: &intro.zone,
    };
    store::insert_tenant(act, &directory, id, new)?;
    Ok((
        wire::Tenant {
            id,
            name,
            kind: kind.into(),
        },
        directory,
    ))
}
