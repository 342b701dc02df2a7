//! Accounts: persons in tenants.

use act::{Act, Params, Permit, Role, Row, Sealed, Statement, Value, params, plain};
use act::{IntoValue, Resource};
use base::{AccountId, AvatarId, BlobId, PersonId, Result, TenantId};

use super::{
    take_name,
    tenants::{Columns, tenant_of},
};
use crate::{
    model::{Account, Home, Person, State},
    refusals::MEMBER_ALREADY,
    rules,
};

pub(super) static HOMES: Statement = Statement::read(
    "SELECT h.home, t.kind, t.state AS tenant_state, t.name_sealed AS tenant_name_sealed, r.version, r.key_id,
            a.id, a.person, a.name_sealed, a.title_sealed, a.profile_revision, a.mail_sealed, a.role, a.state, a.locale,
            a.zone, a.avatar, a.avatar_small
     FROM identity_home h
     JOIN identity_account a ON a.tenant = h.home AND a.id = h.account
     JOIN identity_tenant t ON t.tenant = h.tenant AND t.id = h.home
     JOIN db_resource r ON r.tenant = h.home AND r.id = h.home
     WHERE h.tenant = :cell AND h.person = :person ORDER BY h.joined_at, h.home LIMIT :limit",
);

pub(super) static ACCOUNT: Statement = Statement::read(
    "SELECT id, person, name_sealed, title_sealed, profile_revision, mail_sealed, role, state, locale, zone, avatar,
            avatar_small
     FROM identity_account WHERE tenant = :tenant AND id = :id",
);

/// As many accounts at once as one statement asks for; places that are not needed hold the nil id.
pub(super) static ACCOUNTS_OF: Statement = Statement::read(
    "SELECT id, person, name_sealed, title_sealed, profile_revision, mail_sealed, role, state, locale, zone, avatar,
            avatar_small
     FROM identity_account WHERE tenant = :tenant AND id IN
     (:i00, :i01, :i02, :i03, :i04, :i05, :i06, :i07, :i08, :i09, :i10, :i11, :i12, :i13, :i14, :i15,
      :i16, :i17, :i18, :i19, :i20, :i21, :i22, :i23, :i24, :i25, :i26, :i27, :i28, :i29, :i30, :i31)",
);

/// The names of the places for ids in statements that ask for many at once.
pub(super) const PLACES: [&str; 32] = [
    "i00", "i01", "i02", "i03", "i04", "i05", "i06", "i07", "i08", "i09", "i10", "i11", "i12",
    "i13", "i14", "i15", "i16", "i17", "i18", "i19", "i20", "i21", "i22", "i23", "i24", "i25",
    "i26", "i27", "i28", "i29", "i30", "i31",
];

pub(super) static LIST_ACCOUNTS: Statement = Statement::read(
    "SELECT id, person, name_sealed, title_sealed, profile_revision, mail_sealed, role, state, locale, zone, avatar,
            avatar_small
     FROM identity_account WHERE tenant = :tenant AND id > :after ORDER BY id LIMIT :limit",
);

pub(super) static ACCOUNT_BY_AVATAR: Statement = Statement::read(
    "SELECT id, person, name_sealed, title_sealed, profile_revision, mail_sealed, role, state, locale, zone, avatar,
            avatar_small
     FROM identity_account WHERE tenant = :tenant AND avatar = :avatar LIMIT 1",
);

/// In any tenant: whether a picture is shown by somebody, large or small.
pub(super) static ACCOUNT_BY_BLOB: Statement = Statement::read(
    "SELECT id FROM identity_account WHERE avatar = :blob AND tenant >= :cell
     UNION ALL SELECT id FROM identity_account WHERE avatar_small = :blob AND tenant >= :cell",
);

pub(super) static COUNT_OWNERS: Statement = Statement::read(
    "SELECT count(*) AS owners FROM identity_account
     WHERE tenant = :tenant AND role = 'owner' AND state = 'active'",
);

pub(super) static INSERT_ACCOUNT: Statement = Statement::write(
    "INSERT INTO identity_account (tenant, id, person, name_sealed, title_sealed, profile_revision, mail_sealed, role,
                                   state, locale, zone, created_at)
     VALUES (:tenant, :id, :person, :name_sealed, :title_sealed, 1, :mail_sealed, :role, 'active', :locale, :zone, :at)",
)
.or_duplicate(MEMBER_ALREADY);

pub(super) static INSERT_HOME: Statement = Statement::write(
    "INSERT INTO identity_home (tenant, person, home, account, joined_at)
     VALUES (:cell, :person, :home, :account, :at)",
)
.or_duplicate(MEMBER_ALREADY);

pub(super) static UPDATE_PROFILE: Statement = Statement::write(
    "UPDATE identity_account SET name_sealed = :name_sealed, title_sealed = :title_sealed, locale = :locale,
                                 zone = :zone, profile_revision = profile_revision + 1
     WHERE tenant = :tenant AND id = :id AND profile_revision = :revision",
)
.exactly_one();

pub(super) static UPDATE_AVATAR: Statement = Statement::write(
    "UPDATE identity_account SET avatar = :avatar, avatar_small = :avatar_small WHERE tenant = :tenant AND id = :id",
)
.exactly_one();

pub(super) static UPDATE_STANDING: Statement = Statement::write(
    "UPDATE identity_account SET role = :role, state = :state WHERE tenant = :tenant AND id = :id",
)
.exactly_one();

const OF_HOME: Columns = Columns {
    id: "home",
    kind: "kind",
    state: "tenant_state",
    name: "tenant_name_sealed",
};

