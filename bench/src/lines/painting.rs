//! How soon a chat is on the screen that has a hundred thousand messages, at the first one that is unread: Chromium, over the whole
//! product.

use std::process::Stdio;

use serde_json::{Value, json};
use system_tests::PASSWORD;
use tokio::process::Command;

use super::SENDERS;
use crate::{
    crowd::Crowd,
    ground::Ground,
    load,
    options::Options,
    table::{Goal, Line, Table, Unit, progress},
};

/// What the long chat is compared with.
const FEW: usize = 100;
/// A long chat may open so much slower than a short one.
const GOAL: f64 = 1.5;
/// Where the browser's part stands, from the project's folder.
const SCRIPT: &str = "web/e2e/long.mjs";

pub(super) async fn measure(table: &mut Table, options: &Options) {
    let ground = Ground::embedded();
    let server = ground.start().await;
    let mut crowd = Crowd::sign_up(&server).await;
    let (mut reader, chats) = crowd.reader(&["long", "short"]).await;
    for (chat, count) in chats.iter().zip([options.stored_max, FEW]) {
        progress(&format!("a chat of {count} messages"));
        let senders = crowd.senders(SENDERS, &vec![chat.clone()].into()).await;
        drop(load::for_count(server.pid(), senders, count).await);
        reader.connection = crowd.client.connect().await;
        reader.connection.token = Some(reader.token.clone());
        let read = json!({ "number": count / 2 });
        let position = format!("/chats/{chat}/position");
        reader.connection.call("PUT", &position, &read).await.ok();
    }
    progress("opening both in a browser");
    let Some(painted) = paint(&server.address.port().to_string(), &reader.mail, &chats).await
    else {
        progress("there is no browser, or the web application's tools are not installed");
        return;
    };
    let ms = |chat: &str, what: &str| painted[chat][what].as_f64().expect("a time");
    for (chat, count) in [("long", options.stored_max), ("short", FEW)] {
        let name = format!("first paint of a chat of {count} messages");
        table.add(Line::new(name, Unit::Ms, ms(chat, "paint_ms")));
        let name = "  until the first unread one is on the screen";
        table.add(Line::new(name, Unit::Ms, ms(chat, "unread_ms")));
    }
    let ratio = ms("long", "unread_ms") / ms("short", "unread_ms");
    let name = format!("  that of {} over {FEW}", options.stored_max);
    table.add(Line::new(name, Unit::Ratio, ratio).goal(Goal::AtMost(GOAL)));
    server.stop().await;
}

/// What the browser says of both chats, in milliseconds from the beginning of the visit.
async fn paint(port: &str, mail: &str, chats: &[String]) -> Option<Value> {
    let output = Command::new("node")
        .arg(SCRIPT)
        .args([port, mail, PASSWORD, &chats[0], &chats[1]])
        .stderr(Stdio::inherit())
        .output()
        .await
        .ok()?;
    serde_json::from_slice(&output.stdout).ok()
}
