//! How often a group of messages crosses the network, counted at a proxy.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{Batch, Database, Options, ResourceKey, Series, params};

use super::{
    fresh_postgres,
    things::{
        self, APPEND, INSERT_COUNTER, TENANT, UPDATE_NUMBER, found, ids, numbered, resource_id,
    },
};

/// What the server says within this time of its first word counts as one answer.
const BREATH: Duration = Duration::from_millis(150);

/// Stands between the database and its clients and counts the server's answers.
struct Proxy {
    url: String,
    answers: Arc<AtomicUsize>,
}

impl Proxy {
    async fn before(url: &str) -> Self {
        let config: tokio_postgres::Config = url.parse().unwrap();
        let Some(tokio_postgres::config::Host::Tcp(host)) = config.get_hosts().first() else {
            panic!("the test's PostgreSQL listens on a socket of TCP");
        };
        let server = format!(
            "{host}:{}",
            config.get_ports().first().copied().unwrap_or(5432)
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = listener.local_addr().unwrap().to_string();
        assert!(url.contains(&server), "the test's URL names host and port");
        let answers = Arc::new(AtomicUsize::new(0));
        tokio::spawn(accept(listener, server.clone(), Arc::clone(&answers)));
        Self {
            url: url.replacen(&server, &proxy, 1),
            answers,
        }
    }

    fn take(&self) -> usize {
        self.answers.swap(0, Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, server: String, answers: Arc<AtomicUsize>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(&server).await.unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            let mut bytes = vec![0; 1 << 20];
            while from_server.readable().await.is_ok() {
                tokio::time::sleep(BREATH).await;
                let Ok(length @ 1..) = from_server.read(&mut bytes).await else {
                    return;
                };
                answers.fetch_add(1, Ordering::SeqCst);
                if to_client.write_all(&bytes[..length]).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn message(chat: ResourceKey, id: i64) -> Batch {
    let mut batch = Batch::new();
    batch.guard(chat, 1);
    let number = batch.number(chat, Series::Items);
    let change = batch.number(chat, Series::Changes);
    batch
        .execute(TENANT, &APPEND, numbered(chat, id, number))
        .unwrap();
    batch
        .execute(TENANT, &INSERT_COUNTER, params! { id: id, total: change })
        .unwrap();
    batch
}

#[tokio::test]
async fn a_group_of_messages_takes_two_round_trips_and_a_counted_write_a_third() {
    let Some(place) = fresh_postgres().await.unwrap() else {
        return;
    };
    drop(place.open(things::SETS).await.unwrap());
    let proxy = Proxy::before(place.url()).await;
    let database = Database::open(&proxy.url, Options::default())
        .await
        .unwrap();
    let chats = [found(&database, 1).await, found(&database, 2).await];

    let mut first = 0;
    let mut trips = Vec::new();
    // The first groups make each committer connect and prepare.
    for _ in 0..4 {
        proxy.take();
        let group = (first..first + 32)
            .map(|id| database.commit(message(chats[usize::try_from(id % 2).unwrap()], id)));
        for outcome in join_all(group).await {
            outcome.unwrap();
        }
        first += 32;
        trips.push(proxy.take());
    }
    assert_eq!(trips[2..], [2, 2], "{trips:?}");
    assert_eq!(ids(&database, chats[0]).await.len(), 64);

    let counted = |id: i64| {
        let mut batch = Batch::new();
        let row = params! { resource: resource_id(chats[0]), id: id, number: 1i64 };
        batch.execute(TENANT, &UPDATE_NUMBER, row).unwrap();
        database.commit(batch)
    };
    counted(0).await.unwrap();
    counted(0).await.unwrap();
    proxy.take();
    counted(0).await.unwrap();
    assert_eq!(proxy.take(), 3);
    place.remove().await.unwrap();
}
