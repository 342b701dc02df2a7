//! The invitations of the tenant.

use act::{Act, Action, Method, Operation};
use base::{InvitationId, Result};

use crate::{directory, invited, refusals::LIMIT_INVALID, rules, store, wire};

pub static OP: Operation = Operation::read("identity.invitation.list", Action::Administer)
    .http(Method::Get, "/invitations")
    .summary("The invitations of the tenant, newest first.")
    .refusing(&[LIMIT_INVALID]);

pub async fn run(act: &mut Act, input: wire::List) -> Result<wire::Page<wire::Invitation>> {
    let limit = rules::page_limit(input.limit)?;
    let before = match &input.cursor {
        None => InvitationId::from_bytes([0xff; 16]),
        Some(cursor) => directory::read_position(act, cursor).await?,
    };
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let mut invitations = store::list_invitations(act, before, limit + 1).await?;
    let next_cursor = directory::next_cursor(act, &mut invitations, limit, |invitation| {
        invitation.id.to_bytes()
    })
    .await?;
    let items = invitations
        .iter()
        .map(|invitation| invited::view(act, &permit, invitation))
        .collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}
