//! Rename a chat for everyone, or mute it for oneself.

use act::{Act, Action, Method, Operation, Permit};
use base::Result;

use crate::{
    content::{SystemBody, SystemEvent},
    model::{Chat, Shape},
    rules::{self, CHAT_ABSENT, DIRECT_FIXED, NAME_INVALID},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.change", Action::Mark)
    .http(Method::Patch, "/chats/{chat}")
    .summary("Renames a chat for everyone in it, or mutes it for oneself.")
    .refusing(&[CHAT_ABSENT, DIRECT_FIXED, NAME_INVALID]);

pub async fn run(act: &mut Act, input: wire::ChangeChat) -> Result<wire::Chat> {
    let name = input.name.as_deref().map(rules::chat_name).transpose()?;
    let overview = store::overview(act, input.chat).await?;
    let chat = &overview.chat;
    let permit = act.permit(chat).await?;
    if name.is_some() {
        act.permit_for(chat, Action::Change).await?;
        rules::is_group(chat)?;
    }
    let mut view = steps::view(act, &permit, &overview).await?;

    if let Some(muted) = input.muted {
        let since = muted.then(|| chat.standing.muted_at.unwrap_or(act.now()));
        store::update_muted(act, &permit, chat, since)?;
        let topic = Some(chat.id.to_bytes());
        act.notify(chat.standing.account, "chat.changed", topic, None);
        view.muted = muted;
    }
    match name.filter(|name| *name != view.name) {
        None => Ok(view),
        Some(name) => rename(act, &permit, chat, wire::Chat { name, ..view }),
    }
}

fn rename(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    view: wire::Chat,
) -> Result<wire::Chat> {
    let Shape::Group(old) = &chat.shape else {
        return Err(DIRECT_FIXED.into());
    };
    // Two people who rename at once: the version of the name stays one ahead of what was read.
    act.raise(permit);
    let name = steps::seal_name(act, permit, &view.name, old.version + 1);
    store::update_name(act, permit, chat.id, &name)?;
    let renamed = SystemBody {
        event: SystemEvent::ChatRenamed,
        accounts: Vec::new(),
        name: Some(view.name.clone()),
    };
    Ok(view.after(steps::tell(act, permit, renamed)?))
}
