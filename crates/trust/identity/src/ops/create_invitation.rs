//! Invite somebody into one's own tenant by a link that is taken once.

use std::sync::Arc;

use act::{Act, Action, Method, Operation, Permit, Place};
use base::{Context, InvitationId, Result};

use crate::{
    directory, mail,
    model::{Account, Directory, Tenant, TenantKind, fields},
    refusals::{INVITATION_HOURS, INVITATIONS_MANY, MAIL_INVALID, TENANT_PERSONAL},
    rules,
    settings::Settings,
    store, token, views, wire,
};

pub static OP: Operation = Operation::write("identity.invitation.create", Action::Administer)
    .http(Method::Post, "/invitations")
    .summary("Invite somebody by a link that is taken once; only the first answer shows it.")
    .idempotent("identity.invitation.read", "invitation")
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
    let to = input.mail.as_deref().map(rules::mail).transpose()?;
    let expires_at = rules::invitation_end(act.now(), input.expires_in_h)?;
    let (tenant, own) = directory::own_tenant(act).await?;
    let permit = act.permit(&own).await?;
    if tenant.kind == TenantKind::Personal {
        return Err(TENANT_PERSONAL.into());
    }
    if store::count_invitations(act).await? >= rules::INVITATIONS_MAX {
        return Err(INVITATIONS_MANY.into());
    }
    let inviter = store::find_account(act, member.account).await?;
    let inviter = inviter.context("the account of a session exists")?;
    rules::still_stands(&inviter, member.role)?;
    if let (Some(to), true) = (&to, settings.mail) {
        may_mail(act, to)?;
    }
    let letter = letter(act, &permit, &tenant, &inviter)?;
    let cell = act.cell().await?;
    let cell = act.permit_for(&cell, Action::Find).await?;

    let id: InvitationId = act.new_id();
    let token = token::fresh_in(act, member.tenant);
    let place = Place::new(id, fields::INVITATION_MAIL);
    let new = store::NewInvitation {
        token_hash: token.hash,
        mail: to
            .as_ref()
            .map(|mail| act.seal(&permit, place, mail.as_bytes())),
        role: input.role.into(),
        invited_by: member.account,
        expires_at,
    };
    store::insert_invitation(act, &permit, id, new)?;
    act.refer(id);
    let link = settings.link("join", &token.text);
    if let (Some(to), true) = (to.clone(), settings.mail) {
        let letter = letter(to, link.clone());
        mail::post(act, &cell, None, &letter)?;
    }
    Ok(wire::Invitation {
        id,
        link: Some(link),
        expires_at,
        role: input.role,
        mail: to,
        state: wire::InvitationState::Open,
    })
}

/// Whether one more mail may go: nobody's server is used to fill the mailboxes of others.
fn may_mail(act: &Act, to: &str) -> Result<()> {
    let member = act.member()?;
    act.throttle(&rules::INVITING_MAILS, &member.account.to_bytes())?;
    act.throttle(&rules::INVITING_MAILS_OF_TENANT, &member.tenant.to_bytes())?;
    act.throttle(&rules::INVITING_MAILS_TO, to.as_bytes())
}

/// The letter that brings an invitation, as soon as it is known to whom and with which link.
fn letter(
    act: &Act,
    permit: &Permit<Directory>,
    tenant: &Tenant,
    inviter: &Account,
) -> Result<impl FnOnce(String, String) -> wire::Letter + use<>> {
    let locale = inviter.locale.clone();
    let inviter = views::account_name(act, permit, inviter)?;
    let tenant = views::tenant_name(act, permit, tenant)?;
    Ok(move |to, link| wire::Letter::Invitation {
        to,
        link,
        tenant,
        inviter,
        locale,
    })
}
