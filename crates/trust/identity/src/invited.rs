//! An invitation as whoever holds its link finds it.

use act::{Act, Permit, Place, Relation};
use base::Result;

use crate::{
    model::{Directory, Invitation, State, Tenant, fields},
    refusals::{INVITATION_INVALID, INVITATION_OTHER},
    rules, store, token, views, wire,
};

/// An invitation that can be taken, and the permit that its link is worth.
pub(crate) struct Invited {
    pub(crate) tenant: Tenant,
    pub(crate) directory: Permit<Directory>,
    pub(crate) invitation: Invitation,
    /// The only address that may take it.
    pub(crate) mail: Option<String>,
}

/// Finds the invitation of a link, and goes on in its tenant.
///
/// # Errors
/// [`INVITATION_INVALID`] for whatever reason it cannot be taken.
pub(crate) async fn find(act: &mut Act, text: &str) -> Result<Invited> {
    let id = token::tenant(text).ok_or(INVITATION_INVALID)?;
    act.enter(id)?;
    let invitation = store::find_invitation_by_token(act, token::hash(text)).await?;
    let invitation = invitation.ok_or(INVITATION_INVALID)?;
    rules::may_take(&invitation, act.now())?;
    let tenant = store::find_tenant(act, id).await?;
    let tenant = tenant
        .filter(|tenant| tenant.state == State::Active)
        .ok_or(INVITATION_INVALID)?;
    let directory = act.permit(&tenant.directory(Relation::Own)).await?;
    let mail = mail(act, &directory, &invitation)?;
    Ok(Invited {
        tenant,
        directory,
        invitation,
        mail,
    })
}

/// The address for which an invitation was made.
pub(crate) fn mail(
    act: &Act,
    directory: &Permit<Directory>,
    invitation: &Invitation,
) -> Result<Option<String>> {
    let place = Place::new(invitation.id, fields::INVITATION_MAIL);
    invitation
        .mail
        .as_ref()
        .map(|mail| act.open_text(directory, place, mail))
        .transpose()
}

/// An invitation as administrators see it.
pub(crate) fn view(
    act: &Act,
    directory: &Permit<Directory>,
    invitation: &Invitation,
) -> Result<wire::Invitation> {
    Ok(wire::Invitation {
        id: invitation.id,
        link: None,
        expires_at: invitation.expires_at,
        role: views::invited_role(invitation.role)?,
        mail: mail(act, directory, invitation)?,
        state: views::invitation_state(invitation, act.now()),
    })
}

impl Invited {
    /// Whether the person with this address may take it.
    pub(crate) fn is_for(&self, mail: &str) -> Result<()> {
        match &self.mail {
            Some(only) if only != mail => Err(INVITATION_OTHER.at("mail")),
            _ => Ok(()),
        }
    }
}
