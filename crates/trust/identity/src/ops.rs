//! The table of contents: one verb per file.

pub mod accept_invitation;
pub mod change_password;
pub mod confirm_totp;
pub mod count_code_failure;
pub mod create_invitation;
pub mod create_sign_up_code;
pub mod due_letters;
pub mod enrol_totp;
pub mod finish_reset;
pub mod inspect_invitation;
pub mod join_invitation;
pub mod list_accounts;
pub mod list_invitations;
pub mod list_members;
pub mod list_sessions;
pub mod list_tenants;
pub mod live_sessions;
pub mod purge_outdated;
pub mod put_avatar;
pub mod read_account;
pub mod read_avatar;
pub mod read_instance;
pub mod read_invitation;
pub mod read_letter;
pub mod read_me;
pub mod remove_avatar;
pub mod remove_totp;
pub mod renew_recovery_codes;
pub mod request_reset;
pub mod reset_member;
pub mod resolve_session;
pub mod revoke_other_sessions;
pub mod revoke_session;
pub mod second_factor;
pub mod set_sign_up;
pub mod set_tenant_state;
pub mod settle_letter;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
pub mod start_reset;
pub mod switch_account;
pub mod touch_session;
pub mod update_me;
pub mod update_member;
pub mod withdraw_invitation;

use std::sync::Arc;

use act::{Module, With};

use crate::{
    model::{DIRECTORY, PERSON},
    refusals, rules,
    settings::Settings,
    store,
};

/// What [`crate::Sessions`] and [`crate::Postman`] call.
pub(crate) const RESOLVE: &str = resolve_session::OP.name;
pub(crate) const TOUCH: &str = touch_session::OP.name;
pub(crate) const DUE_LETTERS: &str = due_letters::OP.name;
pub(crate) const READ_LETTER: &str = read_letter::OP.name;
pub(crate) const SETTLE_LETTER: &str = settle_letter::OP.name;

/// Everything this domain brings.
pub fn module(settings: Settings) -> Module {
    let settings = Arc::new(settings);
    let mut module = Module::new("identity", store::MIGRATIONS);
    module.statements = store::STATEMENTS.to_vec();
    module.blobs = store::BLOBS;
    module.kinds = &[PERSON, DIRECTORY];
    module.refusals = refusals::ALL.to_vec();
    module.notices = &["profile"];
    let module = of_the_house(of_oneself(module, &settings), &settings);
    unseen(module, &settings).reconciling(&purge_outdated::OP, rules::PURGE_EVERY)
}

/// Coming in, and what belongs to oneself.
fn of_oneself(module: Module, settings: &Arc<Settings>) -> Module {
    module
        .with(&read_instance::OP, knowing(settings, read_instance::run))
        .with(&sign_up::OP, sign_up::run)
        .with(&sign_in::OP, sign_in::run)
        .with(&second_factor::OP, second_factor::run)
        .with(&sign_out::OP, sign_out::run)
        .with(&read_me::OP, read_me::run)
        .with(&update_me::OP, update_me::run)
        .with(&switch_account::OP, switch_account::run)
        .with(&put_avatar::OP, put_avatar::run)
        .with(&remove_avatar::OP, remove_avatar::run)
        .with(&read_avatar::OP, read_avatar::run)
        .with(&change_password::OP, change_password::run)
        .with(&enrol_totp::OP, knowing(settings, enrol_totp::run))
        .with(&confirm_totp::OP, confirm_totp::run)
        .with(&remove_totp::OP, remove_totp::run)
        .with(&renew_recovery_codes::OP, renew_recovery_codes::run)
        .with(&list_sessions::OP, list_sessions::run)
        .with(&revoke_session::OP, revoke_session::run)
        .with(&revoke_other_sessions::OP, revoke_other_sessions::run)
}

/// Colleagues, and those who look after them.
fn of_the_house(module: Module, settings: &Arc<Settings>) -> Module {
    module
        .with(&request_reset::OP, knowing(settings, request_reset::run))
        .with(&finish_reset::OP, finish_reset::run)
        .with(&list_accounts::OP, list_accounts::run)
        .with(&read_account::OP, read_account::run)
        .with(&list_members::OP, list_members::run)
        .with(&update_member::OP, update_member::run)
        .with(&reset_member::OP, knowing(settings, reset_member::run))
        .with(
            &create_invitation::OP,
            knowing(settings, create_invitation::run),
        )
        .with(&list_invitations::OP, list_invitations::run)
        .with(&read_invitation::OP, read_invitation::run)
        .with(&withdraw_invitation::OP, withdraw_invitation::run)
        .with(&inspect_invitation::OP, inspect_invitation::run)
        .with(&accept_invitation::OP, accept_invitation::run)
        .with(&join_invitation::OP, join_invitation::run)
}

/// What the wire never reaches: the operator's and the system's.
fn unseen(module: Module, settings: &Arc<Settings>) -> Module {
    module
        .with(&list_tenants::OP, list_tenants::run)
        .with(&set_tenant_state::OP, set_tenant_state::run)
        .with(&set_sign_up::OP, set_sign_up::run)
        .with(&create_sign_up_code::OP, create_sign_up_code::run)
        .with(&start_reset::OP, knowing(settings, start_reset::run))
        .with(&resolve_session::OP, resolve_session::run)
        .with(&live_sessions::OP, live_sessions::run)
        .with(&touch_session::OP, touch_session::run)
        .with(&due_letters::OP, due_letters::run)
        .with(&read_letter::OP, knowing(settings, read_letter::run))
        .with(&settle_letter::OP, settle_letter::run)
        .with(&count_code_failure::OP, count_code_failure::run)
        .with(&purge_outdated::OP, purge_outdated::run)
}

fn knowing<F>(settings: &Arc<Settings>, run: F) -> With<F, Settings> {
    With {
        run,
        settings: Arc::clone(settings),
    }
}
