//! What can be attached, and what becomes of it.

use std::{collections::BTreeSet, time::Duration};

use act::{EventName, Limit};
use base::{AccountId, Context, FileId, Refusal, Result, Timestamp};

use super::{PageSize, load, steers};
use crate::model::{ContentState, File, Part, Standing, Storage};

/// The largest file.
pub(crate) const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// How long each part of a file is, the last one apart.
pub(crate) const PART_BYTES: usize = 4 * 1024 * 1024;
/// [`PART_BYTES`] as sizes are counted.
const PART_LEN: u64 = 4 * 1024 * 1024;

/// Characters of a file's name.
pub(crate) const FILE_NAME_CHARS_MAX: usize = 255;

/// Files of one account that are not sent yet.
pub(crate) const UNSENT_MAX: i64 = 100;

/// How long a file is kept that is not sent: from its beginning, and again from when it is whole.
pub(crate) const UNSENT_KEPT: Duration = Duration::from_secs(86_400);

/// Files that one message carries.
pub(crate) const FILES_MAX: usize = 20;

/// Files that one forwarded message carries.
pub(crate) const FORWARDED_FILES_MAX: usize = 100;

/// The largest picture of which a small one is made, in bytes: all of them are in memory meanwhile.
pub(crate) const PICTURE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The longer side of a small picture, in pixels.
pub(crate) const THUMBNAIL_SIDE: u32 = 480;

/// How many files one round of expiry removes.
pub(crate) const EXPIRED_AT_ONCE: u32 = 100;

/// How many contents are looked through in one round.
pub(crate) const SCANNED_AT_ONCE: u32 = 20;

/// Uploads that one account begins: 120 in a minute.
pub(crate) const UPLOADING: Limit = load("messenger.uploading", 200, Duration::from_millis(500));

pub(crate) const FILES_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};

pub(crate) const FILE_ABSENT: Refusal = Refusal::absent(
    "messenger.file_absent",
    "This file does not exist in this chat.",
);

pub(crate) const FILE_NAME_INVALID: Refusal = Refusal::invalid(
    "messenger.file_name_invalid",
    "A file's name has 1 to 255 characters on one line, without slashes or marks that turn the writing direction.",
);

pub(crate) const FILE_TOO_LARGE: Refusal =
    Refusal::invalid("messenger.file_too_large", "A file can have at most 2 GiB.");

pub(crate) const QUOTA_FULL: Refusal = Refusal::conflict(
    "messenger.quota_full",
    "The organisation has no room left for this file.",
);

pub(crate) const QUOTA_INVALID: Refusal = Refusal::invalid(
    "messenger.quota_invalid",
    "The organisation cannot be allowed more than the operator gives it.",
);

pub(crate) const UNSENT_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.unsent_too_many",
    "Too many files wait to be sent. Send or remove some of them first.",
);

pub(crate) const UPLOAD_OTHER: Refusal = Refusal::conflict(
    "messenger.upload_other",
    "Another file was begun under this client id.",
);

pub(crate) const UPLOAD_FINISHED: Refusal =
    Refusal::conflict("messenger.upload_finished", "This file is whole already.");

pub(crate) const UPLOAD_INCOMPLETE: Refusal = Refusal::conflict(
    "messenger.upload_incomplete",
    "Parts of this file are still missing.",
);

pub(crate) const FILES_TOO_MANY: Refusal = Refusal::invalid(
    "messenger.files_too_many",
    "A message can carry at most 20 files, each once; 100 can be forwarded together.",
);

pub(crate) const PART_ABSENT: Refusal =
    Refusal::invalid("messenger.part_absent", "The file has no such part.");

pub(crate) const PART_LENGTH: Refusal = Refusal::invalid(
    "messenger.part_length",
    "The part has another length than it must have.",
);

pub(crate) const FILE_SCANNING: Refusal = Refusal::conflict(
    "messenger.file_scanning",
    "This file is still being checked. Please try again in a moment.",
);

