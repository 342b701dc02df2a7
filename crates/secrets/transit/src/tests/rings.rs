//! Named keys: versions, configuration, read-outs, exports and backups.

use std::time::Duration;

use data_encoding::BASE64;

use super::{NOW, Seeded, copy, encrypt, known_pair, ring_of, stocked};
use crate::{
    ExportKind, ExportVersions, Hash, KeyType, Keyring, NewKey, Opened, Plain, Problem,
    RESTORED_SURCHARGE, Sealed, SignatureForm, Tuning, VERSIONS_MAX, check_name,
};

/// A key with as many versions.
fn turned(kind: KeyType, versions: u32) -> Keyring {
    let mut ring = ring_of(&NewKey::of(kind));
    for _ in 1..versions {
        ring.rotate(NOW, &Seeded::new(20)).unwrap();
    }
    ring
}

fn mins(decryption: Option<i64>, encryption: Option<i64>) -> Tuning {
    Tuning {
        min_decryption_version: decryption,
        min_encryption_version: encryption,
        ..Tuning::default()
    }
}

#[test]
fn there_are_only_keys_that_make_sense() {
    let derived = |kind| NewKey {
        derived: true,
        ..NewKey::of(kind)
    };
    let convergent = |kind| NewKey {
        convergent_encryption: true,
        ..derived(kind)
    };
    let timed = |seconds| NewKey {
        auto_rotate_period: Duration::from_secs(seconds),
        ..NewKey::of(KeyType::Aes256Gcm96)
    };
    for kind in KeyType::ALL {
        assert!(NewKey::of(kind).check().is_ok());
        assert_eq!(derived(kind).check().is_ok(), kind.derives(), "{kind:?}");
        assert_eq!(convergent(kind).check().is_ok(), kind.is_aead(), "{kind:?}");
        assert_eq!(KeyType::parse(kind.name()).unwrap(), kind);
    }
    for (seconds, is_good) in [
        (0, true),
        (1, false),
        (3_599, false),
        (3_600, true),
        (1 << 40, false),
    ] {
        assert_eq!(timed(seconds).check().is_ok(), is_good, "{seconds}");
    }
    let underived = NewKey {
        convergent_encryption: true,
        ..NewKey::of(KeyType::Aes256Gcm96)
    };
    assert_eq!(
        underived.check().unwrap_err().to_string(),
        "convergent encryption requires derivation to be enabled"
    );
    assert_eq!(
        KeyType::parse("kitty").unwrap_err().to_string(),
        "unknown key type kitty"
    );
}

#[test]
fn names_are_plain() {
    for good in ["a", "testkey", "new_test_ky", "a.b-c_d", "_a_", "0"] {
        assert!(check_name(good).is_ok(), "{good}");
    }
    let long = "a".repeat(257);
    for bad in [
        "", ".", "..", "-a", "a-", ".a", "a/b", "a b", "é", "a\n", &long,
    ] {
        assert!(check_name(bad).is_err(), "{bad}");
    }
}

#[test]
fn versions_to_encrypt_with_follow_the_rules() {
    let mut ring = turned(KeyType::Aes256Gcm96, 5);
    let higher = "requested version for encryption is higher than the latest key version";
    let less = "requested version for encryption is less than the minimum encryption key version";
    for (decryption, encryption, asked, expected) in [
        (1, 0, 0, Ok(5)),
        (1, 0, 1, Ok(1)),
        (1, 0, 5, Ok(5)),
        (1, 0, 6, Err(higher)),
        (1, 0, i64::MAX, Err(higher)),
        (
            1,
            0,
            -1,
            Err("requested version for encryption is negative"),
        ),
        (1, 3, 2, Err(less)),
        (1, 3, 3, Ok(3)),
        (1, 3, 0, Ok(5)),
        (3, 0, 2, Err(less)),
        (3, 0, 3, Ok(3)),
        (5, 5, 0, Ok(5)),
    ] {
        ring.tune(&mins(Some(decryption), Some(encryption)))
            .unwrap();
        let given = ring.encryption_version(asked);
        let given = given.map_err(|problem| problem.to_string());
        assert_eq!(
            given,
            expected.map_err(str::to_owned),
            "{decryption} {encryption} {asked}"
        );
    }
}

