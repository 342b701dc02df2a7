//! What is sealed, as it is stored: one byte of schema version, then JSON. It stays readable for ever, so it only grows:
//! new kinds are new variants, new fields are optional. This file and `wire.rs` are where serde stands.

mod exports;
mod files;
mod push;

use std::{borrow::Cow, fmt, str::FromStr};

use act::Field;
use base::{AccountId, Context, FileId, Result, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{card::Card, settings::Visibility};

pub(crate) use exports::*;
pub(crate) use files::*;
pub(crate) use push::*;

pub(crate) const MESSAGE_BODY: Field = Field {
    label: 101,
    name: "messenger.message.body",
};
pub(crate) const CHAT_NAME: Field = Field {
    label: 102,
    name: "messenger.chat.name",
};
pub(crate) const CHAT_DESCRIPTION: Field = Field {
    label: 121,
    name: "messenger.chat.description",
};
pub(crate) const CHAT_ANNOUNCEMENT: Field = Field {
    label: 122,
    name: "messenger.chat.announcement",
};
pub(crate) const DRAFT: Field = Field {
    label: 103,
    name: "messenger.draft.text",
};

pub(crate) const EMOJI: Field = Field {
    label: 104,
    name: "messenger.emoji.emoji",
};

pub(crate) const HOLD_REASON: Field = Field {
    label: 106,
    name: "messenger.hold.reason",
};

pub(crate) const IMPORT_LABEL: Field = Field {
    label: 133,
    name: "messenger.import.label",
};

pub(crate) const CARD_ANSWER: Field = Field {
    label: 105,
    name: "messenger.card.answer",
};

/// The schema of what this program writes.
const SCHEMA: u8 = 1;

/// A value as it is stored: the schema, then JSON.
fn to_stored(value: &impl Serialize, what: &'static str) -> Result<Vec<u8>> {
    let mut bytes = vec![SCHEMA];
    serde_json::to_writer(&mut bytes, value).context(what)?;
    Ok(bytes)
}

/// The JSON of what any release stored; nothing when its schema is newer than this program.
///
/// # Errors
/// A fault when there is no schema.
fn json_of<'a>(bytes: &'a [u8], what: &'static str) -> Result<Option<&'a [u8]>> {
    match bytes.split_first() {
        Some((&SCHEMA, json)) => Ok(Some(json)),
        Some(_) => Ok(None),
        None => None.context(what),
    }
}

/// What is sealed in a message's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    /// What the author's client called the message before it had an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    /// Where it comes from, if it was not said here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) imported: Option<Imported>,
    pub(crate) body: Body,
}

/// That a message was said in another messenger, and brought from there by an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Imported {
    /// The other messenger: `slack`. Others may come.
    pub source: String,
    /// What its author was called there, if they have no account here.
    pub author_name: Option<String>,
}

/// The kinds of messages. A kind that this program does not know yet reads as [`Body::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Body {
    Text(TextBody),
    System(SystemBody),
    Forward(ForwardBody),
    Card(Card),
    #[serde(other)]
    Unknown,
}

/// What a person wrote. A mention stands in the text as `@{u_…}` or `@{all}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TextBody {
    pub(crate) text: String,
    /// Who is named in the text and was a member then: accounts, or `all`.
    #[serde(default)]
    pub(crate) mentions: Vec<Mention>,
    /// What came with the text, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<FileId>,
}

/// Messages of another chat, as they stood when they were forwarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ForwardBody {
    pub(crate) items: Vec<Forwarded>,
}

/// A message that was forwarded. Its author may be unknown to its readers, so that the name comes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Forwarded {
    pub(crate) author: AccountId,
    pub(crate) name: String,
    pub(crate) sent_at: Timestamp,
    #[serde(flatten)]
    pub(crate) body: TextBody,
}

/// What happened in the chat, as a kind and parameters: it is rendered in its reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemBody {
    pub event: SystemEvent,
    /// Whom it concerns, the message's author apart.
    #[serde(default)]
    pub accounts: Vec<AccountId>,
    /// The chat's name from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the accounts are from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Appointment>,
    /// Who knows of the chat from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// What an owner can make of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Appointment {
    Manager,
    Member,
}

/// What a system message tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SystemEvent {
    ChatCreated,
    MembersAdded,
    MemberRemoved,
    MemberLeft,
    ChatRenamed,
    OwnerChanged,
    RoleChanged,
    AnnouncementChanged,
    VisibilityChanged,
    MemberJoined,
    /// One that this program does not know yet.
    #[serde(other)]
    Unknown,
}

/// Who is named in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Cow<'_, str>")]
pub enum Mention {
    Everyone,
    Account(AccountId),
}

impl SystemBody {
    pub(crate) const fn new(event: SystemEvent, accounts: Vec<AccountId>) -> Self {
        Self {
            event,
            accounts,
            name: None,
            role: None,
            visibility: None,
        }
    }
}

impl Body {
    /// The files that a message carries, in their order.
    pub(crate) fn files(&self) -> Vec<FileId> {
        match self {
            Self::Text(text) => text.files.clone(),
            Self::Forward(forward) => {
                let items = forward.items.iter();
                items
                    .flat_map(|item| item.body.files.iter().copied())
                    .collect()
            }
            Self::Card(card) => card.images(),
            Self::System(_) | Self::Unknown => Vec::new(),
        }
    }

