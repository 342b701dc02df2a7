//! Messages as their readers see them: opened, with what they answer and how people reacted to them.

use std::collections::HashMap;

use act::{Act, Permit, Place, Resource};
use base::{AccountId, ChatId, Context, FileId, MessageId, Result};

use crate::{
    card::{Card, CardAnswer},
    content::{Body, CARD_ANSWER, Content, EMOJI, MESSAGE_BODY},
    model::{Answer, Chat, Emoji, Message, Reaction},
    rules::{self, REACTION_ACCOUNTS_SHOWN},
    steps, store, wire,
};

/// What a message says.
pub(crate) fn content<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    message: &Message,
) -> Result<Content> {
    let place = Place::new(message.id, MESSAGE_BODY).at(message.state.edits);
    Content::from_bytes(&act.open(permit, place, &message.body)?)
}

/// Whose view it is: of a chat, and from which number on. What a message quotes from before stays hidden.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) chat: ChatId,
    pub(crate) history_from: i64,
}

impl Reading {
    /// As a member of the chat.
    pub(crate) const fn of(chat: &Chat) -> Self {
        Self {
            chat: chat.id,
            history_from: chat.standing.history_from,
        }
    }

    /// For the stream, which withholds from each listener what is not theirs.
    pub(crate) const fn whole(chat: ChatId) -> Self {
        Self {
            chat,
            history_from: 0,
        }
    }
}

/// One message of a chat for the wire.
pub(crate) async fn one(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    message: &Message,
) -> Result<wire::Message> {
    let views = all(
        act,
        permit,
        Reading::of(chat),
        std::slice::from_ref(message),
    )
    .await?;
    views.into_iter().next().context("the view of one message")
}

/// Messages of a chat for the wire, in their order. Those that nobody answered or reacted to cost no further read.
pub(crate) async fn all<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    reading: Reading,
    messages: &[Message],
) -> Result<Vec<wire::Message>> {
    let quotes = quotes(act, permit, reading, messages).await?;
    let mut reactions = reactions(act, permit, reading.chat, messages).await?;
    let mut contents = Vec::with_capacity(messages.len());
    for message in messages {
        contents.push(content(act, permit, message)?);
    }
    let files = files(act, permit, reading.chat, &contents).await?;
    let mut views = Vec::with_capacity(messages.len());
    for (message, content) in messages.iter().zip(contents) {
        let mut view = wire::Message::of(message, content, &files);
        if message.state.recalled.is_none() {
            view.quote = message.quote.and_then(|id| quotes.get(&id).cloned());
            view.reactions = reactions.remove(&message.known()).unwrap_or_default();
        }
        views.push(view);
    }
    add_answers(act, permit, &mut views).await?;
    Ok(views)
}

/// What the caller answered to the cards among these messages.
async fn add_answers<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    views: &mut [wire::Message],
) -> Result<()> {
    let is_card = |view: &&mut wire::Message| matches!(view.body, wire::MessageBody::Card(_));
    let cards: Vec<MessageId> = views
        .iter_mut()
        .filter(is_card)
        .map(|view| view.id)
        .collect();
    let Some(reader) = act.caller().member().map(|member| member.account) else {
        return Ok(());
    };
    for answer in store::own_answers(act, reader, &cards).await? {
        let own = wire::OwnAnswer {
            answer: open_answer(act, permit, &answer)?,
            answered_at: answer.answered_at,
        };
        if let Some(view) = views.iter_mut().find(|view| view.id == answer.message) {
            view.answer = Some(own);
        }
    }
    Ok(())
}

/// What a message says if it is a card that still stands.
///
/// # Errors
/// [`rules::RECALLED`], [`rules::CARD_NONE`].
pub(crate) fn card<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    message: &Message,
) -> Result<(Content, Card)> {
    rules::stands(message)?;
    let content = content(act, permit, message)?;
    match &content.body {
        Body::Card(card) => {
            let card = card.clone();
            Ok((content, card))
        }
        Body::Text(_) | Body::System(_) | Body::Forward(_) | Body::Unknown => {
            Err(rules::CARD_NONE.into())
        }
    }
}

