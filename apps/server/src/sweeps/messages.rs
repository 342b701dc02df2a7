//! Deeds on messages that were sent: edits, recalls, reactions, pins, threads, forwarding.

use serde_json::{Value, json};

use super::stage::{Deed, Stage, deed};

impl Stage {
    pub(super) async fn of_messages(&self, name: &str) -> Option<Deed> {
        let [ana, bo, _] = self.people().await;
        let input = json!({ "name": "news", "members": [bo.member.account] });
        let chat = self.does(&ana.actor, "messenger.chat.create", input).await;
        let chat = &chat["id"];
        let sent = self.says(chat, "c-1", json!({ "text": "hello" })).await;
        let message = &sent["id"];
        let of_it = json!({ "chat": chat, "message": message });
        let own = |input| deed(&ana.actor, input);
        let and = |more: Value| {
            let mut input = of_it.clone();
            let more = more.as_object().unwrap().clone();
            input.as_object_mut().unwrap().extend(more);
            deed(&ana.actor, input)
        };
        Some(match name.trim_start_matches("messenger.") {
            "message.edit" => and(json!({ "text": "hello there" })),
            "message.versions" | "message.recall" | "message.reactions" | "pin.put"
            | "thread.get" => own(of_it),
            "message.react" => and(json!({ "emoji": "👍", "present": true })),
            "message.readers" => and(json!({ "read": true })),
            "message.forward" => own(json!({
                "chat": chat, "client_id": "c-2", "source": chat, "messages": [message],
            })),
            "pin.list" => own(json!({ "chat": chat })),
            "pin.remove" => {
                self.does(&ana.actor, "messenger.pin.put", of_it.clone())
                    .await;
                own(of_it)
            }
            "thread.mark" => and(json!({ "following": true })),
            "card.send" => own(json!({ "chat": chat, "client_id": "c-3", "card": card() })),
            "card.change" | "card.answer" | "card.answers" => {
                let input = json!({ "chat": chat, "client_id": "c-3", "card": card() });
                let sent = self.does(&ana.actor, "messenger.card.send", input).await;
                let mut input = json!({ "chat": chat, "message": sent["id"] });
                match name {
                    "messenger.card.change" => {
                        input["card"] = card();
                        input["card"]["closed"] = json!(true);
                    }
                    "messenger.card.answer" => input["answer"] = json!({ "button": "yes" }),
                    _ => {}
                }
                own(input)
            }
            "thread.list" | "policy.read" | "hold.list" => own(json!({})),
            "hold.place" => own(json!({ "chat": chat, "reason": "a suit" })),
            "hold.release" => {
                let input = json!({ "reason": "a suit" });
                let hold = self.does(&ana.actor, "messenger.hold.place", input).await;
                own(json!({ "hold": hold["id"] }))
            }
            "retention.purge" => deed(&self.system(), json!({})),
            "policy.save" => own(json!({
                "edit_window_s": 60, "recall_window_s": 60,
                "retention_min_days": null, "retention_days": null, "retention_max_days": null,
            })),
            _ => return None,
        })
    }

    async fn says(&self, chat: &Value, client_id: &str, body: Value) -> Value {
        let ana = &self.people().await[0];
        let input = json!({ "chat": chat, "client_id": client_id, "body": body });
        self.does(&ana.actor, "messenger.message.send", input).await
    }
}

fn card() -> Value {
    let button = json!({ "element": "button", "id": "yes", "label": "Yes" });
    json!({ "fallback": "Shall we?", "elements": [button] })
}
