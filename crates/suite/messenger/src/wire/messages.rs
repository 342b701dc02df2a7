//! What is said, and one's own standing to it.

use std::collections::HashMap;

use act::Number;
use base::{AccountId, ChatId, FileId, MessageId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, File, OwnAnswer, ShownCard};

pub use crate::content::{Imported, Mention, SystemBody, SystemEvent};
use crate::{
    content::{Body, Content, Forwarded},
    model,
};

/// `GET /chats/{chat}/messages`: the latest, or those next to a number. What was said in threads is not among them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMessages {
    pub chat: ChatId,
    pub before: Option<u64>,
    pub after: Option<u64>,
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// One message of one chat.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfMessage {
    pub chat: ChatId,
    pub message: MessageId,
}

/// `POST /chats/{chat}/messages`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    pub chat: ChatId,
    /// What the client calls the message; sending again under the same name gives the same message.
    #[schemars(length(min = 1, max = 64))]
    pub client_id: String,
    pub body: NewText,
    /// The message that this one answers: it is quoted above.
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// The message below which this one is said, in a thread of its own.
    #[serde(default)]
    pub thread: Option<MessageId>,
}

/// What a person writes, in a subset of Markdown that is kept as it was written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewText {
    /// May be empty when files come with it.
    #[schemars(length(max = 20_000))]
    pub text: String,
    /// Files of one's own that are whole, in the order in which they are shown.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub files: Vec<FileId>,
}

/// `PUT /chats/{chat}/position`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkPosition {
    pub chat: ChatId,
    pub number: u64,
}

/// `GET /chats/{chat}/draft`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetDraft {
    pub chat: ChatId,
    /// The head of the thread that it is for; none for the chat itself.
    #[serde(default)]
    pub thread: Option<MessageId>,
}

/// `PUT /chats/{chat}/draft`: an empty text removes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    pub chat: ChatId,
    /// The head of the thread that it is for; none for the chat itself.
    #[serde(default)]
    pub thread: Option<MessageId>,
    #[schemars(length(max = 20_000))]
    pub text: String,
}

/// `POST /chats/{chat}/forwards`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForwardMessages {
    /// Where they go.
    pub chat: ChatId,
    /// What the client calls the new message, as with sending.
    #[schemars(length(min = 1, max = 64))]
    pub client_id: String,
    /// Where they come from.
    pub source: ChatId,
    #[schemars(length(min = 1, max = 50))]
    pub messages: Vec<MessageId>,
}

/// A message.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Message {
    pub id: MessageId,
    pub chat: ChatId,
    /// Its place in the chat: 1 and on, without gaps.
    pub number: Number,
    /// The number of the last change that concerns it.
    pub change: Number,
    pub author: AccountId,
    #[serde(flatten)]
    pub body: MessageBody,
    pub sent_at: Timestamp,
    /// What its author's client called it.
    pub client_id: Option<String>,
    /// Where it comes from, if it was said in another messenger.
    pub imported: Option<Imported>,
    /// The message below which it was said, in a thread.
    pub thread: Option<MessageId>,
    /// What it answers.
    pub quote: Option<Quote>,
    /// How often it was edited.
    pub edits: i64,
    pub edited_at: Option<Timestamp>,
    pub recalled: Option<Recall>,
    pub pinned: bool,
    /// In the order of their first use.
    pub reactions: Vec<Reaction>,
    /// The thread below it, if there is one.
    pub replies: Option<Replies>,
    /// What the caller answered to it, if it is a card. Never in the stream's frames.
    pub answer: Option<OwnAnswer>,
}

/// The kind of a message and its body.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum MessageBody {
    Text(Text),
    System(SystemBody),
    Forward(Forward),
    Card(ShownCard),
    /// It was withdrawn, and says nothing any more.
    Recalled(Done),
    /// Of a kind that this server does not know yet: a newer one beside it wrote it.
    Unknown(Done),
}

/// What a person wrote. A mention stands in the text as `@{u_…}` or `@{all}`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Text {
    pub text: String,
    /// Who is named in the text and was a member then: accounts, or `all`.
    pub mentions: Vec<Mention>,
    pub files: Vec<File>,
}

