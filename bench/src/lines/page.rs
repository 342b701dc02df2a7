//! What a browser loads for the first page, as it goes over the wire.

use std::collections::BTreeSet;

use crate::{
    crowd::Crowd,
    table::{Line, Table, Unit, progress, real},
    wire::Wire,
};

/// Attributes that have the browser load something at once.
const LOADING: [&str; 2] = ["src=\"", "href=\""];
const KINDS: [&str; 3] = [".js", ".css", ".svg"];

pub(super) async fn measure(table: &mut Table, crowd: &Crowd) {
    let mut wire = crowd.wire().await;
    let host = crowd.client.host();
    let (_, page) = get(&mut wire, &host, "/", "identity").await;
    let page = String::from_utf8_lossy(&page).into_owned();
    let paths = loaded(&page);
    if paths.is_empty() {
        progress("this server was built without the web application");
        return;
    }
    let mut bytes = get(&mut wire, &host, "/", "gzip").await.0;
    for path in &paths {
        bytes += get(&mut wire, &host, path, "gzip").await.0;
    }
    let name = format!("weight of the first page, {} files", paths.len() + 1);
    table.add(Line::new(name, Unit::KiB, real(bytes) / 1_024.0));
}

/// The size of a file's answer and its bytes.
async fn get(wire: &mut Wire, host: &str, path: &str, encoding: &str) -> (usize, Vec<u8>) {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: {encoding}\r\n\r\n");
    let answer = wire
        .exchange(request.as_bytes())
        .await
        .expect("the server answers");
    assert_eq!(answer.status, 200, "{path}");
    let body = wire.body(&answer).to_vec();
    (body.len(), body)
}

/// Files of the application that the page names.
fn loaded(page: &str) -> BTreeSet<String> {
    LOADING
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.starts_with('/') && KINDS.iter().any(|kind| path.ends_with(kind)))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_styles_are_loaded_and_pages_are_not() {
        let page = r#"<link rel="stylesheet" href="/assets/a.css"><a href="/help">?</a><script src="/assets/b.js"></script>"#;
        let expected = ["/assets/a.css", "/assets/b.js"].map(str::to_owned);
        assert_eq!(loaded(page), BTreeSet::from(expected));
    }
}
