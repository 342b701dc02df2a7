//! What this domain answers when it says no.
//!
//! A wrong password or code is «invalid» (422), never «unauthenticated»: 401 says that there is no session, and a client that
//! hears it while changing its password would sign its person out.

use base::{Kind, Refusal};

pub const SIGN_UP_CLOSED: Refusal = Refusal::forbidden(
    "identity.sign_up_closed",
    "Signing up is closed here. Ask for an invitation.",
);
pub const SIGN_UP_CODE_INVALID: Refusal = Refusal::invalid(
    "identity.sign_up_code_invalid",
    "This sign-up code is not valid, or was used before.",
);
pub const MAIL_INVALID: Refusal =
    Refusal::invalid("identity.mail_invalid", "This is not a mail address.");
pub const NAME_INVALID: Refusal = Refusal::invalid(
    "identity.name_invalid",
    "A name has between 1 and 100 characters, on one line.",
);
pub const TITLE_INVALID: Refusal = Refusal::invalid(
    "identity.title_invalid",
    "A title has at most 100 characters, on one line.",
);
pub const LOCALE_INVALID: Refusal = Refusal::invalid(
    "identity.locale_invalid",
    "This language is not known here.",
);
pub const ZONE_INVALID: Refusal = Refusal::invalid(
    "identity.zone_invalid",
    "This is not the name of a time zone.",
);
pub const PASSWORD_LENGTH: Refusal = Refusal::invalid(
    "identity.password_length",
    "A password has between 10 and 256 characters.",
);
pub const PASSWORD_WEAK: Refusal = Refusal::invalid(
    "identity.password_weak",
    "This password is too easy to guess. Take several words that do not belong together.",
);
pub const CREDENTIALS_WRONG: Refusal = Refusal::invalid(
    "identity.credentials_wrong",
    "The mail address or the password is not right.",
);
pub const PASSWORD_WRONG: Refusal =
    Refusal::invalid("identity.password_wrong", "The password is not right.");
pub const ACCOUNT_SUSPENDED: Refusal = Refusal::forbidden(
    "identity.account_suspended",
    "This account is suspended. Ask an administrator of the organisation.",
);
pub const TICKET_INVALID: Refusal = Refusal::invalid(
    "identity.ticket_invalid",
    "This sign-in took too long. Begin again with the password.",
);
pub const CODE_WRONG: Refusal = Refusal::invalid(
    "identity.code_wrong",
    "This code is not right, or was used before.",
);
pub const CODE_MISSING: Refusal = Refusal::invalid(
    "identity.code_missing",
    "Give either a code of the authenticator application or a recovery code.",
);
pub const TOTP_ACTIVE: Refusal = Refusal::conflict(
    "identity.totp_active",
    "The second factor is set up already. Remove it first.",
);
pub const TOTP_ABSENT: Refusal =
    Refusal::conflict("identity.totp_absent", "The second factor is not set up.");
pub const SIGN_IN_FIRST: Refusal = Refusal::conflict(
    "identity.sign_in_first",
    "This person has a second factor. Sign in first and open the link again.",
);
pub const SESSION_ABSENT: Refusal =
    Refusal::absent("identity.session_absent", "There is no such session.");
pub const SESSION_CURRENT: Refusal = Refusal::conflict(
    "identity.session_current",
    "This is the session that you are using. Sign out to end it.",
);
pub const RESET_INVALID: Refusal = Refusal::new(
    Kind::Gone,
    "identity.reset_invalid",
    "This link is not valid any more. Ask for a new one.",
);
pub const RESET_IMPOSSIBLE: Refusal = Refusal::conflict(
    "identity.reset_impossible",
    "Without mail and without a second factor nothing would prove that it is this person.",
);
pub const ACCOUNT_ABSENT: Refusal =
    Refusal::absent("identity.account_absent", "There is no such account.");