#[test]
fn what_is_older_than_allowed_is_not_opened_not_verified_and_not_exported() {
    let form = SignatureForm::default();
    for kind in [KeyType::ChaCha20Poly1305, KeyType::EcdsaP256] {
        let mut ring = turned(kind, 1);
        ring.exportable = true;
        let opened = stocked(copy(&ring));
        let mac = opened.mac(1, Hash::Sha2_256, b"input").unwrap();
        let signed = kind
            .signs()
            .then(|| opened.sign(1, b"input", &[], &form).unwrap().text);
        let ciphertext = kind
            .encrypts()
            .then(|| encrypt(&opened, &Plain::default()).unwrap());
        ring.rotate(NOW, &Seeded::new(21)).unwrap();
        for least in [1, 2] {
            ring.tune(&mins(Some(least), None)).unwrap();
            let opened = stocked(copy(&ring));
            let results = [
                Some(opened.verify_mac(&mac, Hash::Sha2_256, b"input").map(drop)),
                signed
                    .as_ref()
                    .map(|text| opened.verify(text, b"input", &[], &form).map(drop)),
                ciphertext.as_ref().map(|ciphertext| {
                    let sealed = Sealed {
                        ciphertext,
                        ..Sealed::default()
                    };
                    opened.decrypt(&sealed).map(drop)
                }),
            ];
            for result in results.into_iter().flatten() {
                match least {
                    1 => result.unwrap(),
                    _ => assert_eq!(
                        result.unwrap_err().to_string(),
                        "ciphertext or signature version is disallowed by policy (too old)"
                    ),
                }
            }
            let exported = ring.export(ExportKind::Hmac, ExportVersions::One(1));
            assert_eq!(exported.is_ok(), least == 1);
            let shown = opened.read_out(&[]).unwrap();
            assert_eq!(
                shown["keys"].as_object().unwrap().len(),
                if least == 1 { 2 } else { 1 }
            );
        }
    }
}

#[test]
fn the_configuration_changes_whole_or_not_at_all() {
    for (decryption, encryption, expected) in [
        (Some(-1), None, "min decryption version cannot be negative"),
        (None, Some(-1), "min encryption version cannot be negative"),
        (
            Some(6),
            None,
            "cannot set min decryption version of 6, latest key version is 5",
        ),
        (
            None,
            Some(6),
            "cannot set min encryption version of 6, latest key version is 5",
        ),
        (
            Some(4),
            Some(3),
            "cannot set min encryption/decryption values; min encryption version of 3 must be greater than or equal \
             to min decryption version of 4",
        ),
        (
            Some(i64::MAX),
            None,
            "cannot set min decryption version of 9223372036854775807, latest key version is 5",
        ),
    ] {
        let mut ring = turned(KeyType::Aes256Gcm96, 5);
        let before = ring.to_bytes().unwrap();
        let tuning = Tuning {
            deletion_allowed: Some(true),
            ..mins(decryption, encryption)
        };
        assert_eq!(ring.tune(&tuning).unwrap_err().to_string(), expected);
        assert!(*before == *ring.to_bytes().unwrap(), "something changed");
    }
    let mut ring = turned(KeyType::Aes256Gcm96, 5);
    assert_eq!(ring.tune(&mins(Some(0), Some(0))).unwrap().len(), 1);
    assert_eq!(ring.min_decryption_version, 1);
    let too_short = Tuning {
        auto_rotate_period: Some(Duration::from_secs(60)),
        ..Tuning::default()
    };
    assert!(ring.tune(&too_short).is_err());

    let allow = |is_allowed| Tuning {
        exportable: Some(is_allowed),
        allow_plaintext_backup: Some(is_allowed),
        deletion_allowed: Some(is_allowed),
        ..Tuning::default()
    };
    assert!(ring.may_delete().is_err());
    ring.tune(&allow(true)).unwrap();
    assert!(ring.exportable && ring.allow_plaintext_backup && ring.may_delete().is_ok());
    ring.tune(&allow(false)).unwrap();
    assert!(ring.exportable && ring.allow_plaintext_backup && ring.may_delete().is_err());
}

#[test]
fn old_versions_are_trimmed_only_when_nothing_may_use_them() {
    let mut ring = turned(KeyType::Aes256Gcm96, 11);
    let unset =
        "minimum available version cannot be set when minimum encryption version is not set";
    assert_eq!(ring.trim(1).unwrap_err().to_string(), unset);
    ring.tune(&mins(Some(3), Some(9))).unwrap();
    for bad in [0, -1, 4, 10, 12, i64::MAX] {
        assert!(ring.trim(bad).is_err(), "{bad}");
    }
    ring.trim(2).unwrap();
    assert_eq!(ring.versions.keys().next(), Some(&2));
    ring.trim(3).unwrap();
    assert!(ring.trim(2).is_err());
    let lower = ring.tune(&mins(Some(2), None)).unwrap_err().to_string();
    assert!(lower.contains("less than min available version"));
    assert_eq!(ring.latest_version(), 11);
    assert_eq!(copy(&ring).versions.len(), 9);
}

