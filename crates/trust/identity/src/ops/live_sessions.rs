//! Which of a node's sessions still stand, and as which account: nodes ask it every few seconds, so that sockets are cut in
//! time when the bus is down.

use act::{Act, Action, Audit, INPUT_INVALID, Operation};
use base::Result;

use super::sign_in;
use crate::{store, wire};

const SESSIONS_MAX: usize = 10_000;

pub static OP: Operation = Operation::read("identity.session.live", Action::Serve)
    .system()
    .without_permit("it gives ids only, and sockets are cut while the server is sealed too")
    .audited(Audit::Covered(sign_in::OP.name))
    .input_max(512 * 1024);

pub async fn run(act: &mut Act, input: wire::LiveSessions) -> Result<wire::Live> {
    if input.sessions.len() > SESSIONS_MAX {
        return Err(INPUT_INVALID.at("sessions"));
    }
    let live = store::live(act, &input.sessions).await?;
    let view = |(session, account)| wire::LiveSession { session, account };
    Ok(wire::Live {
        live: live.into_iter().map(view).collect(),
    })
}
