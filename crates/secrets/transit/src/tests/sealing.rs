//! Encrypting and decrypting.

use std::collections::HashSet;

use super::{Seeded, encrypt, known_pair, one_use, ring_of, stocked};
use crate::{KeyType, NewKey, Opened, Plain, Problem, Sealed, base64_field};

/// Every way in which a key can encrypt.
fn ways() -> Vec<NewKey> {
    let aeads = [
        KeyType::Aes128Gcm96,
        KeyType::Aes256Gcm96,
        KeyType::ChaCha20Poly1305,
    ];
    let mut ways = vec![NewKey::of(KeyType::Rsa2048), NewKey::of(KeyType::Rsa3072)];
    for kind in aeads {
        for (derived, convergent_encryption) in [(false, false), (true, false), (true, true)] {
            ways.push(NewKey {
                derived,
                convergent_encryption,
                ..NewKey::of(kind)
            });
        }
    }
    ways
}

fn decrypt(opened: &Opened, ciphertext: &str, plain: &Plain<'_>) -> Result<Vec<u8>, Problem> {
    let sealed = Sealed {
        ciphertext,
        context: plain.context,
        associated: plain.associated,
    };
    opened.decrypt(&sealed).map(|text| text.to_vec())
}

#[test]
fn what_is_encrypted_is_decrypted_under_the_same_key_context_and_associated_data_only() {
    let random = Seeded::new(2);
    for way in ways() {
        let (opened, other) = (stocked(ring_of(&way)), stocked(ring_of(&way)));
        for length in [0, 1, 15, 16, 17, 190, 4_096, 70_000] {
            if way.kind.is_rsa() && length > 190 {
                continue;
            }
            let text = random.bytes(length);
            for associated in [&b""[..], b"bound"] {
                if way.kind.is_rsa() && !associated.is_empty() {
                    continue;
                }
                let plain = Plain {
                    text: &text,
                    context: b"context",
                    associated,
                };
                let ciphertext = encrypt(&opened, &plain).unwrap();
                assert_eq!(
                    decrypt(&opened, &ciphertext, &plain).unwrap(),
                    text,
                    "{way:?}"
                );
                if way.kind.is_rsa() {
                    continue;
                }
                assert!(decrypt(&other, &ciphertext, &plain).is_err(), "{way:?}");
                let elsewhere = Plain {
                    context: b"contexT",
                    ..plain
                };
                let is_open = decrypt(&opened, &ciphertext, &elsewhere).is_ok();
                assert_eq!(is_open, !way.derived, "{way:?}");
                let unbound = Plain {
                    associated: b"bounD",
                    ..plain
                };
                assert!(decrypt(&opened, &ciphertext, &unbound).is_err(), "{way:?}");
            }
        }
    }
}

#[test]
fn convergent_encryption_gives_the_same_for_the_same_and_nothing_else() {
    for way in ways().into_iter().filter(|way| way.kind.is_aead()) {
        let opened = stocked(ring_of(&way));
        let inputs = [
            (&b"text"[..], &b"context"[..], &b""[..]),
            (b"texT", b"context", b""),
            (b"text", b"contexT", b""),
            (b"text", b"context", b"bound"),
            (b"text", b"context", b"boun"),
            (b"dtext", b"context", b"boun"),
        ];
        let all = inputs.map(|(text, context, associated)| {
            let plain = Plain {
                text,
                context,
                associated,
            };
            let [first, second] = [(); 2].map(|()| encrypt(&opened, &plain).unwrap());
            assert_eq!(first == second, way.convergent_encryption, "{way:?}");
            let bytes = super::base64(first.strip_prefix("vault:v1:").unwrap());
            bytes[..12].to_vec()
        });
        let distinct: HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), inputs.len(), "a nonce came twice: {way:?}");
    }
}

#[test]
fn ten_thousand_changed_bits_are_noticed() {
    let random = Seeded::new(3);
    for way in ways() {
        let opened = stocked(ring_of(&way));
        let flips = if way.kind.is_rsa() {
            100
        } else {
            10_000 / 9 + 1
        };
        let plain = Plain {
            text: b"nothing of this may change unnoticed",
            context: b"context",
            associated: if way.kind.is_rsa() { b"" } else { b"bound" },
        };
        let ciphertext = encrypt(&opened, &plain).unwrap();
        for _ in 0..flips {
            let mut changed = ciphertext.clone().into_bytes();
            // The highest bit would leave what JSON can carry.
            let (byte, bit) = (random.below(changed.len()), random.below(7));
            changed[byte] ^= 1 << bit;
            let changed = String::from_utf8(changed).unwrap();
            let opened = decrypt(&opened, &changed, &plain);
            assert!(
                matches!(opened, Err(Problem::Invalid(_))),
                "{way:?} {changed}"
            );
        }
    }
}

