//! New passwords for people who lost theirs, and letters.

use std::sync::{Arc, Mutex};

use act::{Plain, Statement, params};
use base::{Result, TenantId};
use futures_util::future::BoxFuture;
use serde_json::json;

use super::{OTHER_PASSWORD, PASSWORD, Place, settings};
use crate::{
    Mailer, Postman, Settings,
    ops::{
        create_invitation, finish_reset, purge_outdated, request_reset, reset_member, sign_in,
        start_reset,
    },
    wire::RenderedLetter,
};

/// Keeps letters, or does not take them.
#[derive(Default)]
struct Letterbox {
    letters: Mutex<Vec<RenderedLetter>>,
    is_shut: Mutex<bool>,
}

impl Mailer for Letterbox {
    fn send<'a>(&'a self, letter: &'a RenderedLetter) -> BoxFuture<'a, Result<()>> {
        Box::pin(async {
            if *self.is_shut.lock().unwrap() {
                return Err(base::Fault::new("nobody takes the letter").into());
            }
            self.letters.lock().unwrap().push(letter.clone());
            Ok(())
        })
    }
}

async fn with_mail() -> (Place, Arc<Letterbox>, Postman) {
    let place = Place::with(Settings {
        mail: true,
        ..settings()
    })
    .await;
    let letterbox = Arc::new(Letterbox::default());
    let postman = Postman::new(Arc::clone(place.house.runtime()), letterbox.clone());
    (place, letterbox, postman)
}

