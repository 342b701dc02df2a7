//! The second factor, and what stands in for it.

use std::time::Duration;

use act::Announcement;
use serde_json::{Value, json};

use super::{OTHER_PASSWORD, PASSWORD, Place, SignedIn};
use crate::ops::{
    change_password, confirm_totp, enrol_totp, list_sessions, read_me, remove_totp,
    renew_recovery_codes, revoke_other_sessions, revoke_session, second_factor, sign_in,
};

/// The ticket of a sign-in whose password was right.
async fn ticket(place: &Place, mail: &str) -> String {
    let input = json!({ "mail": mail, "password": PASSWORD });
    let answer = place.house.anonymous().does(&sign_in::OP, input).await;
    assert_eq!(answer["state"], "second_factor");
    answer["ticket"].as_str().unwrap().to_owned()
}

async fn with_code(place: &Place, secret: &str) -> SignedIn {
    let ticket = ticket(place, "ana@example.org").await;
    place
        .enters(
            &second_factor::OP,
            json!({ "ticket": ticket, "code": place.code(secret) }),
        )
        .await
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_taken_once() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    assert_eq!(
        ana.is_refused(&enrol_totp::OP, json!({ "password": "wrong" }))
            .await,
        "identity.password_wrong"
    );
    assert_eq!(
        ana.is_refused(&confirm_totp::OP, json!({ "code": "000000" }))
            .await,
        "identity.totp_absent"
    );
    let (secret, codes) = ana.secures(&place).await;
    assert_eq!(codes.len(), 10);
    let me = ana.does(&read_me::OP, json!({})).await;
    assert_eq!(
        (&me["person"]["totp"], &me["person"]["recovery_codes_left"]),
        (&json!(true), &json!(10))
    );
    assert_eq!(
        ana.is_refused(&enrol_totp::OP, json!({ "password": PASSWORD }))
            .await,
        "identity.totp_active"
    );

    // The code of the enrolment has been taken, and counts no second time.
    let first = ticket(&place, "ana@example.org").await;
    let replayed = json!({ "ticket": first, "code": place.code(&secret) });
    assert_eq!(
        place.refuses(&second_factor::OP, replayed).await.code,
        "identity.code_wrong"
    );
    place.waits();
    let code = place.code(&secret);
    place
        .enters(&second_factor::OP, json!({ "ticket": first, "code": code }))
        .await;

    // Neither does the ticket, nor the code with another ticket.
    place.waits();
    let again = json!({ "ticket": first, "code": place.code(&secret) });
    assert_eq!(
        place.refuses(&second_factor::OP, again).await.code,
        "identity.ticket_invalid"
    );
    let second = ticket(&place, "ana@example.org").await;
    let replayed = json!({ "ticket": second, "code": code });
    assert_eq!(
        place.refuses(&second_factor::OP, replayed).await.code,
        "identity.code_wrong"
    );
    let neither = place
        .refuses(&second_factor::OP, json!({ "ticket": second }))
        .await;
    assert_eq!(neither.code, "identity.code_missing");
    place.house.passes(Duration::from_secs(601));
    let late = json!({ "ticket": second, "code": place.code(&secret) });
    assert_eq!(
        place.refuses(&second_factor::OP, late).await.code,
        "identity.ticket_invalid"
    );
}

#[tokio::test]
async fn recovery_codes_are_taken_once_and_renewed_whole() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let (secret, codes) = ana.secures(&place).await;
    let by = |ticket: String, code: &str| json!({ "ticket": ticket, "recovery_code": code });

    let typed = codes[0].to_uppercase().replace('-', " ");
    let signed_in = place
        .enters(
            &second_factor::OP,
            by(ticket(&place, "ana@example.org").await, &typed),
        )
        .await;
    assert_eq!(signed_in.me["person"]["recovery_codes_left"], 9);
    let again = place
        .refuses(
            &second_factor::OP,
            by(ticket(&place, "ana@example.org").await, &codes[0]),
        )
        .await;
    assert_eq!(again.code, "identity.code_wrong");

    place.waits();
    let renewed = ana
        .does(
            &renew_recovery_codes::OP,
            json!({ "code": place.code(&secret) }),
        )
        .await;
    let renewed: Vec<String> = serde_json::from_value(renewed["recovery_codes"].clone()).unwrap();
    let old = place
        .refuses(
            &second_factor::OP,
            by(ticket(&place, "ana@example.org").await, &codes[1]),
        )
        .await;
    assert_eq!(old.code, "identity.code_wrong");
    place
        .enters(
            &second_factor::OP,
            by(ticket(&place, "ana@example.org").await, &renewed[1]),
        )
        .await;

    place.waits();
    let remove = |password: &str| json!({ "password": password, "code": place.code(&secret) });
    assert_eq!(
        ana.is_refused(&remove_totp::OP, remove("wrong")).await,
        "identity.password_wrong"
    );
    ana.does(&remove_totp::OP, remove(PASSWORD)).await;
    let plain = place.signs_in("ana@example.org", PASSWORD).await;
    assert_eq!(
        (
            &plain.me["person"]["totp"],
            &plain.me["person"]["recovery_codes_left"]
        ),
        (&json!(false), &json!(0))
    );
}

