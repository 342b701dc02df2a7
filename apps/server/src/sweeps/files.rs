//! Deeds on files: on their way in, sent, and looked through.

use act::Call;
use bytes::Bytes;
use serde_json::{Value, json};

use super::stage::{Deed, PICTURE, Stage, deed};

/// How far a file has come before it is dealt with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    Begun,
    Come,
    Whole,
}

impl Stage {
    pub(super) async fn of_files(&self, name: &str) -> Option<Deed> {
        let [ana, bo, _] = self.people().await;
        let input = json!({ "name": "news", "members": [bo.member.account] });
        let chat = self.does(&ana.actor, "messenger.chat.create", input).await;
        let chat = &chat["id"];
        let own = |input| deed(&ana.actor, input);
        let system = |input| deed(&self.system(), input);
        let tenant = ana.member.tenant;
        Some(match name.trim_start_matches("messenger.") {
            "upload.begin" => own(beginning(chat)),
            "upload.put" => {
                let upload = self.brings(chat, Stand::Begun).await;
                Deed {
                    body: Bytes::from_static(&PICTURE),
                    ..own(json!({ "chat": chat, "upload": upload, "index": 0 }))
                }
            }
            "upload.get" | "upload.cancel" => {
                own(json!({ "chat": chat, "upload": self.brings(chat, Stand::Begun).await }))
            }
            "upload.finish" => {
                own(json!({ "chat": chat, "upload": self.brings(chat, Stand::Come).await }))
            }
            "upload.expire" | "scan.due" => system(json!({})),
            "file.read" | "file.live" | "thumbnail.read" => {
                own(json!({ "chat": chat, "file": self.brings(chat, Stand::Whole).await }))
            }
            "file.list" => own(json!({ "chat": chat })),
            "quota.get" => own(json!({})),
            "quota.set" => own(json!({ "allowed_bytes": null })),
            "scan.read" | "scan.settle" => {
                let content = self.content_of(chat).await;
                let input = json!({ "tenant": tenant, "content": content });
                match name {
                    "messenger.scan.read" => system(input),
                    _ => system(with(input, json!({ "is_harmful": false }))),
                }
            }
            _ => return None,
        })
    }

    /// A file of the chat that has come so far.
    async fn brings(&self, chat: &Value, stand: Stand) -> Value {
        let ana = &self.people().await[0].actor;
        let begun = self
            .does(ana, "messenger.upload.begin", beginning(chat))
            .await;
        let upload = begun["id"].clone();
        if stand >= Stand::Come {
            let input = json!({ "chat": chat, "upload": upload, "index": 0 });
            let body = Bytes::from_static(&PICTURE);
            let put = self.operation("messenger.upload.put");
            let put = ana.calls_with(put, input, |call| Call { body, ..call });
            put.await.unwrap();
        }
        if stand >= Stand::Whole {
            let input = json!({ "chat": chat, "upload": upload });
            self.does(ana, "messenger.upload.finish", input).await;
        }
        upload
    }

    /// The content behind a file, which nothing but its tag names.
    async fn content_of(&self, chat: &Value) -> Value {
        let file = self.brings(chat, Stand::Whole).await;
        let ana = &self.people().await[0].actor;
        let read = self.operation("messenger.file.read");
        let input = json!({ "chat": chat, "file": file });
        let answer = ana.calls(read, input).await.unwrap();
        json!(answer.content.unwrap().tag)
    }
}

fn beginning(chat: &Value) -> Value {
    json!({ "chat": chat, "client_id": "u-1", "name": "picture.png", "size_bytes": PICTURE.len() })
}

fn with(mut input: Value, more: Value) -> Value {
    let more = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(more);
    input
}
