//! Sessions: who is signed in, from where, as which account.

use act::{Act, Permit, Plain, Resource, Role, Row, Sealed, Statement, params};
use base::{AccountId, PersonId, Result, SessionId, TenantId, Timestamp};

use super::{accounts::in_places, take_name};
use crate::{
    model::{Session, State},
    rules,
};

pub(super) static RESOLVE: Statement = Statement::read(
    "SELECT s.id, s.person, s.home, s.account, s.seen_at, a.role, a.state, t.state AS tenant_state
     FROM identity_session s
     JOIN identity_account a ON a.tenant = s.home AND a.id = s.account
     JOIN identity_tenant t ON t.tenant = s.tenant AND t.id = s.home
     WHERE s.tenant = :cell AND s.token_hash = :token_hash AND s.ended_at IS NULL
       AND s.seen_at > :seen_after AND s.created_at > :created_after",
);

/// As many sessions at once as one statement asks for; places that are not needed hold the nil id.
pub(super) static LIVE: Statement = Statement::read(
    "SELECT s.id, s.account
     FROM identity_session s
     JOIN identity_account a ON a.tenant = s.home AND a.id = s.account
     JOIN identity_tenant t ON t.tenant = s.tenant AND t.id = s.home
     WHERE s.tenant = :cell AND s.ended_at IS NULL AND a.state = 'active' AND t.state = 'active'
       AND s.seen_at > :seen_after AND s.created_at > :created_after AND s.id IN
     (:i00, :i01, :i02, :i03, :i04, :i05, :i06, :i07, :i08, :i09, :i10, :i11, :i12, :i13, :i14, :i15,
      :i16, :i17, :i18, :i19, :i20, :i21, :i22, :i23, :i24, :i25, :i26, :i27, :i28, :i29, :i30, :i31)",
);

pub(super) static LIST_SESSIONS: Statement = Statement::read(
    "SELECT id, client_sealed, address_sealed, created_at, seen_at FROM identity_session
     WHERE tenant = :cell AND person = :person AND id < :before AND ended_at IS NULL
       AND seen_at > :seen_after AND created_at > :created_after
     ORDER BY id DESC LIMIT :limit",
);

pub(super) static SESSIONS_OF_PERSON: Statement = Statement::read(
    "SELECT id FROM identity_session
     WHERE tenant = :cell AND person = :person AND ended_at IS NULL AND seen_at > :seen_after",
);

pub(super) static SESSIONS_OF_ACCOUNT: Statement = Statement::read(
    "SELECT id FROM identity_session
     WHERE tenant = :cell AND account = :account AND ended_at IS NULL AND seen_at > :seen_after",
);

/// The live sessions beyond the newest `kept`.
pub(super) static OLDEST_KEPT: Statement = Statement::read(
    "SELECT id FROM identity_session
     WHERE tenant = :cell AND person = :person AND ended_at IS NULL AND seen_at > :seen_after
     ORDER BY id DESC LIMIT 100 OFFSET :kept",
);

pub(super) static INSERT_SESSION: Statement = Statement::write(
    "INSERT INTO identity_session (tenant, id, token_hash, person, home, account, client_sealed, address_sealed,
                                   created_at, seen_at)
     VALUES (:cell, :id, :token_hash, :person, :home, :account, :client_sealed, :address_sealed, :at, :at)",
);

/// A session that has ended in the meantime stays as it ended.
pub(super) static END_SESSION: Statement = Statement::write(
    "UPDATE identity_session SET ended_at = :at WHERE tenant = :cell AND id = :id AND ended_at IS NULL",
);

/// Whatever sessions there are when the act commits: one that was opened since the act began ends as well.
pub(super) static END_SESSIONS: Statement = Statement::write(
    "UPDATE identity_session SET ended_at = :at
     WHERE tenant = :cell AND person = :person AND id <> :but AND ended_at IS NULL",
);

pub(super) static TOUCH_SESSION: Statement = Statement::write(
    "UPDATE identity_session SET seen_at = :at WHERE tenant = :cell AND id = :id AND seen_at < :at",
);

pub(super) static SWITCH_SESSION: Statement = Statement::write(
    "UPDATE identity_session SET home = :home, account = :account
     WHERE tenant = :cell AND id = :id AND ended_at IS NULL",
)
.exactly_one();

pub(super) static PURGE_SESSIONS: Statement = Statement::write(
    "DELETE FROM identity_session
     WHERE tenant = :cell AND (ended_at < :ended_before OR created_at < :created_before OR seen_at < :seen_before)",
);

/// A session as the gate needs it.
pub(crate) struct Resolved {
    pub(crate) session: SessionId,
    pub(crate) person: PersonId,
    pub(crate) tenant: TenantId,
    pub(crate) account: AccountId,
    pub(crate) role: Role,
    pub(crate) seen_at: Timestamp,
}

/// The live session of this token, if the account and tenant as which it acts may act.
pub(crate) async fn resolve(act: &mut Act, token_hash: [u8; 32]) -> Result<Option<Resolved>> {
    let now = act.now();
    let params = params! {
        token_hash: Plain::bytes(token_hash), seen_after: now.before(rules::SESSION_IDLE),
        created_after: now.before(rules::SESSION_LIFE),
    };
    let Some(mut row) = act.row(&RESOLVE, params).await? else {
        return Ok(None);
    };
    let account = take_name(&mut row, "state", State::from_name)?;
    let tenant = take_name(&mut row, "tenant_state", State::from_name)?;
    if rules::may_act(account, tenant).is_err() {
        return Ok(None);
    }
    Ok(Some(Resolved {
        session: row.take("id")?,
        person: row.take("person")?,
        tenant: row.take("home")?,
        account: row.take("account")?,
        role: take_name(&mut row, "role", Role::from_name)?,
        seen_at: row.take("seen_at")?,
    }))
}

