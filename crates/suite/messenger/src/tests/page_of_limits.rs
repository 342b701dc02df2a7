//! The page of limits is what the code holds.

use std::collections::BTreeSet;

use crate::rules;

const PAGE: &str = include_str!("../../../../../docs/limits.md");

/// Where limits are declared.
const SOURCES: &[&str] = &[
    include_str!("../rules/afterwards.rs"),
    include_str!("../rules/cards.rs"),
    include_str!("../rules/chats.rs"),
    include_str!("../rules/doors.rs"),
    include_str!("../rules/exports.rs"),
    include_str!("../rules/files.rs"),
    include_str!("../rules/imports.rs"),
    include_str!("../rules/members.rs"),
    include_str!("../rules/messages.rs"),
    include_str!("../rules/mod.rs"),
    include_str!("../rules/push.rs"),
    include_str!("../rules/retention.rs"),
    include_str!("../rules/settings.rs"),
];

/// Sizes of pieces of work, which nobody meets as a limit.
const INSIDE: &[&str] = &[
    "BEHIND_MAX",
    "CHANGES_MAX",
    "GONE_MAX",
    "IMPORT_AHEAD_MAX",
    "IMPORT_INPUT_BYTES_MAX",
    "SAFE_NAME_BYTES_MAX",
    "STATES_MAX",
    "STEP_FAILURES_MAX",
    "TENANTS_MAX",
    "TEXT_INPUT_BYTES_MAX",
    "TOLD_MAX",
];

/// The constant, its value, what the page calls it, and the refusal.
type Limit = (&'static str, u128, &'static str, &'static str);

fn limits() -> Vec<Limit> {
    [
        text(),
        chats(),
        ways_in(),
        ones_own(),
        files(),
        cards(),
        keeping(),
        taking_along(),
        arriving_from_elsewhere(),
    ]
    .concat()
}

fn number(value: usize) -> u128 {
    u128::try_from(value).unwrap()
}

fn count(value: i64) -> u128 {
    u128::try_from(value).unwrap()
}

fn text() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "TEXT_CHARS_MAX",
            number(TEXT_CHARS_MAX),
            "Characters of a message",
            "messenger.text_too_long",
        ),
        (
            "MENTIONS_MAX",
            number(MENTIONS_MAX),
            "People named in a message",
            "messenger.mentions_too_many",
        ),
        (
            "CLIENT_ID_CHARS_MAX",
            number(CLIENT_ID_CHARS_MAX),
            "Characters of a client's id for a message",
            "messenger.client_id_invalid",
        ),
        (
            "EDITS_MAX",
            count(EDITS_MAX),
            "Edits of a message",
            "messenger.edits_too_many",
        ),
        (
            "WINDOW_S_MAX",
            u128::from(WINDOW_S_MAX),
            "Seconds of the windows for editing and recalling",
            "messenger.policy_window",
        ),
        (
            "EMOJI_MAX",
            count(EMOJI_MAX),
            "Different emoji on a message",
            "messenger.emoji_too_many",
        ),
        (
            "EMOJI_BYTES_MAX",
            number(EMOJI_BYTES_MAX),
            "Bytes of an emoji",
            "messenger.emoji_invalid",
        ),
        (
            "PINS_MAX",
            u128::from(PINS_MAX),
            "Pinned messages of a chat",
            "messenger.pins_too_many",
        ),
        (
            "FORWARDED_MAX",
            number(FORWARDED_MAX),
            "Messages forwarded at once",
            "messenger.forward_too_many",
        ),
        (
            "FORWARDED_CHARS_MAX",
            number(FORWARDED_CHARS_MAX),
            "Characters forwarded at once",
            "messenger.forward_too_many",
        ),
        (
            "EXCERPT_CHARS_MAX",
            number(EXCERPT_CHARS_MAX),
            "Characters of a quoted message that are shown",
            "",
        ),
    ]
}

fn chats() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "MEMBERS_MAX",
            count(MEMBERS_MAX),
            "Members of a chat",
            "messenger.chat_full",
        ),
        (
            "MEMBERS_ADDED_MAX",
            number(MEMBERS_ADDED_MAX),
            "Members added at once",
            "messenger.members_too_many",
        ),
        (
            "MANAGERS_MAX",
            count(MANAGERS_MAX),
            "Managers of a chat",
            "messenger.managers_too_many",
        ),
        (
            "CHATS_OWNED_MAX",
            count(CHATS_OWNED_MAX),
            "Chats that an account owns",
            "messenger.chats_too_many",
        ),
        (
            "TOPICS_MAX",
            u128::from(TOPICS_MAX),
            "Chats that a device follows live",
            "",
        ),
        (
            "NAME_CHARS_MAX",
            number(NAME_CHARS_MAX),
            "Characters of a chat's name",
            "messenger.name_invalid",
        ),
        (
            "DESCRIPTION_CHARS_MAX",
            number(DESCRIPTION_CHARS_MAX),
            "Characters of a description",
            "messenger.description_invalid",
        ),
        (
            "ANNOUNCEMENT_CHARS_MAX",
            number(ANNOUNCEMENT_CHARS_MAX),
            "Characters of an announcement",
            "messenger.announcement_invalid",
        ),
    ]
}

