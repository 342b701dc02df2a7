//! For the courier: what is to be told of a chat, and to whom. Who is a member now, and what they want, is read each time: whoever was
//! removed is told nothing from then on.

use std::collections::HashMap;

use act::{Act, Action, Audit, Operation, Permit, Place, PushKeys};
use base::{AccountId, MessageId, Result};

use super::save_push;
use crate::{
    content::{Body, CHAT_NAME, Mention, PUSH_KEYS, push_keys_from_bytes},
    model::{Message, PushDetail, Subscriber, Tenant, Topic},
    rules::{self, CHAT_ABSENT, SUBSCRIBERS_PAGE, Said},
    steps::{self, People},
    store::{self, Told},
    views, wire,
};

pub static OP: Operation = Operation::read("messenger.push.due", Action::Serve)
    .system()
    .audited(Audit::Covered(save_push::OP.name))
    .summary("Gives what browsers are to be told of a chat, opened as far as each person wants it.")
    .refusing(&[CHAT_ABSENT]);

/// Followers of a thread that are asked for: as many as a chat can have.
const FOLLOWERS_MAX: u32 = 10_000;
/// The version of what a browser's worker is handed.
const FORM: u8 = 1;

/// A message with what decides about it.
struct News {
    id: MessageId,
    said: Said,
    text: String,
}

pub async fn run(act: &mut Act, input: wire::DuePush) -> Result<wire::PushDue> {
    let nothing = wire::PushDue {
        through: None,
        letters: Vec::new(),
        next: None,
    };
    let topic = store::topic(act, input.chat).await?;
    let permit = act.permit(&topic).await?;
    let tenant = store::tenant(act).await?;
    let directory = act.permit(&tenant).await?;
    let Some(told) = store::find_told(act, topic.chat).await? else {
        return Ok(nothing);
    };
    let messages = store::untold(act, &topic, told.number).await?;
    let Some(through) = messages.first().map(Message::known) else {
        return Ok(nothing);
    };
    let news = open_news(act, &permit, &messages)?;
    let followers = followers(act, &news).await?;

    let after = input
        .after
        .map_or(store::FIRST, |place| (place.account, place.session));
    let subscribers = store::list_subscribers(act, topic.chat, after).await?;
    let is_full = u32::try_from(subscribers.len()).is_ok_and(|count| count >= SUBSCRIBERS_PAGE);
    let next = subscribers
        .last()
        .filter(|_| is_full)
        .map(|last| wire::PushPlace {
            account: last.listener.account,
            session: last.session,
        });
    let people = people(act, &news, &subscribers).await?;
    let chat_name = open_name(act, &permit, &topic, &told)?;
    let mut letters = Vec::new();
    for subscriber in &subscribers {
        let concerns = |one: &&News| {
            let read = one
                .said
                .thread
                .and_then(|root| followers.get(&(root, subscriber.listener.account)).copied());
            rules::is_told(&one.said, &subscriber.listener, told.name.is_none(), read)
        };
        let theirs: Vec<&News> = news.iter().filter(concerns).collect();
        let content = content(&topic, subscriber, &theirs, (&people, chat_name.as_deref()));
        let keys = open_keys(act, &directory, subscriber)?;
        if let (Some(content), Some(keys)) = (content, keys) {
            letters.push(letter(subscriber, keys, content, told.name.is_none()));
        }
    }
    Ok(wire::PushDue {
        through: Some(through),
        letters,
        next,
    })
}

/// What people said, the newest first; what the chat tells of itself, and what was recalled, is no news.
fn open_news(act: &Act, permit: &Permit<Topic>, messages: &[Message]) -> Result<Vec<News>> {
    let mut news = Vec::new();
    for message in messages.iter().filter(|one| one.state.recalled.is_none()) {
        let (mentions, text) = match views::content(act, permit, message)?.body {
            Body::Text(body) => (body.mentions, body.text),
            Body::Forward(_) | Body::Unknown => (Vec::new(), String::new()),
            Body::Card(card) => (Vec::new(), card.fallback),
            Body::System(_) => continue,
        };
        news.push(News {
            id: message.id,
            said: Said {
                number: message.known(),
                author: message.author,
                sent_at: message.sent_at,
                mentions,
                thread: message.thread,
            },
            text,
        });
    }
    Ok(news)
}