fn account_of(row: &mut Row) -> Result<Account> {
    Ok(Account {
        id: row.take("id")?,
        person: row.take("person")?,
        name: row.take("name_sealed")?,
        title: row.take("title_sealed")?,
        profile_revision: row.take("profile_revision")?,
        mail: row.take("mail_sealed")?,
        role: take_name(row, "role", Role::from_name)?,
        state: take_name(row, "state", State::from_name)?,
        locale: row.take("locale")?,
        zone: row.take("zone")?,
        avatar: row.take("avatar")?,
        avatar_small: row.take("avatar_small")?,
    })
}

/// All accounts of a person with their tenants, in the order of joining; at most [`rules::HOMES_MAX`].
pub(crate) async fn homes(act: &mut Act, person: PersonId) -> Result<Vec<Home>> {
    let rows = act
        .rows(&HOMES, params! { person: person, limit: rules::HOMES_MAX })
        .await?;
    let home_of = |mut row: Row| {
        Ok(Home {
            tenant: tenant_of(&mut row, OF_HOME)?,
            account: account_of(&mut row)?,
        })
    };
    rows.into_iter().map(home_of).collect()
}

/// An account of the tenant that the act is in.
pub(crate) async fn find_account(act: &mut Act, id: AccountId) -> Result<Option<Account>> {
    let row = act.row(&ACCOUNT, params! { id: id }).await?;
    row.map(|mut row| account_of(&mut row)).transpose()
}

/// Those of `ids` that exist in the tenant that the act is in, in no order.
pub(crate) async fn accounts(act: &mut Act, ids: &[AccountId]) -> Result<Vec<Account>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(PLACES.len()) {
        let rows = act.rows(&ACCOUNTS_OF, in_places(chunk)).await?;
        for mut row in rows {
            found.push(account_of(&mut row)?);
        }
    }
    Ok(found)
}

/// Parameters for [`PLACES`].
pub(super) fn in_places<K>(ids: &[base::Id<K>]) -> Params {
    let given = ids.iter().map(|id| id.into_value()).map(Some);
    let nil: Value = base::Id::<K>::NIL.into_value();
    PLACES
        .into_iter()
        .zip(given.chain(std::iter::repeat(None)))
        .map(|(place, id)| (place, id.unwrap_or_else(|| nil.clone())))
        .collect()
}

pub(crate) async fn list_accounts(
    act: &mut Act,
    after: AccountId,
    limit: u32,
) -> Result<Vec<Account>> {
    let rows = act
        .rows(&LIST_ACCOUNTS, params! { after: after, limit: limit })
        .await?;
    rows.into_iter()
        .map(|mut row| account_of(&mut row))
        .collect()
}

/// The account that shows this picture now.
pub(crate) async fn find_account_by_avatar(
    act: &mut Act,
    avatar: AvatarId,
) -> Result<Option<Account>> {
    let row = act
        .row(&ACCOUNT_BY_AVATAR, params! { avatar: avatar })
        .await?;
    row.map(|mut row| account_of(&mut row)).transpose()
}

/// How many owners of the tenant can act.
pub(crate) async fn count_owners(act: &mut Act) -> Result<i64> {
    let row = act.row(&COUNT_OWNERS, params! {}).await?;
    row.map_or(Ok(0), |mut row| row.take("owners"))
}

/// What a new account is made of beside its id.
pub(crate) struct NewAccount<'a> {
    pub(crate) person: PersonId,
    pub(crate) name: Sealed,
    pub(crate) title: Sealed,
    pub(crate) mail: Sealed,
    pub(crate) role: Role,
    pub(crate) locale: &'a str,
    pub(crate) zone: &'a str,
}

/// Makes an account in the permitted directory, and notes with its person that they have it.
pub(crate) fn insert_account<R: Resource>(
    act: &mut Act,
    directory: &Permit<R>,
    person: &Permit<Person>,
    id: AccountId,
    new: NewAccount<'_>,
) -> Result<()> {
    let at = act.now();
    let home: TenantId = directory.resource().tenant;
    act.execute(
        directory,
        &INSERT_ACCOUNT,
        params! {
            id: id, person: new.person, name_sealed: new.name, title_sealed: new.title, mail_sealed: new.mail,
            role: plain(new.role.name()), locale: plain(new.locale), zone: plain(new.zone), at: at,
        },
    )?;
    act.execute(
        person,
        &INSERT_HOME,
        params! { person: new.person, home: home, account: id, at: at },
    )
}

/// What of an account its own person changes.
pub(crate) struct Profile<'a> {
    pub(crate) name: Sealed,
    pub(crate) title: Sealed,
    pub(crate) locale: &'a str,
    pub(crate) zone: &'a str,
}

pub(crate) fn update_profile<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    account: &Account,
    profile: Profile<'_>,
) -> Result<()> {
    act.execute(
        permit,
        &UPDATE_PROFILE,
        params! {
            id: account.id, name_sealed: profile.name, title_sealed: profile.title, locale: plain(profile.locale),
            zone: plain(profile.zone), revision: account.profile_revision,
        },
    )
}

/// The ids of a picture in both sizes, or none.
pub(crate) fn update_avatar<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    account: AccountId,
    avatar: Option<(AvatarId, BlobId)>,
) -> Result<()> {
    let (large, small) = avatar.unzip();
    act.execute(
        permit,
        &UPDATE_AVATAR,
        params! { id: account, avatar: large, avatar_small: small },
    )
}

pub(crate) fn update_standing<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    account: AccountId,
    role: Role,
    state: State,
) -> Result<()> {
    act.execute(
        permit,
        &UPDATE_STANDING,
        params! { id: account, role: plain(role.name()), state: plain(state.name()) },
    )
}
