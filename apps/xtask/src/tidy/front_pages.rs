//! Each crate has a front page, which is also the front page of its rustdoc.

use std::collections::HashMap;

use super::Finding;
use crate::sources::Source;

const INCLUDED: &str = r#"#![doc = include_str!("../README.md")]"#;

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let texts: HashMap<&str, &str> = sources
        .iter()
        .map(|source| (source.path.as_str(), source.text.as_str()))
        .collect();
    let mut findings = Vec::new();
    for manifest in sources
        .iter()
        .filter(|source| source.name() == "Cargo.toml")
    {
        let Some(name) = package_name(&manifest.text) else {
            continue;
        };
        let directory = manifest.path.trim_end_matches("Cargo.toml");
        let page = format!("{directory}README.md");
        match texts.get(page.as_str()) {
            None => findings.push(Finding::new(&page, "the crate has no front page")),
            Some(text) if !text.starts_with(&format!("# {name}\n")) => {
                findings.push(Finding::new(
                    &page,
                    format!("does not begin with «# {name}»"),
                ));
            }
            Some(_) => {}
        }
        let roots = [
            format!("{directory}src/lib.rs"),
            format!("{directory}src/main.rs"),
        ];
        let root = roots
            .iter()
            .find_map(|root| texts.get(root.as_str()).map(|text| (root, text)));
        if let Some((root, text)) = root
            && !text.contains(INCLUDED)
        {
            findings.push(Finding::new(
                root,
                "does not include the crate's front page",
            ));
        }
    }
    findings
}

fn package_name(manifest: &str) -> Option<String> {
    let table: toml::Table = manifest.parse().ok()?;
    let name = table.get("package")?.get("name")?;
    name.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_a_front_page_is_found() {
        let manifest = |name: &str| format!("[package]\nname = \"{name}\"\n");
        let sources = [
            Source::new("Cargo.toml", "[workspace]\n"),
            Source::new("crates/good/Cargo.toml", &manifest("good")),
            Source::new("crates/good/README.md", "# good\n\nText.\n"),
            Source::new("crates/good/src/lib.rs", INCLUDED),
            Source::new("crates/bare/Cargo.toml", &manifest("bare")),
            Source::new("crates/bare/src/main.rs", "fn main() {}\n"),
            Source::new("crates/wrong/Cargo.toml", &manifest("wrong")),
            Source::new("crates/wrong/README.md", "# other\n"),
        ];
        let found: Vec<_> = check(&sources)
            .into_iter()
            .map(|finding| finding.place)
            .collect();
        assert_eq!(
            found,
            [
                "crates/bare/README.md",
                "crates/bare/src/main.rs",
                "crates/wrong/README.md"
            ]
        );
    }
}