pub const MEMBER_SELF: Refusal = Refusal::conflict(
    "identity.member_self",
    "Nobody changes their own role or suspends themselves.",
);
pub const OWNER_LAST: Refusal = Refusal::conflict(
    "identity.owner_last",
    "An organisation has at least one owner who can act.",
);
pub const MEMBER_ALREADY: Refusal = Refusal::conflict(
    "identity.member_already",
    "This person belongs to the organisation already.",
);
pub const TENANT_PERSONAL: Refusal = Refusal::conflict(
    "identity.tenant_personal",
    "A personal space belongs to one person only.",
);
pub const TENANT_ABSENT: Refusal =
    Refusal::absent("identity.tenant_absent", "There is no such tenant.");
pub const ACCOUNTS_MANY: Refusal = Refusal::conflict(
    "identity.accounts_many",
    "A person has at most 50 accounts.",
);
pub const INVITATION_INVALID: Refusal = Refusal::new(
    Kind::Gone,
    "identity.invitation_invalid",
    "This invitation is not valid any more. Ask for a new one.",
);
pub const INVITATION_ABSENT: Refusal =
    Refusal::absent("identity.invitation_absent", "There is no such invitation.");
pub const INVITATION_OTHER: Refusal = Refusal::forbidden(
    "identity.invitation_other",
    "This invitation is for another mail address.",
);
pub const INVITATION_HOURS: Refusal = Refusal::invalid(
    "identity.invitation_hours",
    "An invitation is valid for between 1 and 720 hours.",
);
pub const INVITATIONS_MANY: Refusal = Refusal::conflict(
    "identity.invitations_many",
    "There are too many open invitations. Withdraw some first.",
);
pub const AVATAR_ABSENT: Refusal =
    Refusal::absent("identity.avatar_absent", "There is no such picture.");
pub const AVATAR_LARGE: Refusal = Refusal::new(
    Kind::TooLarge,
    "identity.avatar_large",
    "A picture has at most 40 megapixels and 5 MiB.",
);
pub const AVATAR_INVALID: Refusal = Refusal::invalid(
    "identity.avatar_invalid",
    "This is not a picture that can be read. Take a PNG, JPEG or WebP file.",
);
pub const AVATAR_SIZE: Refusal = Refusal::invalid(
    "identity.avatar_size",
    "Pictures are given in 64 and 256 pixels.",
);
pub const LIMIT_INVALID: Refusal = Refusal::invalid(
    "identity.limit_invalid",
    "A page has between 1 and 200 items.",
);

/// All of them, for the API document and the sweep over translations.
pub static ALL: &[Refusal] = &[
    SIGN_UP_CLOSED,
    SIGN_UP_CODE_INVALID,
    MAIL_INVALID,
    NAME_INVALID,
    TITLE_INVALID,
    LOCALE_INVALID,
    ZONE_INVALID,
    PASSWORD_LENGTH,
    PASSWORD_WEAK,
    CREDENTIALS_WRONG,
    PASSWORD_WRONG,
    ACCOUNT_SUSPENDED,
    TICKET_INVALID,
    CODE_WRONG,
    CODE_MISSING,
    TOTP_ACTIVE,
    TOTP_ABSENT,
    SIGN_IN_FIRST,
    SESSION_ABSENT,
    SESSION_CURRENT,
    RESET_INVALID,
    RESET_IMPOSSIBLE,
    ACCOUNT_ABSENT,
    MEMBER_SELF,
    OWNER_LAST,
    MEMBER_ALREADY,
    TENANT_PERSONAL,
    TENANT_ABSENT,
    ACCOUNTS_MANY,
    INVITATION_INVALID,
    INVITATION_ABSENT,
    INVITATION_OTHER,
    INVITATION_HOURS,
    INVITATIONS_MANY,
    AVATAR_ABSENT,
    AVATAR_LARGE,
    AVATAR_INVALID,
    AVATAR_SIZE,
    LIMIT_INVALID,
];
