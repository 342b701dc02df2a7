//! The web application inside the binary.

use gate::{Asset, Assets, Caching};

/// One file as the build put it in.
pub(crate) struct File {
    path: &'static str,
    bytes: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What is shown by a binary that was built without the web application.
const PAGE_WITHOUT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bastide</title>\
    <p>This binary was built without the web application. Build it with <code>make run</code>.</p></html>";

/// Below this size compression is not worth a header.
const GZIP_FROM_BYTES: usize = 1_024;

pub(crate) fn assets() -> Assets {
    if FILES.is_empty() {
        return Assets::new([Asset {
            path: "/index.html".to_owned(),
            bytes: PAGE_WITHOUT.into(),
            mime: "text/html; charset=utf-8",
            tag: "none".to_owned(),
            caching: Caching::Revalidate,
            gzip: None,
            brotli: None,
        }]);
    }
    Assets::new(FILES.iter().map(asset))
}

fn asset(file: &File) -> Asset {
    let gzip = (file.bytes.len() >= GZIP_FROM_BYTES && file.gzip.len() < file.bytes.len())
        .then(|| bytes::Bytes::from_static(file.gzip));
    Asset {
        path: file.path.to_owned(),
        bytes: bytes::Bytes::from_static(file.bytes),
        mime: mime(file.path),
        tag: tag(file.bytes),
        caching: if file.path.starts_with("/assets/") {
            Caching::Immutable
        } else {
            Caching::Revalidate
        },
        gzip,
        brotli: None,
    }
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "webmanifest") => "application/json",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// FNV-1a, 64 bits: tells versions of a file apart.
fn tag(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{hash:016x}")
}
