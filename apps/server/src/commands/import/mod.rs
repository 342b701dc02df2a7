//! `bastide import slack`: a team arrives. The archive is read here, in the hands of an administrator; the server gets what
//! any client could send. A run that was cut off goes on where it was, and a second one changes nothing.

mod files;
mod report;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Read,
    time::{Duration, Instant},
};

use base::{Context, Fault, Result, Secret, Timestamp};
use serde_json::{Value, json};
use slack::{Archive, Carrying, Conversation, Export, Item, Kind, Message, Skipped, text::Names};

use crate::{
    api::{Api, Patience, Trust},
    cli, output,
    output::Form,
};
use files::Stand;
use report::{Report, Unmatched};

/// Every request of an import can be repeated.
const PATIENCE: Patience = Patience {
    tries: 8,
    answered_within: Duration::from_secs(120),
    advice: ". Run the same command again to go on.",
};
/// Messages of one request.
const BATCH_MAX: usize = 200;
/// Bytes of one request, about.
const BATCH_BYTES_MAX: usize = 1_000_000;
/// Files of one request.
const BATCH_FILES_MAX: usize = 100;
/// Reactions of one request.
const BATCH_REACTIONS_MAX: usize = 1_000;
/// Members that one request names.
const MEMBERS_MAX: usize = 500;
/// Bytes of a token.
const TOKEN_BYTES_MAX: u64 = 4_096;

pub(crate) async fn run(flags: &cli::Slack, form: Form) -> Result<()> {
    let begun = Instant::now();
    let token = token(flags)?;
    let export = Export::read(Archive::open(&flags.archive)?, flags.files.clone())?;
    let trust = match &flags.ca {
        Some(path) => Trust::File(path.clone()),
        None => Trust::Machine,
    };
    let mut api = Api::new(&flags.server, &trust, PATIENCE)?;
    api.speaks_as(token);
    let mut run = Run::begin(api, export, flags, form).await?;
    run.bring_all().await?;
    run.report.seconds = begun.elapsed().as_secs_f64();
    run.count_people();
    let value = serde_json::to_value(&run.report).context("writing JSON")?;
    form.print(&value, &run.report.lines())
}

/// From the file, or from standard input: never from the command line, which others can see.
fn token(flags: &cli::Slack) -> Result<Secret<String>> {
    let mut token = String::new();
    match &flags.token_file {
        Some(path) => std::fs::File::open(path)
            .and_then(|file| file.take(TOKEN_BYTES_MAX).read_to_string(&mut token))
            .context("reading the token file")?,
        None => std::io::stdin()
            .lock()
            .take(TOKEN_BYTES_MAX)
            .read_to_string(&mut token)
            .context("reading the token from standard input")?,
    };
    match token.trim() {
        "" => Err(
            Fault::new("there is no token: give one with --token-file or on standard input").into(),
        ),
        token => Ok(Secret::new(token.to_owned())),
    }
}

/// An import under way.
struct Run {
    api: Api,
    export: Option<Export>,
    names: Names,
    /// By Slack's id of a person, their account here.
    accounts: HashMap<String, String>,
    /// By Slack's id of a person, what they are called.
    called: HashMap<String, String>,
    /// By Slack's id of a person without an account, how much they have said.
    unmatched: BTreeMap<String, u64>,
    /// The administrator's account.
    own: String,
    /// Nothing in a dry run.
    import: Option<String>,
    without_files: bool,
    /// Whether nothing more comes by this import.
    is_finished: bool,
    report: Report,
    form: Form,
}

impl Run {
    async fn begin(mut api: Api, export: Export, flags: &cli::Slack, form: Form) -> Result<Self> {
        let me = api.get("/me").await?;
        let own = text(&me, "/account/id")?;
        let accounts = accounts(&mut api, &export).await?;
        let called: HashMap<String, String> = export
            .people
            .iter()
            .map(|person| (person.id.clone(), person.name.clone()))
            .collect();
        let mut names = Names::default();
        for (id, name) in &called {
            let stands = match accounts.get(id) {
                Some(account) => format!("@{{{account}}}"),
                None => format!("@{name}"),
            };
            names.people.insert(id.clone(), stands);
        }
        for conversation in &export.conversations {
            names
                .channels
                .insert(conversation.id.clone(), conversation.name.clone());
        }
        let mut report = Report {
            dry_run: flags.dry_run,
            ..Report::default()
        };
        report.skip(
            "unreadable element of a list",
            u64::try_from(export.malformed).unwrap_or(0),
        );
        report.skip("file with a name that none has", export.odd);
        let (mut import, mut is_finished) = (None, false);
        if !flags.dry_run {
            let workspace = export
                .workspace
                .clone()
                .unwrap_or_else(|| "slack".to_owned());
            let label = flags
                .label
                .clone()
                .unwrap_or_else(|| format!("Slack {workspace}"));
            let input = json!({ "source": "slack", "workspace": workspace, "label": label });
            let begun = api.post("/imports", &input).await?;
            import = Some(text(&begun, "/id")?);
            is_finished = begun.get("finished_at").is_some_and(Value::is_string);
        }
        Ok(Self {
            api,
            export: Some(export),
            names,
            accounts,
            called,
            unmatched: BTreeMap::new(),
            own,
            import,
            without_files: flags.without_files,
            is_finished,
            report,
            form,
        })
    }

