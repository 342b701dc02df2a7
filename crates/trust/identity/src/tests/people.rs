//! Organisations come into being, people come in, and find one another.

use std::time::Duration;

use serde_json::json;

use super::{OTHER_PASSWORD, PASSWORD, Place, acceptance, sign_up};
use crate::ops::{
    accept_invitation, create_invitation, inspect_invitation, list_accounts, read_account,
    read_instance, read_me, sign_in, sign_out, sign_up as sign_up_op,
};

#[tokio::test]
async fn an_organisation_signs_up_and_invites() {
    let place = Place::new().await;
    let instance = place
        .house
        .anonymous()
        .does(&read_instance::OP, json!({}))
        .await;
    assert_eq!(
        (&instance["sign_up"], &instance["sealed"]),
        (&json!("open"), &json!(false))
    );

    let ana = place
        .signs_up("Weaver Mill", "Ana", "Ana@Example.org")
        .await;
    assert_eq!(ana.me["tenant"]["name"], "Weaver Mill");
    assert_eq!(ana.me["account"]["role"], "owner");
    assert_eq!(ana.me["person"]["mail"], "ana@example.org");
    assert_eq!(ana.does(&read_me::OP, json!({})).await, ana.me);

    let token = ana
        .invites(json!({ "mail": "Bo@example.org", "role": "member", "expires_in_h": 24 }))
        .await;
    let anonymous = place.house.anonymous();
    let view = anonymous
        .does(&inspect_invitation::OP, json!({ "token": token }))
        .await;
    assert_eq!(view["tenant_name"], "Weaver Mill");
    assert_eq!(
        (&view["inviter_name"], &view["mail"]),
        (&json!("Ana"), &json!("bo@example.org"))
    );
    let other = place
        .refuses(
            &accept_invitation::OP,
            acceptance(&token, "Cy", "cy@example.org"),
        )
        .await;
    assert_eq!(other.code, "identity.invitation_other");

    let bo = place
        .enters(
            &accept_invitation::OP,
            acceptance(&token, "博", "bo@example.org"),
        )
        .await;
    assert_eq!(
        (&bo.me["account"]["role"], &bo.me["account"]["locale"]),
        (&json!("member"), &json!("zh-CN"))
    );
    let again = place
        .refuses(
            &accept_invitation::OP,
            acceptance(&token, "博", "bo@example.org"),
        )
        .await;
    assert_eq!(again.code, "identity.invitation_invalid");

    let colleagues = bo.does(&list_accounts::OP, json!({})).await;
    assert_eq!(colleagues["items"].as_array().unwrap().len(), 2);
    assert_eq!(colleagues["next_cursor"], json!(null));
    let found = bo.does(&list_accounts::OP, json!({ "query": "AN" })).await;
    assert_eq!(found["items"][0]["id"], ana.account());
    let ana_seen = bo
        .does(&read_account::OP, json!({ "account": ana.account() }))
        .await;
    assert_eq!(ana_seen["name"], "Ana");
    assert_eq!(
        bo.is_refused(
            &create_invitation::OP,
            json!({ "role": "member", "expires_in_h": 1 })
        )
        .await,
        "access.not_permitted"
    );

    let again = place.signs_in(" BO@example.org", PASSWORD).await;
    assert_eq!(again.me["account"]["name"], "博");
    assert_ne!(again.me["session"], bo.me["session"]);
}

#[tokio::test]
async fn pages_of_colleagues_join_without_gaps() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    for name in ["Bo", "Cy", "Di", "Eve"] {
        place
            .joins(&ana, name, &format!("{name}@example.org"), "member")
            .await;
    }
    let (mut names, mut cursor) = (Vec::new(), json!(null));
    loop {
        let page = ana
            .does(&list_accounts::OP, json!({ "limit": 2, "cursor": cursor }))
            .await;
        names.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["name"].clone()),
        );
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    names.sort_by_key(|name| name.to_string());
    assert_eq!(names, ["Ana", "Bo", "Cy", "Di", "Eve"]);
    assert_eq!(
        ana.is_refused(&list_accounts::OP, json!({ "cursor": "00" }))
            .await,
        "act.cursor_invalid"
    );
    assert_eq!(
        ana.is_refused(&list_accounts::OP, json!({ "limit": 201 }))
            .await,
        "identity.limit_invalid"
    );
}