/// Messages of another chat, as they stood when they were forwarded.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Forward {
    pub items: Vec<ForwardedMessage>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ForwardedMessage {
    pub author: AccountId,
    /// What the author was called then.
    pub name: String,
    pub sent_at: Timestamp,
    pub text: String,
    pub mentions: Vec<Mention>,
    pub files: Vec<File>,
}

/// What a message answers, in short.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Quote {
    pub message: MessageId,
    pub number: Number,
    pub author: AccountId,
    /// What its author was called elsewhere, if it was brought from there and they have no account here.
    pub author_name: Option<String>,
    /// The beginning of its text, at most 200 characters; empty for kinds without text.
    pub excerpt: String,
    pub recalled: bool,
}

/// Who withdrew a message, and when.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Recall {
    pub by: AccountId,
    pub at: Timestamp,
}

/// How people reacted to a message with one emoji.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reaction {
    pub emoji: String,
    pub count: i64,
    /// The first of them, 20 at most.
    pub accounts: Vec<AccountId>,
    /// Whether the caller is one of them. Never in the stream's frames, which are the same for everyone.
    pub mine: bool,
}

/// The thread below a message.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Replies {
    pub count: i64,
    pub last_at: Timestamp,
    pub last_number: i64,
}

/// A part of a chat's history, ascending by number.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Messages {
    pub items: Vec<Message>,
    pub has_before: bool,
    pub has_after: bool,
}

/// How far one has read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Position {
    pub read_number: i64,
    pub unread: i64,
}

/// What one has begun to write.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Draft {
    pub text: String,
    pub saved_at: Option<Timestamp>,
}

/// Files that were opened, by their ids.
pub(crate) type Files = HashMap<FileId, File>;

/// These of the files that were opened; one that is gone is left out.
fn shown(ids: &[FileId], files: &Files) -> Vec<File> {
    let ids = ids.iter();
    ids.filter_map(|id| files.get(id).cloned()).collect()
}

impl Message {
    /// The message and its body; what others did to it is added by those who have read it.
    pub(crate) fn of(message: &model::Message, content: Content, files: &Files) -> Self {
        let state = &message.state;
        let recalled = state.recalled.map(|mark| Recall {
            by: mark.by,
            at: mark.at,
        });
        Self {
            id: message.id,
            chat: message.chat,
            number: message.number,
            change: message.change,
            author: message.author,
            body: match recalled {
                Some(_) => MessageBody::Recalled(Done {}),
                None => MessageBody::of(content.body, files),
            },
            sent_at: message.sent_at,
            client_id: content.client_id,
            imported: content.imported,
            thread: message.thread,
            quote: None,
            edits: state.edits,
            edited_at: state.edited_at,
            recalled,
            pinned: state.pinned.is_some(),
            reactions: Vec::new(),
            replies: state.replies.map(|replies| Replies {
                count: replies.count,
                last_at: replies.last_at,
                last_number: replies.last_number,
            }),
            answer: None,
        }
    }

    /// The message after a recall.
    #[must_use]
    pub(crate) fn withdrawn(self, by: AccountId, at: Timestamp, change: Number) -> Self {
        Self {
            body: MessageBody::Recalled(Done {}),
            recalled: Some(Recall { by, at }),
            pinned: false,
            reactions: Vec::new(),
            quote: None,
            answer: None,
            change,
            ..self
        }
    }
}

impl MessageBody {
    fn of(body: Body, files: &Files) -> Self {
        match body {
            Body::Text(text) => Self::Text(Text {
                files: shown(&text.files, files),
                text: text.text,
                mentions: text.mentions,
            }),
            Body::System(system) => Self::System(system),
            Body::Forward(forward) => Self::Forward(Forward {
                items: forward
                    .items
                    .into_iter()
                    .map(|item| ForwardedMessage::of(item, files))
                    .collect(),
            }),
            Body::Card(card) => Self::Card(ShownCard {
                files: shown(&card.images(), files),
                card,
            }),
            Body::Unknown => Self::Unknown(Done {}),
        }
    }
}

impl ForwardedMessage {
    fn of(item: Forwarded, files: &Files) -> Self {
        Self {
            files: shown(&item.body.files, files),
            author: item.author,
            name: item.name,
            sent_at: item.sent_at,
            text: item.body.text,
            mentions: item.body.mentions,
        }
    }
}