    async fn bring_all(&mut self) -> Result<()> {
        let mut export = self.export.take().context("an export is read once")?;
        let conversations = export.conversations.clone();
        let count = conversations.len();
        for (place, conversation) in conversations.iter().enumerate() {
            self.tell(&format!("{}/{count} {}", place + 1, conversation.name));
            self.bring(&mut export, conversation).await?;
        }
        self.export = Some(export);
        if let Some(import) = &self.import
            && !self.is_finished
        {
            let path = format!("/imports/{import}/finish");
            self.api.post(&path, &json!({})).await?;
        }
        Ok(())
    }

    /// Brings one conversation: the chat, what was said there, its members.
    async fn bring(&mut self, export: &mut Export, conversation: &Conversation) -> Result<()> {
        let Some(chat) = self.chat(conversation) else {
            self.report
                .skip("conversation of people who are not here", 1);
            return Ok(());
        };
        let counted = match conversation.kind {
            Kind::Public => &mut self.report.chats.public,
            Kind::Private => &mut self.report.chats.private,
            Kind::Group => &mut self.report.chats.groups,
            Kind::Direct => &mut self.report.chats.direct,
        };
        *counted += 1;
        let reached = match self.import.clone() {
            None => Reached::default(),
            Some(import) => match self.begin_chat(&import, conversation, &chat).await? {
                None => return Ok(()),
                Some(reached) => reached,
            },
        };
        if reached.is_open {
            self.report.chats.opened_before += 1;
        }
        let mut bringing = Bringing {
            reached,
            conversation,
            roots: BTreeSet::new(),
            last: None,
            batch: Batch::default(),
        };
        let names = std::mem::take(&mut self.names);
        let mut telling = export.tell(conversation, self.carrying(&bringing.reached));
        while let Some(items) = export.next(&mut telling, &names)? {
            for item in items {
                match item {
                    Item::Message(message) => self.take(export, &mut bringing, message).await?,
                    Item::Skipped(why) => self.report.skip(reason(&why), 1),
                }
            }
        }
        self.names = names;
        self.flush(&mut bringing).await?;
        self.open(&bringing.reached).await
    }

    /// Which bytes of a chat's files come. Those of messages that are there already are not read again.
    const fn carrying(&self, reached: &Reached) -> Carrying {
        match (self.without_files, reached.is_open, reached.at) {
            (true, _, _) => Carrying::Nothing,
            (false, true, _) => Carrying::Listed,
            (false, false, Some(from)) => Carrying::Read { from },
            (false, false, None) => Carrying::Read {
                from: Timestamp::from_micros(0),
            },
        }
    }

    /// What the chat is here; nothing when nobody of it is.
    fn chat(&self, conversation: &Conversation) -> Option<Value> {
        let mut seen = BTreeSet::new();
        let mut members: Vec<&String> = conversation
            .members
            .iter()
            .filter_map(|id| self.accounts.get(id))
            .filter(|account| seen.insert(*account))
            .collect();
        let is_public = conversation.kind == Kind::Public;
        if members.is_empty() {
            if !is_public {
                return None;
            }
            members.push(&self.own);
        }
        let is_direct = conversation.kind == Kind::Direct && members.len() == 2;
        let creator = conversation.creator.as_ref();
        let creator = creator.and_then(|id| self.accounts.get(id));
        let owner = creator.filter(|account| members.contains(account));
        let owner = owner.or(members.first().copied());
        let name = match conversation.name.as_str() {
            "" => "?",
            name => name,
        };
        Some(json!({
            "external_id": conversation.id, "name": name, "description": conversation.description,
            "visibility": if is_public { "public" } else { "private" }, "created_at": conversation.created_at,
            "direct": is_direct, "owner": owner.filter(|_| !is_direct), "members": members,
        }))
    }

