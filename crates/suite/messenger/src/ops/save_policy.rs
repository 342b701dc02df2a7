//! Say what the organisation allows in its chats.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::{Policy, Retention},
    rules::{self, POLICY_WINDOW, RETENTION_INVALID},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.policy.save", Action::Administer)
    .http(Method::Put, "/messenger/policy")
    .summary(
        "Says for how long authors may edit and recall messages, and for how long these are kept; it holds for older ones too.",
    )
    .refusing(&[POLICY_WINDOW, RETENTION_INVALID]);

pub async fn run(act: &mut Act, input: wire::Policy) -> Result<wire::Policy> {
    let policy = Policy {
        edit_window: rules::window(input.edit_window_s, "edit_window_s")?,
        recall_window: rules::window(input.recall_window_s, "recall_window_s")?,
        retention: Retention {
            least: input.retention_min_days,
            usual: input.retention_days,
            greatest: input.retention_max_days,
        },
    };
    rules::may_set_retention(policy.retention)?;
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;

    store::save_policy(act, &permit, policy)?;
    Ok(wire::Policy::of(policy))
}
