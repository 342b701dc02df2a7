//! What an import may bring.

use std::{collections::BTreeSet, time::Duration};

use act::{EventName, Limit};
use base::{AccountId, FileId, Refusal, Result, Timestamp};

use super::{
    CHAT_FULL, EMOJI_BYTES_MAX, FILE_UNFINISHED, MEMBERS_MAX, PINS_MAX, PINS_TOO_MANY,
    UNSENT_TOO_MANY, is_mine_unsent, load, may_attach,
};
use crate::{
    content::Imported,
    model::{Arrival, ContentState, File, Import, MemberRole, Progress},
    wire,
};

/// Imports of one organisation.
pub(crate) const IMPORTS_MAX: u32 = 100;
/// Chats of one import.
pub(crate) const IMPORT_CHATS_MAX: i64 = 20_000;
/// Messages that come at once.
pub(crate) const IMPORT_BATCH_MAX: usize = 200;
/// Members of a chat that are named at once.
pub(crate) const IMPORT_MEMBERS_MAX: usize = 500;
/// Reactions, of all emoji and accounts, that come at once.
pub(crate) const IMPORT_REACTIONS_MAX: usize = 2_000;
/// Accounts that one batch speaks of.
pub(crate) const IMPORT_ACCOUNTS_MAX: usize = 1_000;
/// Different emoji on one message.
pub(crate) const IMPORT_EMOJI_MAX: usize = 50;
/// Characters of an id, a name or a label from elsewhere.
pub(crate) const IMPORT_NAME_CHARS_MAX: usize = 200;
/// Files that come with one batch of messages.
pub(crate) const IMPORT_FILES_MAX: usize = 200;
/// Files of an organisation that were brought, and that no message carries yet.
pub(crate) const IMPORT_UNSENT_MAX: i64 = 1_000;
/// How long a file is kept that was brought and that no message carries: from when it was last begun, and again from when it
/// is whole. An import that was cut off goes on within this time.
pub(crate) const BROUGHT_KEPT: Duration = Duration::from_secs(7 * 86_400);
/// How long before its end a file is kept for longer, when it is begun again.
const BROUGHT_SOON: Duration = Duration::from_secs(6 * 86_400);
/// The largest input that brings messages, in bytes.
pub(crate) const IMPORT_INPUT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How much later than now a message may claim to be: clocks differ.
const IMPORT_AHEAD_MAX: Duration = Duration::from_secs(3_600);

/// Acts of an import by one account: 1,200 in a minute, a batch of messages being one.
pub(crate) const IMPORTING: Limit = load("messenger.importing", 600, Duration::from_millis(50));

pub(crate) const IMPORT_ABSENT: Refusal =
    Refusal::absent("messenger.import_absent", "This import does not exist.");
pub(crate) const IMPORT_CHAT_ABSENT: Refusal = Refusal::invalid(
    "messenger.import_chat_absent",
    "This import did not bring such a chat.",
);
pub(crate) const IMPORT_FINISHED: Refusal = Refusal::conflict(
    "messenger.import_finished",
    "This import is finished, and brings nothing more.",
);
pub(crate) const IMPORT_UNOPENED: Refusal = Refusal::conflict(
    "messenger.import_unopened",
    "A chat of this import is not open to its members yet.",
);
pub(crate) const IMPORT_OPENED: Refusal = Refusal::conflict(
    "messenger.import_opened",
    "This chat is its members' already: nothing can be added to it from elsewhere.",
);
pub(crate) const IMPORT_ORDER: Refusal = Refusal::invalid(
    "messenger.import_order",
    "Messages come in the order of their time, none from the future.",
);
pub(crate) const IMPORT_ROOT_ABSENT: Refusal = Refusal::invalid(
    "messenger.import_root_absent",
    "A thread's first message comes before its answers.",
);
pub(crate) const IMPORT_OWNER_NONE: Refusal = Refusal::invalid(
    "messenger.import_owner_none",
    "A chat needs exactly one owner among its members before it is opened.",
);
pub(crate) const IMPORT_TOO_MUCH: Refusal = Refusal::invalid(
    "messenger.import_too_much",
    "This is more than an import can bring at once.",
);
pub(crate) const IMPORT_NAME_INVALID: Refusal = Refusal::invalid(
    "messenger.import_name_invalid",
    "Ids, names and labels of an import have 1 to 200 characters without control characters.",
);
pub(crate) const IMPORTS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.imports_too_many",
    "An organisation can have at most 100 imports, each of at most 20,000 chats.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    IMPORT_ABSENT,
    IMPORT_CHAT_ABSENT,
    IMPORT_FINISHED,
    IMPORT_UNOPENED,
    IMPORT_OPENED,
    IMPORT_ORDER,
    IMPORT_ROOT_ABSENT,
    IMPORT_OWNER_NONE,
    IMPORT_TOO_MUCH,
    IMPORT_NAME_INVALID,
    IMPORTS_TOO_MANY,
];

