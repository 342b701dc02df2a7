//! Content that is streamed: ranges, headers, and the cut when it may no longer go.

use std::time::Duration;

use super::{Asked, Server, house::FILM_BYTES, request};

async fn film(server: &Server, headers: &[(&'static str, &'static str)]) -> Asked {
    let headers = [&[("authorization", "Bearer ana")], headers].concat();
    server
        .ask(request("GET", "/api/v1/films/summer", &headers, ""))
        .await
}

fn frames(from: u64, end: u64) -> Vec<u8> {
    (from..end).map(|at| (at % 251) as u8).collect()
}

#[tokio::test]
async fn content_is_given_whole_with_headers_that_let_nothing_run() {
    let server = Server::start().await;
    let whole = film(&server, &[]).await;
    assert_eq!(whole.status, 200);
    assert!(whole.bytes == frames(0, FILM_BYTES));
    for (name, value) in [
        ("content-type", "video/mp4"),
        ("content-length", "200000"),
        ("accept-ranges", "bytes"),
        ("etag", "\"f1\""),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        (
            "content-security-policy",
            "sandbox; default-src 'none'; frame-ancestors 'none'",
        ),
        (
            "content-disposition",
            "attachment; filename=\"_ summer.mp4\"; filename*=UTF-8''%E5%A4%8F%20summer.mp4",
        ),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn a_range_is_given_as_it_was_asked_for() {
    let server = Server::start().await;
    for (range, from, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=9999-10001", 9_999, 10_002),
        ("bytes=199990-", 199_990, FILM_BYTES),
        ("bytes=-5", FILM_BYTES - 5, FILM_BYTES),
        ("bytes=100-999999", 100, FILM_BYTES),
    ] {
        let part = film(&server, &[("range", range)]).await;
        assert_eq!(part.status, 206, "{range}");
        assert!(part.bytes == frames(from, end), "{range}");
        let said = format!("bytes {from}-{}/{FILM_BYTES}", end - 1);
        assert_eq!(part.header("content-range"), said);
    }
    let outside = film(&server, &[("range", "bytes=200000-")]).await;
    assert_eq!(
        (outside.status, outside.code().as_str()),
        (416, "gate.range_unsatisfiable")
    );
    assert_eq!(outside.header("content-range"), "bytes */200000");
}

#[tokio::test]
async fn a_part_of_something_else_is_not_taken_for_it() {
    let server = Server::start().await;
    let same = film(&server, &[("range", "bytes=1-2"), ("if-range", "\"f1\"")]).await;
    assert_eq!(same.status, 206);
    let other = film(&server, &[("range", "bytes=1-2"), ("if-range", "\"f0\"")]).await;
    assert_eq!(other.status, 200);
    let known = film(&server, &[("if-none-match", "\"f1\"")]).await;
    assert_eq!((known.status, known.text.as_str()), (304, ""));
}

#[tokio::test]
async fn content_that_may_no_longer_go_is_cut() {
    let server = Server::start().await;
    let headers = [("authorization", "Bearer ana")];
    let asking = server
        .begin(request("GET", "/api/v1/films/slow", &headers, ""))
        .await;
    assert_eq!(asking.status(), 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    *server.house.gone.lock().unwrap() = true;
    let begun = std::time::Instant::now();
    let read = http_body_util::BodyExt::collect(asking.into_body()).await;
    assert!(read.is_err(), "it comes to its end");
    assert!(begun.elapsed() < Duration::from_secs(5));
}
