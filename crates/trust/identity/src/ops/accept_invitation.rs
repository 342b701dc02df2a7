//! Take an invitation: somebody new becomes a person, somebody known gives the password that they have.

use act::{Act, Action, Method, Operation};
use base::{Result, TenantId};

use crate::{
    invited,
    model::InvitationState,
    newcomer::{self, Introduction},
    refusals::{
        CREDENTIALS_WRONG, INVITATION_INVALID, INVITATION_OTHER, MEMBER_ALREADY, PASSWORD_WEAK,
        SIGN_IN_FIRST,
    },
    rules, store, views, wire,
};

pub static OP: Operation = Operation::write("identity.invitation.accept", Action::Create)
    .http(Method::Post, "/invitations/accept")
    .not_idempotent("keys are kept by account, and nobody is signed in yet")
    .summary("Take an invitation, as a new person or as one who is known here.")
    .public()
    .across_tenants()
    .created()
    .refusing(&[
        INVITATION_INVALID,
        INVITATION_OTHER,
        CREDENTIALS_WRONG,
        PASSWORD_WEAK,
        SIGN_IN_FIRST,
        MEMBER_ALREADY,
    ]);

pub async fn run(act: &mut Act, input: wire::AcceptInvitation) -> Result<wire::SignedIn> {
    let source = act.client().0.to_owned();
    act.throttle(&rules::SIGN_UPS, source.as_bytes())?;
    let intro = Introduction::new(
        &input.name,
        &input.mail,
        input.password,
        &input.locale,
        &input.zone,
    )?;
    let invited = invited::find(act, &input.token).await?;
    invited.is_for(&intro.mail)?;
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let cell = act.permit(&cell).await?;
    let tenant = views::tenant(act, &invited.directory, &invited.tenant)?;
    let met = newcomer::meet(act, &cell, &intro, &[&tenant.name]).await?;

    let settled = newcomer::settle(act, &cell, &intro, met).await?;
    store::close_invitation(
        act,
        &invited.directory,
        invited.invitation.id,
        InvitationState::Accepted,
    )?;
    newcomer::move_in(
        act,
        settled,
        &invited.directory,
        tenant,
        &intro,
        invited.invitation.role,
    )
}
