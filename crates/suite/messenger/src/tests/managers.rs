//! Managers: what an owner lets others decide.

use serde_json::{Value, json};
use testkit::Actor;

use super::kit::{add, changes, group, history, house, seen, stream};
use crate::{change_chat, leave_chat, list_members, remove_member, set_role, transfer_chat};

pub(super) fn role(chat: &Value, of: &Actor, role: &str) -> Value {
    json!({ "chat": chat["id"], "account": of.account(), "role": role })
}

fn of(chat: &Value, account: &Actor) -> Value {
    json!({ "chat": chat["id"], "account": account.account() })
}

#[tokio::test]
async fn managers_decide_about_members_and_settings() {
    let house = house().await;
    let [ana, bo, cy, di] = house.people(["ana", "bo", "cy", "di"]).await;
    let chat = group(&ana, &[&bo, &cy, &di]).await;

    let appointed = ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;

    assert_eq!(
        appointed["last_message"]["body"],
        json!({ "event": "role_changed", "accounts": [bo.account()], "role": "manager" })
    );
    assert_eq!(appointed, seen(&ana, &chat).await);
    let again = ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    assert_eq!(again["last_number"], 2, "nothing has changed");
    assert_eq!(seen(&bo, &chat).await["role"], "manager");
    let page = cy
        .does(&list_members::OP, json!({ "chat": chat["id"] }))
        .await;
    let is_manager = |member: &&Value| member["role"] == "manager";
    assert_eq!(
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(is_manager)
            .count(),
        1
    );

    let rename = json!({ "chat": chat["id"], "name": "managed" });
    assert_eq!(bo.does(&change_chat::OP, rename).await["name"], "managed");
    bo.does(&remove_member::OP, of(&chat, &cy)).await;
    add(&di, &chat, &[&cy]).await;

    let feed = changes(&stream(&house, &ana), &chat, 1).await;
    let frame = &feed["frames"][0];
    assert_eq!(
        (&frame["event"], &frame["accounts"]),
        (&json!("member.changed"), &json!([bo.account()]))
    );
}

#[tokio::test]
async fn managers_decide_about_nobody_above_them() {
    let house = house().await;
    let [ana, bo, cy, di] = house.people(["ana", "bo", "cy", "di"]).await;
    let chat = group(&ana, &[&bo, &cy, &di]).await;
    for manager in [&bo, &cy] {
        ana.does(&set_role::OP, role(&chat, manager, "manager"))
            .await;
    }

    for other in [&ana, &cy] {
        let refusal = bo.is_refused(&remove_member::OP, of(&chat, other)).await;
        assert_eq!(refusal.code, "messenger.owner_outranks");
    }
    for (by, input) in [
        (&bo, role(&chat, &di, "manager")),
        (&bo, role(&chat, &bo, "member")),
        (&di, role(&chat, &di, "manager")),
    ] {
        let refusal = by.is_refused(&set_role::OP, input).await;
        assert_eq!(refusal.code, "access.not_permitted");
    }
    let refusal = bo.is_refused(&transfer_chat::OP, of(&chat, &bo)).await;
    assert_eq!(refusal.code, "access.not_permitted");
    let refusal = ana
        .is_refused(&set_role::OP, role(&chat, &ana, "member"))
        .await;
    assert_eq!(refusal.code, "messenger.owner_outranks");
    let [eve] = house.people(["eve"]).await;
    let refusal = ana
        .is_refused(&set_role::OP, role(&chat, &eve, "manager"))
        .await;
    assert_eq!(refusal.code, "messenger.member_absent");

    ana.does(&set_role::OP, role(&chat, &cy, "member")).await;
    bo.does(&remove_member::OP, of(&chat, &cy)).await;
    ana.does(&transfer_chat::OP, of(&chat, &bo)).await;
    assert_eq!(seen(&bo, &chat).await["role"], "owner");
    assert_eq!(seen(&ana, &chat).await["role"], "member");
    ana.does(&leave_chat::OP, json!({ "chat": chat["id"] }))
        .await;
    assert_eq!(
        history(&bo, &chat).await[1..],
        [
            "role_changed",
            "role_changed",
            "role_changed",
            "member_removed",
            "owner_changed",
            "member_left"
        ]
    );
}

#[tokio::test]
async fn a_chat_has_so_many_managers() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let crowd: Vec<Actor> = (0..=crate::rules::MANAGERS_MAX)
        .map(|index| house.colleague_of(&ana, &format!("p{index}")))
        .collect();
    let chat = group(&ana, &crowd.iter().collect::<Vec<_>>()).await;
    let (last, others) = crowd.split_last().unwrap();
    for one in others {
        ana.does(&set_role::OP, role(&chat, one, "manager")).await;
    }
    let refusal = ana
        .is_refused(&set_role::OP, role(&chat, last, "manager"))
        .await;
    assert_eq!(refusal.code, "messenger.managers_too_many");
    ana.does(&set_role::OP, role(&chat, &others[0], "member"))
        .await;
    ana.does(&set_role::OP, role(&chat, last, "manager")).await;
}

/// A manager who is demoted while they remove people: from the demotion on, nobody is removed by them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_decided_by_somebody_after_their_demotion() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let crowd: Vec<Actor> = (0..100)
        .map(|index| house.colleague_of(&ana, &format!("p{index}")))
        .collect();
    let mut people: Vec<&Actor> = crowd.iter().collect();
    people.push(&bo);
    let chat = group(&ana, &people).await;
    ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    let removing = {
        let (bo, chat, crowd) = (bo.clone(), chat.clone(), crowd.clone());
        tokio::spawn(async move {
            for one in &crowd {
                if let Err(error) = bo.calls(&remove_member::OP, of(&chat, one)).await {
                    assert!(error.is(&act::NOT_PERMITTED), "{error}");
                    return;
                }
            }
        })
    };
    tokio::task::yield_now().await;

    let demoted = ana.does(&set_role::OP, role(&chat, &bo, "member")).await;

    removing.await.unwrap();
    assert_eq!(
        seen(&ana, &chat).await["last_number"],
        demoted["last_number"]
    );
}
