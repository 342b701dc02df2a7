//! From what is stored to what is shown: opening sealed columns, and the two spellings of each enum.

use act::{Act, Permit, Place, Role, Sealed};
use base::{AccountId, Fault, PersonId, Result, SessionId, TenantId, Timestamp};

use crate::{
    model::{self, Directory, Home, Person, TotpState, fields},
    wire,
};

impl From<Role> for wire::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Administrator => Self::Administrator,
            Role::Member => Self::Member,
        }
    }
}

impl From<wire::Role> for Role {
    fn from(role: wire::Role) -> Self {
        match role {
            wire::Role::Owner => Self::Owner,
            wire::Role::Administrator => Self::Administrator,
            wire::Role::Member => Self::Member,
        }
    }
}

impl From<wire::InvitedRole> for Role {
    fn from(role: wire::InvitedRole) -> Self {
        match role {
            wire::InvitedRole::Administrator => Self::Administrator,
            wire::InvitedRole::Member => Self::Member,
        }
    }
}

impl From<model::State> for wire::State {
    fn from(state: model::State) -> Self {
        match state {
            model::State::Active => Self::Active,
            model::State::Suspended => Self::Suspended,
        }
    }
}

impl From<wire::State> for model::State {
    fn from(state: wire::State) -> Self {
        match state {
            wire::State::Active => Self::Active,
            wire::State::Suspended => Self::Suspended,
        }
    }
}

impl From<model::TenantKind> for wire::TenantKind {
    fn from(kind: model::TenantKind) -> Self {
        match kind {
            model::TenantKind::Organisation => Self::Organisation,
            model::TenantKind::Personal => Self::Personal,
        }
    }
}

impl From<wire::TenantKind> for model::TenantKind {
    fn from(kind: wire::TenantKind) -> Self {
        match kind {
            wire::TenantKind::Organisation => Self::Organisation,
            wire::TenantKind::Personal => Self::Personal,
        }
    }
}

impl From<model::SignUp> for wire::SignUpMode {
    fn from(mode: model::SignUp) -> Self {
        match mode {
            model::SignUp::Open => Self::Open,
            model::SignUp::Code => Self::Code,
            model::SignUp::Closed => Self::Closed,
        }
    }
}

impl From<wire::SignUpMode> for model::SignUp {
    fn from(mode: wire::SignUpMode) -> Self {
        match mode {
            wire::SignUpMode::Open => Self::Open,
            wire::SignUpMode::Code => Self::Code,
            wire::SignUpMode::Closed => Self::Closed,
        }
    }
}

/// Invitations are made for two of the three roles.
pub(crate) fn invited_role(role: Role) -> Result<wire::InvitedRole> {
    match role {
        Role::Administrator => Ok(wire::InvitedRole::Administrator),
        Role::Member => Ok(wire::InvitedRole::Member),
        Role::Owner => Err(Fault::new("an invitation into ownership").into()),
    }
}

/// The state as people see it: time closes an invitation without anybody writing it down.
pub(crate) fn invitation_state(
    invitation: &model::Invitation,
    now: Timestamp,
) -> wire::InvitationState {
    match invitation.state {
        model::InvitationState::Open if now < invitation.expires_at => wire::InvitationState::Open,
        model::InvitationState::Open => wire::InvitationState::Expired,
        model::InvitationState::Accepted => wire::InvitationState::Accepted,
        model::InvitationState::Withdrawn => wire::InvitationState::Withdrawn,
    }
}

/// Seals name and title for a revision of the profile.
pub(crate) fn seal_profile(
    act: &Act,
    permit: &Permit<Directory>,
    account: AccountId,
    revision: i64,
    name: &str,
    title: &str,
) -> (Sealed, Sealed) {
    let place = |field| Place::new(account, field).at(revision);
    (
        act.seal(permit, place(fields::ACCOUNT_NAME), name.as_bytes()),
        act.seal(permit, place(fields::ACCOUNT_TITLE), title.as_bytes()),
    )
}

pub(crate) fn seal_account_mail(
    act: &Act,
    permit: &Permit<Directory>,
    account: AccountId,
    mail: &str,
) -> Sealed {
    act.seal(
        permit,
        Place::new(account, fields::ACCOUNT_MAIL),
        mail.as_bytes(),
    )
}

