//! From a batch of another messenger's messages to rows: which of them are new, what they refer to, and in which order they
//! get their numbers.

use std::collections::{BTreeSet, HashMap};

use act::{Act, IntoValue, Number, Permit, Place, Series, Value};
use base::{AccountId, ChatId, Context, FileId, MessageId, Result, Timestamp};

use crate::{
    content::{Body, Content, EMOJI, MESSAGE_BODY, Mention, TextBody},
    model::{Arrival, Emoji, File, Import, Mark, Message, State},
    rules::{
        self, ACCOUNT_ABSENT, FILE_ABSENT, IMPORT_ACCOUNTS_MAX, IMPORT_ROOT_ABSENT, IMPORT_TOO_MUCH,
    },
    store::{self, Answered},
    wire::BroughtMessage,
};

/// The new ones of a batch, ready to be written.
pub(crate) struct Arriving<'a> {
    messages: Vec<Ready<'a>>,
    /// By emoji, the keyed hash under which the chat keeps it.
    tokens: HashMap<&'a str, Value>,
    /// The accounts of the organisation that the batch speaks of.
    known: BTreeSet<AccountId>,
    /// What came before, for them to carry.
    files: HashMap<FileId, File>,
    source: &'a str,
    by: AccountId,
}

struct Ready<'a> {
    id: MessageId,
    root: Option<MessageId>,
    brought: &'a BroughtMessage,
}

/// Reads what has to be known of a batch before it is written.
///
/// # Errors
/// [`IMPORT_ROOT_ABSENT`], [`ACCOUNT_ABSENT`], [`IMPORT_TOO_MUCH`], [`FILE_ABSENT`], [`rules::FILE_UNFINISHED`].
pub(crate) async fn prepare<'a>(
    act: &mut Act,
    import: &'a Import,
    arrival: &Arrival,
    batch: &'a [BroughtMessage],
) -> Result<Arriving<'a>> {
    let mut ids = Vec::with_capacity(batch.len());
    for brought in batch {
        let id = message_id(act, arrival.chat, &brought.external_id).await?;
        let root = match &brought.thread {
            None => None,
            Some(root) => Some(message_id(act, arrival.chat, root).await?),
        };
        ids.push((id, root));
    }
    let mut wanted: Vec<MessageId> = ids
        .iter()
        .flat_map(|(id, root)| std::iter::once(*id).chain(*root))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let found = store::imported_among(act, arrival.chat, &wanted).await?;
    // Whether a message that is here, or comes with this batch, can have answers.
    let mut is_root: HashMap<MessageId, bool> = found
        .into_iter()
        .map(|(id, thread)| (id, thread.is_none()))
        .collect();

    let mut messages = Vec::with_capacity(batch.len());
    for (brought, (id, root)) in batch.iter().zip(ids) {
        if is_root.contains_key(&id) {
            continue;
        }
        if root.is_some_and(|root| is_root.get(&root) != Some(&true)) {
            return Err(IMPORT_ROOT_ABSENT.at("thread"));
        }
        is_root.insert(id, root.is_none());
        messages.push(Ready { id, root, brought });
    }
    let mut tokens: HashMap<&str, Value> = HashMap::new();
    for reaction in messages.iter().flat_map(|ready| &ready.brought.reactions) {
        if !tokens.contains_key(reaction.emoji.as_str()) {
            let hash = act.keyed_hash("messenger.emoji", reaction.emoji.as_bytes());
            tokens.insert(&reaction.emoji, hash.await?.into_value());
        }
    }
    Ok(Arriving {
        known: accounts(act, &messages).await?,
        files: files(act, arrival, &messages).await?,
        messages,
        tokens,
        source: &import.source,
        by: act.member()?.account,
    })
}

/// A message that comes again has the same id.
async fn message_id(act: &Act, chat: ChatId, external_id: &str) -> Result<MessageId> {
    let bytes = named(act, "messenger.import.message", chat, external_id).await?;
    Ok(MessageId::from_bytes(bytes))
}

