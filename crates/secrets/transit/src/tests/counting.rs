//! The count of encryptions.

use std::time::Duration;

use super::{NOW, Seeded, copy, ring_of};
use crate::{KeyType, Keyring, NewKey, Opened, Plain, ROTATE_AT, USES_MAX, USES_STEP};

fn ring() -> Keyring {
    ring_of(&NewKey::of(KeyType::Aes256Gcm96))
}

#[test]
fn nothing_is_encrypted_that_was_not_set_aside_and_stored() {
    let random = Seeded::new(10);
    let mut ring = ring();
    let fresh = Opened::new(copy(&ring), None);
    assert!(fresh.uses(1, 1, &random).is_none());

    let (mut uses, rest) = ring.set_aside(1, 3, 77, &random).unwrap();
    assert_eq!(rest, USES_STEP - 3);
    fresh.promise(1, 77, rest);
    // What was asked for goes with the transaction that stores the key, the rest only once it is stored.
    for _ in 0..3 {
        assert!(fresh.encrypt(&mut uses, &Plain::default()).is_ok());
    }
    assert!(fresh.encrypt(&mut uses, &Plain::default()).is_err());
    assert!(fresh.uses(1, 1, &random).is_none());

    let unsure = Opened::new(copy(&ring), Some(&fresh));
    assert!(unsure.uses(1, 1, &random).is_none());
    let stored = Opened::stored(copy(&ring), Some(&fresh));
    assert!(stored.uses(1, rest, &random).is_some());
    assert!(stored.uses(1, 1, &random).is_none());
}

#[test]
fn what_another_set_aside_is_not_ours() {
    let random = Seeded::new(11);
    let mut ring = ring();
    let ours = Opened::new(copy(&ring), None);
    ours.promise(1, 77, 100);
    ring.set_aside(1, 1, 78, &random).unwrap();
    let stored = Opened::stored(copy(&ring), Some(&ours));
    assert!(stored.uses(1, 1, &random).is_none());
    // Nor is it when a process begins anew.
    assert!(
        Opened::stored(copy(&ring), None)
            .uses(1, 1, &random)
            .is_none()
    );
}

#[test]
fn what_is_left_outlives_a_change_of_the_configuration_but_not_of_the_key() {
    let random = Seeded::new(12);
    let opened = super::stocked(ring());
    let mut changed = copy(opened.ring());
    changed.rotate(NOW, &random).unwrap();
    let reopened = Opened::stored(changed, Some(&opened));
    assert!(reopened.uses(1, 5, &random).is_some());
    assert!(reopened.uses(2, 1, &random).is_none());
    let another = Opened::stored(ring(), Some(&opened));
    assert!(another.uses(1, 1, &random).is_none());
}

#[test]
fn however_often_processes_end_the_count_is_never_too_low() {
    let random = Seeded::new(13);
    let mut stored = ring();
    let (mut made, mut held) = (0u64, None);
    for _ in 0..2_000 {
        if random.below(10) == 0 {
            held = None; // the process ends
        }
        let opened = Opened::stored(copy(&stored), held.as_ref());
        let count = u64::try_from(random.below(300_000)).unwrap();
        let version = stored.latest_version();
        if version > 1 {
            break;
        }
        if opened.uses(version, count, &Seeded::new(0)).is_some() {
            made += count;
        } else {
            if stored.is_due(NOW) {
                stored.rotate(NOW, &random).unwrap();
                continue;
            }
            let mut changed = copy(&stored);
            let by = random.number();
            let (_, rest) = changed
                .set_aside(version, count, by, &Seeded::new(0))
                .unwrap();
            opened.promise(version, by, rest);
            // Some transactions fail, and then nothing of them counts.
            if random.below(4) != 0 {
                stored = changed;
                made += count;
            }
        }
        held = Some(opened);
        assert!(made <= stored.versions[&1].uses);
    }
    assert!(made > 1 << 24);
    assert!(stored.versions[&1].uses <= ROTATE_AT);
}

#[test]
fn a_key_turns_long_before_its_nonces_would_repeat_and_old_versions_stop() {
    let random = Seeded::new(14);
    let mut ring = ring();
    let mut steps = 0;
    while !ring.is_due(NOW) {
        ring.set_aside(1, 1, 1, &random).unwrap();
        steps += 1;
    }
    assert_eq!(steps, ROTATE_AT / USES_STEP);
    ring.rotate(NOW, &random).unwrap();
    assert!(!ring.is_due(NOW));
    // Whoever asks for the old version can go on for as long again.
    while ring.set_aside(1, 1, 1, &random).is_ok() {
        steps += 1;
    }
    assert_eq!(steps, USES_MAX / USES_STEP);
    let refused = ring.set_aside(1, 1, 1, &random).err().unwrap().to_string();
    assert!(refused.contains("rotate it"), "{refused}");
    assert!(ring.set_aside(2, 1, 1, &random).is_ok());
}

#[test]
fn a_key_turns_when_its_time_has_come() {
    let new = NewKey {
        auto_rotate_period: Duration::from_secs(3_600),
        ..NewKey::of(KeyType::Ed25519)
    };
    let mut ring = ring_of(&new);
    let before = NOW.after(Duration::from_secs(3_599));
    let then = NOW.after(Duration::from_secs(3_600));
    assert!(!ring.is_due(before) && ring.is_due(then));
    ring.rotate(then, &Seeded::new(15)).unwrap();
    assert!(!ring.is_due(then));
    assert!(
        !ring_of(&NewKey::of(KeyType::Ed25519)).is_due(then.after(Duration::from_secs(1 << 40)))
    );
}
