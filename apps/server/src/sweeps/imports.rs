//! Deeds of an import: what comes from another messenger.

use act::Call;
use bytes::Bytes;
use serde_json::{Value, json};

use super::stage::{Deed, PICTURE, Stage, deed};

impl Stage {
    pub(super) async fn of_imports(&self, name: &str) -> Option<Deed> {
        let [ana, bo, _] = self.people().await;
        let own = |input| deed(&ana.actor, input);
        // Each deed has a workspace of its own.
        let begin = json!({ "source": "slack", "workspace": name, "label": "Weaver Mill" });
        if name == "messenger.import.begin" {
            return Some(own(begin));
        }
        let import = self.does(&ana.actor, "messenger.import.begin", begin).await;
        let of_it = json!({ "import": import["id"] });
        let and = |more: Value| {
            let mut input = of_it.clone();
            let more = more.as_object().unwrap().clone();
            input.as_object_mut().unwrap().extend(more);
            input
        };
        let chat = and(json!({
            "external_id": "C1", "name": "news", "created_at": "2020-01-01T00:00:00Z",
            "owner": bo.member.account,
        }));
        Some(match name.trim_start_matches("messenger.import.") {
            "list" => own(json!({})),
            "read" | "finish" => own(of_it),
            "chat" => own(chat),
            "open" | "messages" => {
                let brought = self.does(&ana.actor, "messenger.import.chat", chat).await;
                let mut input = and(json!({ "chat": brought["chat"] }));
                if name == "messenger.import.messages" {
                    input["messages"] = json!([{
                        "external_id": "1.0", "sent_at": "2020-01-01T00:00:01Z", "text": "hello",
                    }]);
                }
                own(input)
            }
            "file" | "part" | "whole" => {
                let brought = self.does(&ana.actor, "messenger.import.chat", chat).await;
                self.of_brought(name, and(json!({ "chat": brought["chat"] })))
                    .await
            }
            _ => return None,
        })
    }
    /// Deeds on a file of a chat that arrives.
    async fn of_brought(&self, name: &str, of_chat: Value) -> Deed {
        let ana = &self.people().await[0].actor;
        let with = |input: &Value, name: &str, value: Value| {
            let mut input = input.clone();
            input[name] = value;
            input
        };
        let beginning = with(&of_chat, "external_id", json!("1.0/F1"));
        let beginning = with(&beginning, "name", json!("loom.png"));
        let beginning = with(&beginning, "size_bytes", json!(PICTURE.len()));
        if name == "messenger.import.file" {
            return deed(ana, beginning);
        }
        let begun = self.does(ana, "messenger.import.file", beginning).await;
        let upload = with(&of_chat, "upload", begun["id"].clone());
        let part = with(&upload, "index", json!(0));
        let body = Bytes::from_static(&PICTURE);
        if name == "messenger.import.part" {
            return Deed {
                body,
                ..deed(ana, part)
            };
        }
        let put = self.operation("messenger.import.part");
        let put = ana.calls_with(put, part, |call| Call { body, ..call });
        put.await.unwrap();
        deed(ana, upload)
    }
}