/// A batch of messages came, or the chat became its members'. Nobody follows the chat by then.
pub(crate) const CHAT_IMPORTED: EventName = EventName("chat.imported");

/// A name or an id as it is elsewhere.
pub(crate) fn may_be_called(text: &str, field: &'static str) -> Result<()> {
    let fits = (1..=IMPORT_NAME_CHARS_MAX).contains(&text.chars().count());
    match fits && !text.contains(char::is_control) {
        true => Ok(()),
        false => Err(IMPORT_NAME_INVALID.at(field)),
    }
}

/// An emoji of another messenger: one of Unicode's, or the name of one of its own between colons.
pub(crate) fn may_be_reaction(emoji: &str) -> Result<()> {
    let name = emoji
        .strip_prefix(':')
        .and_then(|rest| rest.strip_suffix(':'));
    let is_named = name.is_some_and(|name| {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '\'');
        !name.is_empty() && name.chars().all(fits)
    });
    match is_named && emoji.len() <= EMOJI_BYTES_MAX {
        true => Ok(()),
        false => super::may_be_emoji(emoji),
    }
}

/// Whether a batch is one that can come: its size, its order, and each of its messages.
pub(crate) fn may_bring(batch: &[wire::BroughtMessage], now: Timestamp) -> Result<()> {
    let reactions = batch
        .iter()
        .flat_map(|message| &message.reactions)
        .map(|reaction| reaction.accounts.len())
        .sum::<usize>();
    if batch.is_empty() || batch.len() > IMPORT_BATCH_MAX || reactions > IMPORT_REACTIONS_MAX {
        return Err(IMPORT_TOO_MUCH.at("messages"));
    }
    let times = || batch.iter().map(|message| message.sent_at);
    let is_past = |at: Timestamp| at.micros() >= 0 && at <= now.after(IMPORT_AHEAD_MAX);
    if !times().is_sorted() || !times().all(is_past) {
        return Err(IMPORT_ORDER.at("messages"));
    }
    let files: Vec<FileId> = batch.iter().flat_map(|one| &one.files).copied().collect();
    let each: BTreeSet<&FileId> = files.iter().collect();
    if files.len() > IMPORT_FILES_MAX || each.len() < files.len() {
        return Err(IMPORT_TOO_MUCH.at("files"));
    }
    batch.iter().try_for_each(may_be_brought)
}

fn may_be_brought(message: &wire::BroughtMessage) -> Result<()> {
    may_attach(&message.files)?;
    match message.files.is_empty() {
        true => super::may_say(&message.text)?,
        false => super::may_keep(&message.text, "text")?,
    }
    may_be_called(&message.external_id, "external_id")?;
    if let Some(root) = &message.thread {
        may_be_called(root, "thread")?;
    }
    if let Some(name) = &message.author_name {
        may_be_called(name, "author_name")?;
    }
    if message.reactions.len() > IMPORT_EMOJI_MAX {
        return Err(IMPORT_TOO_MUCH.at("reactions"));
    }
    let emoji = message.reactions.iter().map(|reaction| &reaction.emoji);
    emoji
        .into_iter()
        .try_for_each(|emoji| may_be_reaction(emoji))
}