/// And so has a file.
pub(crate) async fn file_id(act: &Act, chat: ChatId, external_id: &str) -> Result<FileId> {
    let bytes = named(act, "messenger.import.file", chat, external_id).await?;
    Ok(FileId::from_bytes(bytes))
}

/// An id that is made of the chat and of what something is called elsewhere (RFC 9562 §5.8).
async fn named(
    act: &Act,
    label: &'static str,
    chat: ChatId,
    external_id: &str,
) -> Result<[u8; 16]> {
    let named = [&chat.to_bytes(), external_id.as_bytes()].concat();
    let hash = act.keyed_hash(label, &named).await?;
    let Value::Bytes(hash) = hash.into_value() else {
        return None.context("a keyed hash that is not bytes");
    };
    let mut bytes: [u8; 16] = *hash.first_chunk().context("a keyed hash that is short")?;
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = (*version & 0x0f) | 0x80;
    *variant = (*variant & 0x3f) | 0x80;
    Ok(bytes)
}

/// The files that messages carry, which have to be here and whole.
async fn files(
    act: &mut Act,
    arrival: &Arrival,
    messages: &[Ready<'_>],
) -> Result<HashMap<FileId, File>> {
    let ids: Vec<FileId> = messages
        .iter()
        .flat_map(|ready| &ready.brought.files)
        .copied()
        .collect();
    let found = store::files_among(act, arrival.chat, &ids).await?;
    if found.len() < ids.len() {
        return Err(FILE_ABSENT.at("files"));
    }
    for file in &found {
        rules::may_carry_brought(file, act.now())?;
    }
    Ok(found.into_iter().map(|file| (file.id, file)).collect())
}

/// The accounts that messages speak of; who wrote, reacted or pinned has to exist, who is only named need not.
async fn accounts(act: &mut Act, messages: &[Ready<'_>]) -> Result<BTreeSet<AccountId>> {
    let mut needed = BTreeSet::new();
    let mut named = BTreeSet::new();
    for Ready { brought, .. } in messages {
        needed.extend(brought.author);
        needed.extend(brought.pinned.as_ref().and_then(|pin| pin.by));
        needed.extend(brought.reactions.iter().flat_map(|one| &one.accounts));
        for mention in rules::mentions_in(&brought.text)? {
            if let Mention::Account(account) = mention {
                named.insert(account);
            }
        }
    }
    let asked: Vec<AccountId> = needed.union(&named).copied().collect();
    if asked.len() > IMPORT_ACCOUNTS_MAX {
        return Err(IMPORT_TOO_MUCH.at("messages"));
    }
    let cards = act.people(&asked).await?;
    let known: BTreeSet<AccountId> = cards.into_iter().map(|card| card.account).collect();
    match needed.is_subset(&known) {
        true => Ok(known),
        false => Err(ACCOUNT_ABSENT.at("messages")),
    }
}

impl Arriving<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// How far the chat is with them.
    ///
    /// # Errors
    /// [`rules::IMPORT_ORDER`] when they are older than what is there; [`rules::PINS_TOO_MANY`].
    pub(crate) fn advance(&self, before: &Arrival) -> Result<Arrival> {
        let times = self.messages.iter().map(|ready| ready.brought.sent_at);
        let (first, last) = (times.clone().min(), times.max());
        if first < before.reached_at {
            return Err(rules::IMPORT_ORDER.at("messages"));
        }
        let count = |of: fn(&Ready<'_>) -> usize| {
            let sum: usize = self.messages.iter().map(of).sum();
            i64::try_from(sum).context("counting a batch")
        };
        let after = Arrival {
            messages: before.messages + count(|_| 1)?,
            replies: before.replies + count(|ready| usize::from(ready.root.is_some()))?,
            reactions: before.reactions + count(|ready| reactions(ready.brought).count())?,
            pins: before.pins + count(|ready| usize::from(ready.brought.pinned.is_some()))?,
            reached_at: last,
            ..before.clone()
        };
        rules::may_be_pinned(after.pins)?;
        Ok(after)
    }

    /// Gives them their numbers, in their order, and writes them.
    pub(crate) fn write(
        &self,
        act: &mut Act,
        permit: &Permit<Arrival>,
        chat: ChatId,
        change: Number,
    ) -> Result<()> {
        let numbers: Vec<Number> = self
            .messages
            .iter()
            .map(|_| act.next_number(permit, Series::Items))
            .collect();
        let mut answered = self.answered(&numbers);
        for (emoji, token) in &self.tokens {
            let id = act.new_id();
            let sealed = act.seal(permit, Place::new(id, EMOJI), emoji.as_bytes());
            let emoji = Emoji { id, sealed };
            store::insert_emoji(act, permit, chat, token.clone(), &emoji)?;
        }
        for (ready, number) in self.messages.iter().zip(numbers) {
            let message = self.message(act, permit, chat, ready, (number, change))?;
            store::insert_imported(act, permit, &message, answered.remove(&ready.id))?;
            for file in &ready.brought.files {
                let file = self.files.get(file).context("a file that was looked up")?;
                store::carry_file(act, permit, file, &message)?;
            }
            for (emoji, account, at) in reactions(ready.brought) {
                let token = self.tokens.get(emoji).context("the hash of an emoji")?;
                let token = token.clone();
                store::insert_counted_reaction(act, permit, &message, token, account, at)?;
            }
        }
        // What is left are roots that came before.
        for (root, answered) in answered {
            store::count_replies(act, permit, root, answered)?;
        }
        Ok(())
    }

    /// The answers in this batch, by their root.
    fn answered(&self, numbers: &[Number]) -> HashMap<MessageId, Answered> {
        let mut answered: HashMap<MessageId, Answered> = HashMap::new();
        for (ready, number) in self.messages.iter().zip(numbers) {
            let Some(root) = ready.root else { continue };
            let count = answered.get(&root).map_or(0, |before| before.count) + 1;
            let (last_at, last_number) = (ready.brought.sent_at, *number);
            let now = Answered {
                count,
                last_at,
                last_number,
            };
            answered.insert(root, now);
        }
        answered
    }

    fn message(
        &self,
        act: &Act,
        permit: &Permit<Arrival>,
        chat: ChatId,
        ready: &Ready<'_>,
        (number, change): (Number, Number),
    ) -> Result<Message> {
        let brought = ready.brought;
        let mentions = rules::mentions_in(&brought.text)?;
        let is_known = |mention: &Mention| match mention {
            Mention::Everyone => true,
            Mention::Account(account) => self.known.contains(account),
        };
        let content = Content {
            client_id: None,
            imported: Some(rules::imported(self.source, brought)),
            body: Body::Text(TextBody {
                text: brought.text.clone(),
                mentions: mentions.into_iter().filter(is_known).collect(),
                files: brought.files.clone(),
            }),
        };
        let edits = i64::from(brought.edited_at.is_some());
        let place = Place::new(ready.id, MESSAGE_BODY).at(edits);
        Ok(Message {
            id: ready.id,
            chat,
            number,
            change,
            author: brought.author.unwrap_or(AccountId::NIL),
            body: act.seal(permit, place, &content.to_bytes()?),
            sent_at: brought.sent_at,
            thread: ready.root,
            quote: None,
            state: State {
                edits,
                edited_at: brought.edited_at,
                recalled: None,
                pinned: brought.pinned.as_ref().map(|pin| Mark {
                    by: pin.by.unwrap_or(self.by),
                    at: pin.at,
                }),
                reactions: i64::try_from(reactions(brought).count()).context("counting")?,
                replies: None,
            },
        })
    }
}

/// Each reaction once, with a moment that keeps the order of emoji and accounts.
fn reactions(
    brought: &BroughtMessage,
) -> impl Iterator<Item = (&str, AccountId, Timestamp)> + use<'_> {
    let mut seen = BTreeSet::new();
    let each = brought.reactions.iter().flat_map(|reaction| {
        let accounts = reaction.accounts.iter();
        accounts.map(|account| (reaction.emoji.as_str(), *account))
    });
    let each = each.filter(move |one| seen.insert(*one));
    each.zip(0_i64..).map(|((emoji, account), place)| {
        let at = Timestamp::from_micros(brought.sent_at.micros() + place);
        (emoji, account, at)
    })
}
