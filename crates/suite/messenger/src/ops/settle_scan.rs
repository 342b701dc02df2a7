//! For who looks through files: what was found.

use act::{Act, Action, Event, Operation, Permit};
use base::Result;

use crate::{
    model::Topic,
    rules::{self, CHAT_ABSENT, FILE_ABSENT, Happening, MESSAGE_SETTLED},
    store::{self, Carrying},
    wire,
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
    let Some(state) = rules::next(file.content.state, happening) else {
        return Ok(wire::Done {});
    };
    let carrying = carriers(act, input).await?;

    store::update_content(act, &permit, &file.content, state, None)?;
    for (permit, message) in &carrying {
        let event = Event::new(MESSAGE_SETTLED).item(message.message, message.number.into());
        let change = act.emit(permit, event)?;
        store::touch_message(act, permit, message, change)?;
    }
    Ok(wire::Done {})
}

/// The messages that are told of it, each with a permit for its chat.
async fn carriers(
    act: &mut Act,
    input: wire::SettleScan,
) -> Result<Vec<(Permit<Topic>, Carrying)>> {
    let mut carrying = Vec::new();
    for message in store::messages_with(act, input.content, rules::TOLD_MAX).await? {
        match store::topic(act, message.chat).await {
            Err(error) if error.is(&CHAT_ABSENT) => {}
            topic => carrying.push((act.permit(&topic?).await?, message)),
        }
    }
    Ok(carrying)
}
