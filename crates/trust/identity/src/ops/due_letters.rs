//! Which letters are due.

use act::{Act, Action, Audit, Operation};
use base::Result;

use super::read_letter;
use crate::{rules, store, wire};

pub static OP: Operation = Operation::read("identity.letter.due", Action::Serve)
    .system()
    .audited(Audit::Covered(read_letter::OP.name));

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::DueLetters> {
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let letters = store::letters_due(act, rules::LETTERS_AT_ONCE).await?;
    Ok(wire::DueLetters { letters })
}
