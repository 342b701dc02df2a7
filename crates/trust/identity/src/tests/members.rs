//! Those who look after a tenant, and what they cannot do.

use act::Announcement;
use serde_json::json;

use super::{PASSWORD, Place, acceptance, sign_up};
use crate::ops::{
    accept_invitation, create_invitation, create_sign_up_code, inspect_invitation, join_invitation,
    list_accounts, list_invitations, list_members, list_tenants, live_sessions, read_account,
    read_me, set_sign_up, set_tenant_state, sign_in, sign_up as sign_up_op, switch_account,
    update_me, update_member, withdraw_invitation,
};

#[tokio::test]
async fn administrators_look_after_members() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let bo = place
        .joins(&ana, "Bo", "bo@example.org", "administrator")
        .await;
    let cy = place.joins(&ana, "Cy", "cy@example.org", "member").await;

    let members = bo.does(&list_members::OP, json!({})).await;
    let mails: Vec<_> = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| &member["mail"])
        .collect();
    assert!(mails.contains(&&json!("cy@example.org")));
    assert_eq!(
        cy.is_refused(&list_members::OP, json!({})).await,
        "access.not_permitted"
    );

    let of = |who: &super::SignedIn, change: serde_json::Value| {
        let mut input = change;
        input["account"] = who.account();
        input
    };
    assert_eq!(
        cy.is_refused(&update_member::OP, of(&bo, json!({ "role": "member" })))
            .await,
        "access.not_permitted"
    );
    assert_eq!(
        bo.is_refused(&update_member::OP, of(&bo, json!({ "role": "owner" })))
            .await,
        "access.not_permitted"
    );
    assert_eq!(
        bo.is_refused(
            &update_member::OP,
            of(&ana, json!({ "state": "suspended" }))
        )
        .await,
        "access.not_permitted"
    );
    assert_eq!(
        ana.is_refused(&update_member::OP, of(&ana, json!({ "role": "member" })))
            .await,
        "identity.member_self"
    );

    let suspended = bo
        .does(&update_member::OP, of(&cy, json!({ "state": "suspended" })))
        .await;
    assert_eq!(suspended["state"], "suspended");
    assert!(!place.knows(&cy.token).await);
    let right = json!({ "mail": "cy@example.org", "password": PASSWORD });
    assert_eq!(
        place.refuses(&sign_in::OP, right).await.code,
        "identity.account_suspended"
    );
    let wrong = json!({ "mail": "cy@example.org", "password": "wrong" });
    assert_eq!(
        place.refuses(&sign_in::OP, wrong).await.code,
        "identity.credentials_wrong"
    );
    bo.does(&update_member::OP, of(&cy, json!({ "state": "active" })))
        .await;
    place.signs_in("cy@example.org", PASSWORD).await;
}

#[tokio::test]
async fn owners_hand_over_and_one_stays() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let bo = place
        .joins(&ana, "Bo", "bo@example.org", "administrator")
        .await;
    let of = |who: &super::SignedIn, change: serde_json::Value| {
        let mut input = change;
        input["account"] = who.account();
        input
    };

    // What nodes remember of the new owner is outdated.
    place.house.heard().take();
    ana.does(&update_member::OP, of(&bo, json!({ "role": "owner" })))
        .await;
    let session = bo.actor.caller().member().unwrap().session;
    let told = place.house.heard().take();
    assert!(told.contains(&Announcement::SessionEnded { session }));
    assert!(place.knows(&bo.token).await);
    let bo = place.signs_in("bo@example.org", PASSWORD).await;
    bo.does(&update_member::OP, of(&ana, json!({ "role": "member" })))
        .await;
    assert_eq!(
        bo.is_refused(&update_member::OP, of(&bo, json!({ "state": "suspended" })))
            .await,
        "identity.member_self"
    );
}

#[tokio::test]
async fn tenants_know_nothing_of_one_another() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let eve = place
        .signs_up("Other House", "Eve", "eve@example.org")
        .await;
    for (operation, input) in [
        (&read_account::OP, json!({ "account": ana.account() })),
        (
            &update_member::OP,
            json!({ "account": ana.account(), "state": "suspended" }),
        ),
        (
            &crate::ops::reset_member::OP,
            json!({ "account": ana.account() }),
        ),
        (&switch_account::OP, json!({ "account": ana.account() })),
    ] {
        assert_eq!(
            eve.is_refused(operation, input).await,
            "identity.account_absent",
            "{}",
            operation.name
        );
    }
    let made = ana
        .does(
            &create_invitation::OP,
            json!({ "role": "member", "expires_in_h": 1 }),
        )
        .await;
    let withdraw = json!({ "invitation": made["id"] });
    assert_eq!(
        eve.is_refused(&withdraw_invitation::OP, withdraw).await,
        "identity.invitation_absent"
    );
    let own = eve.does(&list_accounts::OP, json!({})).await;
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    let cursor = ana.does(&list_accounts::OP, json!({ "limit": 1 })).await["next_cursor"].clone();
    assert_eq!(cursor, json!(null));
}

