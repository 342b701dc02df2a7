//! People, conversations, and what was said in them, day after day.

use std::{
    collections::{BTreeMap, VecDeque},
    io::Read,
    path::PathBuf,
};

use base::{Context, Result, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    Archive, Carried,
    files::Shelves,
    message::{Item, Raw, Skipped, moment},
    text::{Names, plain_name},
};

/// Characters of what a chat says of itself here.
const DESCRIPTION_CHARS_MAX: usize = 500;
/// Characters of a chat's name here.
const NAME_CHARS_MAX: usize = 100;
/// Pins of a chat here.
const PINS_MAX: usize = 100;

/// An export that was looked at.
pub struct Export {
    shelves: Shelves,
    pub people: Vec<Person>,
    pub conversations: Vec<Conversation>,
    /// Slack's id of the workspace, where the export tells it.
    pub workspace: Option<String>,
    /// Elements of the lists that do not read.
    pub malformed: usize,
    /// Files of messages whose names cannot be.
    pub odd: u64,
}

/// Which bytes of files come along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrying {
    Nothing,
    /// What is listed.
    Listed,
    /// What is listed, and reads: looked at in messages from this moment on.
    Read {
        from: Timestamp,
    },
}

/// A conversation that is being told.
pub struct Telling {
    carrying: Carrying,
    /// The files of days that were not read yet.
    days: std::vec::IntoIter<String>,
    /// What was read and may be younger than what comes next.
    waiting: VecDeque<(Timestamp, Raw)>,
}

/// Somebody of the workspace.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// In lower case, without space around it.
    pub mail: Option<String>,
    pub is_bot: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Public,
    Private,
    /// Several people, without a name.
    Group,
    /// Two people.
    Direct,
}

/// Where something was said.
#[derive(Debug, Clone)]
pub struct Conversation {
    pub id: String,
    pub kind: Kind,
    pub name: String,
    pub description: String,
    pub creator: Option<String>,
    pub created_at: Timestamp,
    /// Slack's ids of people.
    pub members: Vec<String>,
    pub pins: BTreeMap<String, Pin>,
    /// The files of its days, in order.
    days: Vec<String>,
}

