#![doc = include_str!("../README.md")]

mod arriving;
mod card;
mod content;
mod courier;
mod exporter;
mod exporting;
mod inspector;
mod joining;
mod media;
mod model;
mod operator;
mod ops;
mod posting;
mod rules;
mod settings;
mod steps;
mod store;
mod views;
pub mod wire;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use act::{Migration, MigrationSet, Module, With};

pub use courier::{Courier, OfChat, Telling, Turn};
pub use exporter::{Exporter, Steps};
pub use inspector::{Inspected, Inspector};
pub use operator::Settings;
pub use ops::{
    add_members, answer_card, answer_request, audience_chat, begin_export, begin_import,
    begin_upload, bring_chat, bring_file, bring_messages, bring_part, bring_whole, cancel_upload,
    change_card, change_chat, changes_chat, continue_export, create_chat, delete_export,
    direct_chat, disband_chat, due_exports, due_push, due_scans, edit_message, expire_exports,
    expire_uploads, finish_import, finish_upload, forward_messages, get_chat, get_draft,
    get_export, get_link, get_message, get_push, get_quiet, get_quota, get_upload, inspect_link,
    join_chat, join_link, join_stream, leave_chat, list_answers, list_chats, list_exports,
    list_files, list_holds, list_imports, list_members, list_messages, list_pins, list_public,
    list_reactions, list_readers, list_replies, list_requests, list_threads, list_versions,
    live_export, live_file, make_link, mark_position, mark_thread, open_chat, pin_message,
    place_hold, purge_messages, push_behind, push_held, push_tenants, put_part, react_message,
    read_export, read_file, read_import, read_policy, read_scan, read_thumbnail, recall_message,
    release_hold, remove_member, resume_stream, save_draft, save_policy, save_push, send_card,
    send_message, set_quiet, set_quota, set_role, settle_push, settle_scan, states_chats,
    stumble_export, transfer_chat, unpin_message, withdraw_link, withdraw_push, withdraw_request,
};

/// The schema of this domain.
pub const MIGRATIONS: MigrationSet = MigrationSet {
    domain: "messenger",
    migrations: &[
        Migration {
            name: "0001_chats",
            sql: include_str!("../migrations/0001_chats.sql"),
        },
        Migration {
            name: "0002_settings",
            sql: include_str!("../migrations/0002_settings.sql"),
        },
        Migration {
            name: "0003_messages",
            sql: include_str!("../migrations/0003_messages.sql"),
        },
        Migration {
            name: "0004_files",
            sql: include_str!("../migrations/0004_files.sql"),
        },
        Migration {
            name: "0005_cards",
            sql: include_str!("../migrations/0005_cards.sql"),
        },
        Migration {
            name: "0006_imports",
            sql: include_str!("../migrations/0006_imports.sql"),
        },
        Migration {
            name: "0007_retention",
            sql: include_str!("../migrations/0007_retention.sql"),
        },
        Migration {
            name: "0008_exports",
            sql: include_str!("../migrations/0008_exports.sql"),
        },
        Migration {
            name: "0009_push",
            sql: include_str!("../migrations/0009_push.sql"),
        },
        Migration {
            name: "0010_thread_drafts",
            sql: include_str!("../migrations/0010_thread_drafts.sql"),
        },
    ],
};

/// How often files that were not sent in time are removed.
const EXPIRY_EVERY: Duration = Duration::from_secs(60);

/// Everything this domain brings, with the settings that hold where nobody says otherwise.
pub fn module() -> Module {
    module_with(Settings::default())
}

/// What the devices of an account are told.
const NOTICES: &[&str] = &[
    "chat.added",
    "chat.removed",
    "chat.changed",
    "chat.declined",
    "position",
    "draft",
    "thread",
    "card.answered",
    "answer",
    "quiet",
    "export",
];

