//! The key service: what it acknowledged survives whatever ends it, and another node takes over.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use system_tests::KeyService;

use crate::ground::Ground;

/// How often it is killed.
const ROUNDS: usize = 3;
const WRITERS: usize = 4;
/// Within which the other node has to lead: the lease of a silent one lasts ten seconds.
const TAKES_OVER_WITHIN: Duration = Duration::from_secs(30);

/// What was acknowledged: values, ciphertexts and tokens.
#[derive(Default)]
struct Acknowledged {
    values: Vec<(String, String)>,
    sealed: Vec<(String, String)>,
    tokens: Vec<String>,
}

async fn set_up(service: &mut KeyService) {
    service.initialise().await;
    let versions = json!({ "type": "kv", "options": { "version": "2" } });
    service.does("POST", "sys/mounts/secret", versions).await;
    service
        .does("POST", "sys/mounts/transit", json!({ "type": "transit" }))
        .await;
    service.does("POST", "transit/keys/own", json!({})).await;
}

/// Writes until it fails, and remembers what was acknowledged.
async fn writes(
    service: &KeyService,
    writer: usize,
    round: usize,
    ends: &AtomicBool,
    done: &AtomicUsize,
) -> Acknowledged {
    let mut seen = Acknowledged::default();
    let mut number = 0;
    while !ends.load(Ordering::Acquire) {
        let (name, text) = (format!("{round}/{writer}/{number}"), format!("v{number}"));
        number += 1;
        let put = json!({ "data": { "v": text } });
        let path = format!("secret/data/{name}");
        match service.call(&service.root, "POST", &path, &put).await {
            Ok(reply) if reply.status == 200 => seen.values.push((name.clone(), text)),
            _ => break,
        }
        let plain = data_encoding::BASE64.encode(name.as_bytes());
        let encrypt = json!({ "plaintext": plain });
        match service
            .call(&service.root, "POST", "transit/encrypt/own", &encrypt)
            .await
        {
            Ok(reply) if reply.status == 200 => {
                let sealed = reply.json()["data"]["ciphertext"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                seen.sealed.push((plain, sealed));
            }
            _ => break,
        }
        if number % 4 == 0 {
            let path = "transit/keys/own/rotate";
            let rotated = service.call(&service.root, "POST", path, &json!({})).await;
            if rotated.is_err() {
                break;
            }
            let wish = json!({ "ttl": "1h", "policies": ["default"] });
            match service
                .call(&service.root, "POST", "auth/token/create", &wish)
                .await
            {
                Ok(reply) if reply.status == 200 => {
                    let token = reply.json()["auth"]["client_token"]
                        .as_str()
                        .unwrap()
                        .to_owned();
                    seen.tokens.push(token);
                }
                _ => break,
            }
        }
        done.fetch_add(1, Ordering::AcqRel);
    }
    seen
}

/// Has several write until there is enough to lose.
async fn written(service: &KeyService, round: usize, wanted: usize) -> Vec<Acknowledged> {
    let (ends, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let writers = (0..WRITERS).map(|writer| writes(service, writer, round, &ends, &done));
    let stop = async {
        while done.load(Ordering::Acquire) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // In the middle of what is under way.
        kill(service.pid());
        ends.store(true, Ordering::Release);
    };
    let (seen, ()) = tokio::join!(join_all(writers), stop);
    seen
}

#[expect(
    clippy::disallowed_methods,
    reason = "the process is killed while requests are under way"
)]
fn kill(pid: u32) {
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(killed.unwrap().success());
}

/// Everything that was acknowledged is there.
async fn holds(service: &KeyService, all: &[Acknowledged]) {
    for seen in all {
        for (name, text) in &seen.values {
            let read = service
                .does("GET", &format!("secret/data/{name}"), Value::Null)
                .await;
            assert_eq!(read["data"]["data"]["v"], *text, "{name}");
        }
        for (plain, sealed) in &seen.sealed {
            let open = json!({ "ciphertext": sealed });
            let opened = service.does("POST", "transit/decrypt/own", open).await;
            assert_eq!(opened["data"]["plaintext"], *plain);
        }
        for token in &seen.tokens {
            let path = "auth/token/lookup-self";
            let told = service
                .call(token, "GET", path, &Value::Null)
                .await
                .unwrap();
            assert_eq!(told.status, 200);
        }
    }
}

#[tokio::test]
async fn what_the_key_service_acknowledged_survives_being_killed() {
    let ground = Ground::embedded();
    let mut service = KeyService::start(ground.directory.path(), ground.options.clone()).await;
    set_up(&mut service).await;
    let mut all = Vec::new();
    for round in 0..ROUNDS {
        all.extend(written(&service, round, 12).await);
        service.restart_after_kill().await;
        service.leads().await;
        holds(&service, &all).await;
    }
    let values: usize = all.iter().map(|seen| seen.values.len()).sum();
    assert!(values >= ROUNDS * 12, "{values} values were at stake");
}

#[tokio::test]
async fn another_node_leads_when_the_one_that_led_is_killed() {
    let Some(ground) = Ground::postgres().await else {
        return;
    };
    let homes = ["one", "two"].map(|name| ground.directory.path().join(name));
    for home in &homes {
        std::fs::create_dir(home).unwrap();
    }
    let mut first = KeyService::start(&homes[0], ground.options.clone()).await;
    set_up(&mut first).await;
    let mut second = KeyService::start(&homes[1], ground.options.clone()).await;
    second.keys.clone_from(&first.keys);
    second.root.clone_from(&first.root);
    second.unseal().await;
    let path = "secret/data/a%20b?version=3";
    let told = second
        .call(&first.root, "GET", path, &Value::Null)
        .await
        .unwrap();
    assert_eq!(told.status, 307);
    let location = told.headers["location"].to_str().unwrap();
    assert_eq!(location, format!("https://{}/v1/{path}", first.address));

    let all = written(&first, 0, 40).await;
    let begun = Instant::now();
    loop {
        let told = second
            .call(&second.root, "GET", "sys/mounts", &Value::Null)
            .await
            .unwrap();
        if told.status == 200 {
            break;
        }
        assert!(begun.elapsed() < TAKES_OVER_WITHIN, "{told:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    holds(&second, &all).await;
    second
        .does("POST", "transit/keys/own/rotate", json!({}))
        .await;

    // The one that comes back follows.
    first.restart_after_kill().await;
    let told = first
        .call(&first.root, "GET", "sys/mounts", &Value::Null)
        .await
        .unwrap();
    assert_eq!(told.status, 307);
}