pub(crate) const FILE_BLOCKED: Refusal = Refusal::forbidden(
    "messenger.file_blocked",
    "This file was found to be harmful and is not given out.",
);

pub(crate) const THUMBNAIL_ABSENT: Refusal = Refusal::absent(
    "messenger.thumbnail_absent",
    "There is no small picture of this file.",
);

pub(crate) const FILE_UNFINISHED: Refusal =
    Refusal::conflict("messenger.file_unfinished", "This file is not whole yet.");

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    FILE_ABSENT,
    FILE_NAME_INVALID,
    FILE_TOO_LARGE,
    QUOTA_FULL,
    QUOTA_INVALID,
    UNSENT_TOO_MANY,
    UPLOAD_OTHER,
    UPLOAD_FINISHED,
    UPLOAD_INCOMPLETE,
    FILES_TOO_MANY,
    PART_ABSENT,
    PART_LENGTH,
    FILE_SCANNING,
    FILE_BLOCKED,
    THUMBNAIL_ABSENT,
    FILE_UNFINISHED,
];

/// A file of a message was looked through: the message is to be shown anew.
pub(crate) const MESSAGE_SETTLED: EventName = EventName("message.settled");

/// Messages that are told when a content was looked through; those who read others see it at their next reading.
pub(crate) const TOLD_MAX: u32 = 50;

/// What happens to a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    /// All parts have come. `Scanned` where somebody looks through what comes in.
    Whole,
    WholeToBeScanned,
    FoundClean,
    FoundHarmful,
}

/// What a content is then; nothing where that cannot happen.
pub(crate) const fn next(state: ContentState, happening: Happening) -> Option<ContentState> {
    match (state, happening) {
        (ContentState::Open, Happening::Whole)
        | (ContentState::Scanning, Happening::FoundClean) => Some(ContentState::Ready),
        (ContentState::Open, Happening::WholeToBeScanned) => Some(ContentState::Scanning),
        (ContentState::Scanning, Happening::FoundHarmful) => Some(ContentState::Blocked),
        _ => None,
    }
}

/// A file's name as it is kept: any script, one line, nothing that leads elsewhere or pretends to be something else. It is
/// refused and not mended: two names that were told apart stay apart.
pub(crate) fn file_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = (1..=FILE_NAME_CHARS_MAX).contains(&name.chars().count());
    let leads_elsewhere = matches!(name, "." | "..") || name.contains(['/', '\\']);
    match fits && !leads_elsewhere && !name.contains(steers) {
        true => Ok(name.to_owned()),
        false => Err(FILE_NAME_INVALID.at("name")),
    }
}

pub(crate) fn may_be_so_large(size_bytes: u64) -> Result<()> {
    match size_bytes > FILE_BYTES_MAX {
        true => Err(FILE_TOO_LARGE.at("size_bytes")),
        false => Ok(()),
    }
}

