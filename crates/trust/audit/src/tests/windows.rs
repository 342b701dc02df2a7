//! Reads in windows.

use act::{Caller, Facts, Kind, Outcome, Recorder, ResourceRef, SEALED};
use base::{EntryId, KeyId, RequestId, TenantId};
use serde_json::json;

use super::{READ, READ_OTHERWISE, Recorded};
use crate::{
    QUEUE_FULL,
    draft::Draft,
    windows::{WAITING_MAX, WAITING_OF_ACCOUNT_MAX},
};

fn resource(number: u32) -> ResourceRef {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    ResourceRef {
        kind: Kind("test.thing"),
        tenant: TenantId::NIL,
        id,
        version: 1,
        key: KeyId::NIL,
    }
}

/// A read of these resources by a part of the system of this name.
fn reads(recorded: &Recorded, by: &'static str, resources: &[ResourceRef]) -> base::Result<()> {
    let caller = Caller::System {
        name: by,
        tenant: TenantId::NIL,
    };
    recorded.log.read(&Facts {
        id: EntryId::NIL,
        at: recorded.now(),
        tenant: TenantId::NIL,
        operation: &READ,
        caller: &caller,
        request: RequestId::NIL,
        source: "",
        client: "",
        resources,
        outcome: Outcome::Done,
    })
}

#[tokio::test]
async fn a_window_has_an_entry_at_its_first_read_and_a_count_at_its_end() {
    let recorded = Recorded::new().await;
    let reader = recorded.system("reader");
    for _ in 0..3 {
        reader.does(&READ, json!({})).await;
        recorded.log.flush().await.unwrap();
        recorded.passes(60);
    }
    let bodies = recorded.test_bodies().await;
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["outcome"], "reads_began");
    assert_eq!(bodies[0]["resources"][0]["kind"], "act.cell");

    recorded.passes(600);
    recorded.log.flush().await.unwrap();
    let bodies = recorded.test_bodies().await;
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[1]["outcome"], "reads_ended");
    assert_eq!(bodies[1]["resources"][0]["reads"], 3);
    assert_eq!(bodies[1]["first"], bodies[0]["id"]);

    // One read needs no count.
    reader.does(&READ, json!({})).await;
    recorded.log.flush().await.unwrap();
    recorded.passes(600);
    recorded.log.flush().await.unwrap();
    assert_eq!(recorded.test_bodies().await.len(), 3);
}

