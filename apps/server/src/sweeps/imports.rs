//! Deeds of an import: what comes from another messenger.

use serde_json::{Value, json};

use super::stage::{Deed, Stage, deed};

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
            _ => return None,
        })
    }
}