/// Who pinned a message, and when.
#[derive(Debug, Clone)]
pub struct Pin {
    pub by: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawPerson {
    id: String,
    team_id: Option<String>,
    name: Option<String>,
    real_name: Option<String>,
    is_bot: bool,
    profile: RawProfile,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawProfile {
    email: Option<String>,
    real_name: Option<String>,
    display_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawConversation {
    id: String,
    name: Option<String>,
    created: Option<f64>,
    creator: Option<String>,
    members: Vec<String>,
    topic: RawText,
    purpose: RawText,
    pins: Vec<RawPin>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawText {
    value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawPin {
    id: String,
    user: Option<String>,
    created: Option<f64>,
}

impl Export {
    /// Reads the lists of an export; bytes of files are in the archive, or in a folder beside it.
    ///
    /// # Errors
    /// A fault when a list is no JSON.
    pub fn read(mut archive: Archive, beside: Option<PathBuf>) -> Result<Self> {
        let mut malformed = 0;
        let raw: Vec<RawPerson> = list(&mut archive, "users.json", &mut malformed)?;
        let workspace = raw.iter().find_map(|person| person.team_id.clone());
        let people: Vec<Person> = raw.into_iter().filter_map(person).collect();
        let names: BTreeMap<&str, &str> = people
            .iter()
            .map(|person| (person.id.as_str(), person.name.as_str()))
            .collect();
        let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in archive.names() {
            if let Some((folder, file)) = name.split_once('/')
                && !file.contains('/')
                && file.ends_with(".json")
            {
                days.entry(folder.to_owned())
                    .or_default()
                    .push(name.to_owned());
            }
        }
        let mut conversations = Vec::new();
        for (kind, file) in [
            (Kind::Public, "channels.json"),
            (Kind::Private, "groups.json"),
            (Kind::Group, "mpims.json"),
            (Kind::Direct, "dms.json"),
        ] {
            let raw: Vec<RawConversation> = list(&mut archive, file, &mut malformed)?;
            for raw in raw.into_iter().filter(|raw| !raw.id.is_empty()) {
                let folders = [raw.name.as_deref(), Some(raw.id.as_str())];
                let days = folders
                    .into_iter()
                    .flatten()
                    .find_map(|folder| days.get(folder));
                let days = days.cloned().unwrap_or_default();
                conversations.push(conversation(raw, kind, &names, days));
            }
        }
        Ok(Self {
            odd: archive.odd(),
            shelves: Shelves::new(archive, beside),
            people,
            conversations,
            workspace,
            malformed,
        })
    }

    /// Begins to tell what was said in a conversation.
    pub fn tell(&self, conversation: &Conversation, carrying: Carrying) -> Telling {
        Telling {
            carrying,
            days: conversation.days.clone().into_iter(),
            waiting: VecDeque::new(),
        }
    }

    /// What comes next, in the order of time; nothing at the end. What is younger than everything of the day after waits for
    /// that day.
    ///
    /// # Errors
    /// A fault when a day's file is damaged.
    pub fn next(&mut self, telling: &mut Telling, names: &Names) -> Result<Option<Vec<Item>>> {
        let Some(day) = telling.days.next() else {
            let rest = std::mem::take(&mut telling.waiting);
            let is_over = rest.is_empty();
            let mut ready = Vec::new();
            for (at, message) in rest {
                ready.extend(self.items(telling.carrying, at, message, names));
            }
            return Ok((!is_over).then_some(ready));
        };
        let mut malformed = 0;
        let raw: Vec<Raw> = list(self.shelves.archive(), &day, &mut malformed)?;
        let mut ready: Vec<Item> = Vec::new();
        ready.extend((0..malformed).map(|_| Item::Skipped(Skipped::Malformed)));
        let mut came = Vec::with_capacity(raw.len());
        for message in raw {
            match message.sent_at() {
                Some(at) => came.push((at, message)),
                None => ready.push(Item::Skipped(Skipped::Malformed)),
            }
        }
        let first = came.iter().map(|(at, _)| *at).min();
        while let Some((at, _)) = telling.waiting.front()
            && first.is_some_and(|first| *at < first)
            && let Some((at, message)) = telling.waiting.pop_front()
        {
            ready.extend(self.items(telling.carrying, at, message, names));
        }
        telling.waiting.extend(came);
        let waiting = telling.waiting.make_contiguous();
        waiting.sort_by_key(|(at, _)| *at);
        Ok(Some(ready))
    }

    fn items(
        &mut self,
        carrying: Carrying,
        at: Timestamp,
        message: Raw,
        names: &Names,
    ) -> Vec<Item> {
        message.into_items(names, &mut |id, name| {
            let found = match carrying {
                Carrying::Nothing => None,
                Carrying::Listed | Carrying::Read { .. } => self.shelves.find(id, name),
            };
            match (found, carrying) {
                (Some(Ok(carried)), Carrying::Read { from }) if at >= from => {
                    Some(self.shelves.check(&carried).map(|()| carried))
                }
                (found, _) => found,
            }
        })
    }

    /// The bytes of a file, in order.
    ///
    /// # Errors
    /// A fault when they are no longer there.
    pub fn open(&mut self, carried: &Carried) -> Result<Box<dyn Read + '_>> {
        self.shelves.open(carried)
    }
}

/// The elements of a list that read; a file that is absent has none.
fn list<T: for<'a> Deserialize<'a>>(
    archive: &mut Archive,
    name: &str,
    malformed: &mut usize,
) -> Result<Vec<T>> {
    let Some(bytes) = archive.json(name)? else {
        return Ok(Vec::new());
    };
    let raw: Vec<&RawValue> =
        serde_json::from_slice(&bytes).context("reading a list in the archive")?;
    let mut found = Vec::with_capacity(raw.len());
    for element in raw {
        match serde_json::from_str(element.get()) {
            Ok(element) => found.push(element),
            Err(_) => *malformed += 1,
        }
    }
    Ok(found)
}

fn person(raw: RawPerson) -> Option<Person> {
    let names = [
        raw.profile.display_name,
        raw.profile.real_name,
        raw.real_name,
        raw.name,
    ];
    let name = names
        .into_iter()
        .flatten()
        .find(|name| !name.trim().is_empty());
    let mail = raw.profile.email.map(|mail| mail.trim().to_lowercase());
    (!raw.id.is_empty()).then(|| Person {
        name: plain_name(&name.unwrap_or_default()),
        mail: mail.filter(|mail| mail.contains('@')),
        is_bot: raw.is_bot || raw.id == "USLACKBOT",
        id: raw.id,
    })
}

fn conversation(
    raw: RawConversation,
    kind: Kind,
    names: &BTreeMap<&str, &str>,
    days: Vec<String>,
) -> Conversation {
    let together = || {
        let known = raw
            .members
            .iter()
            .filter_map(|id| names.get(id.as_str()).copied());
        known.collect::<Vec<_>>().join(", ")
    };
    let name = match (kind, &raw.name) {
        (Kind::Public | Kind::Private, Some(name)) => name.clone(),
        _ => together(),
    };
    let mut about = vec![raw.topic.value.trim(), raw.purpose.value.trim()];
    about.dedup();
    about.retain(|text| !text.is_empty());
    let pins = raw.pins.into_iter().filter(|pin| moment(&pin.id).is_some());
    let pins = pins.take(PINS_MAX).map(|pin| {
        let at = seconds(pin.created).or_else(|| moment(&pin.id));
        let pinned = Pin {
            by: pin.user,
            at: at.unwrap_or(Timestamp::from_micros(0)),
        };
        (pin.id, pinned)
    });
    Conversation {
        kind,
        name: cut(&plain_name(&name), NAME_CHARS_MAX),
        description: cut(&one_line(&about.join(" · ")), DESCRIPTION_CHARS_MAX),
        creator: raw.creator,
        created_at: seconds(raw.created).unwrap_or(Timestamp::from_micros(0)),
        pins: pins.collect(),
        members: raw.members,
        days,
        id: raw.id,
    }
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn cut(text: &str, characters: usize) -> String {
    text.chars()
        .take(characters)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn seconds(seconds: Option<f64>) -> Option<Timestamp> {
    let seconds = seconds.filter(|seconds| (0.0..4e9).contains(seconds))?;
    moment(&format!("{seconds:.0}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::NamedTempFile;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn export(entries: &[(&str, &str)]) -> Result<Export> {
        let file = NamedTempFile::new().unwrap();
        let mut zip = ZipWriter::new(file.reopen().unwrap());
        for (name, text) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        Export::read(Archive::open(file.path())?, None)
    }

    fn items(export: &mut Export, carrying: Carrying) -> Vec<Item> {
        let conversation = export.conversations[0].clone();
        let mut telling = export.tell(&conversation, carrying);
        let mut all = Vec::new();
        while let Some(items) = export.next(&mut telling, &Names::default()).unwrap() {
            all.extend(items);
        }
        all
    }

    fn texts(export: &mut Export) -> (Vec<String>, usize) {
        let (mut said, mut skipped) = (Vec::new(), 0);
        for item in items(export, Carrying::Nothing) {
            match item {
                Item::Message(message) => said.push(message.text),
                Item::Skipped(_) => skipped += 1,
            }
        }
        (said, skipped)
    }

    #[test]
    fn days_are_told_in_the_order_of_time_across_their_files() {
        let mut export = export(&[
            ("users.json", r#"[{"id":"U1","name":"ana","profile":{"email":" Ana@Mill.example "}},7,{"id":""}]"#),
            ("channels.json", r#"[{"id":"C1","name":"news","created":5,"topic":{"value":"t"},"purpose":{"value":"p"},"pins":[{"id":"1.5","user":"U1","created":9}]}]"#),
            ("news/2020-01-01.json", r#"[{"ts":"3.0","text":"c"},{"ts":"1.0","text":"a"},{"ts":{},"text":"no"},"no"]"#),
            ("news/2020-01-02.json", r#"[{"ts":"2.0","text":"b"},{"ts":"4.0","text":"d"}]"#),
            ("news/2020-01-03.json", r#"[{"ts":"5.0","text":"e"}]"#),
        ])
        .unwrap();
        assert_eq!(export.people[0].mail.as_deref(), Some("ana@mill.example"));
        assert_eq!((export.people.len(), export.malformed), (1, 1));
        let news = &export.conversations[0];
        assert_eq!(
            (news.name.as_str(), news.description.as_str()),
            ("news", "t · p")
        );
        assert_eq!(news.pins["1.5"].at.micros(), 9_000_000);
        let (said, skipped) = texts(&mut export);
        assert_eq!(said, ["a", "b", "c", "d", "e"]);
        assert_eq!(skipped, 2);
    }

    #[test]
    fn a_message_carries_its_files_or_names_them() {
        let files = r#"[{"id":"F1","name":"here.txt","permalink":"https://slack.example/1"},
            {"id":"F2","name":"gone.txt","permalink":"https://slack.example/2"},
            {"id":"F1","name":"here.txt"},{"id":"../F1","name":"here.txt"}]"#;
        let day = format!(
            r#"[{{"ts":"1.0","text":"look","files":{files}}},
                {{"ts":"2.0","files":[{{"id":"F1","name":"../a\u202eb.txt"}}]}},{{"ts":"3.0","files":[]}}]"#
        );
        let mut export = export(&[
            ("users.json", "[]"),
            ("channels.json", r#"[{"id":"C1","name":"news"}]"#),
            ("news/2020-01-01.json", &day),
            ("__uploads/F1/here.txt", "the bytes"),
        ])
        .unwrap();
        let from = Timestamp::from_micros(0);
        for carrying in [Carrying::Listed, Carrying::Read { from }] {
            let told = items(&mut export, carrying);
            let [
                Item::Message(first),
                Item::Message(second),
                Item::Skipped(Skipped::Empty),
            ] = &told[..]
            else {
                panic!("{told:?}")
            };
            assert_eq!(
                first.text,
                "look\n📎 [gone.txt](https://slack.example/2)\n📎 here.txt\n📎 here.txt"
            );
            let bytes = |message: &crate::Message| -> Vec<Option<u64>> {
                let files = message.files.iter();
                files
                    .map(|file| file.carried.as_ref().map(|carried| carried.bytes))
                    .collect()
            };
            assert_eq!(bytes(first), [Some(9), None, None, None]);
            assert_eq!((second.text.as_str(), bytes(second)), ("", vec![Some(9)]));
            assert_eq!(second.files[0].name, ".._ab.txt");
        }
        let told = items(&mut export, Carrying::Nothing);
        assert!(matches!(&told[0], Item::Message(first) if first.text.contains("here.txt](")));
    }

    #[test]
    fn what_is_no_list_ends_the_import() {
        for users in ["", "{}", "[", "null", "[1,]"] {
            assert!(export(&[("users.json", users)]).is_err(), "{users:?}");
        }
        let deep = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
        // However it ends, it ends without a crash.
        drop(export(&[("users.json", &deep)]));
    }
}
