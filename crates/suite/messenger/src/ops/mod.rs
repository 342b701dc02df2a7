//! One verb per file.

pub mod add_members;
pub mod audience_chat;
pub mod change_chat;
pub mod changes_chat;
pub mod create_chat;
pub mod direct_chat;
pub mod get_chat;
pub mod get_draft;
pub mod get_message;
pub mod join_stream;
pub mod leave_chat;
pub mod list_chats;
pub mod list_members;
pub mod list_messages;
pub mod mark_position;
pub mod remove_member;
pub mod resume_stream;
pub mod save_draft;
pub mod send_message;
pub mod states_chats;
pub mod transfer_chat;
