//! The texts of the checkout, as the rules see them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::Outcome;

/// One text of the project.
pub(crate) struct Source {
    /// Relative to the root, with `/` between parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(crate) fn has_extension(&self, extensions: &[&str]) -> bool {
        let name = self.name();
        name.rsplit_once('.')
            .is_some_and(|(_, own)| extensions.contains(&own))
    }

    pub(crate) fn name(&self) -> &str {
        self.path
            .rsplit_once('/')
            .map_or(self.path.as_str(), |(_, name)| name)
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.has_extension(&["rs"])
    }

    /// Whether the whole file is there for tests.
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| TESTS.contains(&part.trim_end_matches(".rs")))
            || self.path.contains(".test.")
            || self.path.contains(".stories.")
    }

    /// The text of a Rust file without its inline test modules; lines keep their numbers, those of tests are empty.
    pub(crate) fn without_test_modules(&self) -> String {
        let mut kept = String::with_capacity(self.text.len());
        let mut lines = self.text.lines().peekable();
        let mut closing: Option<String> = None;
        while let Some(line) = lines.next() {
            if let Some(end) = &closing {
                if line == end {
                    closing = None;
                }
            } else if line.trim() == "#[cfg(test)]"
                && lines.peek().is_some_and(|next| opens_module(next))
            {
                let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
                closing = Some(format!("{indent}}}"));
            } else {
                kept.push_str(line);
            }
            kept.push('\n');
        }
        kept
    }
}

fn opens_module(line: &str) -> bool {
    let line = line.trim();
    line.ends_with('{') && (line.starts_with("mod ") || line.starts_with("pub(crate) mod "))
}

/// Files and directories that exist for tests alone.
const TESTS: [&str; 4] = ["tests", "conformance", "testkit", "system-tests"];
/// Directories that hold what is built, fetched or local.
const LEFT_OUT: [&str; 7] = [
    ".git",
    "target",
    "node_modules",
    "dist",
    "coverage",
    "data",
    "spikes",
];
const EXTENSIONS: [&str; 12] = [
    "rs", "toml", "md", "sql", "ts", "tsx", "css", "html", "json", "mjs", "sh", "yaml",
];
/// No text of ours is longer.
const BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Every text below `root`.
pub(crate) fn read(root: &Path) -> Outcome<Vec<Source>> {
    let mut found = Vec::new();
    walk(root, root, &mut found)
        .map_err(|error| format!("the checkout cannot be read: {error}"))?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(root: &Path, directory: &Path, found: &mut Vec<Source>) -> io::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let kind = fs::symlink_metadata(&path)?;
        if kind.is_dir() {
            if !LEFT_OUT.contains(&name.as_str()) {
                walk(root, &path, found)?;
            }
        } else if kind.is_file() && kind.len() <= BYTES_MAX && is_text(&name) {
            let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            let relative = path.strip_prefix(root).unwrap_or(&path);
            found.push(Source {
                path: relative.to_string_lossy().replace('\\', "/"),
                text,
            });
        }
    }
    Ok(())
}

fn is_text(name: &str) -> bool {
    matches!(name, "Makefile" | "LICENSE" | "run")
        || (name.rsplit_once('.')).is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
            && name != "package-lock.json"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_modules_are_left_out_and_lines_keep_their_numbers() {
        let source = Source::new(
            "a.rs",
            "one\n#[cfg(test)]\nmod tests {\n    two\n}\nthree\n#[cfg(test)]\nmod far;\n",
        );
        assert_eq!(
            source.without_test_modules(),
            "one\n\n\n\n\nthree\n#[cfg(test)]\nmod far;\n"
        );
    }

    #[test]
    fn files_of_tests_are_known() {
        for path in [
            "crates/a/src/tests/mod.rs",
            "crates/testkit/src/lib.rs",
            "crates/db/src/conformance.rs",
            "web/src/a.test.tsx",
        ] {
            assert!(Source::new(path, "").is_test(), "{path}");
        }
        assert!(!Source::new("crates/a/src/attests.rs", "").is_test());
    }
}
