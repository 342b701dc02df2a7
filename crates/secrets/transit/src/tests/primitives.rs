//! The primitives against the vectors of their standards and against OpenSSL.

use data_encoding::{BASE64, HEXLOWER};

use super::{
    Fixed, base64, counting_up, hex, known, known_pair, stocked,
    vectors::{
        self, ABC, CONVERGENT_AES, CONVERGENT_AES_BOUND, CONVERGENT_CHACHA,
        CONVERGENT_CHACHA_BOUND, DERIVED_PUBLIC, DERIVED_SIGNATURE, ECDSA, ECDSA_JWS, MACS,
        MESSAGE, OAEP, PKCS1, PSS,
    },
};
use crate::{
    Hash, KeyType, Keyring, Marshaling, NewKey, Opened, Padding, Plain, SaltLength, Sealed,
    SignatureForm,
};

struct Aead {
    kind: KeyType,
    key: &'static str,
    nonce: &'static str,
    text: &'static str,
    associated: &'static str,
    sealed: &'static str,
}

const GCM_TEXT: &str = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525\
                        b16aedf5aa0de657ba637b39";
const GCM_ASSOCIATED: &str = "feedfacedeadbeeffeedfacedeadbeefabaddad2";

/// The test cases 4 and 16 of the specification of GCM (McGrew and Viega), and RFC 8439 §2.8.2.
const AEADS: [Aead; 3] = [
    Aead {
        kind: KeyType::Aes128Gcm96,
        key: "feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        text: GCM_TEXT,
        associated: GCM_ASSOCIATED,
        sealed: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051b\
                 a30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
    },
    Aead {
        kind: KeyType::Aes256Gcm96,
        key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        text: GCM_TEXT,
        associated: GCM_ASSOCIATED,
        sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5\
                 f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    },
    Aead {
        kind: KeyType::ChaCha20Poly1305,
        key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
        nonce: "070000004041424344454647",
        text: "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f75\
               6c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e7363726565\
               6e20776f756c642062652069742e",
        associated: "50515253c0c1c2c3c4c5c6c7",
        sealed: "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a\
                 71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4\
                 def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691",
    },
];

#[test]
fn the_ciphers_hold_the_vectors_of_their_standards_in_the_form_of_the_wire() {
    for vector in AEADS {
        let opened = stocked(known(&NewKey::of(vector.kind), &hex(vector.key), None));
        let (text, associated) = (hex(vector.text), hex(vector.associated));
        let bytes = [hex(vector.nonce), hex(vector.sealed)].concat();
        let expected = format!("vault:v1:{}", BASE64.encode(&bytes));

        let mut uses = opened.uses(1, 1, &Fixed(hex(vector.nonce))).unwrap();
        let plain = Plain {
            text: &text,
            associated: &associated,
            context: &[],
        };
        assert_eq!(opened.encrypt(&mut uses, &plain).unwrap(), expected);
        let sealed = Sealed {
            ciphertext: &expected,
            associated: &associated,
            context: &[],
        };
        assert_eq!(*opened.decrypt(&sealed).unwrap(), text);
    }
}

#[test]
fn ed25519_holds_the_vectors_of_rfc_8032() {
    for (seed, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5\
             f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2e\
             aeb4302aeeb00d291612bb0c00",
        ),
    ] {
        let ring = known(
            &NewKey::of(KeyType::Ed25519),
            &hex(seed),
            Some(&hex(public)),
        );
        let opened = Opened::new(ring, None);
        let form = SignatureForm::default();
        let signed = opened.sign(1, &hex(message), &[], &form).unwrap();
        assert_eq!(
            signed.text,
            format!("vault:v1:{}", BASE64.encode(&hex(signature)))
        );
        assert!(
            opened
                .verify(&signed.text, &hex(message), &[], &form)
                .unwrap()
        );
        assert!(!opened.verify(&signed.text, b"other", &[], &form).unwrap());
    }
}