#[tokio::test]
async fn guessing_codes_comes_to_an_end() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let (secret, _) = ana.secures(&place).await;
    place.waits();
    let ticket = ticket(&place, "ana@example.org").await;
    let right = place.code(&secret);
    let wrong = if right == "000000" {
        "111111"
    } else {
        "000000"
    };
    let mut codes = Vec::new();
    for _ in 0..6 {
        let guess = json!({ "ticket": ticket, "code": wrong });
        codes.push(place.refuses(&second_factor::OP, guess).await.code);
    }
    assert_eq!(
        codes
            .iter()
            .filter(|code| **code == "identity.code_wrong")
            .count(),
        5
    );
    let now_right = place
        .refuses(
            &second_factor::OP,
            json!({ "ticket": ticket, "code": right }),
        )
        .await;
    assert_eq!(now_right.code, "act.too_many");

    // They are kept where a restart, and every other node, finds them.
    let place = place.restarts().await;
    let guess = |code: &str| json!({ "ticket": ticket, "code": code });
    let still = place.refuses(&second_factor::OP, guess(&right)).await;
    assert_eq!(still.code, "act.too_many");
    // After a while one more may be tried, and one that is right forgives the others.
    place.house.passes(Duration::from_secs(301));
    let ticket = self::ticket(&place, "ana@example.org").await;
    let guess = |code: &str| json!({ "ticket": ticket, "code": code });
    let wrong_again = place.refuses(&second_factor::OP, guess(wrong)).await;
    assert_eq!(wrong_again.code, "identity.code_wrong");
    let right = place.code(&secret);
    let too_early = place.refuses(&second_factor::OP, guess(&right)).await;
    assert_eq!(too_early.code, "act.too_many");
    place.house.passes(Duration::from_secs(301));
    with_code(&place, &secret).await;
    place.waits();
    let ticket = self::ticket(&place, "ana@example.org").await;
    for _ in 0..5 {
        let guess = json!({ "ticket": ticket, "code": wrong });
        let refusal = place.refuses(&second_factor::OP, guess).await;
        assert_eq!(refusal.code, "identity.code_wrong");
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let bo = place.joins(&ana, "Bo", "bo@example.org", "member").await;
    let second = place.signs_in("ana@example.org", PASSWORD).await;
    let third = place.signs_in("ana@example.org", PASSWORD).await;

    let page = ana.does(&list_sessions::OP, json!({ "limit": 2 })).await;
    let rest = ana
        .does(&list_sessions::OP, json!({ "cursor": page["next_cursor"] }))
        .await;
    let all: Vec<Value> = [&page, &rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap().clone())
        .collect();
    assert_eq!((all.len(), &rest["next_cursor"]), (3, &json!(null)));
    let current: Vec<_> = all
        .iter()
        .filter(|session| session["current"] == true)
        .collect();
    assert_eq!(current[0]["id"], ana.me["session"]);

    let revoke = |session: &SignedIn| json!({ "session": session.me["session"] });
    assert_eq!(
        ana.is_refused(&revoke_session::OP, revoke(&ana)).await,
        "identity.session_current"
    );
    assert_eq!(
        ana.is_refused(&revoke_session::OP, revoke(&bo)).await,
        "identity.session_absent"
    );
    place.house.heard().take();
    ana.does(&revoke_session::OP, revoke(&second)).await;
    let ended = second.actor.caller().member().unwrap().session;
    assert!(
        place
            .house
            .heard()
            .take()
            .contains(&Announcement::SessionEnded { session: ended })
    );
    assert!(!place.knows(&second.token).await);
    assert!(place.knows(&third.token).await);
    ana.does(&revoke_other_sessions::OP, json!({})).await;
    assert!(!place.knows(&third.token).await);
    assert!(place.knows(&ana.token).await && place.knows(&bo.token).await);
}

#[tokio::test]
async fn another_password_ends_the_other_sessions_and_tickets() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let (secret, _) = ana.secures(&place).await;
    place.waits();
    let other = with_code(&place, &secret).await;
    let pending = ticket(&place, "ana@example.org").await;
    let change =
        |current: &str, password: &str| json!({ "current": current, "password": password });
    assert_eq!(
        ana.is_refused(&change_password::OP, change("wrong", OTHER_PASSWORD))
            .await,
        "identity.password_wrong"
    );
    assert_eq!(
        ana.is_refused(&change_password::OP, change(PASSWORD, "ana@example.org"))
            .await,
        "identity.password_weak"
    );
    ana.does(&change_password::OP, change(PASSWORD, OTHER_PASSWORD))
        .await;
    assert!(place.knows(&ana.token).await);
    assert!(!place.knows(&other.token).await);
    place.waits();
    let late = json!({ "ticket": pending, "code": place.code(&secret) });
    assert_eq!(
        place.refuses(&second_factor::OP, late).await.code,
        "identity.ticket_invalid"
    );
    let old = place
        .refuses(
            &sign_in::OP,
            json!({ "mail": "ana@example.org", "password": PASSWORD }),
        )
        .await;
    assert_eq!(old.code, "identity.credentials_wrong");
}