/// Whether an account of which so many files wait may begin another one.
pub(crate) fn may_begin(unsent: i64) -> Result<()> {
    match unsent >= UNSENT_MAX {
        true => Err(UNSENT_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// What an organisation may keep: what the operator gives, or less if its administrators say so. Nothing for no limit.
pub(crate) fn allowed(storage: &Storage, given: Option<u64>) -> Option<u64> {
    match (storage.allowed_bytes, given) {
        (Some(own), Some(given)) => Some(own.min(given)),
        (own, given) => own.or(given),
    }
}

/// Whether so much more finds room.
pub(crate) fn finds_room(storage: &Storage, given: Option<u64>, size_bytes: u64) -> Result<()> {
    let after = storage.used_bytes.saturating_add(size_bytes);
    match allowed(storage, given) {
        Some(allowed) if after > allowed => Err(QUOTA_FULL.at("size_bytes")),
        _ => Ok(()),
    }
}

/// Whether administrators may allow so much.
pub(crate) fn may_allow(allowed: Option<u64>, given: Option<u64>) -> Result<()> {
    let is_storable = allowed.is_none_or(|allowed| i64::try_from(allowed).is_ok());
    match (allowed, given) {
        (Some(allowed), Some(given)) if allowed > given => Err(QUOTA_INVALID.at("allowed_bytes")),
        _ if !is_storable => Err(QUOTA_INVALID.at("allowed_bytes")),
        _ => Ok(()),
    }
}

/// How many parts a file of this size has.
pub(crate) fn parts_of(size_bytes: u64) -> u32 {
    u32::try_from(size_bytes.div_ceil(PART_LEN)).unwrap_or(u32::MAX)
}

/// How long a part must be.
///
/// # Errors
/// [`PART_ABSENT`].
pub(crate) fn part_bytes(size_bytes: u64, index: u32) -> Result<u64> {
    let begin = u64::from(index) * PART_LEN;
    match size_bytes.checked_sub(begin) {
        Some(left) if left > 0 => Ok(left.min(PART_LEN)),
        _ => Err(PART_ABSENT.at("index")),
    }
}

/// Whether a file has come completely.
pub(crate) fn is_whole(file: &File, parts: &[Part]) -> Result<()> {
    let count = usize::try_from(parts_of(file.content.size_bytes)).context("counting parts")?;
    let come: u64 = parts.iter().map(|part| part.size_bytes).sum();
    match parts.len() == count && come == file.content.size_bytes {
        true => Ok(()),
        false => Err(UPLOAD_INCOMPLETE.into()),
    }
}

/// Whether more can come of a file. What has run out is as good as gone.
pub(crate) fn may_go_on(file: &File, account: AccountId, now: Timestamp) -> Result<()> {
    is_mine_unsent(file, account, now)?;
    match file.content.state {
        ContentState::Open => Ok(()),
        _ => Err(UPLOAD_FINISHED.into()),
    }
}

/// Whether a file waits for this account to send it. Others do not hear that it exists.
pub(crate) fn is_mine_unsent(file: &File, account: AccountId, now: Timestamp) -> Result<()> {
    let runs_on = file.expires_at.is_some_and(|end| end > now);
    match file.author == account && file.number.is_none() && runs_on {
        true => Ok(()),
        false => Err(FILE_ABSENT.into()),
    }
}

/// Whether a message can carry these files.
pub(crate) fn may_attach(files: &[FileId]) -> Result<()> {
    let each: BTreeSet<&FileId> = files.iter().collect();
    match files.len() > FILES_MAX || each.len() < files.len() {
        true => Err(FILES_TOO_MANY.at("body.files")),
        false => Ok(()),
    }
}

/// Whether so many files can be forwarded together.
pub(crate) fn may_carry_files(files: usize) -> Result<()> {
    match files > FORWARDED_FILES_MAX {
        true => Err(FILES_TOO_MANY.at("messages")),
        false => Ok(()),
    }
}

/// Whether a file can go into a message of this account: its own, whole, not sent before, and not harmful.
pub(crate) fn may_send(file: &File, account: AccountId, now: Timestamp) -> Result<()> {
    is_mine_unsent(file, account, now)?;
    match file.content.state {
        ContentState::Open => Err(FILE_UNFINISHED.into()),
        ContentState::Blocked => Err(FILE_BLOCKED.into()),
        ContentState::Scanning | ContentState::Ready => Ok(()),
    }
}

/// Whether a file goes along when its message is forwarded.
pub(crate) const fn may_go_along(file: &File) -> bool {
    let is_whole = matches!(
        file.content.state,
        ContentState::Scanning | ContentState::Ready
    );
    is_whole && file.withdrawn_at.is_none()
}

/// Whether the bytes of a file are given out to a member: what was sent, and one's own.
pub(crate) fn may_fetch(file: &File, standing: &Standing) -> Result<()> {
    let is_hidden = match file.number {
        Some(number) => number < standing.history_from,
        None => file.author != standing.account,
    };
    if is_hidden || file.withdrawn_at.is_some() {
        return Err(FILE_ABSENT.into());
    }
    match file.content.state {
        ContentState::Open => Err(FILE_UNFINISHED.into()),
        ContentState::Scanning => Err(FILE_SCANNING.into()),
        ContentState::Blocked => Err(FILE_BLOCKED.into()),
        ContentState::Ready => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_kept_and_tricks_are_refused() {
        let longest = "文".repeat(FILE_NAME_CHARS_MAX);
        for name in [
            "report.pdf",
            "报告 (最终).docx",
            "отчёт.odt",
            "تقرير.pdf",
            "דוח.txt",
            "รายงาน.csv",
            "🎂.png",
            ".hidden",
            "a..b",
            "C: drive; rm -rf.txt",
            longest.as_str(),
        ] {
            assert_eq!(file_name(name).unwrap(), name);
        }
        let too_long = "a".repeat(FILE_NAME_CHARS_MAX + 1);
        for name in [
            "",
            "  ",
            ".",
            "..",
            "../../etc/passwd",
            "a/b",
            "a\\b",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "photo\u{202e}gpj.exe",
            "a\u{2066}b",
            "a\u{2028}b",
            too_long.as_str(),
        ] {
            assert!(
                file_name(name).unwrap_err().is(&FILE_NAME_INVALID),
                "{name:?}"
            );
        }
    }

    #[test]
    fn files_have_parts_of_one_length_and_a_shorter_last() {
        for (size, parts, last) in [
            (1, 1, 1),
            (PART_LEN, 1, PART_LEN),
            (PART_LEN + 1, 2, 1),
            (FILE_BYTES_MAX, 512, PART_LEN),
        ] {
            assert_eq!(parts_of(size), parts);
            assert_eq!(part_bytes(size, parts - 1).unwrap(), last);
            assert!(part_bytes(size, parts).unwrap_err().is(&PART_ABSENT));
        }
        assert_eq!(parts_of(0), 0);
        assert!(part_bytes(0, 0).is_err());
        assert!(
            may_be_so_large(FILE_BYTES_MAX).is_ok() && may_be_so_large(FILE_BYTES_MAX + 1).is_err()
        );
    }

    #[test]
    fn a_content_goes_one_way() {
        use ContentState::{Blocked, Open, Ready, Scanning};
        use Happening::{FoundClean, FoundHarmful, Whole, WholeToBeScanned};
        let allowed = [
            (Open, Whole, Ready),
            (Open, WholeToBeScanned, Scanning),
            (Scanning, FoundClean, Ready),
            (Scanning, FoundHarmful, Blocked),
        ];
        for state in [Open, Scanning, Ready, Blocked] {
            for happening in [Whole, WholeToBeScanned, FoundClean, FoundHarmful] {
                let expected = allowed
                    .iter()
                    .find(|(from, by, _)| (*from, *by) == (state, happening))
                    .map(|(_, _, to)| *to);
                assert_eq!(next(state, happening), expected);
            }
        }
    }

    #[test]
    fn the_smaller_limit_holds() {
        let storage = |used_bytes, allowed_bytes| Storage {
            used_bytes,
            allowed_bytes,
        };
        for (own, given, expected) in [
            (None, None, None),
            (Some(5), None, Some(5)),
            (None, Some(7), Some(7)),
            (Some(5), Some(7), Some(5)),
            (Some(9), Some(7), Some(7)),
        ] {
            assert_eq!(allowed(&storage(0, own), given), expected);
        }
        assert!(finds_room(&storage(3, Some(5)), None, 2).is_ok());
        assert!(finds_room(&storage(3, Some(5)), None, 3).is_err());
        assert!(may_allow(Some(8), Some(7)).is_err() && may_allow(None, Some(7)).is_ok());
    }
}
