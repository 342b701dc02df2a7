//! For who looks through files: what was found.

use act::{Act, Action, Operation};
use base::Result;

use crate::{
    rules::{self, FILE_ABSENT, Happening},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.scan.settle", Action::Serve)
    .system()
    .across_tenants()
    .summary("Notes what was found in a content: it is given out from then on, or never.")
    .refusing(&[FILE_ABSENT]);

pub async fn run(act: &mut Act, input: wire::SettleScan) -> Result<wire::Done> {
    act.enter(input.tenant)?;
    let file = store::file_of_content(act, input.content).await?;
    let topic = store::topic(act, file.chat).await?;
    let permit = act.permit(&topic).await?;
    let happening = match input.is_harmful {
        true => Happening::FoundHarmful,
        false => Happening::FoundClean,
    };
    // What was settled before stays so.
    if let Some(state) = rules::next(file.content.state, happening) {
        store::update_content(act, &permit, &file.content, state, None)?;
    }
    Ok(wire::Done {})
}