    /// The same body with other files in place of these; those without another are left out.
    pub(crate) fn with_files(self, other: impl Fn(FileId) -> Option<FileId>) -> Self {
        let change = |body: TextBody| TextBody {
            files: body.files.into_iter().filter_map(&other).collect(),
            ..body
        };
        match self {
            Self::Text(text) => Self::Text(change(text)),
            Self::Forward(forward) => Self::Forward(ForwardBody {
                items: forward
                    .items
                    .into_iter()
                    .map(|item| Forwarded {
                        body: change(item.body),
                        ..item
                    })
                    .collect(),
            }),
            other => other,
        }
    }
}

impl Content {
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        to_stored(self, "writing a message body")
    }

    /// Reads what any release wrote: a schema or kind newer than this program is [`Body::Unknown`].
    ///
    /// # Errors
    /// A fault when a schema that is known does not read.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let Some(json) = json_of(bytes, "a message body without its schema")? else {
            return Ok(Self {
                client_id: None,
                imported: None,
                body: Body::Unknown,
            });
        };
        match serde_json::from_slice(json) {
            Ok(content) => Ok(content),
            Err(error) => newer_card(json)
                .ok_or(error)
                .context("reading a message body"),
        }
    }
}

/// Cards are read as strictly as they are taken, so that one of a newer release may hold what this one does not know.
fn newer_card(json: &[u8]) -> Option<Content> {
    #[derive(Deserialize)]
    struct Tagged {
        client_id: Option<String>,
        body: Kind,
    }
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
    }
    let tagged: Tagged = serde_json::from_slice(json).ok()?;
    (tagged.body.kind == "card").then_some(Content {
        client_id: tagged.client_id,
        imported: None,
        body: Body::Unknown,
    })
}

impl fmt::Display for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("all"),
            Self::Account(account) => account.fmt(f),
        }
    }
}

impl FromStr for Mention {
    type Err = base::ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::Everyone),
            account => account.parse().map(Self::Account),
        }
    }
}

impl From<Mention> for String {
    fn from(mention: Mention) -> Self {
        mention.to_string()
    }
}

impl TryFrom<Cow<'_, str>> for Mention {
    type Error = base::ParseIdError;

    fn try_from(text: Cow<'_, str>) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl JsonSchema for Mention {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Mention".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(all|u_[0-9a-f]{32})$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Content {
        Content {
            client_id: Some("c-1".to_owned()),
            imported: None,
            body: Body::Text(TextBody {
                text: text.to_owned(),
                mentions: vec![Mention::Everyone],
                files: Vec::new(),
            }),
        }
    }

    #[test]
    fn every_field_has_a_label_of_its_own() {
        let fields = [
            MESSAGE_BODY,
            CHAT_NAME,
            CHAT_DESCRIPTION,
            CHAT_ANNOUNCEMENT,
            DRAFT,
            EMOJI,
            CARD_ANSWER,
            HOLD_REASON,
            FILE_KEY,
            FILE_META,
            IMPORT_LABEL,
            PUSH_KEYS,
            EXPORT_KEY,
            EXPORT_WORK,
            EXPORT_ENTRIES,
        ];
        let mut labels = fields.map(|field| field.label);
        labels.sort_unstable();
        assert!(
            labels.windows(2).all(|pair| pair[0] < pair[1]),
            "{labels:?}"
        );
    }

    #[test]
    fn the_stored_form_is_this_one_for_ever() {
        let stored = b"\x01{\"client_id\":\"c-1\",\"body\":{\"kind\":\"text\",\"text\":\"hi @{all}\",\"mentions\":[\"all\"]}}";
        assert_eq!(text("hi @{all}").to_bytes().unwrap(), stored);
        assert_eq!(Content::from_bytes(stored).unwrap(), text("hi @{all}"));
    }

    #[test]
    fn kinds_fields_and_schemas_to_come_are_tolerated() {
        let sticker = b"\x01{\"body\":{\"kind\":\"sticker\",\"blob\":\"b_1\",\"size\":{\"w\":1}}}";
        assert_eq!(Content::from_bytes(sticker).unwrap().body, Body::Unknown);
        let reply =
            b"\x01{\"thread\":7,\"body\":{\"kind\":\"text\",\"text\":\"hi\",\"format\":\"markdown\"}}";
        assert!(matches!(
            Content::from_bytes(reply).unwrap().body,
            Body::Text(_)
        ));
        let card = b"\x01{\"body\":{\"kind\":\"card\",\"fallback\":\"f\",\"elements\":[{\"element\":\"chart\"}]}}";
        assert_eq!(Content::from_bytes(card).unwrap().body, Body::Unknown);
        assert_eq!(
            Content::from_bytes(b"\x02binary").unwrap().body,
            Body::Unknown
        );
        let moved = b"\x01{\"body\":{\"kind\":\"system\",\"event\":\"chat_moved\",\"to\":7}}";
        let unknown = SystemBody::new(SystemEvent::Unknown, Vec::new());
        assert_eq!(
            Content::from_bytes(moved).unwrap().body,
            Body::System(unknown)
        );
        assert!(Content::from_bytes(b"").is_err());
        assert!(Content::from_bytes(b"\x01{").is_err());
    }
}