/// Those of `ids` that still stand, with the account as which each acts.
pub(crate) async fn live(act: &mut Act, ids: &[SessionId]) -> Result<Vec<(SessionId, AccountId)>> {
    let now = act.now();
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(super::accounts::PLACES.len()) {
        let mut params = in_places(chunk);
        params.extend(params! {
            seen_after: now.before(rules::SESSION_IDLE), created_after: now.before(rules::SESSION_LIFE),
        });
        for mut row in act.rows(&LIVE, params).await? {
            found.push((row.take("id")?, row.take("account")?));
        }
    }
    Ok(found)
}

/// A person's live sessions that began before this one, newest first.
pub(crate) async fn list_sessions(
    act: &mut Act,
    person: PersonId,
    before: SessionId,
    limit: u32,
) -> Result<Vec<Session>> {
    let now = act.now();
    let params = params! {
        person: person, before: before, limit: limit, seen_after: now.before(rules::SESSION_IDLE),
        created_after: now.before(rules::SESSION_LIFE),
    };
    let session_of = |mut row: Row| {
        Ok(Session {
            id: row.take("id")?,
            client: row.take("client_sealed")?,
            address: row.take("address_sealed")?,
            created_at: row.take("created_at")?,
            seen_at: row.take("seen_at")?,
        })
    };
    let rows = act.rows(&LIST_SESSIONS, params).await?;
    rows.into_iter().map(session_of).collect()
}

fn ids(rows: Vec<Row>) -> Result<Vec<SessionId>> {
    rows.into_iter().map(|mut row| row.take("id")).collect()
}

pub(crate) async fn sessions_of_person(act: &mut Act, person: PersonId) -> Result<Vec<SessionId>> {
    let seen_after = act.now().before(rules::SESSION_IDLE);
    ids(act
        .rows(
            &SESSIONS_OF_PERSON,
            params! { person: person, seen_after: seen_after },
        )
        .await?)
}

pub(crate) async fn sessions_of_account(
    act: &mut Act,
    account: AccountId,
) -> Result<Vec<SessionId>> {
    let seen_after = act.now().before(rules::SESSION_IDLE);
    ids(act
        .rows(
            &SESSIONS_OF_ACCOUNT,
            params! { account: account, seen_after: seen_after },
        )
        .await?)
}

/// The sessions that have to end so that one more fits.
pub(crate) async fn sessions_beyond(act: &mut Act, person: PersonId) -> Result<Vec<SessionId>> {
    let seen_after = act.now().before(rules::SESSION_IDLE);
    let kept = rules::SESSIONS_MAX.saturating_sub(1);
    ids(act
        .rows(
            &OLDEST_KEPT,
            params! { person: person, seen_after: seen_after, kept: kept },
        )
        .await?)
}

/// What a new session is made of beside its id.
pub(crate) struct NewSession {
    pub(crate) token_hash: [u8; 32],
    pub(crate) person: PersonId,
    pub(crate) home: TenantId,
    pub(crate) account: AccountId,
    pub(crate) client: Sealed,
    pub(crate) address: Sealed,
}

pub(crate) fn insert_session<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: SessionId,
    new: NewSession,
) -> Result<()> {
    let at = act.now();
    act.execute(
        permit,
        &INSERT_SESSION,
        params! {
            id: id, token_hash: Plain::bytes(new.token_hash), person: new.person, home: new.home,
            account: new.account, client_sealed: new.client, address_sealed: new.address, at: at,
        },
    )
}

/// Ends a session and has its sockets cut.
pub(crate) fn end_session<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: SessionId,
) -> Result<()> {
    let at = act.now();
    act.execute(permit, &END_SESSION, params! { id: id, at: at })?;
    act.end_session(id);
    Ok(())
}

/// Ends all sessions of a person but one, or really all. The sockets of `known` ones are cut at once; those of others, which
/// were opened in the meantime, are found by the nodes within seconds.
pub(crate) fn end_sessions<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    person: PersonId,
    known: Vec<SessionId>,
    but: Option<SessionId>,
) -> Result<()> {
    let at = act.now();
    let kept = but.unwrap_or(SessionId::NIL);
    act.execute(
        permit,
        &END_SESSIONS,
        params! { person: person, but: kept, at: at },
    )?;
    for session in known.into_iter().filter(|session| Some(*session) != but) {
        act.end_session(session);
    }
    Ok(())
}

pub(crate) fn touch_session<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: SessionId,
) -> Result<()> {
    let at = act.now();
    act.execute(permit, &TOUCH_SESSION, params! { id: id, at: at })
}

/// Lets a session act as another account. The sockets that act as the one before are cut.
pub(crate) fn switch_session<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: SessionId,
    home: TenantId,
    account: AccountId,
) -> Result<()> {
    act.execute(
        permit,
        &SWITCH_SESSION,
        params! { id: id, home: home, account: account },
    )?;
    act.end_session(id);
    Ok(())
}

/// Removes the sessions that ended long ago.
pub(crate) fn purge_sessions<R: Resource>(act: &mut Act, permit: &Permit<R>) -> Result<()> {
    let kept = act.now().before(rules::SESSION_KEPT);
    act.execute(
        permit,
        &PURGE_SESSIONS,
        params! {
            ended_before: kept, created_before: kept.before(rules::SESSION_LIFE),
            seen_before: kept.before(rules::SESSION_IDLE),
        },
    )
}
