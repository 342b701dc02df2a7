//! Invite somebody into one's own tenant by a link that is taken once.

use std::sync::Arc;

use act::{Act, Action, Method, Operation, Place};
use base::{InvitationId, Result};

use crate::{
    directory,
    model::{TenantKind, fields},
    refusals::{INVITATION_HOURS, INVITATIONS_MANY, MAIL_INVALID, TENANT_PERSONAL},
    rules,
    settings::Settings,
    store, token, wire,
};

pub static OP: Operation = Operation::write("identity.invitation.create", Action::Administer)
    .http(Method::Post, "/invitations")
    .summary("Invite somebody by a link that is taken once.")
    .created()
    .refusing(&[
        INVITATION_HOURS,
        INVITATIONS_MANY,
        MAIL_INVALID,
        TENANT_PERSONAL,
    ]);

pub async fn run(
    act: &mut Act,
    input: wire::CreateInvitation,
    settings: Arc<Settings>,
) -> Result<wire::Invitation> {
    let member = act.member()?;
    let mail = input.mail.as_deref().map(rules::mail).transpose()?;
    let expires_at = rules::invitation_end(act.now(), input.expires_in_h)?;
    let (tenant, own) = directory::own_tenant(act).await?;
    let permit = act.permit(&own).await?;
    if tenant.kind == TenantKind::Personal {
        return Err(TENANT_PERSONAL.into());
    }
    if store::count_invitations(act).await? >= rules::INVITATIONS_MAX {
        return Err(INVITATIONS_MANY.into());
    }

    let id: InvitationId = act.new_id();
    let token = token::fresh_in(act, member.tenant);
    let place = Place::new(id, fields::INVITATION_MAIL);
    let new = store::NewInvitation {
        token_hash: token.hash,
        mail: mail
            .as_ref()
            .map(|mail| act.seal(&permit, place, mail.as_bytes())),
        role: input.role.into(),
        invited_by: member.account,
        expires_at,
    };
    store::insert_invitation(act, &permit, id, new)?;
    Ok(wire::Invitation {
        id,
        link: Some(settings.link("invite", &token.text)),
        expires_at,
        role: input.role,
        mail,
        state: wire::InvitationState::Open,
    })
}
