//! Links between pages lead somewhere: to a file that exists and, where they name a heading, to one that is there.

use std::collections::HashMap;

use super::{Finding, line_of};
use crate::sources::Source;

/// `exists` tells whether a path, relative to the root, is there (a link may lead to a directory or a picture).
pub(super) fn check(sources: &[Source], exists: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let pages: Vec<&Source> = sources
        .iter()
        .filter(|source| source.has_extension(&["md"]))
        .collect();
    let anchors: HashMap<&str, Vec<String>> = pages
        .iter()
        .map(|page| (page.path.as_str(), headings(&page.text)))
        .collect();
    let mut findings = Vec::new();
    for page in &pages {
        for (offset, target) in links(&page.text) {
            let place = || format!("{}:{}", page.path, line_of(&page.text, offset));
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let Some(path) = resolve(&page.path, file) else {
                findings.push(Finding::new(
                    place(),
                    format!("{target} leads out of the project"),
                ));
                continue;
            };
            if !path.is_empty() && !exists(&path) {
                findings.push(Finding::new(place(), format!("{target} leads nowhere")));
            } else if !heading.is_empty()
                && let Some(headings) = anchors.get(path.as_str())
                && !headings.iter().any(|own| own == heading)
            {
                findings.push(Finding::new(
                    place(),
                    format!("there is no heading #{heading}"),
                ));
            }
        }
    }
    findings
}

/// Links into the project, with where they stand. Addresses elsewhere and names of Rust items are not ours to check.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    let mut offset = 0_usize;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if !in_code {
            for (start, _) in line.match_indices("](") {
                let rest = line.get(start.saturating_add(2)..).unwrap_or_default();
                let target = rest.split([')', ' ']).next().unwrap_or_default();
                let elsewhere = target.contains("://")
                    || target.starts_with("mailto:")
                    || target.contains("::")
                    || target.is_empty();
                if !elsewhere {
                    found.push((offset.saturating_add(start), target));
                }
            }
        }
        offset = offset.saturating_add(line.len());
    }
    found
}

/// The path that `link` means on `page`; `None` when it leaves the project.
fn resolve(page: &str, link: &str) -> Option<String> {
    if link.is_empty() {
        return Some(page.to_owned());
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The anchors of a page's headings, as they are commonly made: lower case, spaces to hyphens, signs dropped.
fn headings(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| {
                    if c == ' ' {
                        '-'
                    } else {
                        c.to_ascii_lowercase()
                    }
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let sources = [
            Source::new("docs/a.md", "# A page, first\n"),
            Source::new(
                "docs/guide/b.md",
                "[a](../a.md) [a](../a.md#a-page-first) [w](https://x) [i](crate::Thing) [c](../../crates/x/)\n\
                 [gone](../gone.md) [heading](../a.md#none)\n[out](../../../etc/passwd)\n```\n[code](nothing)\n```\n",
            ),
        ];
        let exists = |path: &str| matches!(path, "docs/a.md" | "crates/x");
        let found: Vec<_> = check(&sources, &exists)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect();
        assert_eq!(
            found,
            [
                "docs/guide/b.md:2: ../gone.md leads nowhere",
                "docs/guide/b.md:2: there is no heading #none",
                "docs/guide/b.md:3: ../../../etc/passwd leads out of the project",
            ]
        );
    }
}
