//! Messages of an export, as they are brought.

use std::collections::BTreeSet;

use base::Timestamp;
use serde::Deserialize;

use crate::{
    Carried, Unfit, emoji_named,
    files::kept_name,
    text::{Names, markdown, plain_name},
};

/// Characters of one message here; longer ones come in parts.
const TEXT_CHARS_MAX: usize = 20_000;
/// Different emoji on one message.
const EMOJI_MAX: usize = 50;
/// Bytes of an emoji or of its name.
const EMOJI_BYTES_MAX: usize = 64;
/// Files that one message carries; others are named in it.
const FILES_MAX: usize = 20;
/// People whom one message names; the names of others stand as they are.
const MENTIONS_MAX: usize = 100;

/// What a line of a day's file is.
#[derive(Debug)]
pub enum Item {
    Message(Message),
    /// Left out, and when it was.
    Skipped(Skipped),
}

/// Why something is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skipped {
    /// What the other messenger tells of itself: who came, which topic was set.
    System(String),
    /// Nothing was said.
    Empty,
    /// It does not read.
    Malformed,
}

/// Something that was said.
#[derive(Debug, Clone)]
pub struct Message {
    /// Slack's id of it: its time. Parts after the first have a number behind it.
    pub id: String,
    pub sent_at: Timestamp,
    /// Slack's id of its author.
    pub author: Option<String>,
    /// What its author called themselves there.
    pub author_name: Option<String>,
    pub text: String,
    /// The id of the message below which it was said.
    pub thread: Option<String>,
    pub edited_at: Option<Timestamp>,
    pub reactions: Vec<Reaction>,
    pub files: Vec<Attached>,
}

/// Who reacted with one emoji.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// Of Unicode, or a name between colons.
    pub emoji: String,
    /// Slack's ids.
    pub people: Vec<String>,
}

/// A file that was shared.
#[derive(Debug, Clone)]
pub struct Attached {
    pub id: String,
    /// As it is called here.
    pub name: String,
    /// How long it is, as the message says.
    pub bytes: u64,
    /// Where it can be found while the other messenger keeps it.
    pub address: Option<String>,
    /// Its bytes, if they come; the text of the message names it otherwise.
    pub carried: Option<Carried>,
    /// Why bytes that there are do not come.
    pub unfit: Option<Unfit>,
}