/// Everything this domain brings.
pub fn module_with(settings: Settings) -> Module {
    let settings = Arc::new(settings);
    let imports = with_imports(Module::new("messenger", MIGRATIONS), &settings);
    let mut module = with_exports(imports)
        // chats
        .with(&list_chats::OP, list_chats::run)
        .with(&create_chat::OP, create_chat::run)
        .with(&direct_chat::OP, direct_chat::run)
        .with(&get_chat::OP, get_chat::run)
        .with(&change_chat::OP, change_chat::run)
        .with(&disband_chat::OP, disband_chat::run)
        // who is in them
        .with(&list_members::OP, list_members::run)
        .with(&add_members::OP, add_members::run)
        .with(&remove_member::OP, remove_member::run)
        .with(&set_role::OP, set_role::run)
        .with(&leave_chat::OP, leave_chat::run)
        .with(&transfer_chat::OP, transfer_chat::run)
        // how one comes in
        .with(&list_public::OP, list_public::run)
        .with(&join_chat::OP, join_chat::run)
        .with(&list_requests::OP, list_requests::run)
        .with(&answer_request::OP, answer_request::run)
        .with(&withdraw_request::OP, withdraw_request::run)
        .with(&make_link::OP, make_link::run)
        .with(&get_link::OP, get_link::run)
        .with(&withdraw_link::OP, withdraw_link::run)
        .with(&inspect_link::OP, inspect_link::run)
        .with(&join_link::OP, join_link::run)
        // what is said
        .with(&list_messages::OP, list_messages::run)
        .with(&get_message::OP, get_message::run)
        .with(&send_message::OP, send_message::run)
        .with(&forward_messages::OP, forward_messages::run)
        .with(&edit_message::OP, edit_message::run)
        .with(&list_versions::OP, list_versions::run)
        .with(&recall_message::OP, recall_message::run)
        .with(&react_message::OP, react_message::run)
        .with(&list_reactions::OP, list_reactions::run)
        .with(&list_readers::OP, list_readers::run)
        .with(&list_pins::OP, list_pins::run)
        .with(&pin_message::OP, pin_message::run)
        .with(&unpin_message::OP, unpin_message::run)
        // cards
        .with(&send_card::OP, send_card::run)
        .with(&change_card::OP, change_card::run)
        .with(&answer_card::OP, answer_card::run)
        .with(&list_answers::OP, list_answers::run)
        // threads
        .with(&list_threads::OP, list_threads::run)
        .with(&list_replies::OP, list_replies::run)
        .with(&mark_thread::OP, mark_thread::run)
        // what the organisation allows
        .with(&read_policy::OP, read_policy::run)
        .with(&save_policy::OP, save_policy::run)
        .with(&list_holds::OP, list_holds::run)
        .with(&place_hold::OP, place_hold::run)
        .with(&release_hold::OP, release_hold::run)
        .with(&purge_messages::OP, purge_messages::run)
        .reconciling(&purge_messages::OP, rules::PURGE_EVERY)
        // one's own standing
        .with(&mark_position::OP, mark_position::run)
        .with(&get_draft::OP, get_draft::run)
        .with(&save_draft::OP, save_draft::run)
        .with(&get_quiet::OP, get_quiet::run)
        .with(&set_quiet::OP, set_quiet::run)
        // for the stream
        .with(&resume_stream::OP, resume_stream::run)
        .with(&join_stream::OP, join_stream::run)
        .with(&audience_chat::OP, audience_chat::run)
        .with(&changes_chat::OP, changes_chat::run)
        .with(&states_chats::OP, states_chats::run);
    module = with_push(with_files(module, &settings), &settings);
    module.statements = store::statements();
    module.blobs = store::BLOBS;
    module.kinds = &[model::CHAT, model::SHELF];
    module.refusals = rules::refusals();
    module.notices = NOTICES;
    module
}

/// What belongs to files.
fn with_files(module: Module, settings: &Arc<Settings>) -> Module {
    module
        .with(&begin_upload::OP, knowing(settings, begin_upload::run))
        .with(&put_part::OP, put_part::run)
        .with(&get_upload::OP, get_upload::run)
        .with(&finish_upload::OP, knowing(settings, finish_upload::run))
        .with(&cancel_upload::OP, cancel_upload::run)
        .with(&expire_uploads::OP, expire_uploads::run)
        .with(&list_files::OP, list_files::run)
        .with(&read_file::OP, read_file::run)
        .with(&live_file::OP, live_file::run)
        .with(&read_thumbnail::OP, read_thumbnail::run)
        .with(&get_quota::OP, knowing(settings, get_quota::run))
        .with(&set_quota::OP, knowing(settings, set_quota::run))
        .with(&due_scans::OP, due_scans::run)
        .with(&read_scan::OP, read_scan::run)
        .with(&settle_scan::OP, settle_scan::run)
        .reconciling(&expire_uploads::OP, EXPIRY_EVERY)
}

/// What tells browsers.
fn with_push(module: Module, settings: &Arc<Settings>) -> Module {
    module
        .with(&get_push::OP, knowing(settings, get_push::run))
        .with(&save_push::OP, knowing(settings, save_push::run))
        .with(&withdraw_push::OP, withdraw_push::run)
        .with(&push_tenants::OP, push_tenants::run)
        .with(&push_behind::OP, push_behind::run)
        .with(&push_held::OP, push_held::run)
        .with(&due_push::OP, due_push::run)
        .with(&settle_push::OP, settle_push::run)
}

fn knowing<F>(settings: &Arc<Settings>, run: F) -> With<F, Settings> {
    With {
        run,
        settings: Arc::clone(settings),
    }
}

/// What comes from another messenger.
fn with_imports(module: Module, settings: &Arc<Settings>) -> Module {
    module
        .with(&list_imports::OP, list_imports::run)
        .with(&begin_import::OP, begin_import::run)
        .with(&read_import::OP, read_import::run)
        .with(&bring_chat::OP, bring_chat::run)
        .with(&bring_file::OP, knowing(settings, bring_file::run))
        .with(&bring_part::OP, bring_part::run)
        .with(&bring_whole::OP, knowing(settings, bring_whole::run))
        .with(&bring_messages::OP, bring_messages::run)
        .with(&open_chat::OP, open_chat::run)
        .with(&finish_import::OP, finish_import::run)
}

/// What people take with them.
fn with_exports(module: Module) -> Module {
    module
        .with(&list_exports::OP, list_exports::run)
        .with(&begin_export::OP, begin_export::run)
        .with(&get_export::OP, get_export::run)
        .with(&delete_export::OP, delete_export::run)
        .with(&read_export::OP, read_export::run)
        .with(&live_export::OP, live_export::run)
        .with(&due_exports::OP, due_exports::run)
        .with(&continue_export::OP, continue_export::run)
        .with(&stumble_export::OP, stumble_export::run)
        .with(&expire_exports::OP, expire_exports::run)
        .reconciling(&expire_exports::OP, rules::EXPORTS_EXPIRE_EVERY)
}