fn ways_in() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "REQUESTS_MAX",
            count(REQUESTS_MAX),
            "Requests that wait at a chat",
            "messenger.requests_too_many",
        ),
        (
            "REQUESTS_OF_ACCOUNT_MAX",
            count(REQUESTS_OF_ACCOUNT_MAX),
            "Requests of an account that wait",
            "messenger.requests_too_many",
        ),
        (
            "LINK_HOURS_MAX",
            u128::from(LINK_HOURS_MAX),
            "Hours that a link is good for",
            "messenger.link_hours",
        ),
        (
            "LINK_USES_MAX",
            u128::from(LINK_USES_MAX),
            "Uses of a link",
            "messenger.link_uses",
        ),
    ]
}

fn ones_own() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "UNREAD_COUNTED_MAX",
            u128::from(UNREAD_COUNTED_MAX),
            "Unread messages that are counted",
            "",
        ),
        (
            "MENTIONS_COUNTED_MAX",
            u128::from(MENTIONS_COUNTED_MAX),
            "Mentions that are counted",
            "",
        ),
        (
            "QUIET_MAX",
            u128::from(QUIET_MAX.as_secs()),
            "Seconds of quiet",
            "messenger.quiet_invalid",
        ),
        (
            "BROWSERS_MAX",
            u128::from(BROWSERS_MAX),
            "Browsers of an account that are told",
            "",
        ),
    ]
}

fn files() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "FILE_BYTES_MAX",
            u128::from(FILE_BYTES_MAX),
            "Bytes of a file",
            "messenger.file_too_large",
        ),
        (
            "PART_BYTES",
            number(PART_BYTES),
            "Bytes of a part",
            "messenger.part_length",
        ),
        (
            "FILE_NAME_CHARS_MAX",
            number(FILE_NAME_CHARS_MAX),
            "Characters of a file's name",
            "messenger.file_name_invalid",
        ),
        (
            "FILES_MAX",
            number(FILES_MAX),
            "Files of a message",
            "messenger.files_too_many",
        ),
        (
            "FORWARDED_FILES_MAX",
            number(FORWARDED_FILES_MAX),
            "Files forwarded at once",
            "messenger.files_too_many",
        ),
        (
            "UNSENT_MAX",
            count(UNSENT_MAX),
            "Files of an account that wait to be sent",
            "messenger.unsent_too_many",
        ),
        (
            "UNSENT_KEPT",
            u128::from(UNSENT_KEPT.as_secs()),
            "Seconds that a file waits to be sent",
            "messenger.file_absent",
        ),
        (
            "PICTURE_BYTES_MAX",
            u128::from(PICTURE_BYTES_MAX),
            "Bytes of a picture that gets a thumbnail",
            "messenger.thumbnail_absent",
        ),
    ]
}

fn cards() -> Vec<Limit> {
    use rules::*;
    let invalid = |name, most, what| (name, most, what, "messenger.card_invalid");
    vec![
        invalid(
            "CARD_ELEMENTS_MAX",
            number(CARD_ELEMENTS_MAX),
            "Elements of a card",
        ),
        invalid(
            "CARD_IMAGES_MAX",
            number(CARD_IMAGES_MAX),
            "Pictures of a card",
        ),
        invalid(
            "CARD_BUTTONS_MAX",
            number(CARD_BUTTONS_MAX),
            "Buttons of a card",
        ),
        invalid(
            "CARD_INPUTS_MAX",
            number(CARD_INPUTS_MAX),
            "Inputs of a card",
        ),
        invalid(
            "CARD_FIELDS_MAX",
            number(CARD_FIELDS_MAX),
            "Fields of an element",
        ),
        invalid(
            "CARD_OPTIONS_MAX",
            number(CARD_OPTIONS_MAX),
            "Options of a choice",
        ),
        invalid(
            "CARD_LABEL_CHARS_MAX",
            number(CARD_LABEL_CHARS_MAX),
            "Characters of a label",
        ),
        invalid(
            "CARD_FALLBACK_CHARS_MAX",
            number(CARD_FALLBACK_CHARS_MAX),
            "Characters of a text in place of the card or a picture, or of what a button asks",
        ),
        invalid(
            "CARD_TEXT_CHARS_MAX",
            number(CARD_TEXT_CHARS_MAX),
            "Characters of a text",
        ),
        invalid(
            "CARD_ID_CHARS_MAX",
            number(CARD_ID_CHARS_MAX),
            "Characters of an id",
        ),
        (
            "CARD_VALUE_CHARS_MAX",
            number(CARD_VALUE_CHARS_MAX),
            "Characters of an answer's value",
            "messenger.answer_invalid",
        ),
        invalid("CARD_BYTES_MAX", number(CARD_BYTES_MAX), "Bytes of a card"),
        (
            "CARD_CHANGES_MAX",
            count(CARD_CHANGES_MAX),
            "Changes of a card",
            "messenger.card_changes",
        ),
    ]
}

