//! What a file is, told from its first bytes: what its sender says of it decides nothing that a browser does.

use std::ops::Range;

/// How many of the first bytes are looked at.
pub(crate) const SNIFFED_BYTES: u64 = 4_096;

/// What is known of a file that nothing tells apart.
pub(crate) const UNKNOWN: &str = "application/octet-stream";

/// Media that browsers show without running anything of them; every other file is only handed out to be kept.
const SHOWN: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/flac",
    "audio/mp4",
    "video/mp4",
    "video/webm",
];

/// Bytes at a place, and what they say.
struct Mark {
    at: usize,
    bytes: &'static [u8],
    media: &'static str,
}

const fn mark(at: usize, bytes: &'static [u8], media: &'static str) -> Mark {
    Mark { at, bytes, media }
}

/// In this order: the first that is found decides.
const MARKS: &[Mark] = &[
    mark(0, b"\x89PNG\r\n\x1a\n", "image/png"),
    mark(0, b"\xff\xd8\xff", "image/jpeg"),
    mark(0, b"GIF87a", "image/gif"),
    mark(0, b"GIF89a", "image/gif"),
    mark(8, b"WEBP", "image/webp"),
    mark(8, b"WAVE", "audio/wav"),
    mark(4, b"ftypavif", "image/avif"),
    mark(4, b"ftypavis", "image/avif"),
    mark(4, b"ftyphei", "image/heic"),
    mark(4, b"ftypmif1", "image/heic"),
    mark(4, b"ftypM4A", "audio/mp4"),
    mark(4, b"ftypqt", "video/quicktime"),
    mark(4, b"ftyp", "video/mp4"),
    mark(0, b"\x1a\x45\xdf\xa3", "video/webm"),
    mark(0, b"OggS", "audio/ogg"),
    mark(0, b"fLaC", "audio/flac"),
    mark(0, b"ID3", "audio/mpeg"),
    mark(0, b"\xff\xfb", "audio/mpeg"),
    mark(0, b"\xff\xf3", "audio/mpeg"),
    mark(0, b"\xff\xf2", "audio/mpeg"),
    mark(0, b"BM", "image/bmp"),
    mark(0, b"II*\0", "image/tiff"),
    mark(0, b"MM\0*", "image/tiff"),
    mark(0, b"%PDF-", "application/pdf"),
    mark(0, b"PK\x03\x04", "application/zip"),
    mark(0, b"PK\x05\x06", "application/zip"),
    mark(0, b"\x1f\x8b", "application/gzip"),
    mark(0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    mark(0, b"Rar!\x1a\x07", "application/vnd.rar"),
    mark(0, b"\xfd7zXZ\0", "application/x-xz"),
    mark(0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    mark(0, b"MZ", "application/vnd.microsoft.portable-executable"),
    mark(0, b"\x7fELF", "application/x-executable"),
    mark(
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/x-ole-storage",
    ),
];

/// Beginnings of text that is more than text, in lower case.
const MARKUP: &[(&str, &str)] = &[
    ("<!doctype html", "text/html"),
    ("<html", "text/html"),
    ("<head", "text/html"),
    ("<body", "text/html"),
    ("<script", "text/html"),
    ("<svg", "image/svg+xml"),
    ("<?xml", "application/xml"),
];

/// What a zip is called by the end of its name: a word for people, and nothing else.
const ZIPS: &[(&str, &str)] = &[
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("epub", "application/epub+zip"),
];

/// What text is called by the end of its name.
const TEXTS: &[(&str, &str)] = &[
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("json", "application/json"),
    ("ics", "text/calendar"),
    ("vcf", "text/vcard"),
];

/// The media type of a file that begins so. `name` is a hint, for text and for what is packed in a zip.
pub(crate) fn sniff(head: &[u8], name: &str) -> &'static str {
    let found = MARKS.iter().find(|mark| {
        let place: Range<usize> = mark.at..mark.at + mark.bytes.len();
        head.get(place) == Some(mark.bytes)
    });
    match found.map(|mark| mark.media) {
        Some("application/zip") => by_end(ZIPS, name).unwrap_or("application/zip"),
        Some("image/webp" | "audio/wav") if !head.starts_with(b"RIFF") => text(head, name),
        Some("video/webm") if !contains(head, b"webm") => "video/matroska",
        Some(media) => media,
        None => text(head, name),
    }
}

fn contains(head: &[u8], word: &[u8]) -> bool {
    head.windows(word.len())
        .take(64)
        .any(|window| window == word)
}

fn text(head: &[u8], name: &str) -> &'static str {
    let Some(text) = readable(head) else {
        return UNKNOWN;
    };
    let begin: String = text
        .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .chars()
        .take(64)
        .collect();
    let begin = begin.to_ascii_lowercase();
    let markup = MARKUP.iter().find(|(mark, _)| begin.starts_with(mark));
    match markup {
        Some((_, "application/xml")) if text.contains("<svg") => "image/svg+xml",
        Some((_, media)) => media,
        None if text.is_empty() => UNKNOWN,
        None => by_end(TEXTS, name).unwrap_or("text/plain"),
    }
}

