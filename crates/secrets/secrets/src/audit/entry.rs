//! One entry: JSON on a line, with every value as a keyed hash.

use std::fmt::Write;

use base::Timestamp;
use logical::Operation;
use serde_json::{Map, Value};

use super::Device;
use crate::tokens::Token;

/// What an entry is of.
#[derive(Clone, Copy)]
pub(crate) enum Phase<'a> {
    Request,
    /// With what goes back, if it has a body, and what went wrong.
    Response {
        body: Option<&'a Value>,
        error: Option<&'a str>,
    },
}

/// What an entry tells.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) phase: Phase<'a>,
    pub(crate) id: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) operation: Operation,
    pub(crate) path: &'a str,
    pub(crate) mount_kind: &'a str,
    pub(crate) data: &'a Map<String, Value>,
    /// The token that was shown, and what is known of it.
    pub(crate) token: Option<(&'a str, &'a Token)>,
    pub(crate) source: Option<std::net::IpAddr>,
    pub(crate) wrap_ttl: Option<u64>,
}

impl About<'_> {
    /// The line for a device, with its end.
    pub(crate) fn line(&self, device: &Device) -> String {
        let mut line = Line {
            text: String::with_capacity(768),
            device: (!device.is_raw()).then_some(device),
        };
        line.text.push_str(device.prefix());
        line.text.push_str("{\"time\":\"");
        line.plain(&self.now.to_string());
        let phase = match self.phase {
            Phase::Request => "request",
            Phase::Response { .. } => "response",
        };
        line.text.push_str("\",\"type\":\"");
        line.text.push_str(phase);
        line.text.push('"');
        if let Some((id, token)) = self.token {
            line.auth(id, token, device);
        }
        line.request(self);
        if let Phase::Response { body, error } = self.phase {
            if let Some(body) = body {
                line.text.push_str(",\"response\":");
                line.part(body, Part::Answer);
            }
            if let Some(error) = error {
                line.text.push_str(",\"error\":");
                line.quoted(error);
            }
        }
        line.text.push_str("}\n");
        line.text
    }
}

struct Line<'d> {
    text: String,
    /// Absent where values are written as they are.
    device: Option<&'d Device>,
}

impl Line<'_> {
    fn auth(&mut self, id: &str, token: &Token, device: &Device) {
        self.text.push_str(",\"auth\":{\"client_token\":");
        self.secret(id);
        self.text.push_str(",\"accessor\":");
        match device.hashes_accessors() {
            true => self.secret(&token.accessor),
            false => self.quoted(&token.accessor),
        }
        self.text.push_str(",\"display_name\":");
        self.quoted(&token.display_name);
        self.text.push_str(",\"policies\":[");
        for (number, policy) in token.policies.iter().enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            self.quoted(policy);
        }
        let kind = if token.is_batch { "batch" } else { "service" };
        self.text.push_str("],\"token_type\":\"");
        self.text.push_str(kind);
        self.text.push_str("\"}");
    }

    fn request(&mut self, about: &About<'_>) {
        self.text.push_str(",\"request\":{\"id\":\"");
        self.text.push_str(about.id);
        self.text.push_str("\",\"operation\":\"");
        self.text.push_str(name(about.operation));
        self.text.push_str("\",\"mount_type\":\"");
        self.text.push_str(about.mount_kind);
        self.text.push_str("\",\"path\":");
        self.quoted(about.path);
        if !about.data.is_empty() {
            self.text.push_str(",\"data\":");
            self.object(about.data);
        }
        if let Some(source) = about.source {
            self.plain_text(format_args!(",\"remote_address\":\"{source}\""));
        }
        if let Some(ttl) = about.wrap_ttl {
            self.plain_text(format_args!(",\"wrap_ttl\":{ttl}"));
        }
        self.text.push('}');
    }

    /// A part of an answer of which some fields say nothing secret, and are looked for.
    fn part(&mut self, value: &Value, part: Part) {
        let Value::Object(map) = value else {
            return self.value(value);
        };
        self.text.push('{');
        for (number, (key, value)) in map.iter().enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            self.quoted(key);
            self.text.push(':');
            match (part, key.as_str()) {
                (Part::Answer, "auth") => self.part(value, Part::Auth),
                (Part::Answer, "wrap_info") => self.part(value, Part::Wrapping),
                (Part::Answer, "request_id" | "mount_type")
                | (Part::Auth, "policies" | "token_policies" | "token_type")
                | (Part::Wrapping, "creation_path") => self.plain_text(format_args!("{value}")),
                _ => self.value(value),
            }
        }
        self.text.push('}');
    }

    fn object(&mut self, map: &Map<String, Value>) {
        self.text.push('{');
        for (number, (key, value)) in map.iter().enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            self.quoted(key);
            self.text.push(':');
            self.value(value);
        }
        self.text.push('}');
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.secret(text),
            Value::Array(members) => {
                self.text.push('[');
                for (number, member) in members.iter().enumerate() {
                    if number > 0 {
                        self.text.push(',');
                    }
                    self.value(member);
                }
                self.text.push(']');
            }
            Value::Object(map) => self.object(map),
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                self.plain_text(format_args!("{value}"));
            }
        }
    }

    fn secret(&mut self, text: &str) {
        match self.device {
            Some(device) => {
                self.text.push('"');
                self.text.push_str(&device.hash(text));
                self.text.push('"');
            }
            None => self.quoted(text),
        }
    }

    fn quoted(&mut self, text: &str) {
        self.plain_text(format_args!("{}", Quoted(text)));
    }

    fn plain(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn plain_text(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a String does not fail.
        let _ = self.text.write_fmt(text);
    }
}

/// A text as JSON has it.
struct Quoted<'a>(&'a str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_char('"')?;
        for char in self.0.chars() {
            match char {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                char if char.is_control() => write!(f, "\\u{:04x}", u32::from(char))?,
                char => f.write_char(char)?,
            }
        }
        f.write_char('"')
    }
}

/// Which part of an answer it is.
#[derive(Clone, Copy)]
enum Part {
    Answer,
    Auth,
    Wrapping,
}

pub(crate) const fn name(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "create",
        Operation::Read => "read",
        Operation::Update => "update",
        Operation::Patch => "patch",
        Operation::Delete => "delete",
        Operation::List => "list",
    }
}
