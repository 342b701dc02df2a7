//! What the stream hears: audience, changes, topics; and that a large chat costs a send nothing.

use std::time::Duration;

use act::{Act, Action, Audit, MigrationSet, Module, Operation, Statement, params};
use base::{ChatId, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::House;

use super::kit::{add, audience, changes, chat_id, group, house, say, seen, stream, text};
use crate::{
    add_members, audience_chat, change_chat, changes_chat, join_stream, leave_chat, list_chats,
    list_members, model::Followed, module, remove_member, resume_stream, send_message,
    states_chats, transfer_chat, wire,
};

#[tokio::test]
async fn the_changes_are_what_happened() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let stream = stream(&house, &ana);
    let chat = group(&ana, &[&bo]).await;
    let id = &chat["id"];
    let said = say(&bo, &chat, "hello").await;
    add(&ana, &chat, &[&cy]).await;
    ana.does(&change_chat::OP, json!({ "chat": id, "name": "olds" }))
        .await;
    ana.does(
        &transfer_chat::OP,
        json!({ "chat": id, "account": bo.account() }),
    )
    .await;
    bo.does(
        &remove_member::OP,
        json!({ "chat": id, "account": cy.account() }),
    )
    .await;
    ana.does(&leave_chat::OP, json!({ "chat": id })).await;

    let feed = changes(&stream, &chat, 0).await;

    let frames = feed["frames"].as_array().unwrap();
    let told: Vec<_> = frames
        .iter()
        .map(|frame| {
            assert_eq!(frame["type"], "event");
            assert_eq!(&frame["topic"], id);
            assert_eq!(frame["message"]["change"], frame["change"]);
            let event = frame["event"].as_str().unwrap();
            (
                frame["change"].as_i64().unwrap(),
                event,
                &frame["accounts"],
                &frame["name"],
            )
        })
        .collect();
    let nobody = &json!(null);
    let accounts = [&bo, &cy, &ana].map(|actor| json!([actor.account()]));
    assert_eq!(
        told,
        [
            (1, "message.sent", nobody, &json!("news")),
            (2, "message.sent", nobody, nobody),
            (3, "members.added", &accounts[1], nobody),
            (4, "chat.renamed", nobody, &json!("olds")),
            (5, "owner.changed", &accounts[0], nobody),
            (6, "member.removed", &accounts[1], nobody),
            (7, "member.removed", &accounts[2], nobody),
        ]
    );
    assert_eq!(frames[1]["message"], said);
    assert_eq!(feed["change_last"], 7);

    let later = changes(&stream, &chat, 5).await;
    assert_eq!(later["frames"].as_array().unwrap().as_slice(), &frames[5..]);
    assert_eq!(changes(&stream, &chat, 7).await["frames"], json!([]));
}

#[tokio::test]
async fn the_audience_follows_the_members() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let [eve] = house.people(["eve"]).await;
    let stream_of = stream(&house, &ana);
    let chat = group(&ana, &[&bo]).await;
    let before = audience(&stream_of, &chat).await;
    let mut both = [ana.account(), bo.account()];
    both.sort();
    assert_eq!(before["accounts"], json!(both));
    say(&ana, &chat, "hello").await;
    let talked = audience(&stream_of, &chat).await;
    assert_eq!(talked["version"], before["version"]);
    assert_eq!(talked["change"], 2);

    ana.does(
        &remove_member::OP,
        json!({ "chat": chat["id"], "account": bo.account() }),
    )
    .await;

    let after = audience(&stream_of, &chat).await;
    assert_eq!(after["accounts"], json!([ana.account()]));
    assert!(after["version"].as_i64() > before["version"].as_i64());
    let ours = ana.does(&resume_stream::OP, json!({})).await;
    let expected = json!({ "chat": chat["id"], "change": 3, "version": after["version"] });
    assert_eq!(ours, json!({ "topics": [expected], "has_more": false }));
    let input = json!({ "chat": chat["id"] });
    let one = ana.does(&join_stream::OP, input.clone()).await;
    assert_eq!(one, expected);
    let refusal = bo.is_refused(&join_stream::OP, input).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let states = json!({ "chats": [chat["id"], ChatId::from_bytes([9; 16])] });
    let same = stream_of.does(&states_chats::OP, states).await;
    assert_eq!(same["topics"], ours["topics"]);
    let many = json!({ "chats": vec![chat["id"].clone(); 501] });
    let refusal = stream_of.is_refused(&states_chats::OP, many).await;
    assert_eq!(refusal.code, "messenger.limit_invalid");
    let his = bo.does(&resume_stream::OP, json!({})).await;
    assert_eq!(his["topics"], json!([]));

    let input = json!({ "chat": chat["id"] });
    let elsewhere = stream(&house, &eve);
    let refusal = elsewhere
        .is_refused(&audience_chat::OP, input.clone())
        .await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let refusal = ana.is_refused(&audience_chat::OP, input).await;
    assert_eq!(refusal.code, "access.not_permitted");
}

#[tokio::test]
async fn following_leaves_an_entry_and_delivering_names_it() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let before = house.audit().all().len();

    bo.does(&resume_stream::OP, json!({})).await;
    bo.does(&join_stream::OP, json!({ "chat": chat["id"] }))
        .await;
    say(&ana, &chat, "hello").await;
    changes(&stream(&house, &ana), &chat, 0).await;

    let noted: Vec<_> = house.audit().all()[before..]
        .iter()
        .map(|note| (note.operation, note.account, note.resources))
        .collect();
    assert_eq!(
        noted,
        [
            ("messenger.stream.resume", Some(bo.account()), 1),
            ("messenger.stream.join", Some(bo.account()), 1),
            ("messenger.message.send", Some(ana.account()), 1),
        ]
    );
    let covering = [&resume_stream::OP, &join_stream::OP];
    assert!(covering.iter().all(|op| op.audit == Audit::Always));
    for served in [&audience_chat::OP, &changes_chat::OP, &states_chats::OP] {
        let Audit::Covered(by) = served.audit else {
            panic!("{} has entries of its own", served.name);
        };
        assert_eq!(
            by,
            resume_stream::OP.name,
            "a chat that joins later is named by its own"
        );
    }
}

