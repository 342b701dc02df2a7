//! Two who do the same thing at once: what is taken once is taken once.

use futures_util::future::join;
use serde_json::json;

use super::{PASSWORD, Place, acceptance};
use crate::ops::{accept_invitation, second_factor, sign_in, update_member};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_signs_in_once_however_fast_it_is_repeated() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let (secret, codes) = ana.secures(&place).await;
    place.waits();
    let nobody = place.house.anonymous();
    for proof in [
        json!({ "code": place.code(&secret) }),
        json!({ "recovery_code": codes[0] }),
    ] {
        let mut tickets = Vec::new();
        for _ in 0..2 {
            let input = json!({ "mail": "ana@example.org", "password": PASSWORD });
            tickets.push(nobody.does(&sign_in::OP, input).await["ticket"].clone());
        }
        let mut inputs = tickets.into_iter().map(|ticket| {
            let mut input = proof.clone();
            input["ticket"] = ticket;
            input
        });
        let both = join(
            nobody.calls(&second_factor::OP, inputs.next().unwrap()),
            nobody.calls(&second_factor::OP, inputs.next().unwrap()),
        );
        let (one, other) = both.await;
        assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
        let refusal = one.err().or(other.err()).unwrap();
        assert_eq!(refusal.refusal().unwrap().code, "identity.code_wrong");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_invitation_makes_one_account() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let token = ana
        .invites(json!({ "role": "member", "expires_in_h": 1 }))
        .await;
    let nobody = place.house.anonymous();
    let (one, other) = join(
        nobody.calls(
            &accept_invitation::OP,
            acceptance(&token, "Bo", "bo@example.org"),
        ),
        nobody.calls(
            &accept_invitation::OP,
            acceptance(&token, "Cy", "cy@example.org"),
        ),
    )
    .await;
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let refusal = one.err().or(other.err()).unwrap();
    assert_eq!(
        refusal.refusal().unwrap().code,
        "identity.invitation_invalid"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_is_one_person_even_when_it_comes_twice_at_once() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        tokens.push(
            ana.invites(json!({ "role": "member", "expires_in_h": 1 }))
                .await,
        );
    }
    let nobody = place.house.anonymous();
    let (one, other) = join(
        nobody.calls(
            &accept_invitation::OP,
            acceptance(&tokens[0], "Bo", "bo@example.org"),
        ),
        nobody.calls(
            &accept_invitation::OP,
            acceptance(&tokens[1], "Bo", "bo@example.org"),
        ),
    )
    .await;
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let refusal = one.err().or(other.err()).unwrap();
    assert_eq!(refusal.refusal().unwrap().code, "identity.member_already");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_owners_cannot_take_each_other_down_at_once() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    place.joins(&ana, "Bo", "bo@example.org", "member").await;
    let bo = place.signs_in("bo@example.org", PASSWORD).await;
    ana.does(
        &update_member::OP,
        json!({ "account": bo.account(), "role": "owner" }),
    )
    .await;
    let bo = place.signs_in("bo@example.org", PASSWORD).await;
    let down = |account| json!({ "account": account, "role": "member" });
    let (one, other) = join(
        ana.actor.calls(&update_member::OP, down(bo.account())),
        bo.actor.calls(&update_member::OP, down(ana.account())),
    )
    .await;
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let refusal = one.err().or(other.err()).unwrap();
    assert_eq!(refusal.refusal().unwrap().code, "identity.owner_last");
}