#[test]
fn a_key_holds_only_so_many_versions_and_then_goes_on_with_the_last() {
    let mut ring = ring_of(&NewKey {
        auto_rotate_period: Duration::from_secs(3_600),
        ..NewKey::of(KeyType::Hmac)
    });
    let later = NOW.after(Duration::from_secs(1 << 20));
    while ring.rotate(NOW, &Seeded::new(22)).is_ok() {
        assert!(ring.is_due(later) || ring.versions.len() == VERSIONS_MAX);
    }
    assert_eq!(ring.versions.len(), VERSIONS_MAX);
    assert!(!ring.is_due(later));
    assert!(
        ring.to_bytes().unwrap().len() < 1024 * 1024,
        "it would not fit an entry"
    );
    ring.tune(&mins(Some(10), Some(10))).unwrap();
    ring.trim(10).unwrap();
    assert!(ring.is_due(later) && ring.rotate(NOW, &Seeded::new(23)).is_ok());
}

#[test]
fn the_largest_keys_fit_an_entry() {
    let mut ring = known_pair(KeyType::Rsa3072);
    let one = ring.to_bytes().unwrap().len();
    // A key of 4096 bits is a third longer.
    assert!(one * 4 / 3 * crate::RSA_VERSIONS_MAX < 1024 * 1024);
    ring.name = "x".repeat(256);
    let hmac = ring_of(&NewKey {
        key_size: Some(512),
        ..NewKey::of(KeyType::Hmac)
    });
    assert!(hmac.to_bytes().unwrap().len() * VERSIONS_MAX < 1024 * 1024 * 3 / 2);
}

#[test]
fn a_read_out_is_as_clients_expect_it() {
    let shown = Opened::new(turned(KeyType::Aes256Gcm96, 2), None)
        .read_out(&[])
        .unwrap();
    assert_eq!(
        serde_json::Value::Object(shown),
        serde_json::json!({
            "name": "a-key", "type": "aes256-gcm96", "keys": { "1": 1_800_000_000, "2": 1_800_000_000 },
            "latest_version": 2, "min_available_version": 0, "min_decryption_version": 1,
            "min_encryption_version": 0, "deletion_allowed": false, "derived": false,
            "exportable": false, "allow_plaintext_backup": false, "auto_rotate_period": 0,
            "imported_key": false, "supports_encryption": true, "supports_decryption": true,
            "supports_derivation": true, "supports_signing": false,
        })
    );
    let shown = Opened::new(known_pair(KeyType::EcdsaP384), None)
        .read_out(&[])
        .unwrap();
    let version = &shown["keys"]["1"];
    assert_eq!(version["name"], "P-384");
    assert_eq!(version["creation_time"], "2027-01-15T08:00:00.000000Z");
    let pem = version["public_key"].as_str().unwrap();
    assert!(
        pem.starts_with("-----BEGIN PUBLIC KEY-----\n")
            && pem.ends_with("-----END PUBLIC KEY-----\n")
    );
    assert!(pem.lines().all(|line| line.len() <= 64));
    let derived = NewKey {
        derived: true,
        convergent_encryption: true,
        ..NewKey::of(KeyType::ChaCha20Poly1305)
    };
    let shown = Opened::new(ring_of(&derived), None).read_out(&[]).unwrap();
    assert_eq!(shown["kdf"], "hkdf_sha256");
    assert_eq!(shown["convergent_encryption"], true);
}

/// The bytes in a PEM block.
fn unpem(label: &str, text: &str) -> Vec<u8> {
    let body = text
        .strip_prefix(&format!("-----BEGIN {label}-----\n"))
        .and_then(|text| text.strip_suffix(&format!("-----END {label}-----\n")));
    super::base64(&body.unwrap().replace('\n', ""))
}

