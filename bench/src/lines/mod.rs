//! What is measured, a file for each group of lines, and the order of the run.

mod delivering;
mod fanning;
mod files;
mod growing;
mod keys;
mod mixing;
mod page;
mod painting;
mod reading;
mod sending;
mod sockets;
mod starting;

use std::{io, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{
    bare::process::Bare,
    crowd::Crowd,
    ear::Ear,
    ground::{self, Ground},
    load::Sender,
    options::{Group, Options},
    table::{Table, progress},
    wire::{Wire, request},
};

/// Connections that send or ask at once.
const SENDERS: usize = 32;
const CHATS: usize = 200;
/// How many connections are opened at once.
const OPENING: usize = 32;

/// The whole run: one store on SQLite for most lines, a fresh one for growth, then PostgreSQL.
pub(crate) async fn run(options: &Options, table: &mut Table) {
    if options.wants(Group::Keys) {
        keys::measure(table, options).await;
    }
    if options.is_only(Group::Keys) {
        return;
    }
    progress("signing up");
    let ground = Ground::embedded();
    let mut server = ground.start().await;
    let mut crowd = Crowd::sign_up(&server).await;
    let quiet = crowd.newcomer(10).await;
    let echo = Bare::start("bare-http", &[reading::size(&crowd).await.to_string()]).await;

    if options.wants(Group::Sending) {
        let limits = sending::Limits::of_echo(&echo, options).await;
        let limits = limits.with_sqlite(options);
        sending::measure(table, "SQLite", &server, &mut crowd, &limits, options).await;
    }
    if options.wants(Group::Reading) {
        reading::measure(table, &server, &crowd, &echo, options).await;
    }
    if options.wants(Group::Mixing) {
        mixing::measure(table, &server, &mut crowd, options).await;
    }
    if options.wants(Group::Delivering) {
        delivering::measure(table, &server, &mut crowd, options).await;
    }
    if options.wants(Group::Fanning) {
        fanning::measure(table, &server, &mut crowd, options).await;
    }
    if options.wants(Group::Files) {
        files::measure(table, &server, &mut crowd).await;
    }
    if options.wants(Group::Page) {
        page::measure(table, &crowd).await;
    }
    if options.wants(Group::Starting) {
        server = starting::measure(table, &ground, server).await;
    }
    if options.wants(Group::Sockets) {
        server.stop().await;
        server = ground.start().await;
        sockets::measure(table, &server, &quiet).await;
    }
    drop(server);
    if options.wants(Group::Growing) {
        growing::measure(table, options).await;
    }
    if options.wants(Group::Painting) {
        painting::measure(table, options).await;
    }
    if options.wants(Group::Sending)
        && let Some(url) = ground::postgres_url()
    {
        let limits = sending::Limits::of_echo(&echo, options).await;
        let limits = limits.with_postgres(&url, options).await;
        let ground = Ground::postgres(url).await;
        let server = ground.start().await;
        let mut crowd = Crowd::sign_up(&server).await;
        sending::measure(table, "PostgreSQL", &server, &mut crowd, &limits, options).await;
        server.stop().await;
        ground.remove().await;
    }
}

/// Senders of one and the same request to a bare server.
async fn bare_senders(bare: &Bare, method: &str, path: &str, body: &[u8]) -> Vec<Sender> {
    let mut senders = Vec::new();
    for _ in 0..SENDERS {
        let wire = Wire::open(&bare.client)
            .await
            .expect("the bare peer takes connections");
        let bytes = request(&bare.client, method, path, "", body);
        senders.push((wire, Box::new(crate::load::Same(bytes)) as _));
    }
    senders
}

/// Opens many listeners with `open`, some at a time, in order.
async fn open_ears<F, O>(count: usize, open: O) -> Vec<Ear>
where
    O: Fn(usize) -> F,
    F: Future<Output = io::Result<Ear>> + Send + 'static,
{
    let opened: io::Result<Vec<Ear>> = stream::iter((0..count).map(open))
        .buffered(OPENING)
        .try_collect()
        .await;
    opened.unwrap_or_else(|error| panic!("a listener could not connect: {error}"))
}

/// Listeners to a server's stream, spread over the people.
async fn listeners(crowd: &Crowd, count: usize, buffer_bytes: usize) -> Vec<Ear> {
    open_ears(count, |number| {
        let client = Arc::clone(&crowd.client);
        let token = crowd.tokens[number % crowd.tokens.len()].clone();
        async move { Ear::resume(&client, &token, buffer_bytes).await }
    })
    .await
}

/// Listeners to a bare server's frames.
async fn bare_listeners(bare: &Bare, count: usize, buffer_bytes: usize) -> Vec<Ear> {
    open_ears(count, |_| {
        let client = Arc::clone(&bare.client);
        async move { Ear::open(&client, "/", "", buffer_bytes).await }
    })
    .await
}
