//! A person with the account as which they act, and the permits for both: what signing in and «me» begin with.

use act::{Act, Action, Permit, Place, Relation, Resource};
use base::{AccountId, Result, SessionId};

use crate::{
    model::{Directory, Home, Person, Tenant, fields},
    refusals::{ACCOUNT_ABSENT, ACCOUNT_SUSPENDED},
    store, token, views, wire,
};

/// Loaded before the first write.
pub(crate) struct Standing {
    pub(crate) person: Person,
    pub(crate) permit: Permit<Person>,
    pub(crate) home: Home,
    pub(crate) directory: Permit<Directory>,
    /// The person's other accounts that may act.
    pub(crate) others: Vec<(Home, Permit<Directory>)>,
}

/// Which of a person's accounts is meant.
#[derive(Clone, Copy)]
pub(crate) enum Acting {
    /// The one that joined first among those that may act.
    First,
    This(AccountId),
}

/// Loads the standing of a person whom the caller has proved to be.
///
/// # Errors
/// [`ACCOUNT_SUSPENDED`] when no account may act; [`ACCOUNT_ABSENT`] when the one that is meant is not among them.
pub(crate) async fn load(
    act: &mut Act,
    person: Person,
    permit: Permit<Person>,
    acting: Acting,
) -> Result<Standing> {
    let mut homes = store::homes(act, person.id).await?;
    homes.retain(Home::is_open);
    let wanted = match acting {
        Acting::First => homes.iter().position(|_| true),
        Acting::This(account) => homes.iter().position(|home| home.account.id == account),
    };
    let home = match (wanted, acting) {
        (Some(index), _) => homes.remove(index),
        (None, Acting::First) => return Err(ACCOUNT_SUSPENDED.into()),
        (None, Acting::This(_)) => return Err(ACCOUNT_ABSENT.into()),
    };
    let directory = find_permit(act, &home.tenant).await?;
    let mut others = Vec::with_capacity(homes.len());
    for other in homes {
        let permit = find_permit(act, &other.tenant).await?;
        others.push((other, permit));
    }
    Ok(Standing {
        person,
        permit,
        home,
        directory,
        others,
    })
}

/// A person's own account lets them see what its tenant is called, whichever tenant the session acts in.
pub(crate) async fn find_permit(act: &mut Act, tenant: &Tenant) -> Result<Permit<Directory>> {
    let directory = tenant.directory(Relation::Own);
    act.permit_for(&directory, Action::Find).await
}

/// What a new session is opened with: loaded and opened before the first write.
pub(crate) struct Opening {
    ending: Vec<SessionId>,
}

/// Reads what opening a session needs.
pub(crate) async fn prepare(act: &mut Act, person: &Person) -> Result<Opening> {
    Ok(Opening {
        ending: store::sessions_beyond(act, person.id).await?,
    })
}

/// Opens a session that acts as the standing's account, and hands out its token.
pub(crate) fn open_session(
    act: &mut Act,
    standing: &Standing,
    opening: Opening,
) -> Result<wire::SignedIn> {
    let session = act.new_id();
    let me = views::me(act, standing, session)?;
    end_sessions(act, &standing.permit, opening.ending, None)?;
    let home = (standing.home.tenant.id, standing.home.account.id);
    insert_session(act, &standing.permit, standing.person.id, home, session)?;
    Ok(signed_in(me))
}

/// Writes the row of a new session and gives the client its token.
pub(crate) fn insert_session(
    act: &mut Act,
    permit: &Permit<Person>,
    person: base::PersonId,
    (home, account): (base::TenantId, AccountId),
    session: SessionId,
) -> Result<()> {
    let token = token::fresh(act);
    let (address, client) = act.client();
    let client = act.seal(
        permit,
        Place::new(session, fields::SESSION_CLIENT),
        shortened(client).as_bytes(),
    );
    let address = act.seal(
        permit,
        Place::new(session, fields::SESSION_ADDRESS),
        shortened(address).as_bytes(),
    );
    let new = store::NewSession {
        token_hash: token.hash,
        person,
        home,
        account,
        client,
        address,
    };
    store::insert_session(act, permit, session, new)?;
    act.give_session(token.text);
    Ok(())
}

pub(crate) fn signed_in(me: wire::Me) -> wire::SignedIn {
    wire::SignedIn::SignedIn {
        token: String::new(),
        me: Box::new(me),
    }
}

/// What a client calls itself is as long as it likes; this much is shown.
fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 300;
    text.chars()
        .filter(|c| !c.is_control())
        .take(CHARS_MAX)
        .collect()
}

/// Ends sessions and has their sockets cut; all of them, or all but one.
pub(crate) fn end_sessions<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    sessions: Vec<SessionId>,
    but: Option<SessionId>,
) -> Result<()> {
    sessions
        .into_iter()
        .filter(|session| Some(*session) != but)
        .try_for_each(|session| store::end_session(act, permit, session))
}