#[test]
fn digests_are_those_of_the_standards() {
    for (hash, expected) in ABC {
        assert_eq!(HEXLOWER.encode(&hash.digest(b"abc")), *expected, "{hash:?}");
    }
    // FIPS 180-4 and FIPS 202, written down here once more.
    assert_eq!(
        ABC[2].1,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(
        ABC[5].1,
        "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"
    );
}

#[test]
fn hmac_holds_the_vectors_of_rfc_4231_and_of_hashlib() {
    for (hash, expected) in [
        (
            Hash::Sha2_224,
            "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
        ),
        (
            Hash::Sha2_256,
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            Hash::Sha2_384,
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
        ),
        (
            Hash::Sha2_512,
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d91\
             4eeb61f1702e696c203a126854",
        ),
    ] {
        assert_eq!(
            HEXLOWER.encode(&hash.mac(&[0x0b; 20], b"Hi There")),
            expected
        );
    }
    for (hash, length, expected) in MACS {
        let mac = hash.mac(&counting_up(*length), MESSAGE);
        assert_eq!(HEXLOWER.encode(&mac), *expected, "{hash:?} {length}");
    }
}

fn form(hash: Hash) -> SignatureForm {
    SignatureForm {
        hash,
        ..SignatureForm::default()
    }
}

fn jws(hash: Hash) -> SignatureForm {
    SignatureForm {
        marshaling: Marshaling::Jws,
        ..form(hash)
    }
}

/// The same about the digest instead of the message.
fn prehashed(form: SignatureForm) -> (Vec<u8>, SignatureForm) {
    let digest = form.hash.digest(MESSAGE);
    let form = SignatureForm {
        is_prehashed: true,
        ..form
    };
    (digest, form)
}

#[test]
fn signatures_of_openssl_verify_with_every_digest_on_every_curve() {
    let asn1 = ECDSA
        .iter()
        .map(|(kind, hash, text)| (*kind, form(*hash), *text));
    let fixed = ECDSA_JWS
        .iter()
        .map(|(kind, hash, text)| (*kind, jws(*hash), *text));
    for (kind, form, text) in asn1.chain(fixed) {
        let opened = Opened::new(known_pair(kind), None);
        let text = format!("vault:v1:{text}");
        assert!(
            opened.verify(&text, MESSAGE, &[], &form).unwrap(),
            "{kind:?} {form:?}"
        );
        assert!(
            !opened.verify(&text, b"other", &[], &form).unwrap(),
            "{kind:?} {form:?}"
        );
        let (digest, form) = prehashed(form);
        assert!(
            opened.verify(&text, &digest, &[], &form).unwrap(),
            "{kind:?} {form:?}"
        );

        let own = opened.sign(
            1,
            MESSAGE,
            &[],
            &SignatureForm {
                is_prehashed: false,
                ..form
            },
        );
        assert!(
            opened
                .verify(&own.unwrap().text, &digest, &[], &form)
                .unwrap()
        );
    }
}

#[test]
fn rsa_signatures_of_openssl_verify_with_every_padding() {
    for (kind, hash, text) in PKCS1 {
        let opened = Opened::new(known_pair(*kind), None);
        let form = SignatureForm {
            padding: Padding::Pkcs1v15,
            ..form(*hash)
        };
        let text = format!("vault:v1:{text}");
        assert!(
            opened.verify(&text, MESSAGE, &[], &form).unwrap(),
            "{kind:?} {hash:?}"
        );
        assert!(!opened.verify(&text, b"other", &[], &form).unwrap());
        let (digest, form) = prehashed(form);
        assert!(opened.verify(&text, &digest, &[], &form).unwrap());
    }
    for (kind, hash, salt, text) in PSS {
        let opened = Opened::new(known_pair(*kind), None);
        let text = format!("vault:v1:{text}");
        let with = |salt_length| SignatureForm {
            salt_length,
            ..form(*hash)
        };
        let verify = |form| opened.verify(&text, MESSAGE, &[], &form).unwrap();
        assert!(
            verify(with(SaltLength::Bytes(*salt))),
            "{kind:?} {hash:?} {salt}"
        );
        assert!(!verify(with(SaltLength::Bytes(salt + 1))));
        // A salt of 17 bytes is none that is tried when nothing is said of it.
        assert_eq!(verify(with(SaltLength::Auto)), *salt != 17);
        let is_digest = usize::from(*salt) == hash.digest(b"").len();
        assert_eq!(verify(with(SaltLength::Digest)), is_digest);
    }
}

#[test]
fn ciphertexts_of_openssl_open() {
    for (kind, text) in OAEP {
        let opened = Opened::new(known_pair(*kind), None);
        let ciphertext = format!("vault:v1:{text}");
        let sealed = Sealed {
            ciphertext: &ciphertext,
            ..Sealed::default()
        };
        assert_eq!(*opened.decrypt(&sealed).unwrap(), MESSAGE);
    }
}

fn derived(kind: KeyType) -> Keyring {
    let new = NewKey {
        derived: true,
        convergent_encryption: kind.is_aead(),
        ..NewKey::of(kind)
    };
    let public = kind.public_name().map(|_| [0u8; 32]);
    known(
        &new,
        &counting_up(32),
        public.as_ref().map(|public| &public[..]),
    )
}

#[test]
fn derived_keys_and_convergent_nonces_are_those_of_another_implementation() {
    for (kind, associated, expected) in [
        (KeyType::Aes256Gcm96, &b""[..], CONVERGENT_AES),
        (KeyType::Aes256Gcm96, b"bound", CONVERGENT_AES_BOUND),
        (KeyType::ChaCha20Poly1305, b"", CONVERGENT_CHACHA),
        (KeyType::ChaCha20Poly1305, b"bound", CONVERGENT_CHACHA_BOUND),
    ] {
        let opened = stocked(derived(kind));
        let plain = Plain {
            text: MESSAGE,
            context: b"a context",
            associated,
        };
        assert_eq!(super::encrypt(&opened, &plain).unwrap(), expected);
    }
    let opened = Opened::new(derived(KeyType::Ed25519), None);
    let signed = opened.sign(1, MESSAGE, b"a context", &SignatureForm::default());
    let signed = signed.unwrap();
    assert_eq!(signed.text, DERIVED_SIGNATURE);
    assert_eq!(signed.public_key.as_deref(), Some(DERIVED_PUBLIC));
    let shown = opened.read_out(b"a context").unwrap();
    assert_eq!(shown["keys"]["1"]["public_key"], DERIVED_PUBLIC);
}

#[test]
fn what_is_no_signature_at_all_does_not_verify() {
    let opened = Opened::new(known_pair(KeyType::EcdsaP256), None);
    let good = base64(
        ECDSA
            .iter()
            .find(|(_, hash, _)| *hash == Hash::Sha2_256)
            .unwrap()
            .2,
    );
    let ended = |end: &[u8]| [&good[..], end].concat();
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let der = |r: &[u8], s: &[u8]| {
        let number = |bytes: &[u8]| [&[2, u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let body = [number(r), number(s)].concat();
        [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
    };
    let zero = der(&[0], &[0]);
    let one = der(&[1], &[1]);
    let order = [&[0], &order[..]].concat();
    for (what, bytes) in [
        ("empty", vec![]),
        ("one byte behind", ended(&[0])),
        ("cut", good[..good.len() - 1].to_vec()),
        ("zeros", zero),
        ("ones", one),
        ("the order for the first", der(&order, &[1])),
        ("the order for the second", der(&[1], &order)),
        ("a negative number", der(&[0xff], &[1])),
        ("a number with a needless zero", der(&[0, 1], &[1])),
        (
            "an indefinite length",
            [&[0x30, 0x80], &good[2..], &[0, 0]].concat(),
        ),
        ("as two numbers of 32 bytes", vec![1; 64]),
    ] {
        let text = format!("vault:v1:{}", BASE64.encode(&bytes));
        let verified = opened.verify(&text, MESSAGE, &[], &form(Hash::Sha2_256));
        assert!(!verified.unwrap(), "{what}");
    }
    for length in [0, 63, 65, 72] {
        let text = format!(
            "vault:v1:{}",
            data_encoding::BASE64URL_NOPAD.encode(&vec![1; length])
        );
        assert!(
            !opened
                .verify(&text, MESSAGE, &[], &jws(Hash::Sha2_256))
                .unwrap()
        );
    }
    let rsa = Opened::new(known_pair(KeyType::Rsa2048), None);
    for bytes in [
        vec![],
        vec![0; 255],
        vec![0; 256],
        vec![0xff; 256],
        vec![0; 257],
    ] {
        let text = format!("vault:v1:{}", BASE64.encode(&bytes));
        assert!(
            !rsa.verify(&text, MESSAGE, &[], &form(Hash::Sha2_256))
                .unwrap()
        );
    }
}

#[test]
fn the_known_pairs_are_whole() {
    for pair in &vectors::PAIRS {
        let opened = Opened::new(known_pair(pair.kind), None);
        opened.check().unwrap();
        assert_eq!(opened.ring().kind(), pair.kind);
    }
}