#[test]
fn keys_are_exported_in_the_forms_of_their_types() {
    let export = |ring: &Keyring, kind| {
        ring.export(kind, ExportVersions::Latest)
            .map(|out| out["keys"]["1"].as_str().unwrap().to_owned())
            .map_err(|problem| problem.to_string())
    };
    for pair in &super::vectors::PAIRS {
        let ring = known_pair(pair.kind);
        let public = export(&ring, ExportKind::Public).unwrap();
        assert_eq!(BASE64.encode(&unpem("PUBLIC KEY", &public)), pair.public);
        let label = if pair.kind.is_rsa() {
            "RSA PRIVATE KEY"
        } else {
            "EC PRIVATE KEY"
        };
        let signing = unpem(label, &export(&ring, ExportKind::Signing).unwrap());
        // The document of PKCS #8 ends with the older form, but for what that repeats of the curve.
        let document = super::base64(pair.secret);
        if pair.kind.is_rsa() {
            assert!(document.ends_with(&signing));
            assert!(aws_lc_rs::rsa::KeyPair::from_der(&signing).is_ok());
            assert!(export(&ring, ExportKind::Encryption).is_ok());
        } else {
            let algorithm = pair.kind.curve().unwrap().signing(crate::Marshaling::Asn1);
            let read =
                aws_lc_rs::signature::EcdsaKeyPair::from_private_key_der(algorithm, &signing);
            assert!(read.is_ok());
            let refused = export(&ring, ExportKind::Encryption).unwrap_err();
            assert_eq!(refused, "encryption not supported for the key");
        }
        assert_eq!(
            export(&ring, ExportKind::Hmac).unwrap(),
            BASE64.encode(&[7; 32])
        );
    }

    let mut aes = turned(KeyType::Aes128Gcm96, 1);
    assert_eq!(
        export(&aes, ExportKind::Encryption).unwrap_err(),
        "private key material is not exportable"
    );
    aes.exportable = true;
    assert_eq!(
        super::base64(&export(&aes, ExportKind::Encryption).unwrap()).len(),
        16
    );
    assert_eq!(
        export(&aes, ExportKind::Signing).unwrap_err(),
        "signing not supported for the key"
    );
    assert!(export(&aes, ExportKind::Public).is_err());

    let mut ed25519 = turned(KeyType::Ed25519, 1);
    let public = super::base64(&export(&ed25519, ExportKind::Public).unwrap());
    assert_eq!(public.len(), 32);
    ed25519.exportable = true;
    let signing = super::base64(&export(&ed25519, ExportKind::Signing).unwrap());
    assert_eq!((signing.len(), &signing[32..]), (64, &public[..]));

    assert!(
        aes.export(ExportKind::Hmac, ExportVersions::One(2))
            .is_err()
    );
    assert!(ExportVersions::parse(Some("x")).is_err() && ExportKind::parse("x").is_err());
    assert_eq!(
        ExportVersions::parse(Some("2")).unwrap(),
        ExportVersions::One(2)
    );
}

#[test]
fn a_backup_brings_everything_back() {
    for kind in [
        KeyType::Aes256Gcm96,
        KeyType::Ed25519,
        KeyType::Rsa2048,
        KeyType::Hmac,
    ] {
        let mut ring = turned(kind, 1);
        if !kind.is_rsa() {
            ring.rotate(NOW, &Seeded::new(24)).unwrap();
        }
        (ring.exportable, ring.allow_plaintext_backup) = (true, true);
        let opened = stocked(copy(&ring));
        let mac = opened.mac(1, Hash::Sha2_256, b"input").unwrap();
        let ciphertext = kind
            .encrypts()
            .then(|| encrypt(&opened, &Plain::default()).unwrap());

        let backup = ring.back_up(NOW).unwrap();
        let restored = Keyring::restore(&backup, Some("other"), None, false).unwrap();
        assert_eq!(restored.name(), "other");
        assert_eq!(
            restored.versions[&1].uses,
            ring.versions[&1].uses + RESTORED_SURCHARGE
        );
        let restored = Opened::new(restored, None);
        assert!(restored.verify_mac(&mac, Hash::Sha2_256, b"input").unwrap());
        if let Some(ciphertext) = &ciphertext {
            let sealed = Sealed {
                ciphertext,
                ..Sealed::default()
            };
            assert!(restored.decrypt(&sealed).is_ok());
        }
        let refused = Keyring::restore(&backup, None, Some(&ring), false)
            .err()
            .unwrap();
        assert!(matches!(refused, Problem::Server(_)));
        assert!(refused.to_string().contains("already exists"));
        assert!(Keyring::restore(&backup, None, Some(&ring), true).is_ok());
    }
}

