//! What an invitation is, before it is taken.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{invited, refusals::INVITATION_INVALID, store, views, wire};

pub static OP: Operation = Operation::read("identity.invitation.inspect", Action::Find)
    .http(Method::Post, "/invitations/inspect")
    .harmless_again("it only reads")
    .summary("What an invitation is, before it is taken.")
    .public()
    .across_tenants()
    .refusing(&[INVITATION_INVALID]);

pub async fn run(act: &mut Act, input: wire::InvitationToken) -> Result<wire::InvitationView> {
    let invited = invited::find(act, &input.token).await?;
    let inviter = store::find_account(act, invited.invitation.invited_by).await?;
    let inviter = inviter
        .map(|account| views::account_name(act, &invited.directory, &account))
        .transpose()?;
    Ok(wire::InvitationView {
        tenant_name: views::tenant_name(act, &invited.directory, &invited.tenant)?,
        inviter_name: inviter.unwrap_or_default(),
        mail: invited.mail,
        expires_at: invited.invitation.expires_at,
    })
}