    /// Brings the chat itself, and learns how far it is. Nothing when the import takes no new chats any more.
    async fn begin_chat(
        &mut self,
        import: &str,
        conversation: &Conversation,
        chat: &Value,
    ) -> Result<Option<Reached>> {
        let path = format!("/imports/{import}/chats");
        let all = chat
            .get("members")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let mut arrival = Value::Null;
        let mut first = chat.clone();
        for (place, some) in all.chunks(MEMBERS_MAX).enumerate() {
            if place > 0
                && let Some(owner) = first.get_mut("owner")
            {
                *owner = Value::Null;
            }
            if let Some(members) = first.get_mut("members") {
                *members = json!(some);
            }
            arrival = match self.api.post(&path, &first).await {
                Ok(arrival) => arrival,
                // Finished imports say how far their chats are, and refuse others.
                Err(error) if self.is_finished && error.to_string().contains("import_finished") => {
                    let reason = format!(
                        "conversation that is new since the import was finished: {}",
                        conversation.name
                    );
                    self.report.skip(reason, 1);
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
        }
        let at = arrival.get("reached_at").and_then(Value::as_str);
        Ok(Some(Reached {
            chat: text(&arrival, "/chat")?,
            at: at.and_then(Timestamp::parse),
            is_open: arrival.get("opened_at").is_some_and(Value::is_string),
        }))
    }

    /// Puts a message into the next batch, unless it is there already.
    async fn take(
        &mut self,
        export: &mut Export,
        bringing: &mut Bringing<'_>,
        message: Message,
    ) -> Result<()> {
        if bringing.last.is_some_and(|last| message.sent_at < last) {
            self.report.skip("message out of order", 1);
            return Ok(());
        }
        bringing.last = Some(message.sent_at);
        let is_root = message.thread.is_none();
        let thread = message.thread.clone();
        let thread = thread.filter(|root| bringing.roots.contains(root));
        if !is_root && thread.is_none() {
            self.report
                .skip("thread of an answer, whose first message is gone", 1);
        }
        if thread.is_none() {
            bringing.roots.insert(message.id.clone());
        }
        let author = message.author.as_ref().and_then(|id| self.accounts.get(id));
        let author = author.cloned();
        let name = message
            .author
            .as_ref()
            .and_then(|id| self.called.get(id))
            .cloned();
        if let (None, Some(id)) = (&author, &message.author) {
            *self.unmatched.entry(id.clone()).or_default() += 1;
        }
        let (reactions, count) = self.reactions(&message);
        let pin = bringing.conversation.pins.get(&message.id);
        let pinned = pin.map(|pin| {
            let by = pin.by.as_ref().and_then(|id| self.accounts.get(id));
            json!({ "by": by, "at": pin.at })
        });
        self.report.messages += 1;
        self.report.replies += u64::from(thread.is_some());
        self.report.reactions += u64::try_from(count).unwrap_or(0);
        self.report.pins += u64::from(pinned.is_some());
        let reached = &bringing.reached;
        let is_present = reached.is_open || reached.at.is_some_and(|at| message.sent_at <= at);
        self.report.messages_present += u64::from(is_present);
        // Those of the very last moment may be there in part: they are sent again, which changes nothing.
        let is_last = !reached.is_open && reached.at == Some(message.sent_at);
        let stand = match self.import.is_none() || (is_present && !is_last) {
            true => Stand::Counted,
            false => Stand::Coming,
        };
        let chat = reached.chat.clone();
        let files = self.bring_files(export, &chat, (&message, stand)).await?;
        if stand == Stand::Counted {
            return Ok(());
        }
        let size = Size {
            bytes: message.text.len(),
            reactions: count,
            files: files.len(),
        };
        let value = json!({
            "external_id": message.id, "author": author, "author_name": name.or(message.author_name),
            "sent_at": message.sent_at, "text": message.text, "thread": thread, "edited_at": message.edited_at,
            "reactions": reactions, "pinned": pinned, "files": files,
        });
        if bringing.batch.is_full_with(size) {
            self.flush(bringing).await?;
        }
        bringing.batch.push(value, size);
        Ok(())
    }

    /// What people who are here reacted with, and how often.
    fn reactions(&mut self, message: &Message) -> (Vec<Value>, usize) {
        let mut reactions = Vec::new();
        let mut count = 0;
        for reaction in &message.reactions {
            let here: Vec<&String> = reaction
                .people
                .iter()
                .filter_map(|id| self.accounts.get(id))
                .collect();
            let gone = reaction.people.len() - here.len();
            self.report.skip(
                "reaction of somebody who is not here",
                u64::try_from(gone).unwrap_or(0),
            );
            if !here.is_empty() {
                count += here.len();
                reactions.push(json!({ "emoji": reaction.emoji, "accounts": here }));
            }
        }
        (reactions, count)
    }

    async fn flush(&mut self, bringing: &mut Bringing<'_>) -> Result<()> {
        let batch = std::mem::take(&mut bringing.batch);
        let Some(import) = self.import.as_ref().filter(|_| !batch.messages.is_empty()) else {
            return Ok(());
        };
        let path = format!("/imports/{import}/messages");
        let input = json!({ "chat": bringing.reached.chat, "messages": batch.messages });
        self.api.post(&path, &input).await?;
        self.tell(&format!("{} messages", self.report.messages));
        Ok(())
    }

    async fn open(&mut self, reached: &Reached) -> Result<()> {
        let Some(import) = self.import.as_ref().filter(|_| !reached.is_open) else {
            return Ok(());
        };
        let path = format!("/imports/{import}/open");
        self.api
            .post(&path, &json!({ "chat": reached.chat }))
            .await?;
        Ok(())
    }

    fn count_people(&mut self) {
        let people = self.export.iter().flat_map(|export| &export.people);
        for person in people {
            match (self.accounts.contains_key(&person.id), person.is_bot) {
                (true, _) => self.report.people.matched += 1,
                (false, true) => self.report.people.bots += 1,
                (false, false) => self.report.people.unmatched.push(Unmatched {
                    name: person.name.clone(),
                    mail: person.mail.clone(),
                    messages: self.unmatched.get(&person.id).copied().unwrap_or(0),
                }),
            }
        }
    }

    /// How far it is, for people who wait.
    fn tell(&self, what: &str) {
        if self.form == Form::People {
            output::tell(what);
        }
    }
}

/// How far a chat is on the server.
#[derive(Default)]
struct Reached {
    chat: String,
    at: Option<Timestamp>,
    is_open: bool,
}

/// A conversation under way.
struct Bringing<'a> {
    reached: Reached,
    conversation: &'a Conversation,
    /// The ids of messages that can have answers.
    roots: BTreeSet<String>,
    last: Option<Timestamp>,
    batch: Batch,
}

#[derive(Default)]
struct Batch {
    messages: Vec<Value>,
    size: Size,
}

/// What limits a batch beside its number of messages.
#[derive(Default, Clone, Copy)]
struct Size {
    bytes: usize,
    reactions: usize,
    files: usize,
}

impl Batch {
    const fn is_full_with(&self, more: Size) -> bool {
        !self.messages.is_empty()
            && (self.messages.len() >= BATCH_MAX
                || self.size.bytes + more.bytes > BATCH_BYTES_MAX
                || self.size.reactions + more.reactions > BATCH_REACTIONS_MAX
                || self.size.files + more.files > BATCH_FILES_MAX)
    }

