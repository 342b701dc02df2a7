use act::PushKeys;
use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey},
};
use base::Timestamp;
use base64ct::{Base64UrlUnpadded, Encoding};
use reqwest::StatusCode;

use crate::{
    Services, judge,
    seal::{self, CONTENT_BYTES_MAX, Receiver, Sender},
    services::ENDPOINT_CHARS_MAX,
    vapid::Vapid,
};

fn bytes(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// The browser of RFC 8291, appendix A.
fn browser() -> PushKeys {
    PushKeys {
        endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".to_owned(),
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
            .to_owned(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
    }
}

/// Its sender.
fn sender() -> Sender {
    Sender {
        key: PrivateKey::from_private_key(
            &ECDH_P256,
            &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        )
        .unwrap(),
        salt: bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
    }
}

#[test]
fn a_message_is_sealed_as_rfc_8291_has_it() {
    let receiver = Receiver::of(&browser()).unwrap();
    let content = b"When I grow up, I want to be a watermelon";
    let sealed = seal::seal_to(&sender(), &receiver, content, 0).unwrap();
    assert_eq!(
        Base64UrlUnpadded::encode_string(&sealed),
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    );
}

#[test]
fn messages_have_one_of_two_lengths_and_a_greatest() {
    let receiver = Receiver::of(&browser()).unwrap();
    let length = |content: usize| {
        let sealed = seal::seal(&sender(), &receiver, &vec![b'x'; content]);
        sealed.map(|sealed| sealed.len()).ok()
    };
    assert_eq!((length(0), length(1_023)), (Some(1_126), Some(1_126)));
    assert_eq!(
        (length(1_024), length(CONTENT_BYTES_MAX)),
        (Some(3_686), Some(3_686))
    );
    assert_eq!(length(CONTENT_BYTES_MAX + 1), None);
}

#[test]
fn what_is_no_key_is_seen() {
    let with = |p256dh: &str, auth: &str| PushKeys {
        p256dh: p256dh.to_owned(),
        auth: auth.to_owned(),
        ..browser()
    };
    let PushKeys { p256dh, auth, .. } = browser();
    assert!(Receiver::of(&with(&p256dh, &format!("{auth}=="))).is_some());
    let off_the_curve = Base64UrlUnpadded::encode_string(&[4; 65]);
    for (p256dh, auth) in [
        (off_the_curve.as_str(), auth.as_str()),
        (&p256dh[..40], auth.as_str()),
        ("", auth.as_str()),
        (p256dh.as_str(), "BTBZ"),
        (p256dh.as_str(), "not base64!"),
    ] {
        assert!(
            Receiver::of(&with(p256dh, auth)).is_none(),
            "{p256dh} {auth}"
        );
    }
}

#[test]
fn a_service_is_shown_who_asks() {
    let vapid = Vapid::of(&[7; 32]).unwrap();
    assert!(Vapid::of(&[0; 32]).is_none(), "no scalar");
    assert!(
        Vapid::of(&[255; 32]).is_none(),
        "beyond the order of the curve"
    );
    let endpoint = "https://push.example.net:8443/push/secret".parse().unwrap();
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let header = vapid
        .authorization(&endpoint, "https://suite.example", now)
        .unwrap();

    let (token, key) = header
        .strip_prefix("vapid t=")
        .and_then(|rest| rest.split_once(", k="))
        .unwrap();
    assert_eq!(key, vapid.public);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(key))
        .verify(signed.as_bytes(), &bytes(signature))
        .unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    assert_eq!(bytes(head), br#"{"typ":"JWT","alg":"ES256"}"#);
    let claims: serde_json::Value = serde_json::from_slice(&bytes(claims)).unwrap();
    assert_eq!(
        claims,
        serde_json::json!({
            "aud": "https://push.example.net:8443", "exp": 1_700_043_200, "sub": "https://suite.example",
        })
    );
}

#[test]
fn only_named_services_are_spoken_to() {
    let services: Services = "usual, push.example.net, *.wide.example:8443, 127.0.0.1:4443"
        .parse()
        .unwrap();
    let takes = |endpoint: &str| services.endpoint(endpoint).is_some();
    for endpoint in [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://db5p.notify.windows.com/w/?token=abc",
        "https://PUSH.example.net/x",
        "https://one.wide.example:8443/x",
        "https://127.0.0.1:4443/x",
    ] {
        assert!(takes(endpoint), "{endpoint}");
    }
    for endpoint in [
        "http://push.example.net/x",
        "https://push.example.net:444/x",
        "https://push.example.net.evil.example/x",
        "https://evil.example/push.example.net",
        "https://evilwide.example:8443/x",
        "https://wide.example:8443/x",
        "https://.wide.example:8443/x",
        "https://push.example.net@evil.example/x",
        "https://user@push.example.net/x",
        "https://push.example.net/x#fragment",
        "https://127.0.0.1/x",
        "https://2130706433:4443.evil.example/x",
        "https://localhost:4443/x",
        "file:///etc/hostname",
        "push.example.net",
        "",
    ] {
        assert!(!takes(endpoint), "{endpoint}");
    }
    let long = format!(
        "https://push.example.net/{}",
        "x".repeat(ENDPOINT_CHARS_MAX)
    );
    assert!(!takes(&long));

    assert!("".parse::<Services>().unwrap().is_empty());
    for wrong in [
        "*",
        "*.com:x",
        "*.127.0.0.1",
        "https://a.example/",
        "a/b",
        "a b",
        "u@a.example",
    ] {
        assert!(wrong.parse::<Services>().is_err(), "{wrong}");
    }
}

#[test]
fn what_a_service_answers_is_understood() {
    use act::Brought::{Gone, Refused, Taken};
    for (status, meaning) in [
        (201, Taken),
        (200, Taken),
        (404, Gone),
        (410, Gone),
        (403, Gone),
        (413, Refused),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(judge(status).unwrap(), meaning, "{status}");
    }
    for status in [429, 500, 503, 302] {
        assert!(
            judge(StatusCode::from_u16(status).unwrap()).is_err(),
            "{status}"
        );
    }
}
