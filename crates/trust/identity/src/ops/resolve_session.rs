//! Who is signed in by a token. For the gate, at the beginning of each request that is not in its cache.

use act::{Act, Action, Audit, Operation};
use base::Result;

use super::sign_in;
use crate::{store, wire};

pub static OP: Operation = Operation::read("identity.session.resolve", Action::Serve)
    .system()
    .without_permit("it gives ids only, ahead of the operation whose own permit decides")
    .audited(Audit::Covered(sign_in::OP.name));

pub async fn run(act: &mut Act, input: wire::ResolveSession) -> Result<wire::Resolution> {
    let resolved = store::resolve(act, input.token_hash).await?;
    let session = resolved.map(|resolved| wire::ResolvedSession {
        session: resolved.session,
        person: resolved.person,
        tenant: resolved.tenant,
        account: resolved.account,
        role: resolved.role.into(),
        seen_at: resolved.seen_at,
    });
    Ok(wire::Resolution { session })
}
