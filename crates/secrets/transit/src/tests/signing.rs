//! Signatures and keyed hashes.

use super::{NOW, Seeded, known_pair, ring_of};
use crate::{
    Hash, KeyType, Keyring, Marshaling, NewKey, Opened, Padding, Problem, SaltLength, SignatureForm,
};

fn opened(kind: KeyType) -> Opened {
    Opened::new(ring_of(&NewKey::of(kind)), None)
}

fn signers() -> Vec<(Opened, Vec<SignatureForm>)> {
    let plain = SignatureForm::default();
    let jws = SignatureForm {
        marshaling: Marshaling::Jws,
        ..plain
    };
    let rsa = [
        (Padding::Pss, SaltLength::Auto),
        (Padding::Pss, SaltLength::Digest),
        (Padding::Pss, SaltLength::Bytes(17)),
        (Padding::Pkcs1v15, SaltLength::Auto),
    ];
    let rsa = rsa.map(|(padding, salt_length)| SignatureForm {
        padding,
        salt_length,
        ..plain
    });
    let derived = NewKey {
        derived: true,
        ..NewKey::of(KeyType::Ed25519)
    };
    vec![
        (opened(KeyType::Ed25519), vec![plain]),
        (Opened::new(ring_of(&derived), None), vec![plain]),
        (opened(KeyType::EcdsaP256), vec![plain, jws]),
        (opened(KeyType::EcdsaP384), vec![plain, jws]),
        (opened(KeyType::EcdsaP521), vec![plain, jws]),
        (opened(KeyType::Rsa2048), rsa.to_vec()),
        (opened(KeyType::Rsa3072), rsa.to_vec()),
    ]
}

#[test]
fn signatures_verify_and_changed_ones_do_not() {
    let random = Seeded::new(5);
    for (opened, forms) in signers() {
        for form in forms {
            let context = b"context";
            let signed = opened.sign(1, b"input", context, &form).unwrap().text;
            let verify = |text: &str, input: &[u8], context: &[u8]| {
                opened.verify(text, input, context, &form)
            };
            assert!(verify(&signed, b"input", context).unwrap(), "{form:?}");
            assert!(!verify(&signed, b"inpuT", context).unwrap(), "{form:?}");
            let is_derived = opened.ring().is_derived();
            assert_eq!(verify(&signed, b"input", b"other").unwrap(), !is_derived);
            for _ in 0..200 {
                let mut changed = signed.clone().into_bytes();
                let (byte, bit) = (random.below(changed.len()), random.below(7));
                changed[byte] ^= 1 << bit;
                let changed = String::from_utf8(changed).unwrap();
                let verified = verify(&changed, b"input", context);
                assert!(!matches!(verified, Ok(true)), "{form:?} {changed}");
            }
        }
    }
}

