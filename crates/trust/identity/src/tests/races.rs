//! Two who do the same thing at once: what is taken once is taken once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use act::{Facts, Recorder};
use futures_util::future::{BoxFuture, join};
use serde_json::json;
use testkit::{Batch, HouseBuilder};
use tokio::sync::Notify;

use super::{OTHER_PASSWORD, PASSWORD, Place, acceptance, settings};
use crate::{
    module,
    ops::{accept_invitation, change_password, second_factor, sign_in, update_member},
};

/// Stops the first act of one operation on its way into the database, until it is let go.
#[derive(Default)]
struct Doorkeeper {
    stops: std::sync::Mutex<Option<&'static str>>,
    has_stopped: AtomicBool,
    come: Notify,
    go: Notify,
}

impl Doorkeeper {
    fn stop(&self, operation: &'static str) {
        *self.stops.lock().unwrap() = Some(operation);
    }
}

impl Recorder for Doorkeeper {
    fn written<'a>(
        &'a self,
        facts: Facts<'a>,
        _: &'a mut Batch,
    ) -> BoxFuture<'a, base::Result<()>> {
        Box::pin(async move {
            let is_meant = *self.stops.lock().unwrap() == Some(facts.operation.name);
            if is_meant && !self.has_stopped.swap(true, Ordering::Relaxed) {
                self.come.notify_one();
                self.go.notified().await;
            }
            Ok(())
        })
    }
    fn read(&self, _: &Facts<'_>) -> base::Result<()> {
        Ok(())
    }
    fn refused(&self, _: &Facts<'_>) {}
}

async fn guarded() -> (Place, Arc<Doorkeeper>) {
    let doorkeeper = Arc::new(Doorkeeper::default());
    let builder = HouseBuilder::new(vec![module(settings())]).recorder(doorkeeper.clone());
    (Place::of(builder).await, doorkeeper)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_opens_while_the_password_changes_ends_with_the_others() {
    let (place, doorkeeper) = guarded().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    doorkeeper.stop(change_password::OP.name);
    let actor = ana.actor.clone();
    let change = json!({ "current": PASSWORD, "password": OTHER_PASSWORD });
    let changing = tokio::spawn(async move { actor.does(&change_password::OP, change).await });
    doorkeeper.come.notified().await;
    let thief = place.signs_in("ana@example.org", PASSWORD).await;
    doorkeeper.go.notify_one();
    changing.await.unwrap();
    assert!(!place.knows(&thief.token).await);
    assert!(place.knows(&ana.token).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signs_in_while_the_password_changes_tries_again_and_fails() {
    let (place, doorkeeper) = guarded().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    doorkeeper.stop(sign_in::OP.name);
    let nobody = place.house.anonymous();
    let old = json!({ "mail": "ana@example.org", "password": PASSWORD });
    let entering = tokio::spawn(async move { nobody.is_refused(&sign_in::OP, old).await });
    doorkeeper.come.notified().await;
    let change = json!({ "current": PASSWORD, "password": OTHER_PASSWORD });
    ana.does(&change_password::OP, change).await;
    doorkeeper.go.notify_one();
    assert_eq!(entering.await.unwrap().code, "identity.credentials_wrong");
}

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