fn keeping() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "RETENTION_DAYS_MAX",
            u128::from(RETENTION_DAYS_MAX),
            "Days that messages are kept, if it is said",
            "messenger.retention_invalid",
        ),
        (
            "REASON_CHARS_MAX",
            number(REASON_CHARS_MAX),
            "Characters of the reason for a hold",
            "messenger.hold_reason",
        ),
        (
            "HOLDS_MAX",
            count(HOLDS_MAX),
            "Holds that stand in an organisation",
            "messenger.holds_too_many",
        ),
        (
            "DISBANDED_KEPT",
            u128::from(DISBANDED_KEPT.as_secs()),
            "Seconds that a disbanded chat is kept",
            "",
        ),
    ]
}

fn taking_along() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "EXPORT_BYTES_MAX",
            u128::from(EXPORT_BYTES_MAX),
            "Bytes of an export",
            "messenger.export_too_large",
        ),
        (
            "EXPORTS_KEPT_MAX",
            number(EXPORTS_KEPT_MAX),
            "Exports of an account that are kept",
            "messenger.exports_too_many",
        ),
        (
            "EXPORT_KEPT",
            u128::from(EXPORT_KEPT.as_secs()),
            "Seconds that an export is kept",
            "messenger.export_gone",
        ),
    ]
}

fn arriving_from_elsewhere() -> Vec<Limit> {
    use rules::*;
    vec![
        (
            "IMPORTS_MAX",
            u128::from(IMPORTS_MAX),
            "Imports of an organisation",
            "messenger.imports_too_many",
        ),
        (
            "IMPORT_CHATS_MAX",
            count(IMPORT_CHATS_MAX),
            "Chats of an import",
            "messenger.imports_too_many",
        ),
        (
            "IMPORT_BATCH_MAX",
            number(IMPORT_BATCH_MAX),
            "Messages brought at once",
            "messenger.import_too_much",
        ),
        (
            "IMPORT_MEMBERS_MAX",
            number(IMPORT_MEMBERS_MAX),
            "Members brought at once",
            "messenger.import_too_much",
        ),
        (
            "IMPORT_FILES_MAX",
            number(IMPORT_FILES_MAX),
            "Files brought at once",
            "messenger.import_too_much",
        ),
        (
            "IMPORT_UNSENT_MAX",
            count(IMPORT_UNSENT_MAX),
            "Brought files of an organisation that wait for their messages",
            "messenger.unsent_too_many",
        ),
        (
            "BROUGHT_KEPT",
            u128::from(BROUGHT_KEPT.as_secs()),
            "Seconds that a brought file waits for its message",
            "messenger.file_absent",
        ),
        (
            "IMPORT_REACTIONS_MAX",
            number(IMPORT_REACTIONS_MAX),
            "Reactions brought at once",
            "messenger.import_too_much",
        ),
        (
            "IMPORT_ACCOUNTS_MAX",
            number(IMPORT_ACCOUNTS_MAX),
            "Accounts named at once",
            "messenger.import_too_much",
        ),
        (
            "IMPORT_EMOJI_MAX",
            number(IMPORT_EMOJI_MAX),
            "Different emoji on a message",
            "messenger.import_too_much",
        ),
        (
            "IMPORT_NAME_CHARS_MAX",
            number(IMPORT_NAME_CHARS_MAX),
            "Characters of ids, names and labels",
            "messenger.import_name_invalid",
        ),
    ]
}

/// A number with a comma before each group of three digits.
fn printed(value: u128) -> String {
    let digits = value.to_string();
    let mut printed = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            printed.push(',');
        }
        printed.push(digit);
    }
    printed
}

#[test]
fn every_limit_stands_on_the_page_with_its_value_and_refusal() {
    let known: BTreeSet<&str> = rules::refusals()
        .iter()
        .map(|refusal| refusal.code)
        .collect();
    let limits = limits();
    for (name, value, words, code) in &limits {
        let beyond = match *code {
            "" => "what is beyond is not shown, followed or kept".to_owned(),
            code => {
                assert!(known.contains(code), "{code} is a refusal");
                format!("`{code}`")
            }
        };
        let row = format!("| {words} | {} | {beyond} |\n", printed(*value));
        assert!(PAGE.contains(&row), "{name}: the page has no row {row}");
    }
    let rows = PAGE.lines().filter(|line| line.starts_with("| ")).count();
    let heads = PAGE
        .lines()
        .filter(|line| line.starts_with("| what "))
        .count();
    assert_eq!(rows - heads, limits.len(), "the page has no row of its own");
}

#[test]
fn no_limit_is_left_out() {
    let named: BTreeSet<&str> = limits().iter().map(|(name, ..)| *name).collect();
    let declared = SOURCES
        .iter()
        .flat_map(|source| source.split("const ").skip(1))
        .filter_map(|rest| rest.split_once(':'))
        .map(|(name, _)| name)
        .filter(|name| name.ends_with("_MAX"));
    let missing: Vec<&str> = declared
        .filter(|name| !named.contains(name) && !INSIDE.contains(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
