//! `bastide demo`: an organisation to look around in, made through the operations that people use.

use std::{fs, path::Path, sync::Arc};

use act::{Answer, Caller};
use base::{Context, Fault, Result};
use identity::Sessions;
use serde_json::{Value, json};

use super::demo_text::{CHATS, Chat, NAMES, ORGANISATION, Voice};
use crate::{config::Config, control::OPERATOR, house::House, output::Form};

/// The file in the data directory that names the tenant of the demo.
const NOTE: &str = "demo.tenant";
/// How many messages each chat gets.
const MESSAGES_PER_CHAT: usize = 320;

/// Somebody who was made for the demo.
struct Person {
    name: &'static str,
    mail: String,
    password: String,
    account: String,
    caller: Caller,
}

/// What was made, for whoever looks around.
struct Made {
    people: Vec<Person>,
    messages: usize,
}

pub(crate) async fn run(config: Config, form: Form) -> Result<()> {
    let note = config.data_dir.join(NOTE);
    let house = House::open(&config).await?;
    let outcome = fill(&house, &note).await;
    match house.end(outcome).await? {
        Some(made) => report(&made, form),
        None => {
            let value = json!({
                "organisation": ORGANISATION, "is_new": false, "people": NAMES.len(), "chats": CHATS.len(),
            });
            let text = format!(
                "{ORGANISATION} is here already, and nothing was added. Its passwords were printed when it was made;\n\
                 for new ones, empty the data directory and make the demo again."
            );
            form.print(&value, &text)
        }
    }
}

/// Fills an empty house. Nothing when the demo's organisation is there already; a house of others is left alone.
async fn fill(house: &House, note: &Path) -> Result<Option<Made>> {
    let noted = fs::read_to_string(note).unwrap_or_default();
    let tenants = tenants(house).await?;
    if !tenants.is_empty() {
        return if tenants.iter().any(|tenant| tenant == noted.trim()) {
            Ok(None)
        } else {
            Err(Fault::new(
                "this server is not empty: the demo fills only an empty one. Give it a data directory of its own with \
                 BASTIDE_DATA_DIR",
            )
            .into())
        };
    }
    let demo = Demo {
        sessions: Sessions::new(Arc::clone(&house.runtime)),
        house,
    };
    let people = demo.people().await?;
    let chats = CHATS
        .iter()
        .enumerate()
        .map(|(index, chat)| demo.chat(&people, chat, index));
    let messages = futures_util::future::try_join_all(chats)
        .await?
        .into_iter()
        .sum();
    // Last, so that a demo that was cut off is not taken for a whole one.
    let owner = people.first().map(|owner| owner.caller.tenant());
    let owner = owner.context("a demo has an owner")?;
    fs::write(note, format!("{owner}\n")).context("noting which organisation is the demo's")?;
    Ok(Some(Made { people, messages }))
}

/// The identifiers of all tenants.
async fn tenants(house: &House) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = house
            .call(
                OPERATOR,
                "identity.tenant.list",
                json!({ "cursor": cursor }),
            )
            .await?;
        let page: Value = serde_json::from_slice(&page.body).context("reading an answer")?;
        let items = page.get("items").and_then(Value::as_array);
        found.extend(
            items
                .into_iter()
                .flatten()
                .filter_map(|item| item.get("id")?.as_str().map(str::to_owned)),
        );
        cursor = page.get("next_cursor").cloned().unwrap_or_default();
        if cursor.is_null() {
            return Ok(found);
        }
    }
}

fn report(made: &Made, form: Form) -> Result<()> {
    let rows: Vec<Value> = made
        .people
        .iter()
        .map(|person| json!({ "name": person.name, "mail": person.mail, "password": person.password }))
        .collect();
    let value = json!({
        "organisation": ORGANISATION, "is_new": true, "people": rows, "chats": CHATS.len(), "messages": made.messages,
    });
    let lines: Vec<String> = made
        .people
        .iter()
        .map(|person| {
            format!(
                "  {:<28} {:<20} {}",
                person.mail, person.password, person.name
            )
        })
        .collect();
    let text = format!(
        "{ORGANISATION}: {} people, {} chats, {} messages.\n\n  {:<28} {:<20} name\n{}",
        made.people.len(),
        CHATS.len(),
        made.messages,
        "mail",
        "password",
        lines.join("\n")
    );
    form.print(&value, &text)
}

fn mail_of(local: &str) -> String {
    format!("{local}@demo.example")
}

struct Demo<'a> {
    house: &'a House,
    sessions: Sessions,
}