pub(crate) fn account_name(
    act: &Act,
    permit: &Permit<Directory>,
    account: &model::Account,
) -> Result<String> {
    let place = Place::new(account.id, fields::ACCOUNT_NAME).at(account.profile_revision);
    act.open_text(permit, place, &account.name)
}

pub(crate) fn account_mail(
    act: &Act,
    permit: &Permit<Directory>,
    account: &model::Account,
) -> Result<String> {
    act.open_text(
        permit,
        Place::new(account.id, fields::ACCOUNT_MAIL),
        &account.mail,
    )
}

pub(crate) fn tenant_name(
    act: &Act,
    permit: &Permit<Directory>,
    tenant: &model::Tenant,
) -> Result<String> {
    act.open_text(
        permit,
        Place::new(tenant.id, fields::TENANT_NAME),
        &tenant.name,
    )
}

pub(crate) fn seal_tenant_name(
    act: &Act,
    permit: &Permit<Directory>,
    tenant: TenantId,
    name: &str,
) -> Sealed {
    act.seal(
        permit,
        Place::new(tenant, fields::TENANT_NAME),
        name.as_bytes(),
    )
}

pub(crate) fn seal_person_mail(
    act: &Act,
    permit: &Permit<Person>,
    person: PersonId,
    mail: &str,
) -> Sealed {
    act.seal(
        permit,
        Place::new(person, fields::PERSON_MAIL),
        mail.as_bytes(),
    )
}

pub(crate) fn person_mail(act: &Act, permit: &Permit<Person>, person: &Person) -> Result<String> {
    act.open_text(
        permit,
        Place::new(person.id, fields::PERSON_MAIL),
        &person.mail,
    )
}

/// An account as its colleagues see it.
pub(crate) fn account(
    act: &Act,
    permit: &Permit<Directory>,
    account: &model::Account,
) -> Result<wire::Account> {
    let title = Place::new(account.id, fields::ACCOUNT_TITLE).at(account.profile_revision);
    Ok(wire::Account {
        id: account.id,
        name: account_name(act, permit, account)?,
        title: act.open_text(permit, title, &account.title)?,
        role: account.role.into(),
        state: account.state.into(),
        locale: account.locale.clone(),
        zone: account.zone.clone(),
        avatar: account.avatar,
    })
}

/// The tenant as its members see it.
pub(crate) fn tenant(
    act: &Act,
    permit: &Permit<Directory>,
    tenant: &model::Tenant,
) -> Result<wire::Tenant> {
    Ok(wire::Tenant {
        id: tenant.id,
        name: tenant_name(act, permit, tenant)?,
        kind: tenant.kind.into(),
    })
}

/// The person as only they see themselves.
pub(crate) fn person(act: &Act, permit: &Permit<Person>, person: &Person) -> Result<wire::Person> {
    Ok(wire::Person {
        id: person.id,
        mail: person_mail(act, permit, person)?,
        totp: person.totp.state == TotpState::Active,
        recovery_codes_left: person.recovery_codes_left,
    })
}

/// One of a person's accounts, for changing to it.
pub(crate) const fn home_of(
    account: AccountId,
    tenant: TenantId,
    tenant_name: String,
) -> wire::Home {
    wire::Home {
        account,
        tenant,
        tenant_name,
    }
}

/// What the person of a session sees of themselves. `homes` are all of the person's, `current` the account that acts.
/// Comes before the first write.
pub(crate) fn me(
    act: &Act,
    standing: &crate::standing::Standing,
    session: SessionId,
) -> Result<wire::Me> {
    let current: &Home = &standing.home;
    let tenant = tenant(act, &standing.directory, &current.tenant)?;
    let mut accounts = vec![home_of(current.account.id, tenant.id, tenant.name.clone())];
    for (home, permit) in &standing.others {
        let name = tenant_name(act, permit, &home.tenant)?;
        accounts.push(home_of(home.account.id, home.tenant.id, name));
    }
    accounts.sort_by_key(|home| home.account);
    Ok(wire::Me {
        person: person(act, &standing.permit, &standing.person)?,
        account: account(act, &standing.directory, &current.account)?,
        tenant,
        accounts,
        session,
    })
}
