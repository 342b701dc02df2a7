//! Text that is planted, in every form in which it could lie somewhere readable, and the scan for it.

use std::{
    collections::HashSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

/// Shorter forms are found in noise.
const FORM_BYTES_MIN: usize = 8;
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// A file is read piece by piece; pieces overlap by more than the longest form.
const PIECE_BYTES: usize = 1 << 20;

/// What must not be found, compared without regard to upper and lower case.
#[derive(Default)]
pub struct Planted {
    /// What is planted and the form, for the message of a failure.
    names: Vec<(String, &'static str)>,
    forms: Vec<Vec<u8>>,
    /// The forms by their first two bytes: nearly every place of a file is done with by one look.
    by_start: Vec<Vec<usize>>,
    longest: usize,
}

impl Planted {
    pub fn new() -> Self {
        Self {
            by_start: vec![Vec::new(); 1 << 16],
            ..Self::default()
        }
    }

    /// A word of this run's own, planted under its name.
    pub fn word(&mut self, run: &str, name: &str) -> String {
        let text = format!("planted-{name}-{run}");
        self.text(name, &text);
        text
    }

    /// Text, which may also be found in UTF-16 and escaped as JSON may have it.
    pub fn text(&mut self, name: &str, text: &str) {
        self.bytes(name, text.as_bytes());
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.form(name, "UTF-16", &wide);
        if !text.is_ascii() {
            let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
            self.form(name, "JSON escapes", units.collect::<String>().as_bytes());
        }
    }

    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.form(name, "plain", bytes);
        self.form(name, "hex", hex(bytes).as_bytes());
        for before in 0..3 {
            let encoded = base64_after(before, bytes);
            self.form(name, "base64", &encoded);
            let for_urls: Vec<u8> = encoded
                .iter()
                .map(|digit| match digit {
                    b'+' => b'-',
                    b'/' => b'_',
                    digit => *digit,
                })
                .collect();
            self.form(name, "base64url", &for_urls);
        }
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        self.form(name, "numbers", numbers.join(",").as_bytes());
        self.form(name, "numbers", numbers.join(", ").as_bytes());
    }

    fn form(&mut self, name: &str, form: &'static str, bytes: &[u8]) {
        assert!(
            bytes.len() >= FORM_BYTES_MIN,
            "{name} is too short to be looked for as {form}"
        );
        let folded = bytes.to_ascii_lowercase();
        if self.forms.contains(&folded) {
            return;
        }
        self.longest = self.longest.max(folded.len());
        self.by_start[start(&folded)].push(self.forms.len());
        self.forms.push(folded);
        self.names.push((name.to_owned(), form));
    }

    /// What is found in these bytes: the name and the form of each.
    pub fn find_in(&self, bytes: &[u8]) -> HashSet<(String, &'static str)> {
        let folded = bytes.to_ascii_lowercase();
        let mut found = HashSet::new();
        for at in 0..folded.len().saturating_sub(1) {
            for form in &self.by_start[start(&folded[at..])] {
                if folded[at..].starts_with(&self.forms[*form]) {
                    found.insert(self.names[*form].clone());
                }
            }
        }
        found
    }

    /// What is found in a file, however large. `None` when it has gone meanwhile.
    pub fn find_in_file(&self, path: &Path) -> Option<HashSet<(String, &'static str)>> {
        let mut file = fs::File::open(path).ok()?;
        let mut found = HashSet::new();
        let mut piece = Vec::new();
        loop {
            piece = piece.split_off(piece.len().saturating_sub(self.longest));
            let mut reading = file.by_ref().take(u64::try_from(PIECE_BYTES).unwrap());
            if reading.read_to_end(&mut piece).ok()? == 0 {
                return Some(found);
            }
            found.extend(self.find_in(&piece));
        }
    }

    /// Fails the test when anything is found below `folder`; answers the files that were looked at.
    pub fn is_nowhere_below(&self, folder: &Path) -> Vec<PathBuf> {
        let mut scanned = Vec::new();
        for path in files_below(folder) {
            if let Some(found) = self.find_in_file(&path) {
                assert!(found.is_empty(), "{found:?} in {}", path.display());
                scanned.push(path);
            }
        }
        scanned
    }

    pub fn is_not_in(&self, what: &str, bytes: &[u8]) {
        let found = self.find_in(bytes);
        assert!(found.is_empty(), "{found:?} in {what}");
    }
}

fn start(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// All regular files below a folder. What goes away meanwhile is left out.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return files;
    };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files
}

