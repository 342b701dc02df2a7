//! Browsers that are told over the wire: nothing is lost with a server, and nothing reaches who was removed.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use system_tests::{Connection, Organisation, Person, Server, Socket};
use tokio::sync::Mutex;

use crate::{
    files::{Dice, begin, bring, content_path, goes_on_after, put, send, two},
    ground::{Ground, variable},
    planted::Planted,
    push_service::PushService,
};

/// After a removal everything has ended within it.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// Members that are removed at once.
const REMOVED_AT_ONCE: usize = 10;

/// What a browser is told at, and of, for the scan: nothing of it is readable on its way either.
pub async fn away(
    owner: &mut Connection,
    guest: &mut Connection,
    (chat, push): (&str, &PushService),
    planted: &mut Planted,
    run: &str,
) {
    let mut word = |name: &str| planted.word(run, name);
    let (endpoint, pushed) = (word("endpoint"), word("pushed"));
    push.subscribes(guest, &endpoint, "text").await;
    let input = json!({ "client_id": "pushed", "body": { "text": format!("{pushed} @{{all}}") } });
    let path = format!("/chats/{chat}/messages");
    owner.call("POST", &path, &input).await.ok();
    for taken in push.brings(&endpoint, 1, Duration::from_secs(20)).await {
        planted.is_not_in("a push message", &taken.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_a_kill_is_told_after_it() {
    let mut ground = Ground::embedded();
    let service = PushService::start().await;
    service.named_in(&mut ground.options, ground.directory.path());
    let mut server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "told", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("news", &[bo]).await;
    service
        .subscribes(&mut org.people[1].connection, "bo", "text")
        .await;
    org.people[0].sends(&chat, "m-1", "sluice @{all}").await;
    let come = service.brings("bo", 1, Duration::from_secs(20)).await;
    assert_eq!(come[0].body.len(), 1_126, "as long as every short message");
    assert!(!come[0].body.windows(6).any(|bytes| bytes == b"sluice"));

    // Acknowledged, and not told yet: it is a second and a half before somebody is.
    let mut ana = org.people[0].signs_in().await;
    ana.sends(&chat, "m-2", "again @{all}").await;
    server.restart_after_kill().await;
    service.brings("bo", 2, Duration::from_secs(20)).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(service.of("bo").len(), 2, "once each");
    server.stop().await;
}

/// One member, removed while everything is under way at one node.
async fn removal_of(
    (node, other): (&Server, &Server),
    owner: &Mutex<&mut Person>,
    person: &Person,
    (chat, path): (&str, &str),
) -> (Socket, Duration) {
    let token = person.token.clone();
    let mut socket = Socket::resume(&node.client(), &token, &json!({}))
        .await
        .unwrap();
    socket.until_caught_up().await;
    let mut there = node.client().connect().await;
    there.token = Some(token.clone());
    let name = format!("own-{}-{}", person.account, node.pid());
    let upload = begin(&mut there, chat, &name, 5).await;
    let removal = format!("/chats/{chat}/members/{}", person.account);
    let cut = async {
        let mut owner = owner.lock().await;
        owner
            .connection
            .call("DELETE", &removal, &Value::Null)
            .await
            .ok();
    };
    let after = goes_on_after(&node.client(), &token, path, cut).await;
    let refused = put(&mut there, chat, &upload, 0, b"12345").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (404, "messenger.chat_absent")
    );
    for node in [node, other] {
        let cursor = json!({ chat: 1 });
        let mut late = Socket::resume(&node.client(), &token, &cursor)
            .await
            .unwrap();
        let brings = |frame: &Value| frame["type"] == "event" && frame["topic"] == chat;
        let heard = late.hear_until(|frame| brings(frame) || frame["type"] == "caught_up");
        assert!(!brings(&heard.await), "a cursor from before brings nothing");
    }
    (socket, after)
}

/// Everything of removed members ends: what they hear, fetch, bring, go on from and are told. `BASTIDE_TEST_REMOVALS` says how often
/// at each node; a hundred is a minute and a half.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_removed_member_ends_at_both_nodes() {
    let Some(mut ground) = Ground::cell().await else {
        return;
    };
    let removals = variable("BASTIDE_TEST_REMOVALS").map_or(10, |count| count.parse().unwrap());
    let service = PushService::start().await;
    service.named_in(&mut ground.options, ground.directory.path());
    let (first, second) = two(&ground).await;
    let names: Vec<String> = (0..REMOVED_AT_ONCE).map(|at| format!("p{at}")).collect();
    let people: Vec<&str> = ["ana", "stays"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let mut org = Organisation::new(&first.shared_client(), "ended", &people).await;
    let mut rest = org.people.split_off(1);
    let mut owner = org.people.pop().unwrap();
    let accounts: Vec<String> = rest.iter().map(|person| person.account.clone()).collect();
    let chat = owner.creates_chat("files", &accounts).await;
    let content = Dice(3).bytes(48 * 1024 * 1024);
    let file = bring(&mut owner.connection, &chat, "film.bin", &content).await;
    send(&mut owner.connection, &chat, "m-0", &file).await;
    let path = content_path(&chat, &file);
    for person in &mut rest {
        let name = person.account.clone();
        service
            .subscribes(&mut person.connection, &name, "text")
            .await;
    }
    let stays = rest.remove(0);

    let mut longest = Duration::ZERO;
    for round in 0..removals / REMOVED_AT_ONCE * 2 {
        let nodes = match round % 2 {
            0 => (&first, &second),
            _ => (&second, &first),
        };
        let removing = Mutex::new(&mut owner);
        let removed = rest
            .iter()
            .map(|person| removal_of(nodes, &removing, person, (&chat, &path)));
        let removed = join_all(removed).await;
        longest = removed
            .iter()
            .map(|(_, after)| *after)
            .fold(longest, Duration::max);
        assert!(longest < ENDS_WITHIN, "a download went on for {longest:?}");

        let told: Vec<usize> = rest
            .iter()
            .map(|person| service.of(&person.account).len())
            .collect();
        let before = service.of(&stays.account).len();
        let said = owner
            .sends(
                &chat,
                &format!("m-{round}-said"),
                "only for @{all} who stay",
            )
            .await;
        let begun = Instant::now();
        service
            .brings(&stays.account, before + 1, Duration::from_secs(10))
            .await;
        for (mut socket, _) in removed {
            let hears = socket.hear_until(|frame| frame["message"]["id"] == said["id"]);
            assert!(
                tokio::time::timeout(Duration::from_millis(50), hears)
                    .await
                    .is_err()
            );
        }
        tokio::time::sleep(Duration::from_secs(2).saturating_sub(begun.elapsed())).await;
        let now: Vec<usize> = rest
            .iter()
            .map(|person| service.of(&person.account).len())
            .collect();
        assert_eq!(now, told, "nobody who was removed is told");
        let back = json!({ "accounts": accounts });
        owner
            .connection
            .call("POST", &format!("/chats/{chat}/members"), &back)
            .await
            .ok();
    }
    println!(
        "{removals} removals at each of two nodes; a download went on for {longest:.1?} at most"
    );
    first.stop().await;
    second.stop().await;
}