/// How far followers of the threads in question have read there, by thread and account.
async fn followers(act: &mut Act, news: &[News]) -> Result<HashMap<(MessageId, AccountId), i64>> {
    let mut roots: Vec<MessageId> = news.iter().filter_map(|one| one.said.thread).collect();
    roots.sort_unstable();
    roots.dedup();
    let mut read = HashMap::new();
    for root in roots {
        for (account, number) in store::list_followers(act, root, FOLLOWERS_MAX).await? {
            read.insert((root, account), number);
        }
    }
    Ok(read)
}

/// Who speaks and is named, if any of these wants to know.
async fn people(act: &mut Act, news: &[News], subscribers: &[Subscriber]) -> Result<People> {
    if subscribers
        .iter()
        .all(|one| one.detail == PushDetail::Nothing)
    {
        return Ok(People::new());
    }
    let named = |one: &News| {
        let mentions = one
            .said
            .mentions
            .iter()
            .filter_map(|mention| match mention {
                Mention::Account(account) => Some(*account),
                Mention::Everyone => None,
            });
        mentions.chain([one.said.author]).collect::<Vec<_>>()
    };
    let mut accounts: Vec<AccountId> = news.iter().flat_map(named).collect();
    // The oldest of many have to do without their names.
    accounts.truncate(1_000);
    steps::people(act, &accounts).await
}

fn open_name(
    act: &Act,
    permit: &Permit<Topic>,
    topic: &Topic,
    told: &Told,
) -> Result<Option<String>> {
    let name = told.name.as_ref().map(|name| {
        let place = Place::new(topic.chat, CHAT_NAME).at(name.version);
        act.open_text(permit, place, &name.sealed)
    });
    name.transpose()
}

fn open_keys(
    act: &Act,
    directory: &Permit<Tenant>,
    subscriber: &Subscriber,
) -> Result<Option<PushKeys>> {
    let place = Place::new(subscriber.id, PUSH_KEYS);
    push_keys_from_bytes(&act.open(directory, place, &subscriber.keys)?)
}

/// What somebody is told of these messages, the newest first, and no more of it than they want.
fn content(
    topic: &Topic,
    to: &Subscriber,
    news: &[&News],
    (people, chat_name): (&People, Option<&str>),
) -> Option<wire::PushContent> {
    let newest = news.first()?;
    let with_names = to.detail != PushDetail::Nothing;
    let with_text = to.detail == PushDetail::Text && !newest.text.is_empty();
    Some(wire::PushContent {
        v: FORM,
        chat: topic.chat,
        message: newest.id,
        count: u32::try_from(news.len()).unwrap_or(u32::MAX),
        mention: news.iter().any(|one| one.said.names(to.listener.account)),
        sender: with_names.then(|| steps::person(people, newest.said.author).name),
        chat_name: chat_name.filter(|_| with_names).map(str::to_owned),
        text: with_text.then(|| readable(newest, people)),
    })
}

/// A text in short, with names where accounts stand.
fn readable(news: &News, people: &People) -> String {
    let mut text = rules::excerpt(&news.text);
    for mention in &news.said.mentions {
        if let Mention::Account(account) = mention {
            let name = steps::person(people, *account).name;
            text = text.replace(&format!("@{{{account}}}"), &format!("@{name}"));
        }
    }
    text
}

fn letter(
    to: &Subscriber,
    keys: PushKeys,
    content: wire::PushContent,
    is_direct: bool,
) -> wire::PushLetter {
    wire::PushLetter {
        place: wire::PushPlace {
            account: to.listener.account,
            session: to.session,
        },
        endpoint: keys.endpoint,
        p256dh: keys.p256dh,
        auth: keys.auth,
        is_urgent: is_direct || content.mention,
        content,
    }
}