    fn push(&mut self, message: Value, size: Size) {
        self.messages.push(message);
        self.size.bytes += size.bytes;
        self.size.reactions += size.reactions;
        self.size.files += size.files;
    }
}

/// People are matched here, by the list that administrators see anyway: no address of the archive leaves this machine.
async fn accounts(api: &mut Api, export: &Export) -> Result<HashMap<String, String>> {
    let mut by_mail: HashMap<String, String> = HashMap::new();
    let mut path = "/members?limit=100".to_owned();
    loop {
        let page = api.get(&path).await?;
        let items = page.get("items").and_then(Value::as_array);
        for member in items.into_iter().flatten() {
            if text(member, "/state")? == "active" {
                by_mail.insert(text(member, "/mail")?.to_lowercase(), text(member, "/id")?);
            }
        }
        match page.get("next_cursor").and_then(Value::as_str) {
            None => break,
            Some(cursor) => path = format!("/members?limit=100&cursor={cursor}"),
        }
    }
    let matched = export.people.iter().filter_map(|person| {
        let account = by_mail.get(person.mail.as_ref()?)?;
        Some((person.id.clone(), account.clone()))
    });
    Ok(matched.collect())
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    let text = text.context("an answer of another form than this program knows")?;
    Ok(text.to_owned())
}

fn reason(why: &Skipped) -> String {
    match why {
        Skipped::System(kind) => format!("notice: {kind}"),
        Skipped::Empty => "message without text".to_owned(),
        Skipped::Malformed => "message that does not read".to_owned(),
    }
}