#[tokio::test]
async fn a_session_ends_when_its_person_signs_out_or_stays_away() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let other = place.signs_in("ana@example.org", PASSWORD).await;
    ana.does(&sign_out::OP, json!({})).await;
    place.house.passes(Duration::from_secs(6));
    assert!(place.sessions.caller(&ana.token).await.unwrap().is_none());

    for _ in 0..2 {
        place.house.passes(Duration::from_secs(29 * 24 * 3600));
        assert!(place.sessions.caller(&other.token).await.unwrap().is_some());
    }
    place.house.passes(Duration::from_secs(31 * 24 * 3600));
    assert!(place.sessions.caller(&other.token).await.unwrap().is_none());
    let third = place.signs_in("ana@example.org", PASSWORD).await;
    third.does(&sign_out::OP, json!({})).await;
    let member = place.sessions.caller(&third.token).await.unwrap();
    place.sessions.forget(member.unwrap().session);
    assert!(place.sessions.caller(&third.token).await.unwrap().is_none());
    assert!(place.sessions.caller("").await.unwrap().is_none());
    assert!(place.sessions.caller("nonsense").await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_learns_whether_an_address_is_known() {
    let place = Place::new().await;
    place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let known = place
        .refuses(
            &sign_in::OP,
            json!({ "mail": "ana@example.org", "password": "wrong" }),
        )
        .await;
    let unknown = place
        .refuses(
            &sign_in::OP,
            json!({ "mail": "zoe@example.org", "password": "wrong" }),
        )
        .await;
    assert_eq!(known, unknown);
    assert_eq!(known.code, "identity.credentials_wrong");
    let mut taken = sign_up("Other", "Ana", "ana@example.org");
    taken["password"] = json!(OTHER_PASSWORD);
    assert_eq!(place.refuses(&sign_up_op::OP, taken).await, known);
}

#[tokio::test]
async fn guesses_run_out_and_success_gives_them_back() {
    let place = Place::new().await;
    place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let guess = |mail: &str| json!({ "mail": mail, "password": "wrong" });
    for mail in ["ana@example.org", "zoe@example.org"] {
        let mut codes = Vec::new();
        for _ in 0..12 {
            let error = place
                .calls_from("192.0.2.7", &sign_in::OP, guess(mail))
                .await
                .unwrap_err();
            codes.push(error.refusal().unwrap().code);
        }
        assert_eq!(
            codes
                .iter()
                .filter(|code| **code == "identity.credentials_wrong")
                .count(),
            10,
            "{mail}"
        );
        assert_eq!(codes.last(), Some(&"act.too_many"), "{mail}");
    }
    // From elsewhere their person still gets in, and has their tries back.
    let right = json!({ "mail": "ana@example.org", "password": PASSWORD });
    assert!(
        place
            .calls_from("198.51.100.1", &sign_in::OP, right.clone())
            .await
            .is_ok()
    );
    assert!(
        place
            .calls_from("192.0.2.7", &sign_in::OP, right.clone())
            .await
            .is_err()
    );
    place.house.passes(Duration::from_secs(61));
    assert!(
        place
            .calls_from("192.0.2.7", &sign_in::OP, right.clone())
            .await
            .is_ok()
    );
    for _ in 0..9 {
        assert!(
            place
                .calls_from("192.0.2.7", &sign_in::OP, guess("ana@example.org"))
                .await
                .is_err()
        );
    }
    assert!(
        place
            .calls_from("192.0.2.7", &sign_in::OP, right)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn weak_passwords_and_odd_input_are_refused_by_field() {
    let place = Place::new().await;
    for (field, value, code) in [
        ("password", "short", "identity.password_length"),
        ("password", "weavermill2024", "identity.password_weak"),
        ("mail", "ana", "identity.mail_invalid"),
        ("name", "\u{7}", "identity.name_invalid"),
        ("organisation", "", "identity.name_invalid"),
        ("locale", "tlh", "identity.locale_invalid"),
        ("zone", "../../etc/passwd", "identity.zone_invalid"),
    ] {
        let mut input = sign_up("Weaver Mill", "Ana", "ana@example.org");
        input[field] = json!(value);
        let error = place
            .house
            .anonymous()
            .calls(&sign_up_op::OP, input)
            .await
            .unwrap_err();
        let base::Error::Refusal(answer) = error else {
            panic!("{field}: {error}")
        };
        assert_eq!(
            (answer.refusal.code, answer.field.as_deref()),
            (code, Some(field))
        );
    }
}

#[tokio::test]
async fn strangers_keep_nobody_out_of_a_place_from_which_they_came_before() {
    let place = Place::new().await;
    place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let guess = json!({ "mail": "ana@example.org", "password": "not this one" });
    let right = json!({ "mail": "ana@example.org", "password": PASSWORD });
    // One address guesses as often as it likes: what its place refuses costs the account nothing.
    for _ in 0..70 {
        let guessed = place.calls_from("192.0.2.7", &sign_in::OP, guess.clone());
        assert!(guessed.await.is_err());
    }
    let entered = place.calls_from("198.51.100.1", &sign_in::OP, right.clone());
    assert!(entered.await.is_ok());

    // Many addresses use up what the account has; only whoever was here before still gets in.
    for number in 0..60 {
        let source = format!("203.0.113.{number}");
        let guessed = place.calls_from(&source, &sign_in::OP, guess.clone());
        assert!(guessed.await.is_err());
    }
    let refused = place.calls_from("198.51.100.2", &sign_in::OP, right.clone());
    assert!(refused.await.err().unwrap().is(&act::TOO_MANY));
    let entered = place.calls_from("198.51.100.1", &sign_in::OP, right);
    assert!(entered.await.is_ok());
}
