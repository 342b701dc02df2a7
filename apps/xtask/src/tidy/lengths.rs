//! A file stays under 600 lines without its tests: longer ones are two files that nobody separated.

use super::Finding;
use crate::sources::Source;

const LINES_MAX: usize = 600;

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| source.has_extension(&["rs", "ts", "tsx", "css"]) && !source.is_test())
        // Generated from the server's own document.
        .filter(|source| !source.path.starts_with("web/src/api/"))
        .filter_map(|source| {
            let lines = length(source);
            (lines > LINES_MAX).then(|| {
                Finding::new(
                    &source.path,
                    format!("{lines} lines, at most {LINES_MAX} without tests"),
                )
            })
        })
        .collect()
}

fn length(source: &Source) -> usize {
    if source.is_rust() {
        // Test modules stand last, so what is left of them is empty lines at the end.
        source.without_test_modules().trim_end().lines().count()
    } else {
        source.text.lines().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let long = "line\n".repeat(LINES_MAX + 1);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
        let sources = [
            Source::new("crates/a/src/long.rs", &long),
            Source::new("crates/a/src/tested.rs", &format!("line\n{tests}")),
            Source::new("crates/a/src/tests/stories.rs", &long),
            Source::new("web/src/api/schema.ts", &long),
            Source::new("web/src/ui/list.tsx", &long),
        ];
        let found: Vec<_> = check(&sources)
            .into_iter()
            .map(|finding| finding.place)
            .collect();
        assert_eq!(found, ["crates/a/src/long.rs", "web/src/ui/list.tsx"]);
    }
}