/// Whether one file more may be brought to an organisation in which so many wait for their messages.
pub(crate) fn may_begin_brought(unsent: i64) -> Result<()> {
    match unsent >= IMPORT_UNSENT_MAX {
        true => Err(UNSENT_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// Whether a file that waits for its message should be kept for longer.
pub(crate) fn is_soon_gone(file: &File, now: Timestamp) -> bool {
    file.expires_at
        .is_some_and(|end| end <= now.after(BROUGHT_SOON))
}

/// Whether a message can carry a file that was brought: it is whole, and in no message yet. One that was found to do harm
/// comes along, and is given to nobody: which of the two happens first makes no difference.
pub(crate) fn may_carry_brought(file: &File, now: Timestamp) -> Result<()> {
    is_mine_unsent(file, AccountId::NIL, now)?;
    match file.content.state {
        ContentState::Open => Err(FILE_UNFINISHED.into()),
        ContentState::Scanning | ContentState::Ready | ContentState::Blocked => Ok(()),
    }
}

/// Whether an organisation that has so many imports may have one more.
pub(crate) fn may_begin_import(imports: usize) -> Result<()> {
    match usize::try_from(IMPORTS_MAX).is_ok_and(|most| imports >= most) {
        true => Err(IMPORTS_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// Whether an import may bring one chat more.
pub(crate) fn may_bring_chat(progress: Progress) -> Result<()> {
    match progress.chats >= IMPORT_CHATS_MAX {
        true => Err(IMPORTS_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// An import is complete when all of its chats are their members'.
pub(crate) fn may_finish(progress: Progress) -> Result<()> {
    match progress.opened < progress.chats {
        true => Err(IMPORT_UNOPENED.into()),
        false => Ok(()),
    }
}

/// Who will be in a chat, each once; the owner first.
pub(crate) fn members_brought(input: &wire::BringChat) -> Result<Vec<(AccountId, MemberRole)>> {
    if input.members.len() > IMPORT_MEMBERS_MAX {
        return Err(IMPORT_TOO_MUCH.at("members"));
    }
    let owner = input.owner.filter(|_| !input.direct);
    let owner = owner.map(|account| (account, MemberRole::Owner));
    let members = input.members.iter().copied();
    let mut seen = BTreeSet::new();
    Ok(owner
        .into_iter()
        .chain(members.map(|account| (account, MemberRole::Member)))
        .filter(|(account, _)| seen.insert(*account))
        .collect())
}

/// Whether so many fit into a chat.
pub(crate) fn may_hold(members: usize) -> Result<()> {
    match i64::try_from(members).is_ok_and(|count| count <= MEMBERS_MAX) {
        true => Ok(()),
        false => Err(CHAT_FULL.into()),
    }
}

/// Whether a chat that is brought may have so many pins.
pub(crate) fn may_be_pinned(pins: i64) -> Result<()> {
    match pins > i64::from(PINS_MAX) {
        true => Err(PINS_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// Whether an import takes anything more.
pub(crate) fn is_under_way(import: &Import) -> Result<()> {
    match import.finished_at {
        None => Ok(()),
        Some(_) => Err(IMPORT_FINISHED.into()),
    }
}

/// Whether a chat takes anything more: once people talk in it, nobody writes into its past.
pub(crate) fn is_unopened(arrival: &Arrival) -> Result<()> {
    match arrival.opened_at {
        None => Ok(()),
        Some(_) => Err(IMPORT_OPENED.into()),
    }
}

/// A chat has one owner; two people who are alone have none, and need none.
pub(crate) fn may_be_opened(roles: &[MemberRole], is_direct: bool) -> Result<()> {
    let owners = roles
        .iter()
        .filter(|role| **role == MemberRole::Owner)
        .count();
    match (is_direct, owners, roles.len()) {
        (true, 0, 2) | (false, 1, _) => Ok(()),
        _ => Err(IMPORT_OWNER_NONE.into()),
    }
}

/// What a message tells of where it comes from: who has an account here needs no other name.
pub(crate) fn imported(source: &str, message: &wire::BroughtMessage) -> Imported {
    Imported {
        source: source.to_owned(),
        author_name: match message.author {
            None => message.author_name.clone(),
            Some(_) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reactions_are_emoji_or_the_names_of_custom_ones() {
        for good in ["👍", ":party-parrot:", ":+1:", ":日本:"] {
            assert!(may_be_reaction(good).is_ok(), "{good}");
        }
        for bad in ["", ":", "::", ":a b:", "party", ":<b>:"] {
            assert!(may_be_reaction(bad).is_err(), "{bad}");
        }
        assert!(may_be_reaction(&format!(":{}:", "n".repeat(EMOJI_BYTES_MAX))).is_err());
    }

    #[test]
    fn a_group_has_one_owner_and_a_pair_has_none() {
        let (owner, member) = (MemberRole::Owner, MemberRole::Member);
        assert!(may_be_opened(&[owner, member], false).is_ok());
        assert!(may_be_opened(&[member, member], true).is_ok());
        for (roles, is_direct) in [
            (&[][..], false),
            (&[member], false),
            (&[owner, owner], false),
            (&[owner, member], true),
            (&[member], true),
        ] {
            assert!(may_be_opened(roles, is_direct).is_err());
        }
    }
}