#[test]
fn no_nonce_repeats_in_65536_encryptions() {
    let opened = stocked(ring_of(&NewKey::of(KeyType::Aes256Gcm96)));
    let count = 1 << 16;
    let mut uses = opened.uses(1, count, &base::SystemEntropy).unwrap();
    let plain = Plain {
        text: b"x",
        ..Plain::default()
    };
    let nonces: HashSet<Vec<u8>> = (0..count)
        .map(|_| {
            let ciphertext = opened.encrypt(&mut uses, &plain).unwrap();
            super::base64(ciphertext.strip_prefix("vault:v1:").unwrap())[..12].to_vec()
        })
        .collect();
    assert_eq!(nonces.len(), 1 << 16);
    assert!(matches!(
        opened.encrypt(&mut uses, &plain),
        Err(Problem::Fault(_))
    ));
}

#[test]
fn what_is_no_ciphertext_is_refused_with_the_words_of_the_wire() {
    let opened = stocked(ring_of(&NewKey::of(KeyType::Aes256Gcm96)));
    for (ciphertext, expected) in [
        ("", "invalid ciphertext: no prefix"),
        ("plain", "invalid ciphertext: no prefix"),
        ("vault:v1", "invalid ciphertext: wrong number of fields"),
        (
            "vault:vx:AAAA",
            "invalid ciphertext: version number could not be decoded",
        ),
        (
            "vault:v:AAAA",
            "invalid ciphertext: version number could not be decoded",
        ),
        (
            "vault:v0:AAAA",
            "invalid ciphertext: version number could not be decoded",
        ),
        (
            "vault:v01:AAAA",
            "invalid ciphertext: version number could not be decoded",
        ),
        (
            "vault:v+1:AAAA",
            "invalid ciphertext: version number could not be decoded",
        ),
        (
            "vault:v-1:AAAA",
            "invalid ciphertext: version number could not be decoded",
        ),
        (
            "vault:v4294967297:AAAA",
            "invalid ciphertext: version number could not be decoded",
        ),
        ("vault:v2:AAAA", "invalid ciphertext: version is too new"),
        (
            "vault:v1:AAA",
            "invalid ciphertext: could not decode base64",
        ),
        ("vault:v1:", "invalid ciphertext: too short"),
        ("vault:v1:AAAA", "invalid ciphertext: too short"),
        (
            "vault:v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
            "cipher: message authentication failed",
        ),
    ] {
        let refused = decrypt(&opened, ciphertext, &Plain::default()).unwrap_err();
        assert_eq!(refused.to_string(), expected, "{ciphertext}");
        assert!(matches!(refused, Problem::Invalid(_)));
    }
}

#[test]
fn what_a_key_cannot_do_is_refused() {
    let derived = stocked(ring_of(&NewKey {
        derived: true,
        ..NewKey::of(KeyType::Aes256Gcm96)
    }));
    let plain = Plain {
        text: b"text",
        ..Plain::default()
    };
    let refused = encrypt(&derived, &plain).unwrap_err().to_string();
    assert!(refused.starts_with("missing 'context' for key derivation"));

    for kind in [KeyType::Ed25519, KeyType::EcdsaP256, KeyType::Hmac] {
        let opened = stocked(ring_of(&NewKey::of(kind)));
        let expected = format!(
            "message encryption not supported for key type {}",
            kind.name()
        );
        assert_eq!(encrypt(&opened, &plain).unwrap_err().to_string(), expected);
        let refused = decrypt(&opened, "vault:v1:AAAA", &plain).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }

    let rsa = stocked(known_pair(KeyType::Rsa2048));
    let long = Plain {
        text: &[0; 191],
        ..Plain::default()
    };
    assert!(
        encrypt(&rsa, &long)
            .unwrap_err()
            .to_string()
            .contains("too long")
    );
    let bound = Plain {
        associated: b"bound",
        ..plain
    };
    assert!(
        encrypt(&rsa, &bound)
            .unwrap_err()
            .to_string()
            .contains("AEAD")
    );
    let far = vec![0; crate::ASSOCIATED_BYTES_MAX + 1];
    let bound = Plain {
        associated: &far,
        ..plain
    };
    assert!(encrypt(&derived, &bound).is_err());
    assert_eq!(one_use(&rsa, 1).version(), 1);
}

#[test]
fn base64_is_read_with_line_breaks_and_without_but_not_otherwise() {
    assert_eq!(
        *base64_field("plaintext", "dGV4\r\ndA==\n").unwrap(),
        b"text"
    );
    assert_eq!(*base64_field("plaintext", "").unwrap(), b"");
    for bad in [
        "dGV4dA",
        "dGV4dA=",
        "dGV4dB==",
        "dGV4 dA==",
        "d-V4dA==",
        "é",
    ] {
        let refused = base64_field("plaintext", bad).unwrap_err().to_string();
        assert_eq!(refused, "failed to base64-decode plaintext", "{bad}");
    }
}
