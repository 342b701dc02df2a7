//! A socket that is read all the time, and what it heard.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use system_tests::{Client, Socket};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
};

/// How long news may take: longer than a node takes to compare with the log.
const HEARD_WITHIN: Duration = Duration::from_secs(20);

/// One socket's hearing of one chat.
pub struct Hearing {
    after: i64,
    frames: Arc<Mutex<Vec<Value>>>,
    last: watch::Receiver<i64>,
    task: JoinHandle<Option<i64>>,
}

impl Hearing {
    /// Goes on after this change of the chat; returns when the client is level with the log.
    pub async fn after(client: &Client, token: &str, chat: &str, change: i64) -> Self {
        let cursor = json!({ chat: change });
        let socket = Socket::resume(client, token, &cursor).await.unwrap();
        let frames = Arc::new(Mutex::new(Vec::new()));
        let (newest, last) = watch::channel(change);
        let (level, mut caught_up) = watch::channel(false);
        let kept = Arc::clone(&frames);
        let task = tokio::spawn(listen(socket, chat.to_owned(), kept, newest, level));
        let is_level = tokio::time::timeout(HEARD_WITHIN, caught_up.wait_for(|is| *is)).await;
        drop(is_level.expect("level with the log in time").unwrap());
        Self {
            after: change,
            frames,
            last,
            task,
        }
    }

    /// Waits until this change was heard.
    pub async fn until(&mut self, change: i64) {
        let heard =
            tokio::time::timeout(HEARD_WITHIN, self.last.wait_for(|last| *last >= change)).await;
        let heard = heard.unwrap_or_else(|_| panic!("change {change} is not heard in time"));
        drop(heard.expect("the stream goes on"));
    }

    /// All that was heard of the chat, in the order it came; fails the test unless that is the order of its changes, each once.
    pub async fn in_order(&self) -> Vec<Value> {
        let frames = self.frames.lock().await.clone();
        for (change, frame) in (self.after + 1..).zip(&frames) {
            assert_eq!(frame["change"].as_i64(), Some(change), "{frame}");
        }
        frames
    }

    /// The last change that was heard.
    pub fn last(&self) -> i64 {
        *self.last.borrow()
    }

    /// Waits for the end of the stream, and answers the code it was closed with.
    pub async fn end(&mut self) -> Option<i64> {
        (&mut self.task).await.unwrap()
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(
    mut socket: Socket,
    chat: String,
    frames: Arc<Mutex<Vec<Value>>>,
    newest: watch::Sender<i64>,
    level: watch::Sender<bool>,
) -> Option<i64> {
    loop {
        match socket.hear().await {
            None => return None,
            Some(Value::Number(code)) => return code.as_i64(),
            Some(frame) if frame["type"] == "caught_up" => {
                level.send_replace(true);
            }
            Some(frame) if frame["type"] == "event" && frame["topic"] == chat.as_str() => {
                let change = frame["change"].as_i64().unwrap();
                frames.lock().await.push(frame);
                newest.send_replace(change);
            }
            Some(_) => {}
        }
    }
}