#[tokio::test]
async fn the_chats_that_are_followed_are_those_where_something_was_said_last() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let mut chats = Vec::new();
    for _ in 0..3 {
        house.passes(Duration::from_secs(1));
        chats.push(group(&ana, &[]).await);
    }
    house.passes(Duration::from_secs(1));
    say(&ana, &chats[0], "the oldest chat is the liveliest").await;

    let followed = ana.does(&resume_stream::OP, json!({})).await;

    let order: Vec<_> = followed["topics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|topic| &topic["chat"])
        .collect();
    assert_eq!(order, [0, 2, 1].map(|index: usize| &chats[index]["id"]));
    let all: Vec<_> = (0..3)
        .map(|id| Followed {
            chat: ChatId::from_bytes([id; 16]),
            change: 1,
            version: 1,
            history_from: 0,
            changes_from: 0,
        })
        .collect();
    let some = wire::Followed::of(all.clone(), 2);
    assert_eq!((some.topics.len(), some.has_more), (2, true));
    let whole = wire::Followed::of(all, 3);
    assert_eq!((whole.topics.len(), whole.has_more), (3, false));
}

/// Counts the rows that belong to a chat, from beside the domain.
static PROBE: Operation = Operation::read("probe.chat.count", Action::Serve)
    .system()
    .without_permit("it counts rows for a test")
    .audited(Audit::Covered("messenger.stream.resume"));
static COUNT: Statement = Statement::read(
    "SELECT (SELECT COUNT(*) FROM messenger_message WHERE tenant = :tenant AND chat = :chat) AS messages,
        (SELECT COUNT(*) FROM messenger_member WHERE tenant = :tenant AND chat = :chat) AS members,
        (SELECT COUNT(*) FROM messenger_mention WHERE tenant = :tenant AND chat = :chat) AS mentions,
        (SELECT COUNT(*) FROM messenger_draft WHERE tenant = :tenant AND chat = :chat) AS drafts,
        (SELECT COUNT(*) FROM act_event WHERE tenant = :tenant AND topic = :chat) AS events",
);

#[derive(Deserialize, schemars::JsonSchema)]
struct Probe {
    chat: ChatId,
}

async fn probe(act: &mut Act, input: Probe) -> Result<Value> {
    let row = act.row(&COUNT, params! { chat: input.chat }).await?;
    let mut row = row.unwrap();
    let mut count = |column| row.take::<i64>(column);
    Ok(json!([
        count("messages")?,
        count("members")?,
        count("mentions")?,
        count("drafts")?,
        count("events")?
    ]))
}

#[tokio::test]
async fn ten_thousand_members_cost_a_message_nothing() {
    const NO_TABLES: MigrationSet = MigrationSet {
        domain: "probe",
        migrations: &[],
    };
    let probing = Module::new("probe", NO_TABLES).with(&PROBE, probe);
    let house = House::with(vec![module(), probing]).await;
    let [ana] = house.people(["ana"]).await;
    let stream = stream(&house, &ana);
    let chat = group(&ana, &[]).await;
    let mut last = ana.clone();
    for _ in 0..50 {
        let accounts: Vec<_> = (0..200)
            .map(|index| {
                last = house.colleague_of(&ana, &format!("p{index}"));
                last.account()
            })
            .collect();
        let input = json!({ "chat": chat["id"], "accounts": accounts });
        match ana.calls(&add_members::OP, input).await {
            Ok(_) => {}
            Err(error) => {
                // The owner is a member too: the last two hundred are one too many.
                assert!(error.is(&crate::rules::CHAT_FULL), "{error}");
                let input = json!({ "chat": chat["id"], "accounts": accounts[..199] });
                ana.does(&add_members::OP, input).await;
            }
        }
    }
    assert_eq!(seen(&ana, &chat).await["members"], 10_000);
    let one = json!({ "chat": chat["id"], "accounts": [last.account()] });
    let refusal = ana.is_refused(&add_members::OP, one).await;
    assert_eq!(refusal.code, "messenger.chat_full");
    let of_chat = json!({ "chat": chat["id"] });
    let before: Vec<i64> = stream.gets(&PROBE, of_chat.clone()).await;
    house.heard().take();
    let entries = house.audit().all().len();

    ana.does(&send_message::OP, text(&chat, "c", "@{all} hello"))
        .await;

    let after: Vec<i64> = stream.gets(&PROBE, of_chat.clone()).await;
    let grown: Vec<i64> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
    assert_eq!(
        grown,
        [1, 0, 1, 0, 1],
        "message, member, mention, draft, event"
    );
    assert_eq!(house.heard().take().len(), 1);
    assert_eq!(house.audit().all().len(), entries + 1);
    let hears = audience(&stream, &chat).await;
    assert_eq!(hears["accounts"].as_array().unwrap().len(), 10_000);
    let page = ana.does(&list_members::OP, of_chat).await;
    assert!(page["next_cursor"].is_string());
    let page = ana.does(&list_chats::OP, json!({})).await;
    assert_eq!(page["items"][0]["id"], json!(chat_id(&chat)));
}
