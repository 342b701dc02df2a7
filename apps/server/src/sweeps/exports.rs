//! Deeds on exports: an archive of somebody's own, on its way and ready.

use serde_json::{Value, json};

use super::stage::{Deed, Stage, deed};

impl Stage {
    /// Each by somebody of their own: one export is made at a time.
    pub(super) async fn of_exports(&self, name: &str) -> Option<Deed> {
        let [ana, ..] = self.people().await;
        let person = self.joins(ana).await;
        let own = |input| deed(&person.actor, input);
        let system = |input| deed(&self.system(), input);
        let name = name.trim_start_matches("messenger.export.");
        match name {
            "begin" | "list" => return Some(own(json!({}))),
            "due" | "expire" => return Some(system(json!({}))),
            _ => {}
        }
        let chat = json!({ "name": "news", "members": [] });
        self.does(&person.actor, "messenger.chat.create", chat)
            .await;
        let export = self
            .does(&person.actor, "messenger.export.begin", json!({}))
            .await;
        let within = json!({ "tenant": person.member.tenant, "export": export["id"] });
        if matches!(name, "read" | "live") {
            self.makes(&within).await;
        }
        Some(match name {
            "get" | "delete" | "read" | "live" => own(json!({ "export": export["id"] })),
            "continue" | "stumble" => system(within),
            _ => return None,
        })
    }

    /// Does what is left of an export.
    async fn makes(&self, within: &Value) {
        let system = self.system();
        while self
            .does(&system, "messenger.export.continue", within.clone())
            .await["state"]
            != "ready"
        {}
    }
}
