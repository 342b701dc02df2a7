//! Note that a letter went, or has to be tried again.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::read_letter;
use crate::{rules, store, wire};

pub static OP: Operation = Operation::write("identity.letter.settle", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(read_letter::OP.name));

pub async fn run(act: &mut Act, input: wire::SettleLetter) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    let Some(letter) = store::find_letter(act, input.letter).await? else {
        return Ok(wire::Done {});
    };

    match input.outcome {
        wire::LetterOutcome::Sent => store::delete_letter(act, &permit, letter.id)?,
        wire::LetterOutcome::Failed => {
            let due = rules::letter_due(act.now(), letter.attempts);
            store::put_off_letter(act, &permit, letter.id, due)?;
        }
    }
    Ok(wire::Done {})
}