/// The beginning as text, if it is some: the last character may be cut.
fn readable(head: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}');
    text.chars().all(is_text).then_some(text)
}

fn by_end(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    let found = table.iter().find(|(own, _)| own.eq_ignore_ascii_case(end));
    found.map(|(_, media)| *media)
}

/// The type under which a browser may show a file in its place; nothing for what it is only to keep.
pub(crate) fn shown(media: &str) -> Option<&'static str> {
    SHOWN.iter().copied().find(|shown| *shown == media)
}

/// Whether lists show it as a picture.
pub(crate) fn is_picture(media: &str) -> bool {
    media.starts_with("image/") && shown(media).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_their_bytes_say() {
        for (head, name, media) in [
            (&b"\x89PNG\r\n\x1a\n..."[..], "page.html", "image/png"),
            (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
            (b"GIF89a=alert(1)//", "x.js", "image/gif"),
            (b"RIFF\0\0\0\0WEBPVP8L", "x", "image/webp"),
            (b"XXXX\0\0\0\0WEBP", "x", UNKNOWN),
            (b"\0\0\0\x1cftypavif", "x", "image/avif"),
            (b"\0\0\0\x1cftypisom", "x", "video/mp4"),
            (b"\x1a\x45\xdf\xa3....\x42\x82\x84webm", "x", "video/webm"),
            (b"\x1a\x45\xdf\xa3....matroska", "x", "video/matroska"),
            (b"%PDF-1.7", "x.txt", "application/pdf"),
            (b"PK\x03\x04..", "a.zip", "application/zip"),
            (b"PK\x03\x04..", "a.XLSX", ZIPS[1].1),
            (b"MZ\x90\0", "holiday.jpg", MARKS[31].media),
            (b"  \n<!DOCTYPE html><p>", "photo.png", "text/html"),
            (b"<SCRIPT>alert(1)</SCRIPT>", "a.txt", "text/html"),
            (b"\xef\xbb\xbf<svg onload=''>", "a.png", "image/svg+xml"),
            (b"<?xml version='1.0'?>\n<svg>", "a", "image/svg+xml"),
            (b"<?xml version='1.0'?>\n<a>", "a", "application/xml"),
            (b"a,b\n1,2", "t.csv", "text/csv"),
            (b"hello", "t", "text/plain"),
            ("早上好".as_bytes(), "t.md", "text/markdown"),
            (&"早上好".as_bytes()[..7], "t", "text/plain"),
            (b"\0\x01\x02", "t.txt", UNKNOWN),
            (b"\xc3\x28", "t.txt", UNKNOWN),
            (b"", "t.txt", UNKNOWN),
        ] {
            assert_eq!(sniff(head, name), media, "{head:?}");
        }
    }

    #[test]
    fn only_what_runs_nothing_is_shown() {
        for media in ["image/png", "image/avif", "video/mp4", "audio/mpeg"] {
            assert_eq!(shown(media), Some(media));
        }
        for media in [
            "image/svg+xml",
            "text/html",
            "application/xml",
            "application/pdf",
            "text/plain",
            "image/tiff",
            UNKNOWN,
        ] {
            assert_eq!(shown(media), None);
        }
        assert!(
            is_picture("image/gif") && !is_picture("image/svg+xml") && !is_picture("video/mp4")
        );
    }
}
