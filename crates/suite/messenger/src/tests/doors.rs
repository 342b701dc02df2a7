//! Coming in by oneself: public chats, requests, links; and the end of a chat.

use std::time::Duration;

use act::{Announcement, Operation};
use serde_json::{Value, json};
use testkit::{Actor, House};

use super::{
    kit::{add, audience, changes, group, history, house, say, seen, stream, text},
    managers::role,
    settings::{set, with},
};
use crate::{
    answer_request, change_chat, disband_chat, get_chat, get_link, inspect_link, join_chat,
    join_link, join_stream, leave_chat, list_chats, list_messages, list_public, list_requests,
    make_link, remove_member, resume_stream, send_message, set_role, transfer_chat, withdraw_link,
    withdraw_request,
};

fn only(chat: &Value) -> Value {
    json!({ "chat": chat["id"] })
}

fn of(chat: &Value, account: &Actor) -> Value {
    json!({ "chat": chat["id"], "account": account.account() })
}

fn answer(chat: &Value, account: &Actor, accept: bool) -> Value {
    json!({ "chat": chat["id"], "account": account.account(), "accept": accept })
}

/// A new link of a chat, as what is shown of it and the input that shows it.
async fn link(by: &Actor, chat: &Value, fields: Value) -> (Value, Value) {
    let made = by.does(&make_link::OP, with(chat, &fields)).await;
    let token = made["path"].as_str().unwrap().split_once('#').unwrap().1;
    let input = json!({ "token": token });
    (made, input)
}

async fn public(house_of: &Actor) -> Vec<(String, bool, bool)> {
    let page = house_of.does(&list_public::OP, json!({})).await;
    let doors = page["items"].as_array().unwrap().iter();
    doors
        .map(|door| {
            (
                door["name"].as_str().unwrap().to_owned(),
                door["is_joined"].as_bool().unwrap(),
                door["is_requested"].as_bool().unwrap(),
            )
        })
        .collect()
}

/// The accounts that were given a notice since the last look.
fn told(house: &House, notice: &str) -> Vec<base::AccountId> {
    let heard = house.heard().take().into_iter();
    let of_notice = heard.filter_map(|word| match word {
        Announcement::Notice {
            account,
            notice: name,
            ..
        } if name == notice => Some(account),
        _ => None,
    });
    of_notice.collect()
}

#[tokio::test]
async fn a_public_chat_is_found_and_joined() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let [eve] = house.people(["eve"]).await;
    let chat = group(&ana, &[&bo]).await;
    group(&ana, &[]).await;
    assert_eq!(public(&cy).await, []);
    let opened = json!({ "visibility": "public", "description": "what is new", "announcement": "read", "history": "since_joined" });
    set(&ana, &chat, opened).await;
    say(&ana, &chat, "before").await;

    let page = cy.does(&list_public::OP, json!({})).await;
    assert_eq!(
        page["items"],
        json!([{
            "id": chat["id"], "name": "news", "description": "what is new", "members": 2, "join": "open",
            "is_joined": false, "is_requested": false,
        }])
    );
    assert_eq!(public(&eve).await, [], "those of elsewhere see nothing");
    let refusal = eve.is_refused(&join_chat::OP, only(&chat)).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    // Knowing of it is not being in it.
    for operation in [&get_chat::OP, &list_messages::OP, &leave_chat::OP] {
        let refusal = cy.is_refused(operation, only(&chat)).await;
        assert_eq!(refusal.code, "messenger.chat_absent", "{}", operation.name);
    }

    let joined = cy.does(&join_chat::OP, only(&chat)).await;

    assert_eq!(joined["requested"], false);
    assert_eq!(joined["chat"], seen(&cy, &chat).await);
    assert_eq!(joined["chat"]["members"], 3);
    assert_eq!(
        joined["chat"]["last_message"]["body"],
        json!({ "event": "member_joined", "accounts": [cy.account()] })
    );
    assert_eq!(history(&cy, &chat).await, ["member_joined"]);
    assert_eq!(public(&cy).await, [("news".to_owned(), true, false)]);
    let again = cy.does(&join_chat::OP, only(&chat)).await;
    assert_eq!(again["chat"], joined["chat"]);
    let feed = changes(&stream(&house, &ana), &chat, 4).await;
    assert_eq!(feed["frames"][0]["event"], "members.added");
    assert_eq!(feed["frames"][0]["accounts"], json!([cy.account()]));
}

