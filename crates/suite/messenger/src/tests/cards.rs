//! Cards: asked by one, answered by the others.

use act::Announcement;
use base::AccountId;
use picture::samples;
use serde_json::{Value, json};
use testkit::Actor;

use super::{
    files::{bring, bytes_of, carrying, content, of_file},
    kit::{changes, group, house, say, seen, stream},
};
use crate::{
    answer_card, change_card, edit_message, forward_messages, get_message, list_answers,
    list_files, read_file, read_thumbnail, recall_message, send_card, send_message,
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

fn png(width: u32, height: u32) -> Vec<u8> {
    samples::file(width, height, samples::Format::Png)
}

/// The body of a message that carries the card.
fn shown(card: Value, files: &[&Value]) -> Value {
    json!({ "card": card, "files": files })
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

fn told_to(heard: &Announcement) -> Option<(AccountId, &'static str)> {
    match heard {
        Announcement::Notice {
            account, notice, ..
        } => Some((*account, notice)),
        _ => None,
    }
}

#[tokio::test]
async fn answers_reach_the_sender_and_nobody_else() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let card = send(&ana, &chat, lunch()).await;
    assert_eq!(
        (&card["kind"], &card["body"]),
        (&json!("card"), &shown(lunch(), &[]))
    );
    assert_eq!(send(&ana, &chat, lunch()).await["id"], card["id"]);

    bo.does(&answer_card::OP, answered(&chat, &card, "soup"))
        .await;
    bo.does(&answer_card::OP, answered(&chat, &card, "rice"))
        .await;
    house.heard().take();
    cy.does(&answer_card::OP, answered(&chat, &card, "soup"))
        .await;
    let told = house.heard().take();
    let told: Vec<_> = told.iter().filter_map(told_to).collect();
    assert_eq!(
        told,
        [(ana.account(), "card.answered"), (cy.account(), "answer")]
    );

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

    let body = shown(input["card"].clone(), &[]);
    assert_eq!(changed["body"], body);
    assert_eq!(seen(&bo, &chat).await["last_message"]["body"], body);
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

fn image(file: &Value) -> Value {
    json!({ "element": "image", "file": file["id"], "alt": "the dish" })
}

/// The lunch with these pictures below its other elements.
fn menu(files: &[&Value]) -> Value {
    let mut card = lunch();
    let elements = card["elements"].as_array_mut().unwrap();
    elements.extend(files.iter().map(|file| image(file)));
    card
}

#[tokio::test]
async fn a_card_shows_pictures_to_those_who_read_it() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    let bytes = png(64, 48);
    let soup = bring(&ana, &chat, "soup.png", &bytes).await;

    let card = send(&ana, &chat, menu(&[&soup])).await;

    assert_eq!(card["body"], shown(menu(&[&soup]), &[&soup]));
    let seen_by_bo = bo.does(&get_message::OP, of(&chat, &card)).await;
    assert_eq!(seen_by_bo["body"], card["body"]);
    let whole = content(&bo, &chat, &soup).await;
    assert_eq!(bytes_of(&whole, 0, bytes.len() as u64).await, bytes);
    bo.calls(&read_thumbnail::OP, of_file(&chat, &soup))
        .await
        .unwrap();
    let refusal = cy.is_refused(&read_file::OP, of_file(&chat, &soup)).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let listed = json!({ "chat": chat["id"], "kind": "image" });
    let files = bo.does(&list_files::OP, listed).await;
    assert_eq!(files["items"][0]["file"], soup);
    let heard = changes(&stream(&house, &bo), &chat, 0).await;
    let frames = heard["frames"].as_array().unwrap();
    assert!(
        frames
            .iter()
            .any(|frame| frame["message"]["body"] == card["body"])
    );

    ana.does(&recall_message::OP, of(&chat, &card)).await;
    let refusal = bo.is_refused(&read_file::OP, of_file(&chat, &soup)).await;
    assert_eq!(refusal.code, "messenger.file_absent");
}

#[tokio::test]
async fn a_changed_card_gains_and_loses_pictures() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let soup = bring(&ana, &chat, "soup.png", &png(64, 48)).await;
    let rice = bring(&ana, &chat, "rice.png", &png(48, 64)).await;
    let cake = bring(&ana, &chat, "cake.png", &png(32, 32)).await;
    let card = send(&ana, &chat, menu(&[&soup, &rice])).await;
    let change = |pictures: &[&Value]| {
        let mut input = of(&chat, &card);
        input["card"] = menu(pictures);
        input
    };

    let changed = ana.does(&change_card::OP, change(&[&cake, &rice])).await;

    let body = shown(menu(&[&cake, &rice]), &[&cake, &rice]);
    assert_eq!(changed["body"], body);
    let seen_by_bo = bo.does(&get_message::OP, of(&chat, &card)).await;
    assert_eq!(seen_by_bo["body"], body);
    for (file, is_there) in [(&soup, false), (&rice, true), (&cake, true)] {
        let read = bo.calls(&read_file::OP, of_file(&chat, file)).await;
        assert_eq!(read.is_ok(), is_there, "{file}");
    }
    let listed = json!({ "chat": chat["id"], "kind": "image" });
    let files = bo.does(&list_files::OP, listed).await;
    assert_eq!(files["items"].as_array().unwrap().len(), 2);
    // What has gone does not come back, and what another message carries is not taken from it.
    let other = bring(&ana, &chat, "other.png", &png(8, 8)).await;
    ana.does(&send_message::OP, carrying(&chat, "c-other", &[&other]))
        .await;
    for file in [&soup, &other] {
        let refusal = ana.is_refused(&change_card::OP, change(&[file])).await;
        assert_eq!(refusal.code, "messenger.file_absent");
    }
}

#[tokio::test]
async fn a_card_shows_nothing_but_pictures_of_its_sender() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let elsewhere = group(&ana, &[&bo]).await;
    let drawing = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let foreign = bring(&bo, &chat, "bo.png", &png(8, 8)).await;
    let page = bring(&ana, &chat, "a.png", b"<!doctype html><p>no picture").await;
    let vector = bring(&ana, &chat, "a.svg", drawing).await;
    let away = bring(&ana, &elsewhere, "b.png", &png(8, 8)).await;
    for (file, code) in [
        (&foreign, "messenger.file_absent"),
        (&away, "messenger.file_absent"),
        (&page, "messenger.card_image"),
        (&vector, "messenger.card_image"),
    ] {
        let input = json!({ "chat": chat["id"], "client_id": "c-card", "card": menu(&[file]) });
        let refusal = ana.is_refused(&send_card::OP, input).await;
        assert_eq!(refusal.code, code, "{file}");
    }
    let input = json!({ "chat": chat["id"], "client_id": "c-card", "card": menu(&[&page, &page]) });
    let refusal = ana.is_refused(&send_card::OP, input).await;
    assert_eq!(refusal.code, "messenger.card_invalid");
}
