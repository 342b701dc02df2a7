//! `changelog.d/` has one file for each change that a user can notice, and each says something.

use super::Finding;
use crate::sources::Source;

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| source.path.starts_with("changelog.d/"))
        .filter_map(|source| {
            if !source.has_extension(&["md"]) {
                Some(Finding::new(&source.path, "is not a Markdown file"))
            } else if source.text.trim().is_empty() {
                Some(Finding::new(&source.path, "is empty"))
            } else {
                None
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_change_file_is_found() {
        let sources = [
            Source::new("changelog.d/chats.md", "Chats have names.\n"),
            Source::new("changelog.d/empty.md", " \n"),
            Source::new("changelog.d/notes.toml", "a = 1"),
        ];
        assert_eq!(check(&sources).len(), 2);
    }
}
