//! Invitations into a tenant. Their rows stay: they say who let whom in.

use act::{Act, Permit, Plain, Resource, Role, Row, Sealed, Statement, params, plain};
use base::{AccountId, InvitationId, Result, Timestamp};

use super::take_name;
use crate::model::{Invitation, InvitationState};

pub(super) static INVITATION: Statement = Statement::read(
    "SELECT id, mail_sealed, role, state, invited_by, expires_at FROM identity_invitation
     WHERE tenant = :tenant AND id = :id",
);

pub(super) static INVITATION_BY_TOKEN: Statement = Statement::read(
    "SELECT id, mail_sealed, role, state, invited_by, expires_at FROM identity_invitation
     WHERE tenant = :tenant AND token_hash = :token_hash",
);

pub(super) static LIST_INVITATIONS: Statement = Statement::read(
    "SELECT id, mail_sealed, role, state, invited_by, expires_at FROM identity_invitation
     WHERE tenant = :tenant AND id < :before ORDER BY id DESC LIMIT :limit",
);

pub(super) static COUNT_INVITATIONS: Statement = Statement::read(
    "SELECT count(*) AS invitations FROM identity_invitation
     WHERE tenant = :tenant AND state = 'open' AND expires_at > :now",
);

pub(super) static INSERT_INVITATION: Statement = Statement::write(
    "INSERT INTO identity_invitation (tenant, id, token_hash, mail_sealed, role, state, invited_by, created_at, expires_at)
     VALUES (:tenant, :id, :token_hash, :mail_sealed, :role, 'open', :invited_by, :at, :expires_at)",
);

/// Two acts that take the same invitation at once: the second runs again and finds it taken.
pub(super) static UPDATE_INVITATION: Statement = Statement::write(
    "UPDATE identity_invitation SET state = :state WHERE tenant = :tenant AND id = :id AND state = 'open'",
)
.exactly_one();

/// Whatever an account has invited to and nobody has taken yet.
pub(super) static WITHDRAW_INVITATIONS: Statement = Statement::write(
    "UPDATE identity_invitation SET state = :state
     WHERE tenant = :tenant AND invited_by = :invited_by AND state = 'open'",
);

fn invitation_of(mut row: Row) -> Result<Invitation> {
    Ok(Invitation {
        id: row.take("id")?,
        mail: row.take("mail_sealed")?,
        role: take_name(&mut row, "role", Role::from_name)?,
        state: take_name(&mut row, "state", InvitationState::from_name)?,
        invited_by: row.take("invited_by")?,
        expires_at: row.take("expires_at")?,
    })
}

pub(crate) async fn find_invitation(act: &mut Act, id: InvitationId) -> Result<Option<Invitation>> {
    act.row(&INVITATION, params! { id: id })
        .await?
        .map(invitation_of)
        .transpose()
}

pub(crate) async fn find_invitation_by_token(
    act: &mut Act,
    token_hash: [u8; 32],
) -> Result<Option<Invitation>> {
    let params = params! { token_hash: Plain::bytes(token_hash) };
    act.row(&INVITATION_BY_TOKEN, params)
        .await?
        .map(invitation_of)
        .transpose()
}

/// Invitations that were made before this one, newest first.
pub(crate) async fn list_invitations(
    act: &mut Act,
    before: InvitationId,
    limit: u32,
) -> Result<Vec<Invitation>> {
    let rows = act
        .rows(&LIST_INVITATIONS, params! { before: before, limit: limit })
        .await?;
    rows.into_iter().map(invitation_of).collect()
}

/// How many invitations can still be taken.
pub(crate) async fn count_invitations(act: &mut Act) -> Result<i64> {
    let now = act.now();
    let row = act.row(&COUNT_INVITATIONS, params! { now: now }).await?;
    row.map_or(Ok(0), |mut row| row.take("invitations"))
}

/// What a new invitation is made of beside its id.
pub(crate) struct NewInvitation {
    pub(crate) token_hash: [u8; 32],
    pub(crate) mail: Option<Sealed>,
    pub(crate) role: Role,
    pub(crate) invited_by: AccountId,
    pub(crate) expires_at: Timestamp,
}

pub(crate) fn insert_invitation<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: InvitationId,
    new: NewInvitation,
) -> Result<()> {
    let at = act.now();
    act.execute(
        permit,
        &INSERT_INVITATION,
        params! {
            id: id, token_hash: Plain::bytes(new.token_hash), mail_sealed: new.mail, role: plain(new.role.name()),
            invited_by: new.invited_by, at: at, expires_at: new.expires_at,
        },
    )
}

pub(crate) fn close_invitation<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: InvitationId,
    state: InvitationState,
) -> Result<()> {
    act.execute(
        permit,
        &UPDATE_INVITATION,
        params! { id: id, state: plain(state.name()) },
    )
}

/// Takes back what an account has invited to.
pub(crate) fn withdraw_invitations<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    invited_by: AccountId,
) -> Result<()> {
    let state = plain(InvitationState::Withdrawn.name());
    act.execute(
        permit,
        &WITHDRAW_INVITATIONS,
        params! { invited_by: invited_by, state: state },
    )
}
