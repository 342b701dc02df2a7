//! Files up and down, sealed, against a plain file server; and small pictures of pictures.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::{Value, json};
use system_tests::{Client, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    bare::process::Bare,
    crowd::Crowd,
    table::{Goal, Line, Table, Unit, progress},
    usage::{Usage, resident_mib},
    wire::{Wire, request},
};

const PART_BYTES: usize = 4 * 1024 * 1024;
/// 256 MiB.
const PARTS: usize = 64;
/// As a browser brings them.
const AT_ONCE: usize = 3;
const PICTURES: usize = 20;
/// Of what a plain file server does in the same run.
const GOAL_RATIO: f64 = 0.4;

pub(super) async fn measure(table: &mut Table, server: &Server, crowd: &mut Crowd) {
    progress("files");
    let chat = crowd.chats(1).await[0].clone();
    let token = crowd.tokens[0].clone();
    let part = Bytes::from(noise(PART_BYTES));
    let before = resident_mib(server.pid());
    let usage = Usage::now(server.pid());

    let place = Place {
        client: &crowd.client,
        token: &token,
        uploads: format!("/api/v1/chats/{chat}/uploads"),
    };
    let upload = place.begin("bench.bin", PARTS * PART_BYTES).await;
    let begun = Instant::now();
    let paths = (0..PARTS).map(|part| format!("{}/{upload}/parts/{part}", place.uploads));
    put_all(&crowd.client, &token, paths.collect(), &part).await;
    let up = rate(begun);
    place
        .post(&format!("{}/{upload}/finish", place.uploads), &json!({}))
        .await;
    let path = format!("/api/v1/chats/{chat}/files/{upload}/content");
    let begun = Instant::now();
    get(&crowd.client, &token, &path, PARTS * PART_BYTES).await;
    let down = rate(begun);
    let spent = usage.spent();

    let bare = Bare::start("bare-files", &[]).await;
    let begun = Instant::now();
    let paths = (0..PARTS).map(|part| format!("/files/{part}"));
    put_all(&bare.client, "", paths.collect(), &part).await;
    let bare_up = rate(begun);
    let whole = Bytes::from(noise(PARTS * PART_BYTES));
    put_all(&bare.client, "", vec!["/files/whole".to_owned()], &whole).await;
    let begun = Instant::now();
    get(&bare.client, "", "/files/whole", PARTS * PART_BYTES).await;
    let bare_down = rate(begun);

    let mib = f64::from(u32::try_from(2 * PARTS * PART_BYTES / 1024 / 1024).unwrap());
    let ratio = |name: &str, figure: f64, bare: f64| {
        Line::new(name, Unit::Ratio, figure / bare).goal(Goal::AtLeast(GOAL_RATIO))
    };
    table.add(
        Line::new("file up, MiB", Unit::PerSecond, up)
            .limit("plain file server", bare_up)
            .spent(spent, mib),
    );
    table.add(ratio("file up, over a plain file server", up, bare_up));
    table.add(
        Line::new("file down, MiB", Unit::PerSecond, down).limit("plain file server", bare_down),
    );
    table.add(ratio(
        "file down, over a plain file server",
        down,
        bare_down,
    ));
    let peak = f64::from(u32::try_from(server.peak_kib()).unwrap()) / 1024.0;
    table.add(Line::new(
        "server at its peak, above what it held before",
        Unit::MiB,
        peak - before,
    ));

    thumbnails(table, &place).await;
}

/// How many MiB a second the file made, begun then.
fn rate(begun: Instant) -> f64 {
    f64::from(u32::try_from(PARTS * PART_BYTES / 1024 / 1024).unwrap())
        / begun.elapsed().as_secs_f64()
}

/// From the last part of a picture of two megapixels until its small one is there.
async fn thumbnails(table: &mut Table, place: &Place<'_>) {
    let picture = picture::samples::file(1_920, 1_080, picture::samples::Format::Jpeg);
    let mut uploads = Vec::new();
    for number in 0..PICTURES {
        let upload = place.begin(&format!("{number}.jpg"), picture.len()).await;
        let path = format!("{}/{upload}/parts/0", place.uploads);
        put_all(
            place.client,
            place.token,
            vec![path],
            &Bytes::from(picture.clone()),
        )
        .await;
        uploads.push(upload);
    }
    let begun = Instant::now();
    for upload in &uploads {
        let path = format!("{}/{upload}/finish", place.uploads);
        let file = place.post(&path, &json!({})).await;
        assert_eq!(file["has_thumbnail"], true);
    }
    let count = f64::from(u32::try_from(PICTURES).unwrap());
    let per_second = count / begun.elapsed().as_secs_f64();
    table.add(Line::new(
        "small pictures of 1920 by 1080",
        Unit::PerSecond,
        per_second,
    ));
}

/// Where files are brought to, and by whom.
struct Place<'a> {
    client: &'a Arc<Client>,
    token: &'a str,
    uploads: String,
}

impl Place<'_> {
    async fn begin(&self, name: &str, bytes: usize) -> String {
        let input = json!({ "client_id": name, "name": name, "size_bytes": bytes });
        let begun = self.post(&self.uploads, &input).await;
        begun["id"].as_str().unwrap().to_owned()
    }

    async fn post(&self, path: &str, input: &Value) -> Value {
        let mut wire = Wire::open(self.client).await.unwrap();
        let body = serde_json::to_vec(input).unwrap();
        let bytes = request(self.client, "POST", path, self.token, &body);
        let answer = wire.exchange(&bytes).await.unwrap();
        assert!(
            answer.status < 300,
            "{}",
            String::from_utf8_lossy(wire.body(&answer))
        );
        serde_json::from_slice(wire.body(&answer)).unwrap()
    }
}

/// A request that puts raw bytes.
fn raw(client: &Client, token: &str, path: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        client.host(),
        bytes.len()
    );
    [head.as_bytes(), bytes].concat()
}

/// Puts the same bytes at all of these paths, some at once.
async fn put_all(client: &Arc<Client>, token: &str, paths: Vec<String>, bytes: &Bytes) {
    let tasks = (0..AT_ONCE).map(|first| {
        let mine: Vec<String> = paths.iter().skip(first).step_by(AT_ONCE).cloned().collect();
        let (client, bytes) = (Arc::clone(client), bytes.clone());
        let token = token.to_owned();
        tokio::spawn(async move {
            let mut wire = Wire::open(&client).await.unwrap();
            for path in mine {
                let request = raw(&client, &token, &path, &bytes);
                let answer = wire.exchange(&request).await.unwrap();
                assert!(answer.status < 300, "{path}: {}", answer.status);
            }
        })
    });
    for done in join_all(tasks).await {
        done.unwrap();
    }
}

/// Reads an answer of this length and lets it go.
async fn get(client: &Client, token: &str, path: &str, bytes: usize) {
    let mut tls = client.tls().await.unwrap();
    let request = request(client, "GET", path, token, &[]);
    tls.write_all(&request).await.unwrap();
    let mut buffer = vec![0; 256 * 1024];
    let mut read = 0;
    while read < bytes {
        match tls.read(&mut buffer).await.unwrap() {
            0 => panic!("{path} ends after {read} bytes"),
            count => read += count,
        }
    }
}

/// Bytes that no packing makes smaller (SplitMix64).
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let words = (0..bytes.div_ceil(8)).flat_map(|_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()
    });
    words.take(bytes).collect()
}
