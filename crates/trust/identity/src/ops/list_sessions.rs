//! Where the person is signed in.

use act::{Act, Action, Method, Operation, Place};
use base::{Result, SessionId};

use crate::{directory, model::fields, refusals::LIMIT_INVALID, rules, store, wire};

pub static OP: Operation = Operation::read("identity.session.list", Action::Read)
    .http(Method::Get, "/me/sessions")
    .summary("Where the person is signed in, newest first.")
    .refusing(&[LIMIT_INVALID]);

pub async fn run(act: &mut Act, input: wire::List) -> Result<wire::Page<wire::Session>> {
    let limit = rules::page_limit(input.limit)?;
    let current = act.member()?.session;
    let before = match &input.cursor {
        None => SessionId::from_bytes([0xff; 16]),
        Some(cursor) => directory::read_position(act, cursor).await?,
    };
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;
    let mut sessions = store::list_sessions(act, person.id, before, limit + 1).await?;
    let next_cursor =
        directory::next_cursor(act, &mut sessions, limit, |session| session.id.to_bytes()).await?;
    let view = |session: crate::model::Session| {
        Ok(wire::Session {
            id: session.id,
            current: session.id == current,
            client: act.open_text(
                &permit,
                Place::new(session.id, fields::SESSION_CLIENT),
                &session.client,
            )?,
            address: act.open_text(
                &permit,
                Place::new(session.id, fields::SESSION_ADDRESS),
                &session.address,
            )?,
            created_at: session.created_at,
            seen_at: session.seen_at,
            expires_at: rules::session_end(session.created_at, session.seen_at),
        })
    };
    let items = sessions.into_iter().map(view).collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}
