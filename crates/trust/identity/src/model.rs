//! The nouns: people, their accounts and homes, and what they were given to go on with.

use act::{Field, Kind, Relation, Resource, ResourceRef, Role, Sealed};
use base::{
    AccountId, AvatarId, BlobId, EventId, InvitationId, PersonId, SessionId, TenantId, Timestamp,
};

/// A person and what seals their credentials. Its resource has the person's id and belongs to the cell.
pub const PERSON: Kind = Kind("identity.person");
/// The directory of a tenant: names, titles, pictures, invitations. Its resource has the tenant's id.
pub const DIRECTORY: Kind = Kind("identity.directory");

/// The sealed fields of this crate. A number is given once and never to another field.
pub(crate) mod fields {
    use super::Field;

    const fn field(label: u32, name: &'static str) -> Field {
        Field { label, name }
    }

    pub(crate) const PERSON_MAIL: Field = field(0x0101, "identity.person.mail");
    pub(crate) const PASSWORD: Field = field(0x0102, "identity.person.password");
    pub(crate) const TOTP_SECRET: Field = field(0x0103, "identity.person.totp_secret");
    pub(crate) const SESSION_CLIENT: Field = field(0x0104, "identity.session.client");
    pub(crate) const SESSION_ADDRESS: Field = field(0x0105, "identity.session.address");
    pub(crate) const TENANT_NAME: Field = field(0x0106, "identity.tenant.name");
    pub(crate) const ACCOUNT_NAME: Field = field(0x0107, "identity.account.name");
    pub(crate) const ACCOUNT_TITLE: Field = field(0x0108, "identity.account.title");
    pub(crate) const ACCOUNT_MAIL: Field = field(0x0109, "identity.account.mail");
    pub(crate) const LETTER: Field = field(0x010b, "identity.letter.content");
    pub(crate) const INVITATION_MAIL: Field = field(0x010a, "identity.invitation.mail");
}

/// A person whom the caller has proved to be. Where nothing is proved yet there is only a [`Claim`].
pub(crate) struct Person {
    pub(crate) reference: ResourceRef,
    pub(crate) id: PersonId,
    pub(crate) mail: Sealed,
    pub(crate) password: Sealed,
    pub(crate) password_revision: i64,
    pub(crate) totp: Totp,
    pub(crate) recovery_codes_left: i64,
}

impl Resource for Person {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }
    fn relation(&self) -> Relation {
        Relation::Own
    }
}

/// A person whom somebody claims to be. Only a proof makes a [`Person`] of it.
pub(crate) struct Claim(pub(crate) Person);

/// The second factor of a person.
pub(crate) struct Totp {
    pub(crate) state: TotpState,
    pub(crate) secret: Option<Sealed>,
    pub(crate) revision: i64,
    /// The time step of the last code that was taken; later ones only are good.
    pub(crate) step_last: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TotpState {
    Absent,
    /// A secret was shown and no code of it was given yet.
    Pending,
    Active,
}

/// Whether a tenant or an account may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Suspended,
}

/// What sort of tenant it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TenantKind {
    Organisation,
    /// A tenant of one.
    Personal,
}

/// Who may sign up in this cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignUp {
    Open,
    Code,
    Closed,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The password was right; the second factor is awaited.
    SecondFactor,
    /// It went to the registered address: having it proves the mailbox.
    ResetByMail,
    /// Somebody else has seen it: a second factor of the person must come with it.
    ResetByLink,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvitationState {
    Open,
    Accepted,
    Withdrawn,
}

/// Gives a plain enum its stored names, both ways.
macro_rules! named {
    ($type:ty { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named!(TotpState { Absent = "absent", Pending = "pending", Active = "active" });
named!(State { Active = "active", Suspended = "suspended" });
named!(TenantKind { Organisation = "organisation", Personal = "personal" });
named!(SignUp { Open = "open", Code = "code", Closed = "closed" });
named!(Purpose {
    SecondFactor = "second_factor",
    ResetByMail = "reset_by_mail",
    ResetByLink = "reset_by_link",
});
named!(InvitationState { Open = "open", Accepted = "accepted", Withdrawn = "withdrawn" });

/// A tenant's directory, as the caller stands to it.
#[derive(Clone, Copy)]
pub(crate) struct Directory {
    pub(crate) reference: ResourceRef,
    pub(crate) relation: Relation,
}

impl Resource for Directory {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }
    fn relation(&self) -> Relation {
        self.relation
    }
}

pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) kind: TenantKind,
    pub(crate) state: State,
    pub(crate) name: Sealed,
    pub(crate) directory: ResourceRef,
}

impl Tenant {
    /// The tenant's directory for a caller who stands so to it.
    pub(crate) const fn directory(&self, relation: Relation) -> Directory {
        Directory {
            reference: self.directory,
            relation,
        }
    }
}

pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) person: PersonId,
    pub(crate) name: Sealed,
    pub(crate) title: Sealed,
    pub(crate) profile_revision: i64,
    pub(crate) mail: Sealed,
    pub(crate) role: Role,
    pub(crate) state: State,
    pub(crate) locale: String,
    pub(crate) zone: String,
    pub(crate) avatar: Option<AvatarId>,
    pub(crate) avatar_small: Option<BlobId>,
}

/// One of a person's accounts with its tenant.
pub(crate) struct Home {
    pub(crate) tenant: Tenant,
    pub(crate) account: Account,
}

impl Home {
    /// Whether a session may act as this account.
    pub(crate) fn is_open(&self) -> bool {
        self.account.state == State::Active && self.tenant.state == State::Active
    }
}

pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) client: Sealed,
    pub(crate) address: Sealed,
    pub(crate) created_at: Timestamp,
    pub(crate) seen_at: Timestamp,
}

/// A token that was found by its hash.
pub(crate) struct Token {
    pub(crate) id: [u8; 16],
    pub(crate) purpose: Purpose,
    pub(crate) person: PersonId,
    pub(crate) password_revision: i64,
    pub(crate) expires_at: Timestamp,
}

pub(crate) struct Invitation {
    pub(crate) id: InvitationId,
    pub(crate) mail: Option<Sealed>,
    pub(crate) role: Role,
    pub(crate) state: InvitationState,
    pub(crate) invited_by: AccountId,
    pub(crate) expires_at: Timestamp,
}

/// A letter that waits to be sent.
pub(crate) struct Letter {
    pub(crate) id: EventId,
    /// Whose registered address it goes to; nobody's when the address stands in the letter.
    pub(crate) person: Option<PersonId>,
    pub(crate) content: Sealed,
    pub(crate) attempts: i64,
}

/// How an account with this role stands to its own tenant's directory.
pub(crate) const fn relation_of(role: Role) -> Relation {
    match role {
        Role::Owner => Relation::Owner,
        Role::Administrator => Relation::Administrator,
        Role::Member => Relation::Member,
    }
}
