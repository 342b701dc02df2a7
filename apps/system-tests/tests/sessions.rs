//! Sessions end everywhere at once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use system_tests::{Organisation, Server, Socket};

use crate::ground::Ground;

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_session_loses_its_socket_and_its_requests() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "revoked", &["ana"]).await;
    let mut phone = org.people[0].signs_in().await;
    let mut socket = Socket::resume(&client, &phone.token, &json!({}))
        .await
        .unwrap();
    socket.until_caught_up().await;

    let begun = Instant::now();
    org.people[0]
        .connection
        .call("POST", "/me/sessions/revoke-others", &json!({}))
        .await
        .ok();
    let closed = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            match socket.hear().await {
                Some(Value::Number(code)) => return code.as_i64(),
                None => return None,
                Some(_) => {}
            }
        }
    });
    assert_eq!(closed.await.expect("within five seconds"), Some(4401));
    loop {
        let reply = phone.connection.call("GET", "/me", &Value::Null).await;
        if reply.status == 401 {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(6),
            "the revoked session still reads"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.stop().await;
}