#[tokio::test]
async fn a_person_has_accounts_in_several_tenants() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let eve = place
        .signs_up("Other House", "Eve", "eve@example.org")
        .await;
    let token = eve
        .invites(json!({ "role": "member", "expires_in_h": 1, "mail": "ana@example.org" }))
        .await;
    assert_eq!(
        eve.is_refused(&join_invitation::OP, json!({ "token": token }))
            .await,
        "identity.member_already"
    );
    place.house.heard().take();
    let joined = ana
        .does(&join_invitation::OP, json!({ "token": token }))
        .await;
    assert_eq!(joined["tenant"]["name"], "Other House");
    assert_eq!(joined["accounts"].as_array().unwrap().len(), 2);
    assert!(
        !place.house.heard().take().is_empty(),
        "the sockets of the account before are cut"
    );

    place.house.passes(std::time::Duration::from_secs(6));
    let member = place.sessions.caller(&ana.token).await.unwrap().unwrap();
    let there = place.house.member(member);
    let me = there.does(&read_me::OP, json!({})).await;
    assert_eq!(me["account"]["id"], joined["account"]["id"]);
    assert_eq!(me["accounts"], joined["accounts"]);
    let live = json!({ "sessions": [member.session, base::SessionId::NIL] });
    let live = place
        .house
        .system("stream", base::TenantId::NIL)
        .does(&live_sessions::OP, live)
        .await;
    assert_eq!(
        live["live"],
        json!([{ "session": member.session, "account": member.account }])
    );

    let changed = there
        .does(&update_me::OP, json!({ "name": "安娜", "title": "Guest" }))
        .await;
    assert_eq!(
        (&changed["account"]["name"], &changed["account"]["title"]),
        (&json!("安娜"), &json!("Guest"))
    );
    let back = there
        .does(&switch_account::OP, json!({ "account": ana.account() }))
        .await;
    assert_eq!(
        (&back["account"]["name"], &back["tenant"]["name"]),
        (&json!("Ana"), &json!("Weaver Mill"))
    );

    // Known people bring the password that they have; a second organisation does not make a second person.
    let third = place
        .signs_up("Third Place", "Ana", "ana@example.org")
        .await;
    assert_eq!(third.me["person"]["id"], ana.me["person"]["id"]);
    assert_eq!(third.me["accounts"].as_array().unwrap().len(), 3);
    ana.secures(&place).await;
    let again = place
        .refuses(&sign_up_op::OP, sign_up("Fourth", "Ana", "ana@example.org"))
        .await;
    assert_eq!(again.code, "identity.sign_in_first");
}

#[tokio::test]
async fn invitations_are_listed_and_end() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let invite = |hours: u32| json!({ "role": "member", "expires_in_h": hours });
    assert_eq!(
        ana.is_refused(&create_invitation::OP, invite(0)).await,
        "identity.invitation_hours"
    );
    assert_eq!(
        ana.is_refused(&create_invitation::OP, invite(721)).await,
        "identity.invitation_hours"
    );
    let owner = json!({ "role": "owner", "expires_in_h": 1 });
    assert_eq!(
        ana.is_refused(&create_invitation::OP, owner).await,
        "act.input_invalid"
    );

    let token = ana.invites(invite(1)).await;
    let made = ana.does(&create_invitation::OP, invite(1)).await;
    ana.does(
        &withdraw_invitation::OP,
        json!({ "invitation": made["id"] }),
    )
    .await;
    ana.does(
        &withdraw_invitation::OP,
        json!({ "invitation": made["id"] }),
    )
    .await;
    let withdrawn = made["link"].as_str().unwrap().split_once('#').unwrap().1;
    for invalid in [withdrawn, "nonsense", ""] {
        let refusal = place
            .refuses(&inspect_invitation::OP, json!({ "token": invalid }))
            .await;
        assert_eq!(refusal.code, "identity.invitation_invalid");
    }
    place.house.passes(std::time::Duration::from_secs(3601));
    let late = place
        .refuses(
            &accept_invitation::OP,
            acceptance(&token, "Bo", "bo@example.org"),
        )
        .await;
    assert_eq!(late.code, "identity.invitation_invalid");
    let listed = ana.does(&list_invitations::OP, json!({})).await;
    let mut states: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["state"].to_string())
        .collect();
    states.sort();
    assert_eq!(states, ["\"expired\"", "\"withdrawn\""]);
    assert_eq!(listed["items"][0]["link"], json!(null));

    let mut personal = sign_up("", "Pia", "pia@example.org");
    personal["kind"] = json!("personal");
    let pia = place.enters(&sign_up_op::OP, personal).await;
    assert_eq!(pia.me["tenant"]["name"], "Pia");
    assert_eq!(
        pia.is_refused(&create_invitation::OP, invite(1)).await,
        "identity.tenant_personal"
    );
}

