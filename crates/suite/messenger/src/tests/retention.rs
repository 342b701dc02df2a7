//! What is kept, for how long, and what is held all the same.

use std::time::Duration;

use act::Role;
use base::TenantId;
use serde_json::{Value, json};
use testkit::{Actor, House};

use super::kit::{group, history, house, say, seen};
use crate::{
    change_chat, disband_chat, list_holds, list_messages, place_hold, purge_messages,
    react_message, read_policy, release_hold, save_policy, set_quota,
};

const DAY: Duration = Duration::from_secs(86_400);

fn administrator(house: &House, of: &Actor) -> Actor {
    let mut member = *of.caller().member().unwrap();
    member.role = Role::Administrator;
    house.member(member)
}

async fn keeps(house: &House, of: &Actor, least: Value, usual: Value, greatest: Value) {
    let input = json!({
        "edit_window_s": 60, "recall_window_s": 60,
        "retention_min_days": least, "retention_days": usual, "retention_max_days": greatest,
    });
    let administrator = administrator(house, of);
    assert_eq!(
        administrator.does(&save_policy::OP, input.clone()).await,
        input
    );
}

/// Rounds until nothing is left to purge; how many messages went.
async fn purge(house: &House) -> i64 {
    let system = house.system("retention", TenantId::NIL);
    let mut all = 0;
    loop {
        let purged = system.does(&purge_messages::OP, json!({})).await;
        match purged["messages"].as_i64().unwrap() {
            0 => return all,
            messages => all += messages,
        }
    }
}

async fn asks(by: &Actor, chat: &Value, days: u32) -> Value {
    let input = json!({ "chat": chat["id"], "retention_days": days });
    by.does(&change_chat::OP, input).await
}

#[tokio::test]
async fn what_is_older_than_a_chat_keeps_goes_with_all_that_hangs_on_it() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let old = say(&ana, &chat, &format!("@{{{}}} old", bo.account())).await;
    let input = json!({ "chat": chat["id"], "message": old["id"], "emoji": "👍", "present": true });
    bo.does(&react_message::OP, input).await;
    assert_eq!(purge(&house).await, 0, "kept for ever");
    house.passes(DAY * 10);
    say(&bo, &chat, "newer").await;
    keeps(&house, &ana, json!(null), json!(30), json!(null)).await;
    assert_eq!(seen(&ana, &chat).await["retention_days"], 30);

    house.passes(DAY * 21);
    assert_eq!(purge(&house).await, 2);

    assert_eq!(history(&ana, &chat).await, ["newer"]);
    let page = json!({ "chat": chat["id"], "before": 100, "limit": 10 });
    let page = ana.does(&list_messages::OP, page).await;
    assert_eq!(page["has_before"], false);
    assert_eq!(page["items"][0]["number"], 3);
    assert_eq!(seen(&bo, &chat).await["mentions"], 0);
    // Numbers go on.
    let next = say(&ana, &chat, "and on").await;
    assert_eq!(next["number"], 4);
    house.passes(DAY * 40);
    assert_eq!(purge(&house).await, 2);
    assert_eq!(history(&bo, &chat).await, Vec::<String>::new());
    assert_eq!(seen(&bo, &chat).await["last_message"], Value::Null);
}

#[tokio::test]
async fn a_chat_asks_within_the_bounds_of_its_organisation() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let (short, usual) = (group(&ana, &[&bo]).await, group(&ana, &[&bo]).await);
    keeps(&house, &ana, json!(7), json!(90), json!(365)).await;
    let input = json!({ "chat": short["id"], "retention_days": 3 });
    let refusal = ana.is_refused(&change_chat::OP, input).await;
    assert_eq!(refusal.code, "messenger.retention_bounds");
    let input = json!({ "chat": short["id"], "retention_days": 7 });
    let refusal = bo.is_refused(&change_chat::OP, input).await;
    assert_eq!(refusal.code, "access.not_permitted");
    let view = asks(&ana, &short, 7).await;
    assert_eq!(
        (&view["retention_days"], &view["own_retention_days"]),
        (&json!(7), &json!(7))
    );
    say(&ana, &short, "soon gone").await;
    say(&ana, &usual, "kept longer").await;

    house.passes(DAY * 8);
    assert_eq!(purge(&house).await, 2);

    assert_eq!(history(&ana, &short).await, Vec::<String>::new());
    assert_eq!(history(&ana, &usual).await, ["chat_created", "kept longer"]);
    let view = asks(&ana, &short, 0).await;
    assert_eq!(
        (&view["retention_days"], &view["own_retention_days"]),
        (&json!(90), &Value::Null)
    );
}

#[tokio::test]
async fn a_policy_and_a_quota_are_saved_whole_or_not_at_all() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    keeps(&house, &ana, json!(7), json!(30), json!(365)).await;
    let kept = ana.does(&read_policy::OP, json!({})).await;
    let administrator = administrator(&house, &ana);

    for field in kept.as_object().unwrap().keys() {
        let mut input = kept.clone();
        input.as_object_mut().unwrap().remove(field);
        let refusal = administrator.is_refused(&save_policy::OP, input).await;
        assert_eq!(refusal.code, "act.input_invalid", "without {field}");
    }
    let refusal = administrator.is_refused(&set_quota::OP, json!({})).await;
    assert_eq!(refusal.code, "act.input_invalid");

    assert_eq!(ana.does(&read_policy::OP, json!({})).await, kept);
    // Null is named, too.
    keeps(&house, &ana, Value::Null, Value::Null, Value::Null).await;
}

#[tokio::test]
async fn a_hold_keeps_everything_until_it_is_released() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let (held, other) = (group(&ana, &[&bo]).await, group(&ana, &[&bo]).await);
    keeps(&house, &ana, json!(null), json!(1), json!(null)).await;
    let administrator = administrator(&house, &ana);
    let input = json!({ "chat": held["id"], "reason": "the case of Tuesday" });
    let refusal = bo.is_refused(&place_hold::OP, input.clone()).await;
    assert_eq!(refusal.code, "access.not_permitted");
    let hold = administrator.does(&place_hold::OP, input).await;
    let everything = json!({ "reason": "everything" });
    let all = administrator.does(&place_hold::OP, everything).await;

    house.passes(DAY * 2);
    assert_eq!(purge(&house).await, 0);
    let input = json!({ "hold": all["id"] });
    administrator.does(&release_hold::OP, input.clone()).await;
    assert_eq!(purge(&house).await, 1);

    assert_eq!(history(&ana, &other).await, Vec::<String>::new());
    assert_eq!(history(&ana, &held).await, ["chat_created"]);
    let holds = administrator.does(&list_holds::OP, json!({})).await;
    assert_eq!(holds["items"].as_array().unwrap().len(), 1);
    assert_eq!(holds["items"][0]["reason"], "the case of Tuesday");
    let refusal = administrator.is_refused(&release_hold::OP, input).await;
    assert_eq!(refusal.code, "messenger.hold_absent");
    let input = json!({ "hold": hold["id"] });
    administrator.does(&release_hold::OP, input).await;
    assert_eq!(purge(&house).await, 1);
}

#[tokio::test]
async fn a_disbanded_chat_is_purged_after_a_month() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    say(&ana, &chat, "farewell").await;
    ana.does(&disband_chat::OP, json!({ "chat": chat["id"] }))
        .await;
    house.passes(DAY * 29);
    assert_eq!(purge(&house).await, 0);
    house.passes(DAY * 2);
    assert!(purge(&house).await >= 2);
    assert_eq!(purge(&house).await, 0);
}
