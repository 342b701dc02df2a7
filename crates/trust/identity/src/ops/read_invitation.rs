//! One invitation of the tenant, without its link: only the link's hash is kept.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{directory, invited, refusals::INVITATION_ABSENT, store, wire};

pub static OP: Operation = Operation::read("identity.invitation.read", Action::Administer)
    .http(Method::Get, "/invitations/{invitation}")
    .summary("One invitation of the tenant, without its link.")
    .refusing(&[INVITATION_ABSENT]);

pub async fn run(act: &mut Act, input: wire::ReadInvitation) -> Result<wire::Invitation> {
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let invitation = store::find_invitation(act, input.invitation)
        .await?
        .ok_or(INVITATION_ABSENT)?;
    invited::view(act, &permit, &invitation)
}