#[tokio::test]
async fn the_operator_says_who_may_sign_up_and_counts() {
    let place = Place::new().await;
    let (operator, nobody) = (place.house.operator(), place.house.anonymous());
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    operator
        .does(&set_sign_up::OP, json!({ "sign_up": "closed" }))
        .await;
    let input = sign_up("Other House", "Eve", "eve@example.org");
    assert_eq!(
        place.refuses(&sign_up_op::OP, input.clone()).await.code,
        "identity.sign_up_closed"
    );

    operator
        .does(&set_sign_up::OP, json!({ "sign_up": "code" }))
        .await;
    assert_eq!(
        place.refuses(&sign_up_op::OP, input.clone()).await.code,
        "identity.sign_up_code_invalid"
    );
    let code = operator.does(&create_sign_up_code::OP, json!({})).await["code"].clone();
    let mut with_code = input.clone();
    with_code["code"] = code.clone();
    let eve = place.enters(&sign_up_op::OP, with_code.clone()).await;
    with_code["mail"] = json!("fay@example.org");
    assert_eq!(
        place.refuses(&sign_up_op::OP, with_code).await.code,
        "identity.sign_up_code_invalid"
    );

    let tenants = operator.does(&list_tenants::OP, json!({})).await;
    assert_eq!(tenants["items"].as_array().unwrap().len(), 2);
    assert!(!tenants.to_string().contains("Weaver"));
    let suspend = |state: &str| json!({ "tenant": ana.me["tenant"]["id"], "state": state });
    operator
        .does(&set_tenant_state::OP, suspend("suspended"))
        .await;
    assert!(!place.knows(&ana.token).await);
    assert!(place.knows(&eve.token).await);
    operator
        .does(&set_tenant_state::OP, suspend("active"))
        .await;
    assert!(place.knows(&ana.token).await);
    for actor in [&nobody, &ana.actor] {
        let refusal = actor
            .calls(&set_sign_up::OP, json!({ "sign_up": "open" }))
            .await
            .unwrap_err();
        assert!(refusal.refusal().is_some());
    }
}

#[tokio::test]
async fn what_an_administrator_began_ends_with_their_rights() {
    for change in [json!({ "role": "member" }), json!({ "state": "suspended" })] {
        let place = Place::new().await;
        let ana = place
            .signs_up("Weaver Mill", "Ana", "ana@example.org")
            .await;
        let bo = place
            .joins(&ana, "Bo", "bo@example.org", "administrator")
            .await;
        let invitation = json!({ "role": "administrator", "expires_in_h": 24 });
        let by_bo = bo.invites(invitation.clone()).await;
        let by_ana = ana.invites(invitation.clone()).await;
        let mut input = change.clone();
        input["account"] = bo.account();
        ana.does(&update_member::OP, input).await;

        let taken = acceptance(&by_bo, "Cy", "cy@example.org");
        assert_eq!(
            place.refuses(&accept_invitation::OP, taken).await.code,
            "identity.invitation_invalid",
            "{change}"
        );
        let kept = acceptance(&by_ana, "Cy", "cy@example.org");
        place.enters(&accept_invitation::OP, kept).await;
        // Every node is told to ask anew how the session stands.
        let session = bo.actor.caller().member().unwrap().session;
        let told = place.house.heard().take();
        assert!(
            told.iter().any(|announcement| matches!(
                announcement,
                act::Announcement::SessionEnded { session: ended } if *ended == session
            )),
            "{change}"
        );
        // A node that has not heard of it yet lets nobody invite by the role that was.
        assert_eq!(
            bo.is_refused(&create_invitation::OP, invitation).await,
            "access.not_permitted"
        );
    }
}