/// The files that a process holds open although nobody finds them by a name any more (proc(5)).
pub fn nameless_files(pid: u32) -> Vec<PathBuf> {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    descriptors
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let target = fs::read_link(path).unwrap_or_default();
            target.to_string_lossy().ends_with(" (deleted)") && path.is_file()
        })
        .collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digits of base64 that depend on `bytes` alone when `before` bytes stand before them.
fn base64_after(before: usize, bytes: &[u8]) -> Vec<u8> {
    let padded = [vec![0; before], bytes.to_vec()].concat();
    let digits = padded.chunks(3).flat_map(|chunk| {
        let word = (0..3).fold(0_usize, |word, at| {
            word << 8 | usize::from(chunk.get(at).copied().unwrap_or(0))
        });
        [18, 12, 6, 0].map(|shift| BASE64[word >> shift & 63])
    });
    let digits: Vec<u8> = digits.collect();
    digits[(before * 8).div_ceil(6)..padded.len() * 8 / 6].to_vec()
}

/// What base32 without padding stands for (RFC 4648 §6).
pub fn from_base32(text: &str) -> Vec<u8> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'2'..=b'7' => digit - b'2' + 26,
            _ => panic!("no base32"),
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}

#[test]
fn what_is_planted_is_found_in_each_form() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut planted = Planted::new();
    planted.text("word", "planted text");
    planted.text("word", "机密内容");
    let expected = |form: &'static str| HashSet::from([("word".to_owned(), form)]);
    let cases: &[(&'static str, &[u8])] = &[
        ("plain", b"planted text"),
        ("plain", b"PLANTED Text"),
        ("hex", b"706c616e7465642074657874"),
        ("hex", b"706C616E7465642074657874"),
        // `base64` over "planted text" with nothing, one byte and two bytes before it.
        ("base64", b"cGxhbnRlZCB0ZXh0"),
        ("base64", b"LnBsYW50ZWQgdGV4dA=="),
        ("base64", b"Li5wbGFudGVkIHRleHQ="),
        ("UTF-16", b"p\0l\0a\0n\0t\0e\0d\0 \0t\0e\0x\0t\0"),
        (
            "numbers",
            b"[112,108,97,110,116,101,100,32,116,101,120,116]",
        ),
        (
            "numbers",
            b"[112, 108, 97, 110, 116, 101, 100, 32, 116, 101, 120, 116]",
        ),
        ("plain", "机密内容".as_bytes()),
        ("hex", b"e69cbae5af86e58685e5aeb9"),
        ("base64", b"5py65a+G5YaF5a65"),
        ("base64url", b"5py65a-G5YaF5a65"),
        ("UTF-16", b"\x3a\x67\xc6\x5b\x85\x51\xb9\x5b"),
        ("JSON escapes", b"\\u673a\\u5bc6\\u5185\\u5bb9"),
    ];
    for (number, (form, bytes)) in cases.iter().enumerate() {
        let path = folder.path().join(format!("{number}"));
        // Across the border of two pieces, and at the very end of a file.
        let before = vec![b'.'; PIECE_BYTES - 7 * (number % 2)];
        fs::write(&path, [&before, *bytes].concat()).unwrap();
        let found = planted.find_in_file(&path).unwrap();
        assert_eq!(found, expected(form), "{number}");
    }
    assert_eq!(files_below(folder.path()).len(), cases.len());
    assert!(planted.find_in(b"planted, but no text").is_empty());
}

#[test]
fn base32_is_read() {
    assert_eq!(from_base32("MZXW6YTBOI"), b"foobar");
}
