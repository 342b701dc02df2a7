//! Which letters are due.

use act::{Act, Action, Audit, Operation};
use base::Result;

use crate::{rules, store, wire};

pub static OP: Operation = Operation::read("identity.letter.due", Action::Serve)
    .system()
    .audited(Audit::Covered(
        "the entry of the act that posted the letter",
    ));

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::DueLetters> {
    let letters = store::letters_due(act, rules::LETTERS_AT_ONCE).await?;
    Ok(wire::DueLetters { letters })
}
