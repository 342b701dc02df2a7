//! Say what the organisation allows in its chats.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::Policy,
    rules::{self, POLICY_WINDOW},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.policy.save", Action::Administer)
    .http(Method::Put, "/messenger/policy")
    .summary(
        "Says for how long authors may edit and recall messages; it holds for older messages too.",
    )
    .refusing(&[POLICY_WINDOW]);

pub async fn run(act: &mut Act, input: wire::Policy) -> Result<wire::Policy> {
    let policy = Policy {
        edit_window: rules::window(input.edit_window_s, "edit_window_s")?,
        recall_window: rules::window(input.recall_window_s, "recall_window_s")?,
    };
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;

    store::save_policy(act, &permit, policy)?;
    Ok(wire::Policy::of(policy))
}