/// Looks for the bytes of a file, by Slack's id and its name.
pub(crate) type Find<'a> = &'a mut dyn FnMut(&str, &str) -> Option<Result<Carried, Unfit>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Raw {
    subtype: Option<String>,
    ts: String,
    user: Option<String>,
    username: Option<String>,
    text: Option<String>,
    thread_ts: Option<String>,
    edited: Option<RawEdited>,
    reactions: Vec<RawReaction>,
    files: Vec<RawFile>,
    attachments: Vec<RawAttachment>,
    user_profile: Option<RawProfile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawEdited {
    ts: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawReaction {
    name: String,
    users: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawFile {
    id: String,
    name: Option<String>,
    title: Option<String>,
    size: Option<u64>,
    permalink: Option<String>,
    url_private: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawAttachment {
    pretext: Option<String>,
    title: Option<String>,
    title_link: Option<String>,
    text: Option<String>,
    fallback: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawProfile {
    real_name: Option<String>,
    display_name: Option<String>,
}

impl Raw {
    pub(crate) fn sent_at(&self) -> Option<Timestamp> {
        moment(&self.ts)
    }

    /// What it is here. Long ones are several messages.
    pub(crate) fn into_items(self, names: &Names, find: Find<'_>) -> Vec<Item> {
        let subtype = self.subtype.as_deref().unwrap_or_default();
        let is_said = matches!(
            subtype,
            "" | "me_message" | "thread_broadcast" | "bot_message" | "file_share" | "file_comment"
        );
        if !is_said {
            let subtype = plain_name(subtype);
            return vec![Item::Skipped(Skipped::System(subtype))];
        }
        let Some(sent_at) = self.sent_at() else {
            return vec![Item::Skipped(Skipped::Malformed)];
        };
        let files = attached(&self.files, find);
        let text = self.words(names, &files);
        let carries = files.iter().any(|file| file.carried.is_some());
        if text.trim().is_empty() && !carries {
            return vec![Item::Skipped(Skipped::Empty)];
        }
        let author_name = self.author_name();
        let thread = self.thread_ts.filter(|root| *root != self.ts);
        let first = Message {
            sent_at,
            author: self.user,
            author_name,
            text: String::new(),
            thread,
            edited_at: self.edited.and_then(|edited| moment(&edited.ts)),
            reactions: self
                .reactions
                .into_iter()
                .filter_map(reaction)
                .take(EMOJI_MAX)
                .collect(),
            files,
            id: self.ts,
        };
        in_parts(first, &text)
    }

    fn author_name(&self) -> Option<String> {
        let profile = self.user_profile.as_ref();
        let names = [
            self.username.as_deref(),
            profile.and_then(|profile| profile.display_name.as_deref()),
            profile.and_then(|profile| profile.real_name.as_deref()),
        ];
        let name = names
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty());
        name.map(plain_name)
    }

    /// The text, with what hangs below it, and a line for each file that does not come.
    fn words(&self, names: &Names, files: &[Attached]) -> String {
        let mut text = markdown(self.text.as_deref().unwrap_or_default(), names);
        if self.subtype.as_deref() == Some("me_message") && !text.contains(['*', '\n']) {
            text = format!("*{text}*");
        }
        let mut lines = vec![text];
        for attachment in &self.attachments {
            lines.push(attachment.words(names));
        }
        let absent = self.files.iter().zip(files);
        for (file, _) in absent.filter(|(_, attached)| attached.carried.is_none()) {
            let name = plain_name(
                file.title
                    .as_deref()
                    .or(file.name.as_deref())
                    .unwrap_or("?"),
            );
            lines.push(match &file.address() {
                Some(address) => format!("📎 [{name}]({address})"),
                None => format!("📎 {name}"),
            });
        }
        lines.retain(|line| !line.trim().is_empty());
        few_mentions(&lines.join("\n"))
    }
}

impl RawFile {
    fn address(&self) -> Option<String> {
        let address = self.permalink.as_deref().or(self.url_private.as_deref())?;
        let is_plain =
            |c: char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | '"' | '{' | '}');
        let is_link = address.starts_with("https://") && address.chars().all(is_plain);
        is_link.then(|| address.to_owned())
    }
}

impl RawAttachment {
    fn words(&self, names: &Names) -> String {
        let of = |text: &Option<String>| markdown(text.as_deref().unwrap_or_default(), names);
        let title = match (&self.title, &self.title_link) {
            (Some(title), Some(link)) => markdown(&format!("<{link}|{title}>"), names),
            (title, _) => of(title),
        };
        let mut lines = vec![of(&self.pretext), title, of(&self.text)];
        lines.retain(|line| !line.is_empty());
        match lines.is_empty() {
            true => of(&self.fallback),
            false => lines.join("\n"),
        }
    }
}

/// The files of a message. One that is named twice comes once.
fn attached(files: &[RawFile], find: Find<'_>) -> Vec<Attached> {
    let mut carried = BTreeSet::new();
    files
        .iter()
        .map(|file| {
            let name = file.name.as_deref().or(file.title.as_deref());
            let name = name.unwrap_or_default();
            let found = match carried.len() < FILES_MAX && !carried.contains(&file.id) {
                true => find(&file.id, name),
                false => None,
            };
            if let Some(Ok(_)) = &found {
                carried.insert(&file.id);
            }
            let unfit = found
                .as_ref()
                .and_then(|found| found.as_ref().err().copied());
            Attached {
                address: file.address(),
                name: kept_name(name),
                bytes: file.size.unwrap_or(0),
                id: file.id.clone(),
                carried: found.and_then(Result::ok),
                unfit,
            }
        })
        .collect()
}

fn reaction(raw: RawReaction) -> Option<Reaction> {
    let emoji = emoji_named(&raw.name).unwrap_or_else(|| {
        let (name, _) = raw.name.split_once("::").unwrap_or((&raw.name, ""));
        format!(":{name}:")
    });
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '\'' | ':');
    let is_named = emoji.len() > 2 && emoji.chars().all(is_name);
    let fits = emoji.len() <= EMOJI_BYTES_MAX && (is_named || !emoji.starts_with(':'));
    fits.then_some(Reaction {
        emoji,
        people: raw.users,
    })
}

/// A long text as several messages, cut at the ends of lines where there are some.
fn in_parts(first: Message, text: &str) -> Vec<Item> {
    if text.trim().is_empty() {
        return vec![Item::Message(first)];
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        let end = rest
            .char_indices()
            .nth(TEXT_CHARS_MAX)
            .map_or(rest.len(), |(at, _)| at);
        let (most, after) = rest.split_at(end);
        let (part, after) = match (after.is_empty(), most.rsplit_once('\n')) {
            (false, Some((part, _))) if !part.trim().is_empty() => rest.split_at(part.len() + 1),
            _ => (most, after),
        };
        parts.push(part);
        rest = after;
    }
    let count = parts.len();
    let mut items = Vec::with_capacity(count);
    for (number, part) in parts.into_iter().enumerate() {
        let part = part.trim_end_matches('\n').to_owned();
        items.push(Item::Message(match number {
            0 => Message {
                text: part,
                ..first.clone()
            },
            number => Message {
                id: format!("{}#{}", first.id, number + 1),
                text: part,
                reactions: Vec::new(),
                files: Vec::new(),
                ..first.clone()
            },
        }));
    }
    items
}

/// Those who are named beyond what a message can name stand without being told.
fn few_mentions(text: &str) -> String {
    let mut parts = text.split("@{");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for (number, part) in parts.enumerate() {
        kept.push_str(if number < MENTIONS_MAX { "@{" } else { "@ {" });
        kept.push_str(part);
    }
    kept
}

/// Slack's times are seconds with six decimals, and so are ours.
pub(crate) fn moment(ts: &str) -> Option<Timestamp> {
    let (seconds, micros) = ts.split_once('.').unwrap_or((ts, ""));
    let is_number = |digits: &str| digits.chars().all(|c| c.is_ascii_digit());
    if seconds.is_empty()
        || seconds.len() > 11
        || micros.len() > 6
        || !is_number(seconds)
        || !is_number(micros)
    {
        return None;
    }
    let micros: i64 = format!("{micros:0<6}").parse().ok()?;
    let seconds: i64 = seconds.parse().ok()?;
    Some(Timestamp::from_micros(seconds * 1_000_000 + micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(json: &str) -> Vec<Item> {
        let raw: Raw = serde_json::from_str(json).unwrap();
        raw.into_items(&Names::default(), &mut |_, _| None)
    }

    #[test]
    fn times_are_ids() {
        let at = |ts| moment(ts).map(Timestamp::micros);
        assert_eq!(at("1355517523.000005"), Some(1_355_517_523_000_005));
        assert_eq!(at("1355517523"), Some(1_355_517_523_000_000));
        for bad in ["", ".", "x", "-1.0", "1.0000001", "999999999999.0", "1e9"] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_said_comes_and_the_rest_is_counted() {
        let joined = items(r#"{"subtype":"channel_join","ts":"1.0","user":"U1","text":"joined"}"#);
        assert!(
            matches!(&joined[..], [Item::Skipped(Skipped::System(kind))] if kind == "channel_join")
        );
        assert!(matches!(
            items(r#"{"ts":"1.0","text":"  "}"#)[..],
            [Item::Skipped(Skipped::Empty)]
        ));
        assert!(matches!(
            items(r#"{"ts":"x","text":"a"}"#)[..],
            [Item::Skipped(Skipped::Malformed)]
        ));
        let bot = items(
            r#"{"subtype":"bot_message","ts":"1.0","username":"ci {x}","attachments":[{"title":"Build","title_link":"https://ci.example","text":"*green*"}]}"#,
        );
        let [Item::Message(bot)] = &bot[..] else {
            panic!()
        };
        assert_eq!(bot.text, "[Build](https://ci.example)\n**green**");
        assert_eq!(bot.author_name.as_deref(), Some("ci x"));
    }

    #[test]
    fn long_texts_come_in_parts() {
        let line = format!("{}\\n", "x".repeat(99));
        let json = format!(
            r#"{{"ts":"7.5","thread_ts":"1.0","text":"{}"}}"#,
            line.repeat(401)
        );
        let parts = items(&json);
        let ids: Vec<&str> = parts
            .iter()
            .map(|part| match part {
                Item::Message(message) => {
                    assert!(message.text.chars().count() <= TEXT_CHARS_MAX);
                    assert_eq!(message.thread.as_deref(), Some("1.0"));
                    message.id.as_str()
                }
                Item::Skipped(_) => panic!(),
            })
            .collect();
        assert_eq!(ids, ["7.5", "7.5#2", "7.5#3"]);
    }

    #[test]
    fn reactions_have_an_emoji_or_a_name() {
        let raw = |name: &str| RawReaction {
            name: name.to_owned(),
            users: vec!["U1".to_owned()],
        };
        let emoji = |name| reaction(raw(name)).map(|reaction| reaction.emoji);
        assert_eq!(emoji("tada").as_deref(), Some("🎉"));
        assert_eq!(emoji("+1::skin-tone-2").as_deref(), Some("👍🏻"));
        assert_eq!(emoji("party-parrot").as_deref(), Some(":party-parrot:"));
        assert_eq!(emoji(""), None);
        assert_eq!(emoji("<b>"), None);
        assert_eq!(emoji(&"n".repeat(80)), None);
    }
}
