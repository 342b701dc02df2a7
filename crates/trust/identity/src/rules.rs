//! Pure decisions, and the limits with their reasons.

use std::time::Duration;

use act::{Against, Limit, NOT_PERMITTED, Role, TOO_MANY};
use base::{Result, Timestamp};

use crate::{
    model::{Account, Invitation, InvitationState, State, Token},
    refusals::{
        ACCOUNT_SUSPENDED, INVITATION_HOURS, INVITATION_INVALID, LIMIT_INVALID, LOCALE_INVALID,
        MAIL_INVALID, MEMBER_SELF, NAME_INVALID, OWNER_LAST, PASSWORD_LENGTH, TITLE_INVALID,
        ZONE_INVALID,
    },
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A session that nobody uses for so long ends: a forgotten device should not stay signed in over a quarter.
pub(crate) const SESSION_IDLE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Every session ends after so long, however busy: a token that leaked unseen ends with it.
pub(crate) const SESSION_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// `seen_at` is written at most so often: it is shown to people and compared with days.
pub(crate) const SEEN_EVERY: Duration = Duration::from_secs(5 * 60);
/// A person's live sessions; the oldest end when there would be more.
pub(crate) const SESSIONS_MAX: u32 = 100;
/// Ended and expired sessions stay so long, for those who look after a stolen device; then they are removed.
pub(crate) const SESSION_KEPT: Duration = DAY;
/// Long enough to fetch a device from another room.
pub(crate) const TICKET_LIFE: Duration = Duration::from_secs(10 * 60);
/// A link in a mail is read soon, and mailboxes are read by others later.
pub(crate) const RESET_BY_MAIL_LIFE: Duration = HOUR;
/// A link that somebody hands over takes longer, and is worth nothing without a second factor.
pub(crate) const RESET_BY_LINK_LIFE: Duration = DAY;
/// A sign-up code is sent by hand, as in a letter.
pub(crate) const SIGN_UP_CODE_LIFE: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// Letters that could not be delivered for so long are given up.
pub(crate) const LETTER_KEPT: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// How many letters are taken at once.
pub(crate) const LETTERS_AT_ONCE: u32 = 20;
/// How often what is outdated is removed.
pub(crate) const PURGE_EVERY: Duration = HOUR;
/// A person's accounts: every sign-in reads them all.
pub(crate) const HOMES_MAX: u32 = 50;
/// Open invitations of one tenant.
pub(crate) const INVITATIONS_MAX: i64 = 10_000;
const INVITATION_HOURS_MAX: u32 = 720;

const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=256;
const LINE_CHARS_MAX: usize = 100;
/// RFC 5321 §4.5.3.1.3: a path has at most 256 octets, two of them angle brackets.
const MAIL_BYTES_MAX: usize = 254;
const MAIL_LOCAL_BYTES_MAX: usize = 64;
const ZONE_BYTES_MAX: usize = 64;
const PAGE_MAX: u32 = 200;
const PAGE_USUAL: u32 = 50;

/// Guesses at one account from one place. Forgiven when the person succeeds.
pub(crate) const TRIES_FROM_PLACE: Limit = limit("identity.tries_from_place", 10, MINUTE);
/// Guesses at one account from everywhere: wide enough that strangers do not easily keep its person out.
pub(crate) const TRIES_AT_ACCOUNT: Limit =
    limit("identity.tries_at_account", 50, Duration::from_secs(30));
/// How long a place is known from which the person has got in.
pub(crate) const KNOWN_PLACES: Limit = limit("identity.known_places", 1, SESSION_IDLE);
/// Guesses from one place at any account: a whole office may sit behind one address and arrive at nine o'clock.
/// Never forgiven, or whoever has one account of their own could guess at others without end.
pub(crate) const TRIES_BY_SOURCE: Limit =
    limit("identity.tries_by_source", 300, Duration::from_secs(1));
/// Codes of six digits: one guess in 333,333 is right at any moment, so that a year of trying has one chance in four.
pub(crate) const CODES: Limit = limit("identity.codes", 5, Duration::from_secs(300));
/// Mails by which one account invites, all accounts of a tenant do, and one address is invited.
pub(crate) const INVITING_MAILS: Limit =
    limit("identity.inviting_mails", 100, Duration::from_secs(30));
pub(crate) const INVITING_MAILS_OF_TENANT: Limit = limit(
    "identity.inviting_mails_of_tenant",
    500,
    Duration::from_secs(10),
);
pub(crate) const INVITING_MAILS_TO: Limit = limit("identity.inviting_mails_to", 3, HOUR);
/// New tenants and people from one place.
pub(crate) const SIGN_UPS: Limit = limit("identity.sign_ups", 30, MINUTE);
/// Mails to one address that somebody else may have asked for.
pub(crate) const RESETS: Limit = limit("identity.resets", 3, HOUR);
/// Pictures that one account has decoded and encoded.
pub(crate) const AVATARS: Limit = limit("identity.avatars", 10, MINUTE);

const fn limit(name: &'static str, burst: u32, every: Duration) -> Limit {
    Limit {
        name,
        burst,
        every,
        against: Against::Abuse,
    }
}

/// One line of text: trimmed, between 1 and 100 characters, nothing that steers a terminal or turns the writing direction.
fn line(text: &str) -> Option<String> {
    let text = text.trim();
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let fits = (1..=LINE_CHARS_MAX).contains(&text.chars().count());
    (fits && !text.chars().any(steers)).then(|| text.to_owned())
}

/// A name of a person or of an organisation.
pub(crate) fn name(text: &str, field: &'static str) -> Result<String> {
    line(text).ok_or_else(|| NAME_INVALID.at(field))
}

/// A title: a line, or nothing.
pub(crate) fn title(text: &str) -> Result<String> {
    match text.trim().is_empty() {
        true => Ok(String::new()),
        false => line(text).ok_or_else(|| TITLE_INVALID.at("title")),
    }
}

/// One spelling for one address: trimmed and in lower case. Providers that tell cases apart have died out; people who type
/// their address in capitals have not.
pub(crate) fn mail(text: &str) -> Result<String> {
    let text = text.trim().to_lowercase();
    let is_odd =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"');
    let (local, domain) = text.rsplit_once('@').unwrap_or_default();
    let is_address = text.len() <= MAIL_BYTES_MAX
        && (1..=MAIL_LOCAL_BYTES_MAX).contains(&local.len())
        && !local.contains('@')
        && !text.contains(is_odd)
        && domain.split('.').all(is_label);
    match is_address {
        true => Ok(text),
        false => Err(MAIL_INVALID.at("mail")),
    }
}

/// A label of a domain name (RFC 1123 §2.1), other scripts included.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A language that the interface speaks.
pub(crate) fn locale(text: &str) -> Result<String> {
    match text {
        "zh-CN" | "en" => Ok(text.to_owned()),
        _ => Err(LOCALE_INVALID.at("locale")),
    }
}

/// What has the form of an IANA zone name: `Area/City`. Whether it exists is for those who show times; unknown ones show UTC.
pub(crate) fn zone(text: &str) -> Result<String> {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    let is_zone = text.len() <= ZONE_BYTES_MAX
        && text.split('/').count() <= 3
        && text.split('/').all(is_part);
    match is_zone {
        true => Ok(text.to_owned()),
        false => Err(ZONE_INVALID.at("zone")),
    }
}

/// Whether a password has a length that is taken at all.
pub(crate) fn password_length(password: &str) -> Result<()> {
    match PASSWORD_CHARS.contains(&password.chars().count()) {
        true => Ok(()),
        false => Err(PASSWORD_LENGTH.at("password")),
    }
}

/// How many items a page has.
pub(crate) fn page_limit(asked: Option<u32>) -> Result<u32> {
    match asked.unwrap_or(PAGE_USUAL) {
        limit @ 1..=PAGE_MAX => Ok(limit),
        _ => Err(LIMIT_INVALID.at("limit")),
    }
}

/// When an invitation that is made now ends.
pub(crate) fn invitation_end(now: Timestamp, hours: u32) -> Result<Timestamp> {
    match hours {
        1..=INVITATION_HOURS_MAX => Ok(now.after(HOUR.saturating_mul(hours))),
        _ => Err(INVITATION_HOURS.at("expires_in_h")),
    }
}

/// When a session ends if nobody uses it any more.
pub(crate) fn session_end(created_at: Timestamp, seen_at: Timestamp) -> Timestamp {
    seen_at
        .after(SESSION_IDLE)
        .min(created_at.after(SESSION_LIFE))
}

/// When a letter that could not be delivered is tried again: after 1, 2, 4 … minutes, at most four hours.
pub(crate) fn letter_due(now: Timestamp, attempts: i64) -> Timestamp {
    let doublings = u32::try_from(attempts.clamp(0, 8)).unwrap_or(8);
    now.after(MINUTE.saturating_mul(2_u32.saturating_pow(doublings)))
}

/// Whether an invitation can be taken.
pub(crate) fn may_take(invitation: &Invitation, now: Timestamp) -> Result<()> {
    match invitation.state == InvitationState::Open && now < invitation.expires_at {
        true => Ok(()),
        false => Err(INVITATION_INVALID.into()),
    }
}

/// Whether a token still stands: in time, and for the password that the person had when it was made.
pub(crate) fn stands(token: &Token, password_revision: i64, now: Timestamp) -> bool {
    now < token.expires_at && token.password_revision == password_revision
}

/// Whether a session may act as this account.
pub(crate) fn may_act(account: State, tenant: State) -> Result<()> {
    match (account, tenant) {
        (State::Active, State::Active) => Ok(()),
        _ => Err(ACCOUNT_SUSPENDED.into()),
    }
}

/// Whether a code may be tried while earlier wrong ones are remembered until then: [`CODES`], counted in the database.
pub(crate) fn may_guess_code(forgotten_at: Timestamp, now: Timestamp) -> Result<()> {
    let left = forgotten_at.since(now);
    let most = CODES.every.saturating_mul(CODES.burst.saturating_sub(1));
    match left.checked_sub(most).filter(|wait| !wait.is_zero()) {
        None => Ok(()),
        Some(wait) => {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            Err(TOO_MANY.retry_after(seconds.saturating_add(1)))
        }
    }
}

/// What becomes of an account's standing. `owners` counts the owners of the tenant who can act.
pub(crate) fn restand(
    target: &Account,
    caller: base::AccountId,
    role: Role,
    state: State,
    owners: i64,
) -> Result<()> {
    let is_owner = |role, state| role == Role::Owner && state == State::Active;
    if target.id == caller {
        return Err(MEMBER_SELF.into());
    }
    if is_owner(target.role, target.state) && !is_owner(role, state) && owners <= 1 {
        return Err(OWNER_LAST.into());
    }
    Ok(())
}

/// Whether a change takes rights from an account: what it began with them does not outlive them.
pub(crate) fn takes_rights(target: &Account, role: Role, state: State) -> bool {
    let rank = |role| match role {
        Role::Owner => 2,
        Role::Administrator => 1,
        Role::Member => 0,
    };
    state == State::Suspended || rank(role) < rank(target.role)
}

/// Whether whoever calls still stands as their session says: a node remembers a role for some seconds.
pub(crate) fn still_stands(account: &Account, role: Role) -> Result<()> {
    match account.role == role && account.state == State::Active {
        true => Ok(()),
        false => Err(NOT_PERMITTED.into()),
    }
}

/// Whether a change touches ownership: that is handing the organisation over, and not everyday administration.
pub(crate) fn touches_ownership(target: &Account, role: Role) -> bool {
    target.role == Role::Owner || role == Role::Owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_spelling() {
        for (given, spelling) in [
            (" Ana@Example.ORG ", "ana@example.org"),
            ("li.wei+work@例子.测试", "li.wei+work@例子.测试"),
            ("a@localhost", "a@localhost"),
        ] {
            assert_eq!(mail(given).unwrap(), spelling);
        }
        for bad in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "a@b@c.org",
            "a b@c.org",
            "a@-c.org",
            "a@c..org",
            "<a@c.org>",
        ] {
            assert!(mail(bad).is_err(), "{bad}");
        }
        assert!(mail(&format!("{}@example.org", "a".repeat(65))).is_err());
    }

    #[test]
    fn names_are_one_line_that_reads_in_one_direction() {
        assert_eq!(name("  王芳 ", "name").unwrap(), "王芳");
        for bad in ["", "   ", "a\nb", "a\u{202e}b", &"x".repeat(101)] {
            assert!(name(bad, "name").is_err(), "{bad}");
        }
        assert_eq!(title("  ").unwrap(), "");
    }

    #[test]
    fn zones_look_like_zones() {
        for good in [
            "UTC",
            "Asia/Shanghai",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+8",
        ] {
            assert!(zone(good).is_ok(), "{good}");
        }
        for bad in ["", "/", "Asia/", "../etc", "Asia/Shang hai", "a/b/c/d"] {
            assert!(zone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_are_counted_in_characters() {
        assert!(password_length("密码密码密码密码密码").is_ok());
        assert!(password_length("ninechars").is_err());
        assert!(password_length(&"x".repeat(257)).is_err());
    }

    #[test]
    fn a_session_ends_by_idleness_or_by_age() {
        let start = Timestamp::from_micros(0);
        assert_eq!(session_end(start, start), start.after(SESSION_IDLE));
        assert_eq!(
            session_end(start, start.after(80 * DAY)),
            start.after(SESSION_LIFE)
        );
    }
}
