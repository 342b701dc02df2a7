//! What an import brings and what it does not, counted.

use std::collections::BTreeMap;

use serde::Serialize;

/// Counts of a run, or of what a run would do.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) dry_run: bool,
    pub(super) people: People,
    pub(super) chats: Chats,
    /// Of chats that come.
    pub(super) messages: u64,
    /// Of them, those that were there before this run.
    pub(super) messages_present: u64,
    /// Of them, those that were said in threads.
    pub(super) replies: u64,
    pub(super) reactions: u64,
    pub(super) pins: u64,
    pub(super) files: Files,
    /// What stays behind, by the reason.
    pub(super) skipped: BTreeMap<String, u64>,
    pub(super) seconds: f64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct People {
    pub(super) matched: u64,
    pub(super) bots: u64,
    /// People without an account of the organisation, and how much each has said.
    pub(super) unmatched: Vec<Unmatched>,
}

#[derive(Debug, Serialize)]
pub(super) struct Unmatched {
    pub(super) name: String,
    pub(super) mail: Option<String>,
    pub(super) messages: u64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Chats {
    pub(super) public: u64,
    pub(super) private: u64,
    pub(super) groups: u64,
    pub(super) direct: u64,
    /// Of them, those that were open to their members before this run.
    pub(super) opened_before: u64,
}

/// Files of messages. Where the bytes are not at hand, a message keeps their names and links.
#[derive(Debug, Default, Serialize)]
pub(super) struct Files {
    pub(super) named: u64,
    /// As messages say.
    pub(super) bytes: u64,
    /// Of them, those that come with their bytes.
    pub(super) carried: u64,
    pub(super) carried_bytes: u64,
    /// Of them, those of which the link stays.
    pub(super) linked: u64,
    /// Of them, those with neither bytes nor a link.
    pub(super) missing: u64,
    /// Those that were here in part before this run.
    pub(super) resumed: u64,
    /// What this run brought.
    pub(super) sent_bytes: u64,
}

impl Report {
    pub(super) fn skip(&mut self, reason: impl Into<String>, count: u64) {
        if count > 0 {
            *self.skipped.entry(reason.into()).or_default() += count;
        }
    }

    /// For people.
    pub(super) fn lines(&self) -> String {
        let chats = &self.chats;
        let verb = if self.dry_run { "would come" } else { "came" };
        let mut lines = vec![
            format!(
                "{verb}: {} public and {} private channels, {} groups, {} direct chats ({} were here and open already)",
                chats.public, chats.private, chats.groups, chats.direct, chats.opened_before
            ),
            format!(
                "{} messages ({} were here already), {} of them in threads; {} reactions, {} pins",
                self.messages, self.messages_present, self.replies, self.reactions, self.pins
            ),
            format!(
                "{} files: {} with their bytes ({} bytes), {} as links, {} by name alone",
                self.files.named,
                self.files.carried,
                self.files.carried_bytes,
                self.files.linked,
                self.files.missing
            ),
            format!(
                "{} people have an account here, {} do not, {} are bots",
                self.people.matched,
                self.people.unmatched.len(),
                self.people.bots
            ),
        ];
        for person in &self.people.unmatched {
            let mail = person.mail.as_deref().unwrap_or("no address");
            lines.push(format!(
                "  {} <{mail}>: {} messages",
                person.name, person.messages
            ));
        }
        for (reason, count) in &self.skipped {
            lines.push(format!("left out: {count} × {reason}"));
        }
        lines.join("\n")
    }
}