pub(crate) fn open_answer<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    answer: &Answer,
) -> Result<CardAnswer> {
    let json = act.open(permit, Place::new(answer.id, CARD_ANSWER), &answer.sealed)?;
    serde_json::from_slice(&json).context("reading an answer")
}

/// The message without what others did to it, as lists of chats show their last one.
pub(crate) async fn bare<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    message: &Message,
) -> Result<wire::Message> {
    let content = content(act, permit, message)?;
    let files = files(act, permit, message.chat, std::slice::from_ref(&content)).await?;
    Ok(wire::Message::of(message, content, &files))
}

/// The files that these messages carry, opened. Messages without files cost no read.
pub(crate) async fn files<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    contents: &[Content],
) -> Result<wire::Files> {
    let ids: Vec<FileId> = contents.iter().flat_map(|one| one.body.files()).collect();
    let found = store::files_among(act, chat, &ids).await?;
    steps::open_files(act, permit, &found)
}

/// What these messages answer, by message. Opened at each reading: an answer never keeps what was recalled.
async fn quotes<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    reading: Reading,
    messages: &[Message],
) -> Result<HashMap<MessageId, wire::Quote>> {
    let mut ids: Vec<MessageId> = messages
        .iter()
        .filter_map(|message| message.quote)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let quoted = store::messages_among(act, reading.chat, &ids).await?;
    quoted
        .iter()
        .filter(|message| message.known() >= reading.history_from)
        .map(|message| Ok((message.id, quote(message, content(act, permit, message)?))))
        .collect()
}

/// A message in short, above its answer.
pub(crate) fn quote(message: &Message, content: Content) -> wire::Quote {
    let recalled = message.state.recalled.is_some();
    wire::Quote {
        message: message.id,
        number: message.number,
        author: message.author,
        author_name: content.imported.and_then(|from| from.author_name),
        excerpt: match content.body {
            Body::Text(text) if !recalled => rules::excerpt(&text.text),
            Body::Card(card) if !recalled => rules::excerpt(&card.fallback),
            _ => String::new(),
        },
        recalled,
    }
}

/// How people reacted to these messages, by number.
async fn reactions<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    messages: &[Message],
) -> Result<HashMap<i64, Vec<wire::Reaction>>> {
    let numbers: Vec<i64> = messages
        .iter()
        .filter(|message| message.state.reactions > 0 && message.state.recalled.is_none())
        .map(Message::known)
        .collect();
    let reader = act.caller().member().map(|member| member.account);
    let found = store::reactions_to(act, chat, &numbers, reader).await?;

    let shown = usize::try_from(REACTION_ACCOUNTS_SHOWN).unwrap_or(usize::MAX);
    let mut by_number: HashMap<i64, Vec<wire::Reaction>> = HashMap::new();
    for Reaction {
        number,
        emoji,
        account,
        count,
        ..
    } in found
    {
        let emoji = open_emoji(act, permit, &emoji)?;
        let of_message = by_number.entry(number).or_default();
        let at = of_message.iter().position(|known| known.emoji == emoji);
        let at = at.unwrap_or_else(|| {
            of_message.push(wire::Reaction {
                emoji,
                count,
                accounts: Vec::new(),
                mine: false,
            });
            of_message.len() - 1
        });
        if let Some(reaction) = of_message.get_mut(at) {
            add_account(reaction, account, reader, shown);
        }
    }
    Ok(by_number)
}

/// The reader may come after those who are shown; then only `mine` says so.
fn add_account(
    reaction: &mut wire::Reaction,
    account: AccountId,
    reader: Option<AccountId>,
    shown: usize,
) {
    reaction.mine |= reader == Some(account);
    if reaction.accounts.len() < shown {
        reaction.accounts.push(account);
    }
}

pub(crate) fn open_emoji<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    emoji: &Emoji,
) -> Result<String> {
    act.open_text(permit, Place::new(emoji.id, EMOJI), &emoji.sealed)
}
