//! Leases: one leads, another takes over, and who was taken over from cannot write.

use std::time::Duration;

use base::{Id, Timestamp, kinds::Request};
use futures_util::future::join_all;

use crate::{Lease, LeaseKeeper};

use super::{
    on_each,
    things::{appending, assert_conflict, found, ids},
};

const SPAN: Duration = Duration::from_secs(15);

fn keeper(node: u8) -> LeaseKeeper {
    LeaseKeeper::new(
        *b"test-lease-00001",
        Id::<Request>::from_bytes([node; 16]),
        SPAN,
    )
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_000_000 * seconds)
}

#[tokio::test]
async fn one_leads_until_it_is_silent() {
    on_each(async |database| {
        let (ana, ben) = (keeper(1), keeper(2));
        let first = ana.hold(database, at(0)).await.unwrap().unwrap();
        assert!(ben.hold(database, at(1)).await.unwrap().is_none());
        assert!(first.is_held_at(at(14)) && !first.is_held_at(at(15)));

        let renewed = ana.hold(database, at(10)).await.unwrap().unwrap();
        assert_eq!(renewed.token(), first.token());
        assert!(ben.hold(database, at(24)).await.unwrap().is_none());

        let taken = ben.hold(database, at(25)).await.unwrap().unwrap();
        assert!(taken.token() > first.token());
        assert!(ana.hold(database, at(26)).await.unwrap().is_none());
        let back = ana.hold(database, at(40)).await.unwrap().unwrap();
        assert!(back.token() > taken.token());
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_cannot_write() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let fenced = |lease: &Lease, id| {
            let mut batch = appending(resource, id);
            lease.fence(&mut batch);
            batch
        };
        let (ana, ben) = (keeper(1), keeper(2));
        let old = ana.hold(database, at(0)).await.unwrap().unwrap();
        database.commit(fenced(&old, 1)).await.unwrap();
        let new = ben.hold(database, at(16)).await.unwrap().unwrap();
        assert_conflict(database.commit(fenced(&old, 2)).await);
        database.commit(fenced(&new, 3)).await.unwrap();
        assert!(ana.hold(database, at(17)).await.unwrap().is_none());
        assert_eq!(ids(database, resource).await, [1, 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_start_or_take_over_at_once_one_leads() {
    on_each(async |database| {
        let keepers: Vec<_> = (1..=8).map(keeper).collect();
        let mut token = 0;
        for moment in [at(0), at(20), at(40)] {
            let held = join_all(keepers.iter().map(|keeper| keeper.hold(database, moment))).await;
            let leases: Vec<_> = held.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(leases.len(), 1);
            // Who leads already goes on with its token.
            assert!(leases[0].token() >= token);
            token = leases[0].token();
        }
    })
    .await;
}

#[tokio::test]
async fn a_lease_given_back_is_free_at_once() {
    on_each(async |database| {
        let (ana, ben) = (keeper(1), keeper(2));
        let lease = ana.hold(database, at(0)).await.unwrap().unwrap();
        ana.release(database, lease).await.unwrap();
        let taken = ben.hold(database, at(1)).await.unwrap().unwrap();
        assert!(taken.token() > lease.token());
        // Too late to give back what another holds.
        ana.release(database, lease).await.unwrap();
        assert!(ana.hold(database, at(2)).await.unwrap().is_none());
    })
    .await;
}
