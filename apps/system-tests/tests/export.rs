//! Makes export archives as Slack gives them out: the same seed makes the same archive.

use std::{collections::BTreeMap, fs::File, io::Write, path::Path};

use serde_json::{Value, json};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// When the first message was sent, in seconds since 1970.
const BEGINNING: u64 = 1_577_836_800;
const DAY: u64 = 86_400;
/// Bytes of the one large file, which comes in ten parts.
const LARGE_BYTES: usize = 39 * 1024 * 1024 + 7;
/// The message in which it is, by its place in the first conversation.
const LARGE_AT: usize = 40;

/// Somebody of the workspace.
pub struct Colleague<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub mail: Option<&'a str>,
}

/// What was said, as it is expected to arrive.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub text: String,
    /// Slack's id of the author.
    pub author: String,
    pub sent_us: u64,
    /// The text of the message below which it was said.
    pub below: Option<String>,
    pub reactions: usize,
    pub is_edited: bool,
    /// Files whose bytes the archive carries.
    pub files: Vec<Sent>,
}

/// A file that the archive carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Slack's id of it.
    pub id: String,
    pub name: String,
    pub bytes: Vec<u8>,
    /// Slack's id of its message.
    pub message: String,
}

/// What an archive holds, by the name of the conversation.
#[derive(Default)]
pub struct Made {
    pub said: BTreeMap<String, Vec<Said>>,
    pub notices: u64,
    /// Files that are named, and have no bytes.
    pub files: u64,
    /// Of the large file, as the archive has it.
    pub large_crc32: u32,
}

impl Made {
    pub fn messages(&self) -> usize {
        self.said.values().map(Vec::len).sum()
    }

    /// The files whose bytes come along.
    pub fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.said.values().flatten().flat_map(|said| &said.files)
    }

    /// The one large file.
    pub fn large(&self) -> &Sent {
        let large = self.sent().find(|sent| sent.bytes.len() == LARGE_BYTES);
        large.unwrap()
    }

    pub fn count(&self, of: impl Fn(&Said) -> usize) -> usize {
        self.said.values().flatten().map(of).sum()
    }
}

/// A generator of numbers (Knuth's MMIX parameters).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Noise.
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.roll(256) as u8).collect()
    }
}

/// Writes an archive of about so many messages in six conversations.
pub fn make(path: &Path, people: &[Colleague<'_>], messages: usize, seed: u64) -> Made {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    let mut put = |name: &str, value: &Value| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&serde_json::to_vec(value).unwrap()).unwrap();
    };
    let users = people.iter().map(|person| {
        let profile = json!({ "email": person.mail, "real_name": person.name });
        json!({ "id": person.id, "team_id": "T0", "name": person.name, "profile": profile })
    });
    put("users.json", &users.collect());
    let ids: Vec<&str> = people.iter().map(|person| person.id).collect();
    let conversation = |id: &str, name: &str, members: &[&str]| {
        json!({
            "id": id, "name": name, "created": BEGINNING - 10, "creator": members[0], "members": members,
            "topic": { "value": format!("about {name}") },
        })
    };
    put(
        "channels.json",
        &json!([
            conversation("C1", "general", &ids),
            conversation("C2", "random", &ids),
            conversation("C3", "looms", &ids[1..]),
        ]),
    );
    put(
        "groups.json",
        &json!([conversation("G1", "wages", &ids[..3])]),
    );
    put(
        "mpims.json",
        &json!([conversation("G2", "mpdm-1", &ids[..3])]),
    );
    put(
        "dms.json",
        &json!([{ "id": "D1", "created": BEGINNING, "members": [ids[1], ids[2]] }]),
    );
    let together = people[..3]
        .iter()
        .map(|person| person.name)
        .collect::<Vec<_>>()
        .join(", ");
    let pair = people[1..3]
        .iter()
        .map(|person| person.name)
        .collect::<Vec<_>>()
        .join(", ");

    let mut made = Made::default();
    let mut dice = Dice(seed);
    // Of a hundred messages, and of whom.
    for (folder, name, share, members) in [
        ("general", "general", 40, &ids[..]),
        ("random", "random", 25, &ids),
        ("looms", "looms", 15, &ids[1..]),
        ("wages", "wages", 10, &ids[..3]),
        ("mpdm-1", together.as_str(), 5, &ids[..3]),
        ("D1", pair.as_str(), 5, &ids[1..3]),
    ] {
        let (days, said) = talk(name, messages * share / 100, members, &mut dice, &mut made);
        for (day, lines) in days {
            let (year, month, date) = date(day);
            put(
                &format!("{folder}/{year:04}-{month:02}-{date:02}.json"),
                &json!(lines),
            );
        }
        made.said.insert(name.to_owned(), said);
    }
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for sent in made.sent() {
        let place = format!("__uploads/{}/{}", sent.id, sent.name);
        zip.start_file(place, stored).unwrap();
        zip.write_all(&sent.bytes).unwrap();
    }
    zip.finish().unwrap();
    let mut zip = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let large = made.large();
    let place = format!("__uploads/{}/{}", large.id, large.name);
    made.large_crc32 = zip.by_name(&place).unwrap().crc32();
    made
}