impl Demo<'_> {
    async fn call(&self, caller: Caller, operation: &str, input: Value) -> Result<Answer> {
        self.house.call(caller, operation, input).await
    }

    async fn ask(&self, caller: Caller, operation: &str, input: Value) -> Result<Value> {
        let answer = self.call(caller, operation, input).await?;
        serde_json::from_slice(&answer.body).context("reading an answer")
    }

    /// The owner signs up; the others come by invitation.
    async fn people(&self) -> Result<Vec<Person>> {
        let mut people: Vec<Person> = Vec::with_capacity(NAMES.len());
        for (index, (name, local, locale)) in NAMES.iter().enumerate() {
            let mail = mail_of(local);
            let password = self.password();
            let zone = if *locale == "zh-CN" {
                "Asia/Shanghai"
            } else {
                "Europe/Paris"
            };
            let who = json!({ "name": name, "mail": mail, "password": password, "locale": locale, "zone": zone });
            let answer = match people.first() {
                None => {
                    let input = with(
                        who,
                        &[
                            ("kind", json!("organisation")),
                            ("organisation", json!(ORGANISATION)),
                        ],
                    );
                    self.call(Caller::Nobody, "identity.tenant.sign_up", input)
                        .await
                }
                Some(owner) => {
                    let role = if index == 1 {
                        "administrator"
                    } else {
                        "member"
                    };
                    let token = self.invitation(owner.caller, role).await?;
                    let input = with(who, &[("token", json!(token))]);
                    self.call(Caller::Nobody, "identity.invitation.accept", input)
                        .await
                }
            };
            people.push(self.signed_in(name, mail, password, answer?).await?);
        }
        Ok(people)
    }

    async fn invitation(&self, owner: Caller, role: &str) -> Result<String> {
        let input = json!({ "role": role, "expires_in_h": 1 });
        let made = self.ask(owner, "identity.invitation.create", input).await?;
        let link = made
            .get("link")
            .and_then(Value::as_str)
            .context("an invitation has a link")?;
        link.split_once('#')
            .map(|(_, token)| token.to_owned())
            .context("an invitation's link has its token")
    }

    async fn signed_in(
        &self,
        name: &'static str,
        mail: String,
        password: String,
        answer: Answer,
    ) -> Result<Person> {
        let token = answer.session.context("who signs up is signed in")?;
        let member = self
            .sessions
            .caller(&token)
            .await?
            .context("the new session is live")?;
        let account = member.account.to_string();
        Ok(Person {
            name,
            mail,
            password,
            account,
            caller: Caller::Member(member),
        })
    }

    /// Four groups of four characters that are not mistaken for one another.
    fn password(&self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789K";
        let mut bytes = [0u8; 16];
        self.house.entropy.fill(&mut bytes);
        let letters = bytes.iter().filter_map(|byte| {
            ALPHABET
                .get(usize::from(*byte % 32))
                .copied()
                .map(char::from)
        });
        letters
            .enumerate()
            .fold(String::new(), |mut text, (index, letter)| {
                if index > 0 && index % 4 == 0 {
                    text.push('-');
                }
                text.push(letter);
                text
            })
    }

    /// Creates a chat and lets its members talk in turn.
    async fn chat(&self, people: &[Person], chat: &Chat, index: usize) -> Result<usize> {
        let members: Vec<&Person> = chat
            .members
            .iter()
            .filter_map(|member| people.get(*member))
            .collect();
        let (creator, others) = members.split_first().context("a chat has members")?;
        let made = match chat.name {
            Some(name) => {
                let others: Vec<&str> = others
                    .iter()
                    .map(|person| person.account.as_str())
                    .collect();
                let input = json!({ "name": name, "members": others });
                self.ask(creator.caller, "messenger.chat.create", input)
                    .await?
            }
            None => {
                let other = others.first().context("a direct chat has two members")?;
                self.ask(
                    creator.caller,
                    "messenger.chat.direct",
                    json!({ "account": other.account }),
                )
                .await?
            }
        };
        let id = made
            .get("id")
            .and_then(Value::as_str)
            .ok_or_else(|| Fault::new("a chat has an id"))?;
        for turn in 0..MESSAGES_PER_CHAT {
            let author = members.get(turn * 7 % members.len()).unwrap_or(creator);
            let text = line(chat.voice, turn, index, &members);
            let input = json!({ "chat": id, "client_id": format!("demo-{index}-{turn}"), "body": { "text": text } });
            self.call(author.caller, "messenger.message.send", input)
                .await?;
        }
        Ok(MESSAGES_PER_CHAT)
    }
}

/// What is said at this turn; now and then somebody is mentioned.
fn line(voice: Voice, turn: usize, chat: usize, members: &[&Person]) -> String {
    let lines = voice.lines();
    let text = lines
        .get((turn * 5 + chat * 3 + turn / lines.len()) % lines.len())
        .copied()
        .unwrap_or_default();
    match (turn % 11, members.get(turn % members.len())) {
        (7, Some(person)) => format!("@{{{}}} {text}", person.account),
        _ => text.to_owned(),
    }
}

fn with(mut object: Value, more: &[(&str, Value)]) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
    }
    object
}
