//! Let somebody in who asks for it, or do not.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{SystemBody, SystemEvent},
    rules::{self, ACCOUNT_ABSENT, CHAT_ABSENT, CHAT_FULL, REQUEST_ABSENT},
    steps,
    store::{self, Came},
    wire,
};

pub static OP: Operation = Operation::write("messenger.request.answer", Action::ManageMembers)
    .http(Method::Post, "/chats/{chat}/requests/{account}")
    .harmless_again("a request is answered once")
    .summary("Lets somebody into a chat who asks for it, or declines.")
    .refusing(&[CHAT_ABSENT, REQUEST_ABSENT, ACCOUNT_ABSENT, CHAT_FULL]);

pub async fn run(act: &mut Act, input: wire::AnswerRequest) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let request = store::find_request(act, chat.id, input.account).await?;
    let account = request.ok_or(REQUEST_ABSENT)?.account;
    let managers = store::list_managers(act, chat.id).await?;
    if input.accept {
        rules::may_grow(&chat, 1)?;
        steps::may_be_added(act, &[account], "account").await?;
    }

    // Two managers who answer at once: whoever comes second runs again, and finds no request.
    act.raise(&permit);
    store::delete_request(act, &permit, chat.id, account)?;
    let topic = Some(chat.id.to_bytes());
    if input.accept {
        let told = SystemBody::new(SystemEvent::MembersAdded, vec![account]);
        let message = steps::tell(act, &permit, told)?;
        let came = Came::told_by(&chat, &message);
        store::insert_members(act, &permit, &chat, &[account], came)?;
        store::settle_outside(act, &permit, chat.id, &[account])?;
        act.notify(account, "chat.added", topic, None);
    } else {
        act.notify(account, "chat.declined", topic, None);
    }
    for manager in managers {
        act.notify(manager, "chat.changed", topic, None);
    }
    Ok(wire::Done {})
}
