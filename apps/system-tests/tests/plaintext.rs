//! Nothing that people write lies readable anywhere: a byte scan of all that the server keeps.

use std::{fs, path::Path};

use serde_json::json;
use system_tests::{Organisation, Server};

use crate::ground::Ground;

#[tokio::test(flavor = "multi_thread")]
async fn planted_text_is_in_no_file_that_the_server_wrote() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut org = Organisation::new(
        &server.shared_client(),
        "plantedorganisation",
        &["plantedowner", "plantedguest"],
    )
    .await;
    let guest = org.people[1].account.clone();
    let owner = &mut org.people[0];
    let chat = owner.creates_chat("plantedchatname", &[guest]).await;
    owner
        .sends(&chat, "plantedclientid", "plantedmessage 机密内容 end")
        .await;
    owner
        .connection
        .call(
            "PUT",
            &format!("/chats/{chat}/draft"),
            &json!({ "text": "planteddraft" }),
        )
        .await
        .ok();
    owner
        .connection
        .call(
            "PATCH",
            "/me",
            &json!({ "name": "plantedrename", "title": "plantedtitle" }),
        )
        .await
        .ok();
    let totp = owner
        .connection
        .call(
            "POST",
            "/me/totp",
            &json!({ "password": "correct-horse-battery-staple-7" }),
        )
        .await
        .ok();
    let secret = totp["secret"].as_str().unwrap().to_owned();
    // What is refused must not be logged either.
    let path = format!("/chats/{chat}/messages?plantedquery=plantedvalue");
    owner
        .connection
        .call("GET", &path, &serde_json::Value::Null)
        .await;
    let token = owner.token.clone();
    server.stop().await;

    let planted = [
        "plantedorganisation",
        "plantedowner",
        "plantedguest",
        "plantedchatname",
        "plantedclientid",
        "plantedmessage",
        "机密内容",
        "planteddraft",
        "plantedrename",
        "plantedtitle",
        "plantedquery",
        "plantedvalue",
        "@planted",
        secret.as_str(),
        token.as_str(),
        "correct-horse",
    ];
    let mut files = 0;
    scan(ground.directory.path(), &mut |path, bytes| {
        files += 1;
        for text in planted {
            let found = bytes
                .windows(text.len())
                .any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
            assert!(!found, "«{text}» lies readable in {}", path.display());
        }
    });
    assert!(files >= 4, "there was something to scan: {files}");
}

fn scan(folder: &Path, visit: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scan(&path, visit);
        } else if path.is_file() {
            visit(&path, &fs::read(&path).unwrap());
        }
    }
}
