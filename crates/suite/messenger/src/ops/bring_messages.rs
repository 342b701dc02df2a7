//! Bring what was said in a chat of another messenger.

use act::{Act, Action, Event, Method, Operation};
use base::Result;

use crate::{
    arriving,
    rules::{
        self, ACCOUNT_ABSENT, CHAT_IMPORTED, EMOJI_INVALID, FILE_ABSENT, FILE_UNFINISHED,
        FILES_TOO_MANY, IMPORT_ABSENT, IMPORT_CHAT_ABSENT, IMPORT_FINISHED, IMPORT_INPUT_BYTES_MAX,
        IMPORT_NAME_INVALID, IMPORT_OPENED, IMPORT_ORDER, IMPORT_ROOT_ABSENT, IMPORT_TOO_MUCH,
        MENTIONS_TOO_MANY, PINS_TOO_MANY, TEXT_CONTROL, TEXT_EMPTY, TEXT_TOO_LONG,
    },
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.messages", Action::Administer)
    .http(Method::Post, "/imports/{import}/messages")
    .input_max(IMPORT_INPUT_BYTES_MAX)
    .harmless_again("messages that came already are left as they are")
    .summary(
        "Brings what was said next in a chat; messages that came already are left as they are.",
    )
    .refusing(&[
        IMPORT_ABSENT,
        IMPORT_CHAT_ABSENT,
        IMPORT_FINISHED,
        IMPORT_OPENED,
        IMPORT_ORDER,
        IMPORT_ROOT_ABSENT,
        IMPORT_TOO_MUCH,
        IMPORT_NAME_INVALID,
        ACCOUNT_ABSENT,
        EMOJI_INVALID,
        MENTIONS_TOO_MANY,
        PINS_TOO_MANY,
        FILES_TOO_MANY,
        FILE_ABSENT,
        FILE_UNFINISHED,
        TEXT_EMPTY,
        TEXT_TOO_LONG,
        TEXT_CONTROL,
    ]);

pub async fn run(act: &mut Act, input: wire::BringMessages) -> Result<wire::Arrival> {
    rules::may_bring(&input.messages, act.now())?;
    act.throttle(&rules::IMPORTING, &act.member()?.account.to_bytes())?;
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    let import = store::import(act, input.import).await?;
    let arrival = store::arrival(act, &import, input.chat).await?;
    let permit = act.permit(&arrival).await?;
    rules::is_under_way(&import)?;
    rules::is_unopened(&arrival)?;
    let batch = arriving::prepare(act, &import, &arrival, &input.messages).await?;
    if batch.is_empty() {
        return Ok(wire::Arrival::of(&arrival));
    }
    let after = batch.advance(&arrival)?;

    // One change for all of them: nobody follows the chat, and numbers of changes stay without gaps.
    let change = act.emit(&permit, Event::new(CHAT_IMPORTED))?;
    batch.write(act, &permit, arrival.chat, change)?;
    store::update_arrival(act, &permit, &arrival, &after)?;
    Ok(wire::Arrival::of(&after))
}
