//! What entries say, and that they commit with their acts.

use act::NOT_PERMITTED;
use base::TenantId;
use db::{Batch, CommitError, Plain, Statement, params};
use serde_json::json;

use super::{PENDING, READ, REFUSED, Recorded, WRITE};

#[tokio::test]
async fn a_write_has_an_entry_that_says_who_did_what_to_what() {
    let recorded = Recorded::new().await;
    let call = |call: act::Call| act::Call {
        source: "192.0.2.7".into(),
        client: "Browser/1 ".repeat(100),
        ..call
    };
    let tester = recorded.system("tester");
    tester.calls_with(&WRITE, json!({}), call).await.unwrap();

    let bodies = recorded.test_bodies().await;
    assert_eq!(bodies.len(), 1);
    let body = &bodies[0];
    assert_eq!(body["operation"], "test.thing.write");
    assert_eq!(
        body["caller"],
        json!({ "kind": "system", "name": "tester" })
    );
    assert_eq!(body["outcome"], "done");
    assert_eq!(body["source"], "192.0.2.7");
    assert_eq!(body["client"].as_str().unwrap().len(), 256);
    assert_eq!(body["resources"][0]["kind"], "act.cell");
    assert_eq!(body["at"], json!(recorded.now()));
    assert!(body["request"].as_str().unwrap().starts_with("r_"));
    assert!(body["id"].as_str().unwrap().starts_with("e_"));
    assert_eq!(recorded.count(&PENDING).await, 1);
}

#[tokio::test]
async fn the_entries_of_a_tenant_stand_in_its_own_log() {
    let recorded = Recorded::new().await;
    let [ana] = recorded.house.people(["ana"]).await;
    let tenant = ana.caller().tenant();
    let facts = |log: &crate::Log| act::Facts {
        id: log.new_id(),
        at: recorded.now(),
        tenant,
        operation: &WRITE,
        caller: ana.caller(),
        request: base::RequestId::NIL,
        source: "",
        client: "",
        resources: &[],
        outcome: act::Outcome::Done,
    };
    let mut batch = Batch::new();
    let recorder: &dyn act::Recorder = recorded.log.as_ref();
    recorder
        .written(facts(&recorded.log), &mut batch)
        .await
        .unwrap();
    recorded.database().commit(batch).await.unwrap();

    let bodies = recorded.bodies(tenant).await;
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["caller"]["account"], json!(ana.account()));
    assert_eq!(bodies[0]["caller"]["role"], "owner");
    assert_eq!(bodies[0]["tenant"], json!(tenant));
}

#[tokio::test]
async fn an_act_that_does_not_commit_leaves_no_entry() {
    static TWICE: Statement = Statement::append(
        "INSERT INTO audit_link (tenant, number, of_tenant, entry, head) VALUES (:cell, 1, :head, :head, :head)",
    );
    let recorded = Recorded::new().await;
    let mut batch = Batch::new();
    let tester = recorded.system("tester");
    let facts = act::Facts {
        id: recorded.log.new_id(),
        at: recorded.now(),
        tenant: TenantId::NIL,
        operation: &WRITE,
        caller: tester.caller(),
        request: base::RequestId::NIL,
        source: "",
        client: "",
        resources: &[],
        outcome: act::Outcome::Done,
    };
    let recorder: &dyn act::Recorder = recorded.log.as_ref();
    recorder.written(facts, &mut batch).await.unwrap();
    for _ in 0..2 {
        batch
            .execute(
                TenantId::NIL,
                &TWICE,
                params! { head: Plain::bytes([0; 32]) },
            )
            .unwrap();
    }
    let outcome = recorded.database().commit(batch).await;
    assert!(matches!(outcome, Err(CommitError::Conflict)));
    assert_eq!(recorded.count(&PENDING).await, 0);
    assert!(recorded.test_bodies().await.is_empty());
}

#[tokio::test]
async fn refusals_have_an_entry_each_and_become_counts_under_attack() {
    let recorded = Recorded::new().await;
    let tester = recorded.system("tester");
    for _ in 0..100 {
        let refusal = tester.is_refused(&REFUSED, json!({})).await;
        assert_eq!(refusal.code, NOT_PERMITTED.code);
    }
    recorded.log.flush().await.unwrap();
    let bodies = recorded.test_bodies().await;
    assert_eq!(bodies.len(), 5);
    assert!(
        bodies
            .iter()
            .all(|body| body["outcome"] == "refused" && body["code"] == NOT_PERMITTED.code)
    );

    recorded.passes(61);
    recorded.log.flush().await.unwrap();
    let bodies = recorded.test_bodies().await;
    assert_eq!(bodies.len(), 6);
    assert_eq!(bodies[5]["outcome"], "refused_often");
    assert_eq!(bodies[5]["count"], 95);

    // The next minute begins anew.
    tester.is_refused(&REFUSED, json!({})).await;
    recorded.log.flush().await.unwrap();
    assert_eq!(recorded.test_bodies().await.len(), 7);
}

#[tokio::test]
async fn months_have_keys_of_their_own_that_are_founded_once() {
    let recorded = Recorded::new().await;
    recorded.writes(2).await;
    recorded.passes(40 * 24 * 3_600);
    let tester = recorded.system("tester");
    let outcomes =
        futures_util::future::join_all((0..8).map(|_| tester.does(&WRITE, json!({})))).await;
    assert_eq!(outcomes.len(), 8);
    static MONTHS: Statement = Statement::read(
        "SELECT count(*) AS count FROM db_resource WHERE tenant = :cell AND kind = 'audit.month'",
    );
    assert_eq!(recorded.count(&MONTHS).await, 2);
    assert_eq!(recorded.test_bodies().await.len(), 10);
    // A read in the old month is written under it, even when the month is over by then.
    tester.does(&READ, json!({})).await;
    recorded.passes(40 * 24 * 3_600);
    recorded.log.flush().await.unwrap();
    assert_eq!(recorded.count(&MONTHS).await, 2);
}
