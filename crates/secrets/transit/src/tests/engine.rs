//! The engine over a store, through the door that the core uses.

use std::{collections::HashSet, sync::Arc, time::Duration};

use data_encoding::BASE64;
use futures_util::future::join_all;
use logical::{Backend, Failure, Operation, Outcome, Reply, Request, testing::Stage};
use serde_json::{Value, json};

use super::Seeded;
use crate::{Engine, Keyring, USES_STEP};

struct House {
    stage: Stage,
    engine: Engine,
}

/// Whatever was wanted, with the status that the wire would show.
fn refused(outcome: Outcome) -> (u16, String) {
    match outcome {
        Err(Failure::Invalid(what)) => (400, what),
        Err(Failure::Status(status, what)) => (status, what),
        Err(Failure::Absent) => (404, String::new()),
        Err(Failure::Unsupported) => (405, String::new()),
        Err(failure) => panic!("{failure:?}"),
        Ok(reply) => panic!("it was done: {:?}", reply.data),
    }
}

impl House {
    async fn new() -> Self {
        Self {
            stage: Stage::new("transit").await,
            engine: Engine::new(),
        }
    }

    async fn run(&self, operation: Operation, path: &str, data: Value) -> Outcome {
        self.stage.run(&self.engine, operation, path, data).await
    }

    async fn post(&self, path: &str, data: Value) -> Value {
        let reply = self.run(Operation::Update, path, data).await;
        reply
            .unwrap_or_else(|failure| panic!("{path}: {failure:?}"))
            .data
            .into()
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.run(Operation::Read, path, json!({})).await;
        reply
            .unwrap_or_else(|failure| panic!("{path}: {failure:?}"))
            .data
            .into()
    }

    async fn post_refused(&self, path: &str, data: Value) -> (u16, String) {
        refused(self.run(Operation::Update, path, data).await)
    }

    async fn reply(&self, path: &str, data: Value) -> Reply {
        self.run(Operation::Update, path, data).await.unwrap()
    }

    /// The key as it is stored.
    async fn stored(&self, name: &str) -> Keyring {
        let mut changes = self.stage.store.begin().unwrap();
        let mut txn = changes.below(format!("logical/{}/", self.stage.mount.uuid));
        let entry = txn.get(&format!("keys/{name}")).await.unwrap().unwrap();
        Keyring::from_bytes(&entry.value).unwrap()
    }
}