#[tokio::test]
async fn readers_have_windows_of_their_own_and_resources_are_named_once() {
    let recorded = Recorded::new().await;
    for by in ["one", "two"] {
        reads(&recorded, by, &[resource(1), resource(2)]).unwrap();
        reads(&recorded, by, &[resource(2)]).unwrap();
    }
    recorded.log.flush().await.unwrap();
    reads(&recorded, "one", &[resource(2), resource(3)]).unwrap();
    recorded.log.close().await.unwrap();
    let bodies = recorded.test_bodies().await;
    let shape: Vec<_> = bodies
        .iter()
        .map(|body| {
            (
                body["outcome"].as_str().unwrap(),
                body["resources"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(
        shape
            .iter()
            .filter(|shape| **shape == ("reads_began", 2))
            .count(),
        2
    );
    assert_eq!(
        shape
            .iter()
            .filter(|shape| **shape == ("reads_began", 1))
            .count(),
        1
    );
    assert_eq!(
        shape
            .iter()
            .filter(|shape| **shape == ("reads_ended", 1))
            .count(),
        2
    );
    let counts: Vec<_> = bodies
        .iter()
        .filter_map(|body| body["resources"][0]["reads"].as_u64())
        .collect();
    assert_eq!(counts.iter().sum::<u64>(), 3 + 2);
}

#[tokio::test]
async fn reading_stops_when_too_much_waits_and_goes_on_when_it_is_written() {
    let recorded = Recorded::new().await;
    let many = u32::try_from(WAITING_MAX).unwrap();
    for number in 0..many {
        reads(&recorded, "reader", &[resource(number)]).unwrap();
    }
    let refused = reads(&recorded, "reader", &[resource(many)]).unwrap_err();
    assert!(refused.is(&QUEUE_FULL));
    // What has its entry on the way already is only counted.
    reads(&recorded, "reader", &[resource(0)]).unwrap();

    recorded.log.flush().await.unwrap();
    reads(&recorded, "reader", &[resource(many)]).unwrap();
    let named: usize = recorded
        .test_bodies()
        .await
        .iter()
        .map(|body| body["resources"].as_array().unwrap().len())
        .sum();
    assert_eq!(named, WAITING_MAX);
}

#[tokio::test]
async fn what_cannot_be_written_stays_in_the_queue() {
    let recorded = Recorded::new().await;
    recorded.vault.seal();
    reads(&recorded, "reader", &[resource(1)]).unwrap();
    assert!(recorded.log.flush().await.unwrap_err().is(&SEALED));
    reads(&recorded, "reader", &[resource(2)]).unwrap();
    assert!(recorded.log.flush().await.unwrap_err().is(&SEALED));
    assert!(recorded.test_bodies().await.is_empty());

    recorded.vault.unseal();
    recorded.log.flush().await.unwrap();
    assert_eq!(recorded.test_bodies().await.len(), 2);
}

#[tokio::test]
async fn what_was_written_after_all_is_not_written_twice() {
    let recorded = Recorded::new().await;
    let facts = |at| Facts {
        id: recorded.log.new_id(),
        at,
        tenant: TenantId::NIL,
        operation: &READ,
        caller: &Caller::Nobody,
        request: RequestId::NIL,
        source: "",
        client: "",
        resources: &[],
        outcome: Outcome::Done,
    };
    let drafts = [1, 2, 3].map(|_| Draft::of(&facts(recorded.now())));
    // The answer to a first commit was lost, and two of the three stand.
    recorded
        .log
        .underway
        .lock()
        .await
        .extend_from_slice(&drafts[1..]);
    recorded.log.flush().await.unwrap();
    recorded
        .log
        .underway
        .lock()
        .await
        .extend_from_slice(&drafts);
    recorded.log.flush().await.unwrap();
    assert_eq!(recorded.test_bodies().await.len(), 3);
    assert_eq!(recorded.log.verify().await.unwrap().problem, None);
}

#[tokio::test]
async fn a_tenant_whose_keys_are_gone_keeps_nobody_elses_reads_back() {
    let recorded = Recorded::new().await;
    let [ana] = recorded.house.people(["ana"]).await;
    let tenant = ana.caller().tenant();
    recorded.vault.lose(tenant);
    let facts = Facts {
        id: EntryId::NIL,
        at: recorded.now(),
        tenant,
        operation: &READ,
        caller: ana.caller(),
        request: RequestId::NIL,
        source: "",
        client: "",
        resources: &[resource(1)],
        outcome: Outcome::Done,
    };
    recorded.log.read(&facts).unwrap();
    reads(&recorded, "reader", &[resource(1)]).unwrap();
    recorded.log.flush().await.unwrap();
    let bodies = recorded.test_bodies().await;
    assert_eq!(bodies.len(), 2);
    assert!(bodies.iter().any(|body| body["tenant"] == json!(tenant)));
}

#[tokio::test]
async fn a_tenant_that_never_was_keeps_nobody_elses_reads_back() {
    let recorded = Recorded::new().await;
    let invented = TenantId::from_bytes([7; 16]);
    let absent = base::Refusal::absent("kms.tenant_absent", "There is no such tenant.");
    recorded.vault.refuse(invented, absent);
    let caller = Caller::System {
        name: "inventor",
        tenant: invented,
    };
    recorded.log.refused(&Facts {
        id: recorded.log.new_id(),
        at: recorded.now(),
        tenant: invented,
        operation: &READ,
        caller: &caller,
        request: RequestId::NIL,
        source: "",
        client: "",
        resources: &[],
        outcome: Outcome::Refused("test.refused"),
    });
    reads(&recorded, "reader", &[resource(1)]).unwrap();
    recorded.log.flush().await.unwrap();
    assert_eq!(recorded.test_bodies().await.len(), 2);
}

#[tokio::test]
async fn one_account_keeps_nobody_else_from_reading() {
    let recorded = Recorded::new().await;
    let [ana, bo] = recorded.house.people(["ana", "bo"]).await;
    let reads = |by: &testkit::Actor, number: usize| {
        let resource = resource(u32::try_from(number).unwrap());
        recorded.log.read(&Facts {
            id: EntryId::NIL,
            at: recorded.now(),
            tenant: TenantId::NIL,
            operation: &READ,
            caller: by.caller(),
            request: RequestId::NIL,
            source: "",
            client: "",
            resources: &[resource],
            outcome: Outcome::Done,
        })
    };
    for number in 0..WAITING_OF_ACCOUNT_MAX {
        reads(&ana, number).unwrap();
    }
    let one_more = reads(&ana, WAITING_OF_ACCOUNT_MAX);
    assert!(one_more.unwrap_err().is(&QUEUE_FULL));
    reads(&bo, WAITING_OF_ACCOUNT_MAX).unwrap();
    recorded.log.flush().await.unwrap();
    reads(&ana, WAITING_OF_ACCOUNT_MAX).unwrap();
}

#[tokio::test]
async fn another_operation_and_another_place_begin_an_entry_of_their_own() {
    let recorded = Recorded::new().await;
    let reads = |operation: &'static act::Operation, source: &str| {
        let caller = Caller::System {
            name: "reader",
            tenant: TenantId::NIL,
        };
        let facts = Facts {
            id: EntryId::NIL,
            at: recorded.now(),
            tenant: TenantId::NIL,
            operation,
            caller: &caller,
            request: RequestId::NIL,
            source,
            client: "",
            resources: &[resource(1)],
            outcome: Outcome::Done,
        };
        recorded.log.read(&facts).unwrap();
    };
    for _ in 0..2 {
        reads(&READ, "192.0.2.7");
        reads(&READ_OTHERWISE, "192.0.2.7");
        reads(&READ, "198.51.100.1");
    }
    recorded.log.flush().await.unwrap();
    let bodies = recorded.test_bodies().await;
    let mut said: Vec<_> = bodies
        .iter()
        .map(|body| {
            (
                body["operation"].as_str().unwrap(),
                body["source"].as_str().unwrap(),
            )
        })
        .collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("test.thing.read", "192.0.2.7"),
            ("test.thing.read", "198.51.100.1"),
            ("test.thing.skim", "192.0.2.7"),
        ]
    );
}
