//! Cards: asked by one, answered by the others.

use serde_json::{Value, json};
use testkit::Actor;

use super::kit::{changes, group, house, say, seen, stream};
use crate::{
    answer_card, change_card, edit_message, forward_messages, get_message, list_answers,
    recall_message, send_card,
};

fn lunch() -> Value {
    json!({
        "title": "Lunch", "tone": "accent", "fallback": "What shall we eat?", "closed": false,
        "elements": [
            { "element": "text", "text": "**Today**" },
            { "element": "select", "id": "dish", "label": "Dish", "required": true, "multiple": false, "options": [
                { "label": "Soup", "value": "soup" }, { "label": "Rice", "value": "rice" },
            ] },
            { "element": "button", "id": "choose", "label": "Choose", "tone": "positive", "confirm": null },
        ],
    })
}

fn of(chat: &Value, message: &Value) -> Value {
    json!({ "chat": chat["id"], "message": message["id"] })
}

async fn send(by: &Actor, chat: &Value, card: Value) -> Value {
    let input = json!({ "chat": chat["id"], "client_id": "c-card", "card": card });
    by.does(&send_card::OP, input).await
}

fn answered(chat: &Value, card: &Value, dish: &str) -> Value {
    let mut input = of(chat, card);
    input["answer"] = json!({ "button": "choose", "values": { "dish": [dish] } });
    input
}

#[tokio::test]
async fn answers_reach_the_sender_and_nobody_else() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let card = send(&ana, &chat, lunch()).await;
    assert_eq!((&card["kind"], &card["body"]), (&json!("card"), &lunch()));
    assert_eq!(send(&ana, &chat, lunch()).await["id"], card["id"]);

    bo.does(&answer_card::OP, answered(&chat, &card, "soup"))
        .await;
    bo.does(&answer_card::OP, answered(&chat, &card, "rice"))
        .await;
    cy.does(&answer_card::OP, answered(&chat, &card, "soup"))
        .await;

    let own = bo.does(&get_message::OP, of(&chat, &card)).await;
    assert_eq!(own["answer"]["answer"]["values"]["dish"], json!(["rice"]));
    let answers = ana.does(&list_answers::OP, of(&chat, &card)).await;
    let items = answers["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let by = |actor: &Actor| {
        let mut items = items.iter();
        let id = json!(actor.account());
        let found = items.find(|item| item["account"]["id"] == id);
        found.unwrap()["answer"]["values"]["dish"][0].clone()
    };
    assert_eq!((by(&bo), by(&cy)), (json!("rice"), json!("soup")));
    let refusal = bo.is_refused(&list_answers::OP, of(&chat, &card)).await;
    assert_eq!(refusal.code, "messenger.card_others");
    // Nothing of it is in what everyone hears.
    let heard = changes(&stream(&house, &ana), &chat, 0).await;
    let frames = heard["frames"].as_array().unwrap();
    assert!(
        frames
            .iter()
            .all(|frame| frame["message"]["answer"].is_null())
    );
}

#[tokio::test]
async fn its_sender_changes_and_closes_a_card() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let card = send(&ana, &chat, lunch()).await;
    bo.does(&answer_card::OP, answered(&chat, &card, "soup"))
        .await;
    let mut input = of(&chat, &card);
    input["card"] = lunch();
    input["card"]["closed"] = json!(true);
    input["card"]["elements"][0]["text"] = json!("**It is soup**");

    let refusal = bo.is_refused(&change_card::OP, input.clone()).await;
    assert_eq!(refusal.code, "messenger.card_others");
    let changed = ana.does(&change_card::OP, input.clone()).await;

    assert_eq!(changed["body"], input["card"]);
    assert_eq!(
        seen(&bo, &chat).await["last_message"]["body"],
        input["card"]
    );
    let refusal = bo
        .is_refused(&answer_card::OP, answered(&chat, &card, "rice"))
        .await;
    assert_eq!(refusal.code, "messenger.card_closed");
    let answers = ana.does(&list_answers::OP, of(&chat, &card)).await;
    assert_eq!(answers["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_card_is_a_message_of_its_own_kind() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let card = send(&ana, &chat, lunch()).await;
    let words = say(&ana, &chat, "just words").await;

    let refusal = bo
        .is_refused(&answer_card::OP, answered(&chat, &words, "soup"))
        .await;
    assert_eq!(refusal.code, "messenger.card_none");
    let mut input = of(&chat, &card);
    input["text"] = json!("words");
    let refusal = ana.is_refused(&edit_message::OP, input).await;
    assert_eq!(refusal.code, "messenger.edit_kind");
    let input = json!({
        "chat": chat["id"], "client_id": "c-f", "source": chat["id"], "messages": [card["id"]],
    });
    let refusal = ana.is_refused(&forward_messages::OP, input).await;
    assert_eq!(refusal.code, "messenger.forward_kind");
    for (dish, code) in [
        ("cake", "messenger.answer_invalid"),
        ("", "messenger.answer_invalid"),
    ] {
        let refusal = bo
            .is_refused(&answer_card::OP, answered(&chat, &card, dish))
            .await;
        assert_eq!(refusal.code, code);
    }
    let mut bad = lunch();
    bad["elements"][0]["text"] = json!(" ");
    let input = json!({ "chat": chat["id"], "client_id": "c-bad", "card": bad });
    let refusal = ana.is_refused(&send_card::OP, input).await;
    assert_eq!(refusal.code, "messenger.card_invalid");

    ana.does(&recall_message::OP, of(&chat, &card)).await;
    let refusal = bo
        .is_refused(&answer_card::OP, answered(&chat, &card, "soup"))
        .await;
    assert_eq!(refusal.code, "messenger.recalled");
    let refusal = ana.is_refused(&list_answers::OP, of(&chat, &card)).await;
    assert_eq!(refusal.code, "messenger.recalled");
}