#[test]
fn a_salt_is_as_long_as_is_asked_for() {
    let opened = Opened::new(known_pair(KeyType::Rsa2048), None);
    let with = |salt_length| SignatureForm {
        salt_length,
        ..SignatureForm::default()
    };
    for (signed, verified, expected) in [
        (SaltLength::Auto, SaltLength::Auto, true),
        (SaltLength::Auto, SaltLength::Bytes(222), true),
        (SaltLength::Auto, SaltLength::Digest, false),
        (SaltLength::Digest, SaltLength::Auto, true),
        (SaltLength::Digest, SaltLength::Bytes(32), true),
        (SaltLength::Bytes(222), SaltLength::Auto, true),
        (SaltLength::Bytes(1), SaltLength::Bytes(1), true),
        (SaltLength::Bytes(1), SaltLength::Bytes(2), false),
    ] {
        let text = opened.sign(1, b"input", &[], &with(signed)).unwrap().text;
        let is_good = opened
            .verify(&text, b"input", &[], &with(verified))
            .unwrap();
        assert_eq!(is_good, expected, "{signed:?} {verified:?}");
    }
    let long = opened.sign(1, b"input", &[], &with(SaltLength::Bytes(223)));
    assert!(matches!(long, Err(Problem::Invalid(_))));

    for (text, expected) in [
        ("auto", Some(SaltLength::Auto)),
        ("0", Some(SaltLength::Auto)),
        ("hash", Some(SaltLength::Digest)),
        ("-1", Some(SaltLength::Digest)),
        ("478", Some(SaltLength::Bytes(478))),
        ("479", None),
        ("-2", None),
        ("foobar", None),
    ] {
        assert_eq!(SaltLength::parse(text).ok(), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let prehashed = SignatureForm {
        is_prehashed: true,
        ..SignatureForm::default()
    };
    let sha3 = SignatureForm {
        hash: Hash::Sha3_256,
        ..SignatureForm::default()
    };
    let sha1 = SignatureForm {
        hash: Hash::Sha1,
        ..SignatureForm::default()
    };
    for (kind, input, form, expected) in [
        (
            KeyType::Ed25519,
            &b"input"[..],
            prehashed,
            "only Pure Ed25519 signatures supported, prehashed must be false",
        ),
        (
            KeyType::Rsa2048,
            b"no digest",
            prehashed,
            "the input is not a digest of sha2-256: it has another length",
        ),
        (
            KeyType::EcdsaP256,
            &[0; 65],
            prehashed,
            "the input is longer than a digest",
        ),
        (
            KeyType::Rsa2048,
            b"input",
            sha3,
            "unsupported hash algorithm for RSA keys: sha3-256",
        ),
        (
            KeyType::Rsa2048,
            b"input",
            sha1,
            "unsupported hash algorithm for RSA keys: sha1",
        ),
        (
            KeyType::Aes256Gcm96,
            b"input",
            SignatureForm::default(),
            "key type aes256-gcm96 does not support signing",
        ),
        (
            KeyType::Hmac,
            b"input",
            SignatureForm::default(),
            "key type hmac does not support signing",
        ),
    ] {
        let refused = opened(kind).sign(1, input, &[], &form).err().unwrap();
        assert_eq!(refused.to_string(), expected);
        assert!(matches!(refused, Problem::Invalid(_)));
    }
    let refused = opened(KeyType::Hmac).verify("vault:v1:AAAA", b"", &[], &prehashed);
    assert!(refused.is_err());
}

#[test]
fn every_type_authenticates_with_every_digest() {
    for kind in KeyType::ALL
        .into_iter()
        .filter(|kind| *kind != KeyType::Rsa4096)
    {
        let opened = opened(kind);
        for hash in Hash::ALL.into_iter().filter(|hash| *hash != Hash::Sha1) {
            let mac = opened.mac(1, hash, b"input").unwrap();
            assert!(opened.verify_mac(&mac, hash, b"input").unwrap());
            assert!(!opened.verify_mac(&mac, hash, b"inpuT").unwrap());
            let cut = &mac[..mac.len() - 4];
            assert!(!matches!(opened.verify_mac(cut, hash, b"input"), Ok(true)));
        }
    }
    let refused = opened(KeyType::Hmac).verify_mac("vault:v2:AAAA", Hash::Sha2_256, b"");
    assert_eq!(
        refused.unwrap_err().to_string(),
        "invalid HMAC: version is too new"
    );
}

#[test]
fn an_hmac_key_has_the_size_that_was_asked_for_in_every_version() {
    let new = NewKey {
        key_size: Some(64),
        exportable: true,
        ..NewKey::of(KeyType::Hmac)
    };
    let mut ring = Keyring::create("a-key", &new, NOW, &Seeded::new(6)).unwrap();
    ring.rotate(NOW, &Seeded::new(7)).unwrap();
    let exported = ring.export(crate::ExportKind::Hmac, crate::ExportVersions::All);
    for key in exported.unwrap()["keys"].as_object().unwrap().values() {
        assert_eq!(super::base64(key.as_str().unwrap()).len(), 64);
    }
    for (size, is_good) in [(31, false), (32, true), (512, true), (513, false)] {
        let new = NewKey {
            key_size: Some(size),
            ..NewKey::of(KeyType::Hmac)
        };
        assert_eq!(new.check().is_ok(), is_good, "{size}");
    }
}

#[test]
fn names_of_digests_are_those_of_the_wire() {
    for hash in Hash::ALL {
        assert_eq!(Hash::parse_for_signing(hash.name()).unwrap(), hash);
        assert_eq!(Hash::parse(hash.name()).is_ok(), hash != Hash::Sha1);
    }
    for bad in ["", "sha256", "sha3-224", "none", "md5", "SHA2-256"] {
        assert!(
            Hash::parse(bad).is_err() && Hash::parse_for_signing(bad).is_err(),
            "{bad}"
        );
    }
    assert!(Padding::parse("pss").is_ok() && Padding::parse("oaep").is_err());
}
