//! The store's disk is not trusted: what was changed or moved there does not open.

use base::SystemEntropy;
use cipher::DataKey;
use db::{Plain, Statement, params};

use super::*;
use crate::place::{Place, Slot, Wrapping};

/// Reads and rewrites the one wrap of a table that a test made. All of them take `:tenant`.
struct Wraps {
    read: Statement,
    write: Statement,
}

static BARRIER: Wraps = Wraps {
    read: Statement::read("SELECT wrap AS value FROM kms_barrier WHERE tenant = :tenant"),
    write: Statement::write("UPDATE kms_barrier SET wrap = :wrap WHERE tenant = :tenant"),
};
static TENANT: Wraps = Wraps {
    read: Statement::read("SELECT wrap AS value FROM kms_tenant_key WHERE tenant = :tenant"),
    write: Statement::write("UPDATE kms_tenant_key SET wrap = :wrap WHERE tenant = :tenant"),
};
static KEY: Wraps = Wraps {
    read: Statement::read(
        "SELECT wrap AS value FROM kms_key WHERE tenant = :tenant ORDER BY id LIMIT 1",
    ),
    write: Statement::write("UPDATE kms_key SET wrap = :wrap WHERE tenant = :tenant"),
};
static INDEX: Wraps = Wraps {
    read: Statement::read("SELECT wrap AS value FROM kms_index_key WHERE tenant = :tenant"),
    write: Statement::write("UPDATE kms_index_key SET wrap = :wrap WHERE tenant = :tenant"),
};
static RENAME_KEY: Statement =
    Statement::write("UPDATE kms_key SET id = :id WHERE tenant = :tenant");
static RENAME_INDEX: Statement =
    Statement::write("UPDATE kms_index_key SET label = 'person.phone' WHERE tenant = :tenant");
static RENUMBER: Statement =
    Statement::write("UPDATE kms_tenant_key SET version = 2 WHERE tenant = :tenant");

impl Wraps {
    async fn get(&'static self, ground: &Ground, of: TenantId) -> Vec<u8> {
        ground.read(of, &self.read, params! {}).await
    }

    async fn put(&'static self, ground: &Ground, of: TenantId, wrap: Vec<u8>) {
        let row = params! { wrap: Plain::bytes(wrap) };
        ground.write(of, &self.write, row).await;
    }
}

/// One tenant with one resource key and one index key.
async fn furnished(node: &Embedded, of: TenantId) -> KeyId {
    node.create_tenant(of).await.unwrap();
    node.index_key(of, "person.mail").await.unwrap();
    node.reserve(of, 1).await.unwrap()[0].id
}

#[tokio::test]
async fn a_flipped_bit_in_any_byte_of_any_stored_wrap_is_rejected() {
    for ground in Ground::each("flips").await {
        let node = ground.node().await;
        let key = furnished(&node, tenant(1)).await;
        let cases = [
            (&BARRIER, TenantId::NIL),
            (&TENANT, tenant(1)),
            (&KEY, tenant(1)),
            (&INDEX, tenant(1)),
        ];
        for (wraps, of) in cases {
            let right = wraps.get(&ground, of).await;
            assert_eq!(right.len(), cipher::WRAP_BYTES);
            for byte in 0..right.len() {
                let mut wrong = right.clone();
                wrong[byte] ^= 1 << (byte % 8);
                wraps.put(&ground, of, wrong).await;
                if std::ptr::eq(wraps, &BARRIER) {
                    fault(ground.start_with(ground.root())).await;
                    continue;
                }
                if !std::ptr::eq(wraps, &INDEX) {
                    let asked = [key];
                    fault(node.unwrap(&purpose(of), &asked)).await;
                }
                if !std::ptr::eq(wraps, &KEY) {
                    fault(node.index_key(of, "person.mail")).await;
                }
            }
            wraps.put(&ground, of, right).await;
        }
        assert!(unwrapped(&*ground.node().await, tenant(1), &[key]).await[0].is_some());
    }
}

#[test]
fn no_single_bit_of_a_wrap_and_no_part_of_its_place_can_differ() {
    let (under, key) = (
        DataKey::generate(&SystemEntropy),
        DataKey::generate(&SystemEntropy),
    );
    let id = KeyId::from_bytes([5; 16]);
    let slot = |hierarchy: u8, place, version| Slot {
        hierarchy: [hierarchy; 16],
        place,
        version,
    };
    let right = slot(1, Place::Resource(tenant(1), id), 1);
    let wrapping = Wrapping {
        key: &under,
        version: 1,
    };
    let wrap = right.wrap(&wrapping, &key, &SystemEntropy);
    assert_eq!(right.unwrap(&under, &wrap).unwrap().expose(), key.expose());
    for bit in 0..wrap.len() * 8 {
        let mut wrong = wrap.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert!(right.unwrap(&under, &wrong).is_err(), "bit {bit}");
    }
    let same_bytes = std::str::from_utf8(&[5; 16]).unwrap();
    for wrong in [
        slot(2, Place::Resource(tenant(1), id), 1),
        slot(1, Place::Resource(tenant(1), id), 2),
        slot(1, Place::Resource(tenant(2), id), 1),
        slot(1, Place::Resource(tenant(1), KeyId::NIL), 1),
        slot(1, Place::Index(tenant(1), same_bytes), 1),
        slot(1, Place::Tenant(tenant(1)), 1),
        slot(1, Place::Barrier, 1),
    ] {
        assert!(wrong.unwrap(&under, &wrap).is_err(), "{:?}", wrong.place);
    }
}

#[tokio::test]
async fn rows_that_are_swapped_between_tenants_or_ids_are_rejected() {
    for ground in Ground::each("swaps").await {
        let node = ground.node().await;
        let mine = [furnished(&node, tenant(1)).await];
        let theirs = [furnished(&node, tenant(2)).await];
        for wraps in [&TENANT, &KEY, &INDEX] {
            let left = wraps.get(&ground, tenant(1)).await;
            let right = wraps.get(&ground, tenant(2)).await;
            wraps.put(&ground, tenant(1), right.clone()).await;
            wraps.put(&ground, tenant(2), left.clone()).await;
            if std::ptr::eq(wraps, &INDEX) {
                fault(node.index_key(tenant(1), "person.mail")).await;
                fault(node.index_key(tenant(2), "person.mail")).await;
            } else {
                fault(node.unwrap(&purpose(tenant(1)), &mine)).await;
                fault(node.unwrap(&purpose(tenant(2)), &theirs)).await;
            }
            wraps.put(&ground, tenant(1), left).await;
            wraps.put(&ground, tenant(2), right).await;
        }
        let renamed = [KeyId::from_bytes([9; 16])];
        let row = params! { id: renamed[0] };
        ground.write(tenant(1), &RENAME_KEY, row).await;
        fault(node.unwrap(&purpose(tenant(1)), &renamed)).await;
        ground.write(tenant(1), &RENAME_INDEX, params! {}).await;
        fault(node.index_key(tenant(1), "person.phone")).await;
        ground.write(tenant(2), &RENUMBER, params! {}).await;
        fault(node.unwrap(&purpose(tenant(2)), &theirs)).await;
    }
}