#[test]
fn a_key_is_backed_up_only_if_it_may_be() {
    let mut ring = turned(KeyType::Aes256Gcm96, 1);
    let refused = ring.back_up(NOW).err().unwrap().to_string();
    assert_eq!(refused, "exporting is disallowed on the policy");
    ring.exportable = true;
    let refused = ring.back_up(NOW).err().unwrap();
    assert_eq!(
        refused.to_string(),
        "plaintext backup is disallowed on the policy"
    );
    assert!(matches!(refused, Problem::Server(_)));
}

#[test]
fn the_count_of_a_key_that_is_replaced_is_not_forgotten() {
    let mut ring = turned(KeyType::Aes256Gcm96, 1);
    (ring.exportable, ring.allow_plaintext_backup) = (true, true);
    let backup = ring.back_up(NOW).unwrap();
    ring.versions.get_mut(&1).unwrap().uses = RESTORED_SURCHARGE * 2;
    let restored = Keyring::restore(&backup, None, Some(&ring), true).unwrap();
    assert_eq!(restored.versions[&1].uses, RESTORED_SURCHARGE * 2);
}

/// The public half of another key of the type, as it is stored.
fn another(kind: KeyType) -> String {
    let ring = match kind.is_rsa() {
        true => known_pair(KeyType::Rsa3072),
        false => ring_of(&NewKey::of(kind)),
    };
    ring.versions[&1].public.clone().unwrap()
}

#[test]
fn what_is_no_backup_is_refused() {
    let mut ring = turned(KeyType::Ed25519, 3);
    (ring.exportable, ring.allow_plaintext_backup) = (true, true);
    let backup = ring.back_up(NOW).unwrap();
    let good: serde_json::Value = serde_json::from_slice(&super::base64(&backup)).unwrap();
    let restore = |value: &serde_json::Value| {
        let text = BASE64.encode(&serde_json::to_vec(value).unwrap());
        Keyring::restore(&text, None, None, false)
    };
    assert!(restore(&good).is_ok());
    let changes: [(&str, serde_json::Value); 12] = [
        ("/format", "another".into()),
        ("/keyring/name", "a/b".into()),
        ("/keyring/type", "aes256-gcm96".into()),
        ("/keyring/latest_version", 4.into()),
        ("/keyring/latest_version", 2.into()),
        ("/keyring/min_available_version", 2.into()),
        ("/keyring/min_decryption_version", 0.into()),
        ("/keyring/min_encryption_version", 4.into()),
        ("/keyring/convergent_encryption", true.into()),
        ("/keyring/versions/2/secret", "AAAA".into()),
        ("/keyring/versions/2/public", "AAAA".into()),
        ("/keyring/auto_rotate_period_s", 5.into()),
    ];
    for (path, value) in changes {
        let mut changed = good.clone();
        *changed.pointer_mut(path).unwrap() = value;
        assert!(
            matches!(restore(&changed), Err(Problem::Invalid(_))),
            "{path}"
        );
    }
    // A public half that is not that of the key would have others trust in whoever has the other one.
    for kind in [KeyType::EcdsaP256, KeyType::Rsa2048, KeyType::Ed25519] {
        let (mut ring, other) = (ring_of(&NewKey::of(kind)), another(kind));
        (ring.exportable, ring.allow_plaintext_backup) = (true, true);
        ring.versions.get_mut(&1).unwrap().public = Some(other);
        let backup = ring.back_up(NOW).unwrap();
        assert!(
            Keyring::restore(&backup, None, None, false).is_err(),
            "{kind:?}"
        );
    }
    for text in ["", "x", "e30=", &"A".repeat(crate::BACKUP_CHARS_MAX + 1)] {
        assert!(Keyring::restore(text, None, None, false).is_err());
    }
}

#[test]
fn secrets_are_nowhere_in_what_is_shown() {
    for kind in [
        KeyType::Aes256Gcm96,
        KeyType::Ed25519,
        KeyType::EcdsaP256,
        KeyType::Rsa2048,
    ] {
        let ring = turned(kind, 1);
        let version = &ring.versions[&1];
        let secrets = [version.secret.expose(), version.hmac_key().expose()];
        let secrets = secrets.map(|secret| BASE64.encode(secret));
        let shown = serde_json::to_string(&Opened::new(copy(&ring), None).read_out(b"c").unwrap());
        let shown = shown.unwrap();
        assert!(
            secrets
                .iter()
                .all(|secret| !shown.contains(secret.trim_end_matches('=')))
        );
    }
}