/// The token of the link in a letter.
fn token(letter: &RenderedLetter) -> String {
    let (_, rest) = letter.text.split_once('#').unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_in_the_mail_sets_a_new_password_once() {
    let (place, letterbox, postman) = with_mail().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let nobody = place.house.anonymous();
    for mail in ["ana@example.org", "zoe@example.org"] {
        let answer = nobody
            .calls(&request_reset::OP, json!({ "mail": mail }))
            .await
            .unwrap();
        assert_eq!((answer.status, &answer.body[..]), (202, &b"{}"[..]));
    }
    assert_eq!(postman.round().await.unwrap().sent, 1);
    assert_eq!(postman.round().await.unwrap().sent, 0);
    let letter = letterbox.letters.lock().unwrap().remove(0);
    assert_eq!(letter.to, "ana@example.org");
    assert_eq!(letter.subject, "A new password for Office");

    let finish = |password: &str| json!({ "token": token(&letter), "password": password });
    assert_eq!(
        place
            .refuses(&finish_reset::OP, finish("ana@example.org"))
            .await
            .code,
        "identity.password_weak"
    );
    nobody.does(&finish_reset::OP, finish(OTHER_PASSWORD)).await;
    assert!(!place.knows(&ana.token).await);
    let old = json!({ "mail": "ana@example.org", "password": PASSWORD });
    assert_eq!(
        place.refuses(&sign_in::OP, old).await.code,
        "identity.credentials_wrong"
    );
    place.signs_in("ana@example.org", OTHER_PASSWORD).await;
    assert_eq!(
        place
            .refuses(&finish_reset::OP, finish(PASSWORD))
            .await
            .code,
        "identity.reset_invalid"
    );

    nobody
        .does(&request_reset::OP, json!({ "mail": "ana@example.org" }))
        .await;
    postman.round().await.unwrap();
    let letter = letterbox.letters.lock().unwrap().remove(0);
    place.house.passes(std::time::Duration::from_secs(3601));
    let late = json!({ "token": token(&letter), "password": PASSWORD });
    assert_eq!(
        place.refuses(&finish_reset::OP, late).await.code,
        "identity.reset_invalid"
    );
}

#[tokio::test]
async fn a_link_that_an_administrator_holds_is_worth_nothing_alone() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let bo = place.joins(&ana, "Bo", "bo@example.org", "member").await;
    let of_bo = json!({ "account": bo.account() });
    assert_eq!(
        ana.is_refused(&reset_member::OP, of_bo.clone()).await,
        "identity.reset_impossible"
    );
    assert_eq!(
        bo.is_refused(&reset_member::OP, json!({ "account": ana.account() }))
            .await,
        "access.not_permitted"
    );

    let (secret, codes) = bo.secures(&place).await;
    let sent = ana.does(&reset_member::OP, of_bo).await;
    assert_eq!(sent["sent"], "link");
    let link = sent["link"].as_str().unwrap();
    let token = link
        .strip_prefix("https://office.example.org/recover/finish#")
        .unwrap();
    let finish = |more: serde_json::Value| {
        let mut input = json!({ "token": token, "password": OTHER_PASSWORD });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    assert_eq!(
        place
            .refuses(&finish_reset::OP, finish(json!({})))
            .await
            .code,
        "identity.code_missing"
    );
    let wrong = finish(json!({ "recovery_code": "aaaaa-aaaaa" }));
    assert_eq!(
        place.refuses(&finish_reset::OP, wrong).await.code,
        "identity.code_wrong"
    );
    place.waits();
    place
        .house
        .anonymous()
        .does(
            &finish_reset::OP,
            finish(json!({ "code": place.code(&secret) })),
        )
        .await;
    assert!(!place.knows(&bo.token).await);

    let started = place
        .house
        .operator()
        .does(&start_reset::OP, json!({ "mail": "bo@example.org" }))
        .await;
    let token = started["link"].as_str().unwrap().split_once('#').unwrap().1;
    let by_recovery = json!({ "token": token, "password": PASSWORD, "recovery_code": codes[3] });
    place
        .house
        .anonymous()
        .does(&finish_reset::OP, by_recovery)
        .await;
}

#[tokio::test]
async fn with_mail_the_link_goes_to_its_person_only() {
    let (place, letterbox, postman) = with_mail().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let bo = place.joins(&ana, "Bo", "bo@example.org", "member").await;
    assert_eq!(
        ana.does(&reset_member::OP, json!({ "account": bo.account() }))
            .await,
        json!({ "sent": "mail" })
    );
    let invitation = json!({ "mail": "Cy@example.org", "role": "member", "expires_in_h": 24 });
    ana.does(&create_invitation::OP, invitation).await;
    *letterbox.is_shut.lock().unwrap() = true;
    assert_eq!(postman.round().await.unwrap().sent, 0);
    *letterbox.is_shut.lock().unwrap() = false;
    assert_eq!(
        postman.round().await.unwrap().sent,
        0,
        "a letter that was not taken waits"
    );
    place.house.passes(std::time::Duration::from_secs(61));
    assert_eq!(postman.round().await.unwrap().sent, 2);
    let mut letters = letterbox.letters.lock().unwrap();
    letters.sort_by_key(|letter| letter.to.clone());
    assert_eq!(
        (letters[0].to.as_str(), letters[1].to.as_str()),
        ("bo@example.org", "cy@example.org")
    );
    assert_eq!(letters[0].subject, "重设你在 Office 的密码");
    assert_eq!(letters[1].subject, "Ana invites you to Weaver Mill");
    assert!(letters[1].text.contains("https://office.example.org/join#"));
}

#[tokio::test]
async fn what_is_outdated_is_removed_and_what_stands_stays() {
    let (place, letterbox, postman) = with_mail().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    place
        .house
        .anonymous()
        .does(&request_reset::OP, json!({ "mail": "ana@example.org" }))
        .await;
    let system = place.house.system("reconciler", base::TenantId::NIL);
    system.does(&purge_outdated::OP, json!({})).await;
    assert!(place.knows(&ana.token).await);
    place
        .house
        .passes(std::time::Duration::from_secs(3 * 24 * 3600));
    system.does(&purge_outdated::OP, json!({})).await;
    assert!(place.knows(&ana.token).await);
    assert_eq!(postman.round().await.unwrap().sent, 0);
    assert!(letterbox.letters.lock().unwrap().is_empty());
}

/// Has every letter that waits hold something that nobody can open.
async fn spoil_letters(place: &Place) {
    static SPOIL: Statement = Statement::write(
        "UPDATE identity_letter SET content_sealed = :spoilt WHERE tenant = :cell",
    );
    let mut batch = testkit::Batch::new();
    let spoilt = params! { spoilt: Plain::bytes([1_u8; 40]) };
    batch.execute(TenantId::NIL, &SPOIL, spoilt).unwrap();
    let database = &place.house.runtime().ports().database;
    database.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_letter_that_cannot_be_read_keeps_no_other_back() {
    let (place, letterbox, postman) = with_mail().await;
    let nobody = place.house.anonymous();
    for (organisation, mail) in [("Mill", "ana@example.org"), ("Dyers", "bo@example.org")] {
        place.signs_up(organisation, "Somebody", mail).await;
    }
    let ask = |mail: &str| json!({ "mail": mail });
    nobody
        .does(&request_reset::OP, ask("ana@example.org"))
        .await;
    spoil_letters(&place).await;
    nobody.does(&request_reset::OP, ask("bo@example.org")).await;
    let round = postman.round().await.unwrap();
    assert_eq!((round.sent, round.unreadable.len()), (1, 1));
    assert_eq!(letterbox.letters.lock().unwrap()[0].to, "bo@example.org");
    // It waits for its next try.
    let round = postman.round().await.unwrap();
    assert_eq!((round.sent, round.unreadable.len()), (0, 0));
}

#[tokio::test]
async fn an_unknown_address_costs_what_a_known_one_does() {
    static ROWS: Statement = Statement::read(
        "SELECT (SELECT count(*) FROM identity_letter WHERE tenant = :cell) AS letters,
                (SELECT count(*) FROM identity_token WHERE tenant = :cell) AS tokens",
    );
    let (place, letterbox, postman) = with_mail().await;
    place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    for (mail, rows) in [("zoe@example.org", 1_i64), ("ana@example.org", 2)] {
        let nobody = place.house.anonymous();
        nobody
            .does(&request_reset::OP, json!({ "mail": mail }))
            .await;
        let database = &place.house.runtime().ports().database;
        let mut snapshot = database.snapshot().await.unwrap();
        let row = snapshot.row(TenantId::NIL, &ROWS, params! {}).await;
        let mut row = row.unwrap().unwrap();
        let made: (i64, i64) = (row.take("letters").unwrap(), row.take("tokens").unwrap());
        assert_eq!(made, (rows, rows), "{mail}");
    }
    assert_eq!(postman.round().await.unwrap().sent, 1);
    assert_eq!(letterbox.letters.lock().unwrap()[0].to, "ana@example.org");
}