#[tokio::test]
async fn private_and_closed_chats_are_not_joined() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[]).await;
    let refusal = bo.is_refused(&join_chat::OP, only(&chat)).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let refusal = bo.is_refused(&withdraw_request::OP, only(&chat)).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    set(
        &ana,
        &chat,
        json!({ "visibility": "public", "join": "closed" }),
    )
    .await;
    let refusal = bo.is_refused(&join_chat::OP, only(&chat)).await;
    assert_eq!(refusal.code, "messenger.join_closed");
    let refusal = ana.is_refused(&make_link::OP, only(&chat)).await;
    assert_eq!(refusal.code, "messenger.join_closed");
    add(&ana, &chat, &[&bo]).await;
}

#[tokio::test]
async fn public_chats_are_paged() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    for _ in 0..5 {
        house.passes(Duration::from_secs(1));
        let chat = group(&ana, &[]).await;
        set(&ana, &chat, json!({ "visibility": "public" })).await;
    }
    let mut found = Vec::new();
    let mut cursor = json!(null);
    loop {
        let page = bo
            .does(&list_public::OP, json!({ "limit": 2, "cursor": cursor }))
            .await;
        found.extend(page["items"].as_array().unwrap().clone());
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let mut ids: Vec<_> = found
        .iter()
        .map(|door| door["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 5);
    assert!(ids.is_sorted_by(|a, b| a > b), "those made last first");
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn managers_let_people_in() {
    let house = house().await;
    let [ana, bo, cy, di] = house.people(["ana", "bo", "cy", "di"]).await;
    let chat = group(&ana, &[&bo]).await;
    ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    set(
        &ana,
        &chat,
        json!({ "visibility": "public", "join": "approval" }),
    )
    .await;
    house.heard().take();

    let asked = cy.does(&join_chat::OP, only(&chat)).await;

    assert_eq!(asked, json!({ "requested": true, "chat": null }));
    let mut deciding = [ana.account(), bo.account()];
    deciding.sort();
    let mut heard = told(&house, "chat.changed");
    heard.sort();
    assert_eq!(heard, deciding);
    let again = cy.does(&join_chat::OP, only(&chat)).await;
    assert_eq!(again, asked);
    di.does(&join_chat::OP, only(&chat)).await;
    assert_eq!(seen(&bo, &chat).await["requests"], 2);
    assert_eq!(public(&cy).await, [("news".to_owned(), false, true)]);
    let page = bo
        .does(
            &list_requests::OP,
            json!({ "chat": chat["id"], "limit": 1 }),
        )
        .await;
    let rest = json!({ "chat": chat["id"], "cursor": page["next_cursor"] });
    let rest = bo.does(&list_requests::OP, rest).await;
    let name = |page: &Value| {
        page["items"][0]["account"]["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mut names = [name(&page), name(&rest)];
    names.sort();
    assert_eq!(names, ["cy", "di"]);

    house.heard().take();
    bo.does(&answer_request::OP, answer(&chat, &cy, true)).await;
    assert_eq!(told(&house, "chat.added"), [cy.account()]);
    assert_eq!(seen(&cy, &chat).await["members"], 3);
    assert_eq!(
        seen(&cy, &chat).await["requests"],
        0,
        "members are not told"
    );
    ana.does(&answer_request::OP, answer(&chat, &di, false))
        .await;
    assert_eq!(told(&house, "chat.declined"), [di.account()]);
    assert_eq!(seen(&ana, &chat).await["requests"], 0);
    let refusal = ana
        .is_refused(&answer_request::OP, answer(&chat, &di, true))
        .await;
    assert_eq!(refusal.code, "messenger.request_absent");

    di.does(&join_chat::OP, only(&chat)).await;
    for _ in 0..2 {
        di.does(&withdraw_request::OP, only(&chat)).await;
    }
    assert_eq!(seen(&ana, &chat).await["requests"], 0);
    assert!(house.audit().has_written("messenger.request.answer"));

    // Whoever is added while they ask does not ask any more.
    di.does(&join_chat::OP, only(&chat)).await;
    add(&cy, &chat, &[&di]).await;
    assert_eq!(seen(&ana, &chat).await["requests"], 0);
}

#[tokio::test]
async fn who_is_in_decides_nothing_without_being_asked_to() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    set(
        &ana,
        &chat,
        json!({ "visibility": "public", "join": "approval" }),
    )
    .await;
    cy.does(&join_chat::OP, only(&chat)).await;
    let operations: [(&'static Operation, Value); 6] = [
        (&list_requests::OP, only(&chat)),
        (&answer_request::OP, answer(&chat, &cy, true)),
        (&make_link::OP, only(&chat)),
        (&get_link::OP, only(&chat)),
        (&withdraw_link::OP, only(&chat)),
        (&disband_chat::OP, only(&chat)),
    ];
    for (operation, input) in operations {
        let refusal = bo.is_refused(operation, input.clone()).await;
        assert_eq!(refusal.code, "access.not_permitted", "{}", operation.name);
        let refusal = cy.is_refused(operation, input).await;
        assert_eq!(refusal.code, "messenger.chat_absent", "{}", operation.name);
    }
    ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    let refusal = bo.is_refused(&disband_chat::OP, only(&chat)).await;
    assert_eq!(refusal.code, "access.not_permitted");
}

#[tokio::test]
async fn a_link_leads_into_a_private_chat() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let [eve] = house.people(["eve"]).await;
    let chat = group(&ana, &[]).await;
    let (made, token) = link(&ana, &chat, json!({})).await;
    assert!(made["path"].as_str().unwrap().starts_with("/chats/join#"));
    assert_eq!(token["token"].as_str().unwrap().len(), 64);
    let state = ana.does(&get_link::OP, only(&chat)).await;
    assert_eq!(state["link"]["is_good"], true);
    assert_eq!(state["link"].get("path"), None);

    let door = bo.does(&inspect_link::OP, token.clone()).await;
    assert_eq!(
        (&door["name"], &door["members"]),
        (&json!("news"), &json!(1))
    );
    let joined = bo.does(&join_link::OP, token.clone()).await;
    assert_eq!(joined["chat"], seen(&bo, &chat).await);
    let again = bo.does(&join_link::OP, token.clone()).await;
    assert_eq!(again["chat"], joined["chat"]);
    let state = ana.does(&get_link::OP, only(&chat)).await;
    assert_eq!(state["link"]["uses"], 1, "who is inside uses nothing up");

    for (operation, input) in [
        (&inspect_link::OP, token.clone()),
        (&join_link::OP, token.clone()),
        (&join_link::OP, json!({ "token": "0" })),
    ] {
        let refusal = eve.is_refused(operation, input).await;
        assert_eq!(refusal.code, "messenger.link_invalid");
    }
    // A new one takes the place of the old, and one that is withdrawn is nothing.
    let (_, newer) = link(&ana, &chat, json!({ "expires_in_h": 1 })).await;
    let refusal = cy.is_refused(&join_link::OP, token).await;
    assert_eq!(refusal.code, "messenger.link_invalid");
    cy.does(&inspect_link::OP, newer.clone()).await;
    ana.does(&withdraw_link::OP, only(&chat)).await;
    let refusal = cy.is_refused(&join_link::OP, newer).await;
    assert_eq!(refusal.code, "messenger.link_invalid");
    let none = ana.does(&get_link::OP, only(&chat)).await;
    assert_eq!(none, json!({ "link": null }));
    assert!(house.audit().has_written("messenger.link.join"));
    for (fields, code) in [
        (json!({ "expires_in_h": 721 }), "messenger.link_hours"),
        (json!({ "uses_max": 0 }), "messenger.link_uses"),
    ] {
        let refusal = ana.is_refused(&make_link::OP, with(&chat, &fields)).await;
        assert_eq!(refusal.code, code);
    }
}

#[tokio::test]
async fn a_link_ends() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    let (_, hour) = link(&ana, &chat, json!({ "expires_in_h": 1 })).await;
    cy.does(&inspect_link::OP, hour.clone()).await;
    house.passes(Duration::from_secs(3_600));
    let refusal = cy.is_refused(&join_link::OP, hour).await;
    assert_eq!(refusal.code, "messenger.link_invalid");

    // With whoever made it: demoted, removed or gone, they let nobody in any more.
    ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    let (_, his) = link(&bo, &chat, json!({})).await;
    cy.does(&inspect_link::OP, his.clone()).await;
    ana.does(&set_role::OP, role(&chat, &bo, "member")).await;
    let refusal = cy.is_refused(&inspect_link::OP, his.clone()).await;
    assert_eq!(refusal.code, "messenger.link_invalid");
    let state = ana.does(&get_link::OP, only(&chat)).await;
    assert_eq!(state["link"]["is_good"], false);
    ana.does(&remove_member::OP, of(&chat, &bo)).await;
    for (operation, by) in [(&inspect_link::OP, &cy), (&join_link::OP, &bo)] {
        let refusal = by.is_refused(operation, his.clone()).await;
        assert_eq!(refusal.code, "messenger.link_invalid");
    }
}

#[tokio::test]
async fn a_link_asks_where_managers_decide() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[]).await;
    let (_, token) = link(&ana, &chat, json!({ "uses_max": 1 })).await;
    set(&ana, &chat, json!({ "join": "approval" })).await;
    let asked = bo.does(&join_link::OP, token.clone()).await;
    assert_eq!(asked["requested"], true);
    // It is used up, but who has asked can still take that back.
    let refusal = bo.is_refused(&join_link::OP, token).await;
    assert_eq!(refusal.code, "messenger.link_invalid");
    bo.does(&withdraw_request::OP, only(&chat)).await;
    assert_eq!(seen(&ana, &chat).await["requests"], 0);
}

#[tokio::test]
async fn whoever_was_removed_comes_back_when_somebody_wants_it() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    set(&ana, &chat, json!({ "visibility": "public" })).await;
    let (_, token) = link(&ana, &chat, json!({})).await;
    ana.does(&remove_member::OP, of(&chat, &bo)).await;

    let asked = bo.does(&join_link::OP, token.clone()).await;
    assert_eq!(asked["requested"], true, "the chat is open, but not to him");
    let asked = bo.does(&join_chat::OP, only(&chat)).await;
    assert_eq!(asked["requested"], true);
    ana.does(&answer_request::OP, answer(&chat, &bo, true))
        .await;
    bo.does(&leave_chat::OP, only(&chat)).await;
    let joined = bo.does(&join_chat::OP, only(&chat)).await;
    assert_eq!(
        joined["requested"], false,
        "who was let in again is as before"
    );

    // Whoever leaves by themselves comes back by themselves; added is wanted.
    ana.does(&remove_member::OP, of(&chat, &cy)).await;
    add(&bo, &chat, &[&cy]).await;
    cy.does(&leave_chat::OP, only(&chat)).await;
    let joined = cy.does(&join_link::OP, token).await;
    assert_eq!(joined["requested"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_lets_in_as_many_as_it_says() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let (_, token) = link(&ana, &chat, json!({ "uses_max": 3 })).await;
    let tries: Vec<_> = (0..12)
        .map(|index| {
            let one = house.colleague_of(&ana, &format!("p{index}"));
            let token = token.clone();
            tokio::spawn(async move { one.calls(&join_link::OP, token).await })
        })
        .collect();
    let mut inside = 0;
    for one in tries {
        match one.await.unwrap() {
            Ok(_) => inside += 1,
            Err(error) => assert!(error.is(&crate::rules::LINK_INVALID), "{error}"),
        }
    }
    assert_eq!(inside, 3);
    assert_eq!(seen(&ana, &chat).await["members"], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_answered_once() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    set(
        &ana,
        &chat,
        json!({ "visibility": "public", "join": "approval" }),
    )
    .await;
    for _ in 0..10 {
        cy.does(&join_chat::OP, only(&chat)).await;
        let answers =
            [(&ana, true), (&bo, false), (&bo, true), (&ana, false)].map(|(by, accept)| {
                let (by, input) = (by.clone(), answer(&chat, &cy, accept));
                tokio::spawn(async move { by.calls(&answer_request::OP, input).await })
            });
        let mut answered = 0;
        for one in answers {
            match one.await.unwrap() {
                Ok(_) => answered += 1,
                Err(error) => assert!(error.is(&crate::rules::REQUEST_ABSENT), "{error}"),
            }
        }
        assert_eq!(answered, 1);
        let members = seen(&ana, &chat).await["members"].as_i64().unwrap();
        if members == 3 {
            cy.does(&leave_chat::OP, only(&chat)).await;
        }
        assert_eq!(seen(&ana, &chat).await["members"], 2);
    }
}

#[tokio::test]
async fn a_disbanded_chat_is_nobodys() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let stream = stream(&house, &ana);
    let chat = group(&ana, &[&bo]).await;
    set(&ana, &chat, json!({ "visibility": "public" })).await;
    let (_, token) = link(&ana, &chat, json!({})).await;

    ana.does(&disband_chat::OP, only(&chat)).await;

    let operations: [(&'static Operation, Value); 7] = [
        (&get_chat::OP, only(&chat)),
        (&list_messages::OP, only(&chat)),
        (&send_message::OP, text(&chat, "c", "late")),
        (&change_chat::OP, with(&chat, &json!({ "name": "late" }))),
        (&transfer_chat::OP, of(&chat, &bo)),
        (&disband_chat::OP, only(&chat)),
        (&join_stream::OP, only(&chat)),
    ];
    for (operation, input) in operations {
        let refusal = ana.is_refused(operation, input).await;
        assert_eq!(refusal.code, "messenger.chat_absent", "{}", operation.name);
    }
    for person in [&ana, &bo] {
        let page = person.does(&list_chats::OP, json!({})).await;
        assert_eq!(page["items"], json!([]));
        let followed = person.does(&resume_stream::OP, json!({})).await;
        assert_eq!(followed["topics"], json!([]));
    }
    assert_eq!(public(&cy).await, []);
    let refusal = cy.is_refused(&join_chat::OP, only(&chat)).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let refusal = cy.is_refused(&join_link::OP, token).await;
    assert_eq!(refusal.code, "messenger.link_invalid");

    // Those who listen hear of it: they are the audience still, as of the version after.
    let feed = changes(&stream, &chat, 2).await;
    assert_eq!(feed["frames"][0]["event"], "chat.disbanded");
    let heard = audience(&stream, &chat).await;
    assert_eq!(heard["accounts"].as_array().unwrap().len(), 2);
    assert_eq!(heard["version"], feed["version"]);
    assert!(house.audit().has_written("messenger.chat.disband"));
}

#[tokio::test]
async fn whoever_goes_last_leaves_no_open_door() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[]).await;
    set(&ana, &chat, json!({ "visibility": "public" })).await;
    let (_, token) = link(&ana, &chat, json!({})).await;

    ana.does(&leave_chat::OP, only(&chat)).await;

    assert_eq!(public(&bo).await, []);
    let refusal = bo.is_refused(&join_chat::OP, only(&chat)).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let refusal = bo.is_refused(&join_link::OP, token).await;
    assert_eq!(refusal.code, "messenger.link_invalid");
}

/// People talk and come in while the chat is disbanded: what is answered as done came before the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_happens_in_a_chat_after_its_end() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    set(&ana, &chat, json!({ "visibility": "public" })).await;
    let crowd: Vec<Actor> = (0..50)
        .map(|index| house.colleague_of(&ana, &format!("p{index}")))
        .collect();
    let joining = {
        let chat = chat.clone();
        tokio::spawn(async move {
            for one in crowd {
                if let Err(error) = one.calls(&join_chat::OP, only(&chat)).await {
                    assert!(error.is(&crate::rules::CHAT_ABSENT), "{error}");
                }
            }
        })
    };
    let talking = {
        let (bo, chat) = (bo.clone(), chat.clone());
        tokio::spawn(async move {
            for said in 0.. {
                let input = text(&chat, &said.to_string(), "still here");
                if let Err(error) = bo.calls(&send_message::OP, input).await {
                    assert!(error.is(&crate::rules::CHAT_ABSENT), "{error}");
                    return;
                }
            }
        })
    };
    tokio::task::yield_now().await;
    ana.does(&disband_chat::OP, only(&chat)).await;
    joining.await.unwrap();
    talking.await.unwrap();

    let stream = stream(&house, &ana);
    let end = audience(&stream, &chat).await["change"].as_i64().unwrap();
    let feed = changes(&stream, &chat, end - 1).await;
    assert_eq!(feed["frames"][0]["event"], "chat.disbanded");
}

#[tokio::test]
async fn links_are_not_tried_for_long() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let mut refused = Vec::new();
    for index in 0..30 {
        let input = json!({ "token": format!("{index:064x}") });
        refused.push(ana.is_refused(&inspect_link::OP, input).await.code);
    }
    assert_eq!(refused[0], "messenger.link_invalid");
    assert_eq!(refused[29], "act.too_many");
}
