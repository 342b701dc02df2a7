//! The table of contents: one verb per file.

pub(crate) mod accept_invitation;
pub(crate) mod create_invitation;
pub(crate) mod inspect_invitation;
pub(crate) mod list_accounts;
pub(crate) mod live_sessions;
pub(crate) mod read_account;
pub(crate) mod read_instance;
pub(crate) mod read_me;
pub(crate) mod resolve_session;
pub(crate) mod second_factor;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_up;
pub(crate) mod touch_session;

use std::sync::Arc;

use act::Module;

use crate::{
    model::{DIRECTORY, PERSON},
    refusals,
    settings::{Settings, WithSettings},
    store,
};

/// Everything this domain brings.
pub fn module(settings: Settings) -> Module {
    let settings = Arc::new(settings);
    let mut module = Module::new("identity", store::MIGRATIONS);
    module.statements = store::STATEMENTS;
    module.kinds = &[PERSON, DIRECTORY];
    module.refusals = refusals::ALL;
    module
        .with(&read_instance::OP, knowing(&settings, read_instance::run))
        .with(&sign_up::OP, sign_up::run)
        .with(&sign_in::OP, sign_in::run)
        .with(&second_factor::OP, second_factor::run)
        .with(&sign_out::OP, sign_out::run)
        .with(&read_me::OP, read_me::run)
        .with(&list_accounts::OP, list_accounts::run)
        .with(&read_account::OP, read_account::run)
        .with(
            &create_invitation::OP,
            knowing(&settings, create_invitation::run),
        )
        .with(&inspect_invitation::OP, inspect_invitation::run)
        .with(&accept_invitation::OP, accept_invitation::run)
        .with(&resolve_session::OP, resolve_session::run)
        .with(&live_sessions::OP, live_sessions::run)
        .with(&touch_session::OP, touch_session::run)
}

fn knowing<F>(settings: &Arc<Settings>, run: F) -> WithSettings<F> {
    WithSettings {
        run,
        settings: Arc::clone(settings),
    }
}

/// What [`crate::Sessions`] calls.
pub(crate) const RESOLVE: &str = resolve_session::OP.name;
pub(crate) const TOUCH: &str = touch_session::OP.name;