fn b64(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

#[tokio::test]
async fn a_key_lives_from_its_making_to_its_end() {
    let house = House::new().await;
    assert_eq!(
        refused(house.run(Operation::List, "keys", json!({})).await).0,
        404
    );
    assert_eq!(
        refused(house.run(Operation::Read, "keys/testkey", json!({})).await).0,
        404
    );

    let made = house
        .post("keys/testkey", json!({ "auto_rotate_period": "1h" }))
        .await;
    assert_eq!(made["name"], "testkey");
    assert_eq!(made["auto_rotate_period"], 3_600);
    assert_eq!(made["type"], "aes256-gcm96");
    assert_eq!(house.get("keys/testkey").await, made);
    let listed = house.run(Operation::List, "keys", json!({})).await.unwrap();
    assert_eq!(Value::from(listed.data), json!({ "keys": ["testkey"] }));
    let again = house
        .reply("keys/testkey", json!({ "type": "ed25519" }))
        .await;
    assert_eq!(again.data.unwrap()["type"], "aes256-gcm96");
    assert_eq!(again.warnings.len(), 1);

    let (status, what) = refused(
        house
            .run(Operation::Delete, "keys/testkey", json!({}))
            .await,
    );
    assert_eq!(status, 400);
    assert!(what.contains("deletion is not allowed"));
    let tuned = house
        .post("keys/testkey/config", json!({ "deletion_allowed": true }))
        .await;
    assert_eq!(tuned["deletion_allowed"], true);
    let deleted = house
        .run(Operation::Delete, "keys/testkey", json!({}))
        .await
        .unwrap();
    assert!(deleted.data.is_none());
    assert_eq!(
        refused(house.run(Operation::Read, "keys/testkey", json!({})).await).0,
        404
    );
    let (status, what) = refused(
        house
            .run(Operation::Delete, "keys/testkey", json!({}))
            .await,
    );
    assert_eq!(status, 400);
    assert!(what.contains("not found"));
}

#[tokio::test]
async fn ciphertexts_outlive_rotation_and_are_rewrapped() {
    let house = House::new().await;
    house.post("keys/testkey", json!({})).await;
    let plaintext = b64("hi itsame hvac");
    let sealed = house
        .post("encrypt/testkey", json!({ "plaintext": plaintext }))
        .await;
    assert_eq!(sealed["key_version"], 1);
    let ciphertext = sealed["ciphertext"].as_str().unwrap();
    assert!(ciphertext.starts_with("vault:v1:"));

    let turned = house.post("keys/testkey/rotate", json!({})).await;
    assert_eq!(turned["latest_version"], 2);
    let opened = house
        .post("decrypt/testkey", json!({ "ciphertext": ciphertext }))
        .await;
    assert_eq!(opened["plaintext"], plaintext);
    let rewrapped = house
        .post("rewrap/testkey", json!({ "ciphertext": ciphertext }))
        .await;
    assert_eq!(rewrapped["key_version"], 2);
    let newer = rewrapped["ciphertext"].as_str().unwrap();
    assert!(newer.starts_with("vault:v2:"));
    let opened = house
        .post("decrypt/testkey", json!({ "ciphertext": newer }))
        .await;
    assert_eq!(opened["plaintext"], plaintext);
    let pinned = json!({ "plaintext": plaintext, "key_version": "1" });
    assert_eq!(
        house.post("encrypt/testkey", pinned).await["key_version"],
        1
    );

    house
        .post(
            "keys/testkey/config",
            json!({ "min_decryption_version": 2 }),
        )
        .await;
    let (status, what) = house
        .post_refused("decrypt/testkey", json!({ "ciphertext": ciphertext }))
        .await;
    assert_eq!(status, 400);
    assert!(what.contains("disallowed by policy (too old)"));
}

#[tokio::test]
async fn a_missing_key_is_made_only_for_whoever_may_create_it() {
    let house = House::new().await;
    let text = json!({ "plaintext": b64("text"), "batch_input": null });
    house.post("encrypt/plain", text.clone()).await;
    assert_eq!(house.get("keys/plain").await["derived"], false);
    let with_context = json!({ "plaintext": b64("text"), "context": b64("context"),
        "type": "chacha20-poly1305", "convergent_encryption": true });
    house.post("encrypt/derived", with_context).await;
    let made = house.get("keys/derived").await;
    assert_eq!(made["derived"], true);
    assert_eq!(made["convergent_encryption"], true);
    assert_eq!(made["type"], "chacha20-poly1305");

    for (data, expected) in [
        (json!({ "type": "kitty" }), "unknown key type kitty"),
        (
            json!({ "type": "ed25519" }),
            "key type ed25519 not supported for this operation",
        ),
        (
            json!({ "convergent_encryption": true }),
            "convergent encryption requires derivation to be enabled",
        ),
        (
            json!({ "batch_input": [{ "plaintext": "", "context": b64("c") }, { "plaintext": "" }] }),
            "context should be set either in all the request blocks or in none",
        ),
    ] {
        let (status, what) = house.post_refused("encrypt/absent", data).await;
        assert_eq!((status, what.as_str()), (400, expected));
    }

    house
        .post("config/keys", json!({ "disable_upsert": true }))
        .await;
    assert_eq!(
        house.get("config/keys").await,
        json!({ "disable_upsert": true })
    );
    let (status, what) = house.post_refused("encrypt/other", text.clone()).await;
    assert_eq!((status, what.as_str()), (400, "encryption key not found"));
    house
        .post("config/keys", json!({ "disable_upsert": false }))
        .await;

    // With `update` alone.
    let request = Request {
        operation: Operation::Update,
        path: "encrypt/other".to_owned(),
        data: Arc::new(text.as_object().unwrap().clone()),
        caller: Some(Arc::new(house.stage.caller.clone())),
        mount: Arc::new(house.stage.mount.clone()),
        now: base::Clock::now(&*house.stage.clock),
        source: None,
    };
    let mut changes = house.stage.store.begin().unwrap();
    let mut txn = changes.below("logical/x/");
    assert_eq!(
        house.engine.exists(&mut txn, &request).await.unwrap(),
        Some(false)
    );
    let outcome = house.engine.handle(&mut txn, &request).await;
    assert_eq!(
        refused(outcome),
        (400, "encryption key not found".to_owned())
    );
}

#[tokio::test]
async fn a_batch_answers_each_item_in_its_place() {
    let house = House::new().await;
    let items: Vec<_> = (0..100)
        .map(|n| json!({ "plaintext": b64(&format!("text {n}")), "reference": format!("r{n}") }))
        .collect();
    let sealed = house
        .post(
            "encrypt/batch",
            json!({ "plaintext": null, "batch_input": items }),
        )
        .await;
    let results = sealed["batch_results"].as_array().unwrap();
    assert_eq!(results.len(), 100);
    assert_eq!(results[7]["reference"], "r7");
    let items: Vec<_> = results
        .iter()
        .map(|item| json!({ "ciphertext": item["ciphertext"] }))
        .collect();
    let opened = house
        .post("decrypt/batch", json!({ "batch_input": items }))
        .await;
    for (n, item) in opened["batch_results"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        assert_eq!(*item, json!({ "plaintext": b64(&format!("text {n}")) }));
    }
    let rewrapped = house
        .post("rewrap/batch", json!({ "batch_input": items }))
        .await;
    assert_eq!(rewrapped["batch_results"][99]["key_version"], 1);
}

#[tokio::test]
async fn a_batch_that_fails_in_part_or_whole_says_so_in_its_status() {
    let house = House::new().await;
    house.post("keys/k", json!({})).await;
    let good = json!({ "plaintext": b64("text") });
    let bad = [
        (json!({}), "missing plaintext to encrypt"),
        (
            json!({ "plaintext": "?" }),
            "failed to base64-decode plaintext",
        ),
        (json!({ "plaintext": 5 }), "plaintext has to be a string"),
        (
            json!({ "plaintext": "", "nonce": "AAAA" }),
            "provided nonce not allowed for this key",
        ),
        (
            json!({ "plaintext": "", "key_version": 2 }),
            "requested version for encryption is higher than the latest key version",
        ),
        (
            json!({ "plaintext": "", "key_version": [] }),
            "key_version has to be a whole number",
        ),
    ];
    for (item, expected) in &bad {
        let reply = house
            .reply("encrypt/k", json!({ "batch_input": [good, item, good] }))
            .await;
        assert_eq!(reply.status, Some(400));
        let data = Value::from(reply.data);
        assert_eq!(data["batch_results"][1], json!({ "error": expected }));
        assert_eq!(data["batch_results"][2]["key_version"], 1);
        let (status, what) = house.post_refused("encrypt/k", item.clone()).await;
        assert_eq!((status, what.as_str()), (400, *expected));
    }
    let mixed = json!([good, {}]);
    for (code, expected) in [(json!(207), 207), (json!("200"), 200), (json!(0), 400)] {
        let data = json!({ "batch_input": mixed, "partial_failure_response_code": code });
        assert_eq!(house.reply("encrypt/k", data).await.status, Some(expected));
    }
    let all_bad = json!({ "batch_input": [{}, {}], "partial_failure_response_code": 200 });
    assert_eq!(house.reply("encrypt/k", all_bad).await.status, Some(400));
    let none = house
        .reply("encrypt/k", json!({ "batch_input": [good] }))
        .await;
    assert_eq!(none.status, None);
    let odd = json!({ "batch_input": mixed, "partial_failure_response_code": 99 });
    assert_eq!(house.post_refused("encrypt/k", odd).await.0, 400);

    let sealed = house.post("encrypt/k", good).await["ciphertext"].clone();
    let items = json!([{ "ciphertext": sealed }, { "ciphertext": "vault:v1:AAAA" }, {}]);
    let reply = house
        .reply("decrypt/k", json!({ "batch_input": items }))
        .await;
    assert_eq!(reply.status, Some(400));
    let data = Value::from(reply.data);
    assert_eq!(data["batch_results"][0]["plaintext"], b64("text"));
    assert_eq!(
        data["batch_results"][2]["error"],
        "missing ciphertext to decrypt"
    );
    let reply = house
        .reply("rewrap/k", json!({ "batch_input": items }))
        .await;
    assert_eq!(reply.status, None);
    assert_eq!(
        Value::from(reply.data)["batch_results"][2]["error"],
        "missing ciphertext to decrypt"
    );

    let long: Vec<_> = (0..=crate::BATCH_MAX).map(|_| json!({})).collect();
    for odd in [json!([]), json!([1]), json!("x"), json!(long)] {
        let (status, _) = house
            .post_refused("encrypt/k", json!({ "batch_input": odd }))
            .await;
        assert_eq!(status, 400);
    }
}

#[tokio::test]
async fn data_keys_open_to_what_was_shown() {
    let house = House::new().await;
    house.post("keys/k", json!({})).await;
    for (bits, length) in [
        (json!(128), 16),
        (json!(null), 32),
        (json!("256"), 32),
        (json!(512), 64),
    ] {
        let made = house
            .post("datakey/plaintext/k", json!({ "bits": bits }))
            .await;
        let opened = house
            .post("decrypt/k", json!({ "ciphertext": made["ciphertext"] }))
            .await;
        assert_eq!(opened["plaintext"], made["plaintext"]);
        assert_eq!(
            super::base64(made["plaintext"].as_str().unwrap()).len(),
            length
        );
    }
    let wrapped = house.post("datakey/wrapped/k", json!({})).await;
    assert!(wrapped.get("plaintext").is_none() && wrapped["ciphertext"].is_string());
    assert_eq!(
        house
            .post_refused("datakey/wrapped/k", json!({ "bits": 100 }))
            .await
            .1,
        "invalid bit length"
    );
    assert_eq!(house.post_refused("datakey/odd/k", json!({})).await.0, 400);
    assert_eq!(
        house.post_refused("datakey/wrapped/x", json!({})).await.1,
        "encryption key not found"
    );
}

#[tokio::test]
async fn random_bytes_and_hashes_come_in_the_form_that_is_asked_for() {
    let house = House::new().await;
    for (path, data, length) in [
        ("random", json!({}), 44),
        ("random", json!({ "bytes": 32, "format": "hex" }), 64),
        ("random/16", json!({ "format": "hex" }), 32),
        ("random/platform", json!({ "bytes": "3" }), 4),
        ("random/all/3", json!({}), 4),
    ] {
        let random = house.post(path, data).await;
        assert_eq!(
            random["random_bytes"].as_str().unwrap().len(),
            length,
            "{path}"
        );
    }
    for (path, data) in [
        ("random", json!({ "bytes": 0 })),
        ("random", json!({ "bytes": 128 * 1024 + 1 })),
        ("random", json!({ "format": "kitty64" })),
        ("random/seal", json!({})),
        ("random/99999999999999999999", json!({})),
    ] {
        assert_eq!(house.post_refused(path, data).await.0, 400, "{path}");
    }
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let input = json!({ "input": b64("abc") });
    assert_eq!(
        house.post("hash", input.clone()).await,
        json!({ "sum": abc })
    );
    assert_eq!(
        house.post("hash/sha2-256", input.clone()).await,
        json!({ "sum": abc })
    );
    let coded = json!({ "input": b64("abc"), "algorithm": "sha3-256", "format": "base64" });
    let expected = BASE64.encode(&crate::Hash::Sha3_256.digest(b"abc"));
    assert_eq!(house.post("hash", coded).await["sum"], expected.as_str());
    assert_eq!(house.post_refused("hash/meow", input).await.0, 400);
    assert_eq!(
        house.post_refused("hash", json!({})).await.1,
        "missing input"
    );
}

#[tokio::test]
async fn signatures_and_macs_verify_alone_and_in_batches() {
    let house = House::new().await;
    let input = b64("hash this ish");
    house.post("keys/ed", json!({ "type": "ed25519" })).await;
    house.post("keys/ec", json!({ "type": "ecdsa-p384" })).await;
    house
        .post("keys/mac", json!({ "type": "hmac", "key_size": 64 }))
        .await;
    for salt_length in ["auto", "hash", "-1", "0", "1"] {
        let form = json!({ "input": input, "hash_algorithm": "sha2-256", "signature_algorithm": "pss",
            "salt_length": salt_length });
        let signed = house.post("sign/ed", form.clone()).await;
        assert_eq!(signed["key_version"], 1);
        let mut data = form;
        data["name"] = json!("ed");
        data["signature"] = signed["signature"].clone();
        assert_eq!(
            house.post("verify/ed", data).await,
            json!({ "valid": true })
        );
    }
    let jws = json!({ "input": input, "marshaling_algorithm": "jws" });
    let mut signed = house.post("sign/ec/sha2-512", jws.clone()).await;
    signed["input"] = jws["input"].clone();
    signed["marshaling_algorithm"] = json!("jws");
    assert_eq!(
        house.post("verify/ec/sha2-512", signed.clone()).await["valid"],
        true
    );
    assert_eq!(
        house.post("verify/ec/sha2-256", signed).await["valid"],
        false
    );

    let items = json!([{ "input": input }, {}, { "input": "" }]);
    for (path, name, missing) in [
        ("sign/ec", "signature", "missing input"),
        ("hmac/mac/sha2-512", "hmac", "missing input for HMAC"),
    ] {
        let made = house.post(path, json!({ "batch_input": items })).await;
        let made = &made["batch_results"];
        assert_eq!(made[1], json!({ "error": missing }));
        let checks = json!([
            { "input": input, name: made[0][name] },
            { "input": "", name: made[0][name] },
            { "input": "", name: made[2][name] },
            { "input": "" },
        ]);
        let path = path.replace("sign/", "verify/").replace("hmac/", "verify/");
        let checked = house.post(&path, json!({ "batch_input": checks })).await;
        let checked = checked["batch_results"].as_array().unwrap();
        let valid: Vec<_> = checked.iter().map(|item| item["valid"].as_bool()).collect();
        assert_eq!(valid, [Some(true), Some(false), Some(true), None]);
    }
    let mixed = json!([{ "input": "", "signature": "x" }, { "input": "", "hmac": "x" }]);
    assert_eq!(
        house
            .post_refused("verify/ec", json!({ "batch_input": mixed }))
            .await
            .0,
        400
    );
    let both = json!({ "input": "", "signature": "x", "hmac": "x" });
    assert_eq!(house.post_refused("verify/ec", both).await.0, 400);
    assert_eq!(
        house
            .post_refused("sign/none", json!({ "input": "" }))
            .await
            .1,
        "signing key not found"
    );
    let absent = house
        .post_refused("verify/none", json!({ "input": "" }))
        .await;
    assert_eq!(absent.1, "signature verification key not found");
}

#[tokio::test]
async fn derived_signers_show_the_key_that_verifies() {
    let house = House::new().await;
    house
        .post("keys/ed", json!({ "type": "ed25519", "derived": true }))
        .await;
    let context = b64("context");
    let data = json!({ "input": b64("x"), "context": context });
    let signed = house.post("sign/ed", data.clone()).await;
    let batch = house
        .post("sign/ed", json!({ "batch_input": [data, { "input": "" }] }))
        .await;
    assert_eq!(batch["batch_results"][0]["publickey"], signed["public_key"]);
    assert!(
        batch["batch_results"][1]["error"]
            .as_str()
            .unwrap()
            .starts_with("missing 'context'")
    );
    let shown = house
        .run(Operation::Read, "keys/ed", json!({ "context": context }))
        .await;
    let shown = Value::from(shown.unwrap().data);
    assert_eq!(shown["keys"]["1"]["public_key"], signed["public_key"]);
    assert_eq!(house.get("keys/ed").await["keys"]["1"]["public_key"], "");
}

#[tokio::test]
async fn keys_are_exported_backed_up_and_restored() {
    let house = House::new().await;
    house
        .post("keys/testkey", json!({ "exportable": true }))
        .await;
    let exported = house.get("export/hmac-key/testkey").await;
    assert_eq!(exported["name"], "testkey");
    assert_eq!(exported["keys"].as_object().unwrap().len(), 1);
    assert_eq!(
        house.get("export/encryption-key/testkey/latest").await["keys"]
            .as_object()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        refused(
            house
                .run(Operation::Read, "export/kitty/testkey", json!({}))
                .await
        )
        .0,
        400
    );

    let backup = house
        .run(Operation::Read, "backup/testkey", json!({}))
        .await;
    assert_eq!(
        refused(backup),
        (
            500,
            "plaintext backup is disallowed on the policy".to_owned()
        )
    );
    house
        .post(
            "keys/testkey/config",
            json!({ "exportable": true, "allow_plaintext_backup": true }),
        )
        .await;
    let sealed = house
        .post("encrypt/testkey", json!({ "plaintext": b64("x") }))
        .await;
    let backup = house.get("backup/testkey").await["backup"].clone();
    let (status, what) = house
        .post_refused("restore", json!({ "backup": backup, "force": false }))
        .await;
    assert_eq!(status, 500);
    assert!(what.contains("already exists"));
    house
        .post("restore/other", json!({ "backup": backup }))
        .await;
    let opened = house
        .post(
            "decrypt/other",
            json!({ "ciphertext": sealed["ciphertext"] }),
        )
        .await;
    assert_eq!(opened["plaintext"], b64("x"));
    house
        .post("restore", json!({ "backup": backup, "force": true }))
        .await;
    house
        .post("encrypt/testkey", json!({ "plaintext": b64("x") }))
        .await;
}

#[tokio::test]
async fn versions_are_trimmed() {
    let house = House::new().await;
    house.post("keys/testkey", json!({})).await;
    for _ in 0..10 {
        house.post("keys/testkey/rotate", json!({})).await;
    }
    let mins = json!({ "min_decryption_version": 3, "min_encryption_version": 9 });
    house.post("keys/testkey/config", mins).await;
    let trimmed = house
        .post("keys/testkey/trim", json!({ "min_available_version": 2 }))
        .await;
    assert_eq!(trimmed["min_available_version"], 2);
    assert_eq!(
        house.post_refused("keys/testkey/trim", json!({})).await.0,
        400
    );
    for path in ["config", "rotate", "trim"] {
        let path = format!("keys/absent/{path}");
        let (status, what) = house
            .post_refused(&path, json!({ "min_available_version": 1 }))
            .await;
        assert_eq!(
            (status, what.as_str()),
            (400, "no existing key named absent could be found")
        );
    }
}

#[tokio::test]
async fn an_rsa_key_is_made_and_used() {
    let house = House::new().await;
    house.post("keys/rsa", json!({ "type": "rsa-2048" })).await;
    let sealed = house
        .post("encrypt/rsa", json!({ "plaintext": b64("x") }))
        .await;
    let opened = house
        .post("decrypt/rsa", json!({ "ciphertext": sealed["ciphertext"] }))
        .await;
    assert_eq!(opened["plaintext"], b64("x"));
    let old = json!({ "plaintext": b64("x"), "padding_scheme": "pkcs1v15" });
    assert!(
        house
            .post_refused("encrypt/rsa", old)
            .await
            .1
            .contains("only oaep")
    );
    let signed = house.post("sign/rsa", json!({ "input": b64("x") })).await;
    let data = json!({ "input": b64("x"), "signature": signed["signature"] });
    assert_eq!(house.post("verify/rsa", data).await["valid"], true);
}

#[tokio::test]
async fn paths_that_are_not_there_and_operations_that_they_do_not_have_differ() {
    let house = House::new().await;
    for (operation, path, status) in [
        (Operation::Read, "", 404),
        (Operation::Read, "wrapping_key", 404),
        (Operation::Read, "encrypt/k", 405),
        (Operation::List, "keys/k", 405),
        (Operation::Read, "keys", 405),
        (Operation::Patch, "keys/k", 405),
        (Operation::Update, "keys/k/import", 404),
        (Operation::Update, "encrypt/k/x", 404),
        (Operation::Update, "random/a/b/c", 404),
        (Operation::Delete, "config/keys", 405),
        (Operation::Read, "restore", 405),
    ] {
        let outcome = house.run(operation, path, json!({})).await;
        assert_eq!(refused(outcome).0, status, "{operation:?} {path}");
    }
    assert_eq!(
        house.post_refused("keys/-odd", json!({})).await.1,
        "invalid key name"
    );
    assert_eq!(house.get("cache-config").await, json!({ "size": 0 }));
    assert_eq!(
        house
            .post_refused("cache-config", json!({ "size": 9 }))
            .await
            .0,
        400
    );
    assert_eq!(
        house
            .reply("cache-config", json!({ "size": 10 }))
            .await
            .warnings
            .len(),
        1
    );
    assert_eq!(house.get("cache-config").await, json!({ "size": 10 }));
}

#[tokio::test]
async fn keys_turn_by_themselves_when_they_are_used_after_their_time() {
    let house = House::new().await;
    house
        .post("keys/k", json!({ "auto_rotate_period": "1h" }))
        .await;
    let text = json!({ "plaintext": b64("x") });
    assert_eq!(
        house.post("encrypt/k", text.clone()).await["key_version"],
        1
    );
    house.stage.clock.advance(Duration::from_secs(3_600));
    assert_eq!(
        house.post("encrypt/k", text.clone()).await["key_version"],
        2
    );
    assert_eq!(house.post("encrypt/k", text).await["key_version"], 2);
    assert_eq!(house.get("keys/k").await["latest_version"], 2);
}

#[tokio::test]
async fn encryptions_are_set_aside_by_the_million_and_the_rest_is_kept_until_the_end() {
    let house = House::new().await;
    house.post("keys/k", json!({})).await;
    let text = json!({ "plaintext": b64("x") });
    for _ in 0..50 {
        house.post("encrypt/k", text.clone()).await;
        house.post("datakey/wrapped/k", json!({})).await;
    }
    assert_eq!(house.stored("k").await.versions[&1].uses, USES_STEP);
    // A change of the key leaves what is set aside in use.
    house
        .post("keys/k/config", json!({ "deletion_allowed": true }))
        .await;
    house.post("encrypt/k", text.clone()).await;
    assert_eq!(house.stored("k").await.versions[&1].uses, USES_STEP);
    // The end of the process does not, nor does sealing.
    house.engine.forget();
    house.post("encrypt/k", text.clone()).await;
    house.post("encrypt/k", text.clone()).await;
    assert_eq!(house.stored("k").await.versions[&1].uses, 2 * USES_STEP);
    // What another key of the same name had is not taken over.
    house
        .run(Operation::Delete, "keys/k", json!({}))
        .await
        .unwrap();
    house.post("keys/k", json!({})).await;
    house.post("encrypt/k", text).await;
    assert_eq!(house.stored("k").await.versions[&1].uses, USES_STEP);
}

#[tokio::test]
async fn a_worn_key_turns_before_it_encrypts() {
    let house = House::new().await;
    house.post("keys/k", json!({})).await;
    let mut worn = house.stored("k").await;
    worn.versions.get_mut(&1).unwrap().uses = crate::ROTATE_AT;
    let mut changes = house.stage.store.begin().unwrap();
    let mut txn = changes.below(format!("logical/{}/", house.stage.mount.uuid));
    txn.put("keys/k", worn.to_bytes().unwrap()).await.unwrap();
    changes.commit(|_| ()).await.unwrap();
    let text = json!({ "plaintext": b64("x") });
    let sealed = house.post("encrypt/k", text).await;
    assert_eq!(sealed["key_version"], 2);
    let opened = house
        .post("decrypt/k", json!({ "ciphertext": sealed["ciphertext"] }))
        .await;
    assert_eq!(opened["plaintext"], b64("x"));
}

#[tokio::test]
async fn two_processes_and_many_callers_at_once_repeat_no_nonce_and_lose_nothing() {
    let house = House::new().await;
    let other = Engine::new();
    house.post("keys/k", json!({})).await;
    let random = Seeded::new(30);
    let calls = (0..200).map(|n| {
        let engine = if n % 2 == 0 { &house.engine } else { &other };
        let items: Vec<_> = (0..5).map(|_| json!({ "plaintext": b64("x") })).collect();
        let (path, data) = match random.below(20) {
            0 => ("keys/k/rotate", json!({})),
            1 => ("keys/k/config", json!({ "deletion_allowed": true })),
            _ => ("encrypt/k", json!({ "batch_input": items })),
        };
        house.stage.run(engine, Operation::Update, path, data)
    });
    let mut nonces = HashSet::new();
    let mut made = 0;
    for reply in join_all(calls).await {
        let data = Value::from(reply.unwrap().data);
        for item in data["batch_results"].as_array().into_iter().flatten() {
            let ciphertext = item["ciphertext"].as_str().unwrap();
            let (_, body) = ciphertext.rsplit_once(':').unwrap();
            nonces.insert(super::base64(body)[..12].to_vec());
            made += 1;
            let opened = house
                .post("decrypt/k", json!({ "ciphertext": ciphertext }))
                .await;
            assert_eq!(opened["plaintext"], b64("x"));
        }
    }
    assert!(made > 500);
    assert_eq!(nonces.len(), made);
}

#[tokio::test]
async fn nothing_of_a_key_is_readable_on_the_disk() {
    let house = House::new().await;
    house
        .post("keys/very-plain-name", json!({ "exportable": true }))
        .await;
    house
        .post("encrypt/very-plain-name", json!({ "plaintext": b64("x") }))
        .await;
    let key = house.get("export/encryption-key/very-plain-name").await["keys"]["1"].clone();
    let key = key.as_str().unwrap();
    let directory = house.stage.path.parent().unwrap();
    for file in std::fs::read_dir(directory).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [
            key.as_bytes(),
            &super::base64(key),
            b"very-plain-name",
            b"aes256-gcm96",
        ] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}
