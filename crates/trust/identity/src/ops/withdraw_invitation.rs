//! Take an invitation back.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    directory,
    model::InvitationState,
    refusals::{INVITATION_ABSENT, INVITATION_INVALID},
    store, wire,
};

pub static OP: Operation = Operation::write("identity.invitation.withdraw", Action::Administer)
    .http(Method::Delete, "/invitations/{invitation}")
    .summary("Take an invitation back that nobody has taken yet.")
    .refusing(&[INVITATION_ABSENT, INVITATION_INVALID]);

pub async fn run(act: &mut Act, input: wire::WithdrawInvitation) -> Result<wire::Done> {
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let invitation = store::find_invitation(act, input.invitation)
        .await?
        .ok_or(INVITATION_ABSENT)?;
    match invitation.state {
        InvitationState::Open => {}
        InvitationState::Withdrawn => return Ok(wire::Done {}),
        InvitationState::Accepted => return Err(INVITATION_INVALID.into()),
    }

    store::close_invitation(act, &permit, invitation.id, InvitationState::Withdrawn)?;
    Ok(wire::Done {})
}
