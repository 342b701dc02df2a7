//! What people can take with them, and for how long it is kept.

use std::time::Duration;

use act::Limit;
use base::{ChatId, FileId, Refusal, Result};

use super::load;
use crate::model::{Export, ExportState, Failure};

/// The largest archive.
pub(crate) const EXPORT_BYTES_MAX: u64 = 50 * 1024 * 1024 * 1024;
/// Archives of one account that are kept at once.
pub(crate) const EXPORTS_KEPT_MAX: usize = 3;
/// For how long an archive is kept, and the word that there was one.
pub(crate) const EXPORT_KEPT: Duration = Duration::from_secs(7 * 86_400);
pub(crate) const EXPORT_REMEMBERED: Duration = Duration::from_secs(30 * 86_400);

/// What one step does at most: bytes of files and of texts, messages, files, and chats whose names are written or that are
/// gone through.
pub(crate) const STEP_BYTES: u64 = 16 * 1024 * 1024;
pub(crate) const STEP_MESSAGES: u32 = 1_000;
pub(crate) const STEP_FILES: u32 = 200;
pub(crate) const STEP_CHATS: u32 = 100;
/// Rows that a step reads at once: messages, files, and what steps before it completed.
pub(crate) const EXPORT_PAGE: u32 = 50;
/// Steps that one round does before it lets go, and exports that it looks at.
pub(crate) const ROUND_STEPS: u32 = 20;
pub(crate) const EXPORTS_AT_ONCE: u32 = 20;
/// How many steps of an export may fail one after the other, and how long the next one waits after the first.
pub(crate) const STEP_FAILURES_MAX: i64 = 8;
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// How often archives that have had their time are looked for.
pub(crate) const EXPORTS_EXPIRE_EVERY: Duration = Duration::from_secs(60);

/// Bytes of a file's name in an archive, which the paths of all systems have room for.
const SAFE_NAME_BYTES_MAX: usize = 160;

/// Exports that one account begins: 6 in an hour, and a few more at first.
pub(crate) const EXPORTING: Limit = load("messenger.exporting", 12, Duration::from_secs(600));

pub(crate) const EXPORT_ABSENT: Refusal =
    Refusal::absent("messenger.export_absent", "This export does not exist.");
pub(crate) const EXPORT_UNDERWAY: Refusal = Refusal::conflict(
    "messenger.export_underway",
    "An export of yours is being made already.",
);
pub(crate) const EXPORTS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.exports_too_many",
    "Three exports are kept at most. Delete one of them first.",
);
pub(crate) const EXPORT_TOO_LARGE: Refusal = Refusal::conflict(
    "messenger.export_too_large",
    "An export can have at most 50 GiB.",
);
pub(crate) const EXPORT_UNFINISHED: Refusal = Refusal::conflict(
    "messenger.export_unfinished",
    "This export is not ready yet.",
);
pub(crate) const EXPORT_GONE: Refusal = Refusal::conflict(
    "messenger.export_gone",
    "There is no archive of this export any more.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    EXPORT_ABSENT,
    EXPORT_UNDERWAY,
    EXPORTS_TOO_MANY,
    EXPORT_TOO_LARGE,
    EXPORT_UNFINISHED,
    EXPORT_GONE,
];

/// What happens to an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// Some of it is done.
    Step,
    Done,
    Failed(Failure),
    /// Its time is over.
    Expired,
}

/// What an export is then; nothing where that cannot happen.
pub(crate) const fn passes(state: ExportState, passing: Passing) -> Option<ExportState> {
    match (state, passing) {
        (ExportState::Queued | ExportState::Running, Passing::Step) => Some(ExportState::Running),
        (ExportState::Queued | ExportState::Running, Passing::Done) => Some(ExportState::Ready),
        (ExportState::Queued | ExportState::Running, Passing::Failed(_)) => {
            Some(ExportState::Failed)
        }
        (ExportState::Ready, Passing::Expired) => Some(ExportState::Expired),
        _ => None,
    }
}

/// Whether an account that has these exports may begin another one, of files of so many bytes.
pub(crate) fn may_export(exports: &[Export], files_bytes: u64) -> Result<()> {
    let kept = exports
        .iter()
        .filter(|export| export.state == ExportState::Ready);
    if exports.iter().any(|export| export.state.is_underway()) {
        return Err(EXPORT_UNDERWAY.into());
    }
    if kept.count() >= EXPORTS_KEPT_MAX {
        return Err(EXPORTS_TOO_MANY.into());
    }
    may_grow_to(files_bytes)
}

/// Whether an archive can have so many bytes.
pub(crate) fn may_grow_to(size_bytes: u64) -> Result<()> {
    match size_bytes > EXPORT_BYTES_MAX {
        true => Err(EXPORT_TOO_LARGE.into()),
        false => Ok(()),
    }
}