/// The lines of a conversation by day, and what is expected of them.
fn talk(
    name: &str,
    count: usize,
    members: &[&str],
    dice: &mut Dice,
    made: &mut Made,
) -> (BTreeMap<u64, Vec<Value>>, Vec<Said>) {
    let mut days: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    let mut said: Vec<Said> = Vec::new();
    let mut roots: Vec<(String, String)> = Vec::new();
    let mut now = BEGINNING;
    for number in 0..count {
        now += 1 + dice.roll(240);
        let micros = dice.roll(1_000_000);
        let ts = format!("{now}.{micros:06}");
        let author = members[usize::try_from(dice.roll(members.len() as u64)).unwrap()];
        let mut line = json!({
            "type": "message", "user": author, "ts": ts, "text": format!("{name} {number}: *so* it is &amp; stays"),
        });
        let mut expected = Said {
            text: format!("{name} {number}: **so** it is & stays"),
            author: author.to_owned(),
            sent_us: now * 1_000_000 + micros,
            below: None,
            reactions: 0,
            is_edited: false,
            files: Vec::new(),
        };
        if dice.roll(8) == 0 && !roots.is_empty() {
            let at = usize::try_from(dice.roll(roots.len() as u64)).unwrap();
            line["thread_ts"] = json!(roots[at].0);
            expected.below = Some(roots[at].1.clone());
        } else {
            roots.push((ts.clone(), expected.text.clone()));
            // Threads end after some time, as people forget them.
            if roots.len() > 40 {
                roots.remove(0);
            }
        }
        if dice.roll(10) == 0 {
            // The last of the people has no account.
            let here: Vec<&str> = members
                .iter()
                .copied()
                .filter(|id| *id != "U9")
                .take(2)
                .collect();
            line["reactions"] = json!([
                { "name": "tada", "users": [here[0], "U9"] }, { "name": "own-emoji", "users": here },
            ]);
            expected.reactions = 1 + here.len();
        }
        if dice.roll(30) == 0 {
            line["edited"] = json!({ "user": author, "ts": format!("{}.000000", now + 5) });
            expected.is_edited = true;
        }
        if dice.roll(60) == 0 {
            line["files"] = json!([{ "id": "F1", "name": "plan.pdf", "size": 7, "permalink": "https://slack.example/plan.pdf" }]);
            expected
                .text
                .push_str("\n📎 [plan.pdf](https://slack.example/plan.pdf)");
            if let Some((_, text)) = roots.last_mut().filter(|(root, _)| *root == ts) {
                text.clone_from(&expected.text);
            }
            made.files += 1;
        } else {
            expected.files = carried(name, number, &ts, dice);
            let files = expected.files.iter().map(|sent| {
                json!({ "id": sent.id, "name": sent.name, "size": sent.bytes.len(), "permalink": "https://slack.example/f" })
            });
            line["files"] = files.collect();
        }
        let day = days.entry(now / DAY).or_default();
        if dice.roll(50) == 0 {
            day.push(
                json!({ "type": "message", "subtype": "channel_join", "ts": ts, "text": "joined" }),
            );
            made.notices += 1;
        }
        day.push(line);
        said.push(expected);
    }
    (days, said)
}

/// The files of a message that the archive carries: none, or a few, of which some are empty.
fn carried(name: &str, number: usize, ts: &str, dice: &mut Dice) -> Vec<Sent> {
    let lengths = match (name, number) {
        ("general", LARGE_AT) => vec![1_000, LARGE_BYTES, 0],
        _ if dice.roll(150) == 0 => {
            let count = 1 + dice.roll(3);
            let length = |_| usize::try_from(dice.roll(50_000)).unwrap();
            (0..count).map(length).collect()
        }
        _ => Vec::new(),
    };
    let sent = lengths.into_iter().enumerate().map(|(place, length)| Sent {
        id: format!("F{}X{number}X{place}", name.len()),
        name: format!("织机 {number}-{place}.bin"),
        bytes: dice.bytes(length),
        message: ts.to_owned(),
    });
    sent.collect()
}

/// Year, month and day of a day since 1970.
fn date(day: u64) -> (i64, u32, u32) {
    base::Timestamp::from_micros(i64::try_from(day * DAY * 1_000_000).unwrap()).date()
}