/// Whether the archive of an export is given out.
pub(crate) fn may_take(export: &Export) -> Result<()> {
    match export.state {
        ExportState::Ready => Ok(()),
        ExportState::Queued | ExportState::Running => Err(EXPORT_UNFINISHED.into()),
        ExportState::Failed | ExportState::Expired => Err(EXPORT_GONE.into()),
    }
}

/// How long the next step waits after so many that failed; nothing when it is given up.
pub(crate) fn step_again_after(failures: i64) -> Option<Duration> {
    let doublings = u32::try_from(failures.saturating_sub(1)).ok()?;
    (failures < STEP_FAILURES_MAX).then(|| FIRST_WAIT.saturating_mul(1 << doublings.min(16)))
}

/// Where in the archive the messages of a chat stand.
pub(crate) fn member_of_chat(chat: ChatId) -> String {
    format!("messages/{chat}.jsonl")
}

/// Where in the archive a file stands.
pub(crate) fn member_of_file(file: FileId, name: &str) -> String {
    format!("files/{file}/{}", safe_name(name))
}

/// A file's name as every system takes it: what none of them has in names is replaced, and so is what Windows reads as a
/// device; the end goes first from one that is too long, but for its extension.
fn safe_name(name: &str) -> String {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let replaced: String = name
        .chars()
        .map(|c| match c {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '_',
            c if c.is_control() => '_',
            c => c,
        })
        .collect();
    let trimmed = shortened(replaced.trim_end_matches(['.', ' ']));
    let stem = trimmed.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_lowercase();
    let is_port = |prefix: &str| {
        let number = stem.strip_prefix(prefix);
        number.is_some_and(|number| number.chars().count() == 1)
    };
    match trimmed.as_str() {
        "" => "file".to_owned(),
        _ if DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt") => {
            format!("_{trimmed}")
        }
        _ => trimmed,
    }
}

fn shortened(name: &str) -> String {
    if name.len() <= SAFE_NAME_BYTES_MAX {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() < 20 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let room = SAFE_NAME_BYTES_MAX - extension.len();
    let end = stem.floor_char_boundary(room);
    let stem = stem.get(..end).unwrap_or_default();
    format!("{stem}{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_goes_one_way() {
        use ExportState::{Expired, Failed, Queued, Ready, Running};
        let failed = Passing::Failed(Failure::Trouble);
        let allowed = [
            (Queued, Passing::Step, Running),
            (Running, Passing::Step, Running),
            (Queued, Passing::Done, Ready),
            (Running, Passing::Done, Ready),
            (Queued, failed, Failed),
            (Running, failed, Failed),
            (Ready, Passing::Expired, Expired),
        ];
        for state in [Queued, Running, Ready, Failed, Expired] {
            for passing in [Passing::Step, Passing::Done, failed, Passing::Expired] {
                let expected = allowed
                    .iter()
                    .find(|(from, by, _)| (*from, *by) == (state, passing))
                    .map(|(_, _, to)| *to);
                assert_eq!(passes(state, passing), expected);
            }
        }
    }

    #[test]
    fn names_are_such_as_every_system_takes() {
        let long = format!("{}.tar", "字".repeat(200));
        for (name, safe) in [
            ("plan.pdf", "plan.pdf"),
            ("报告 (最终).docx", "报告 (最终).docx"),
            ("a:b|c?.txt", "a_b_c_.txt"),
            ("..\\up/and\0away", ".._up_and_away"),
            ("ends. . ", "ends"),
            ("...", "file"),
            ("NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("comma.txt", "comma.txt"),
            (".hidden", ".hidden"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        let short = safe_name(&long);
        assert!(short.len() <= SAFE_NAME_BYTES_MAX && short.ends_with("字.tar"));
        let no_dot = safe_name(&"x".repeat(255));
        assert_eq!(no_dot.len(), SAFE_NAME_BYTES_MAX);
    }

    #[test]
    fn steps_that_fail_wait_longer_and_longer_and_are_given_up() {
        let waits: Vec<_> = (1..=9).map(step_again_after).collect();
        assert_eq!(waits[0], Some(FIRST_WAIT));
        assert_eq!(waits[6], Some(FIRST_WAIT * 64));
        assert_eq!(&waits[7..], [None, None]);
    }

    #[test]
    fn archives_have_a_largest_size() {
        assert!(may_grow_to(EXPORT_BYTES_MAX).is_ok());
        let beyond = may_grow_to(EXPORT_BYTES_MAX + 1).unwrap_err();
        assert!(beyond.is(&EXPORT_TOO_LARGE));
    }
}
