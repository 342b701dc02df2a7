//! What an organisation may see of the keys above it: how the root key is held, and how old its own key is.

use std::{sync::Arc, time::Duration};

use act::{Act, Action, Kind, Method, Operation, Relation, Resource, ResourceRef, Role};
use base::{Context, Fault, Result, TenantId, Timestamp};
use db::{Statement, params};
use futures_util::future::BoxFuture;
use kms::{Embedded, Seal, SealReading, SealState, TenantKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Of those who administer the organisation.
pub static READ: Operation = Operation::read("vault.keys.read", Action::Administer)
    .http(Method::Get, "/keys")
    .summary("How the root key of this server is held, and how old the organisation's own key is.");

pub(crate) static DIRECTORY: Statement =
    Statement::read("SELECT version, key_id FROM db_resource WHERE tenant = :tenant AND id = :id");

/// The resource whose administration this belongs to.
const KIND: Kind = Kind("identity.directory");

/// Who tells of the keys above an organisation's own ones.
pub trait KeysAbove: Send + Sync {
    /// # Errors
    /// A fault when the store does not answer.
    fn seal(&self) -> BoxFuture<'_, Result<SealReading>>;

    /// # Errors
    /// A fault when the store does not answer.
    fn tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<Option<TenantKey>>>;
}

impl KeysAbove for Embedded {
    fn seal(&self) -> BoxFuture<'_, Result<SealReading>> {
        Box::pin(self.read_seal())
    }

    fn tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<Option<TenantKey>>> {
        Box::pin(self.find_tenant_key(tenant))
    }
}

/// What the server tells this crate's operations.
#[derive(Clone, Default)]
pub struct Settings {
    /// Nothing where operations are only described.
    pub keys: Option<Arc<dyn KeysAbove>>,
    /// For how long a tenant's key is the newest.
    pub rotation: Duration,
}

/// Nothing is asked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadKeys {}

/// The keys above an organisation's own ones.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Keys {
    pub root: RootKey,
    pub key: OwnKey,
}

/// How the root key of the server is held.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RootKey {
    pub held: Held,
    /// How many custodians keep a share of it; nothing when it lies in a file.
    pub shares: Option<u32>,
    /// How many of them have to come together to open the server.
    pub threshold: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// In a file on the server's machine: the development seal.
    File,
    /// In shares with custodians.
    Shares,
}

/// The organisation's own key, which wraps every key of what it keeps.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnKey {
    pub version: u32,
    pub made_at: Timestamp,
    /// When a newer one takes over by itself.
    pub renewed_at: Timestamp,
    /// Whether something is still wrapped by an older version, and follows.
    pub is_followed: bool,
}

/// The organisation whose administration it is.
struct Organisation {
    role: Option<Role>,
    reference: ResourceRef,
}

impl Resource for Organisation {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    fn relation(&self) -> Relation {
        match self.role {
            Some(Role::Owner) => Relation::Owner,
            Some(Role::Administrator) => Relation::Administrator,
            Some(Role::Member) => Relation::Member,
            None => Relation::None,
        }
    }
}

pub(crate) async fn read(act: &mut Act, _: ReadKeys, settings: Arc<Settings>) -> Result<Keys> {
    let tenant = act.tenant();
    let row = act.row(&DIRECTORY, params! { id: tenant }).await?;
    let mut row = row.context("a tenant without its directory")?;
    let organisation = Organisation {
        role: act.caller().member().map(|member| member.role),
        reference: ResourceRef::take(KIND, tenant, tenant, &mut row)?,
    };
    act.permit(&organisation).await?;

    let keys = settings.keys.as_ref().context("nobody tells of keys")?;
    let own = keys.tenant_key(tenant).await?;
    let own = own.context("a tenant without a key")?;
    Ok(Keys {
        root: RootKey::of(&keys.seal().await?)?,
        key: OwnKey {
            version: own.version,
            made_at: own.made_at,
            renewed_at: own.made_at.after(settings.rotation),
            is_followed: own.has_older,
        },
    })
}

impl RootKey {
    fn of(reading: &SealReading) -> Result<Self> {
        let (SealState::Sealed { seal } | SealState::Unsealed { seal }) = reading.state else {
            return Err(Fault::new("the key store has no hierarchy").into());
        };
        let held = match seal {
            Seal::Development => Held::File,
            Seal::Quorum => Held::Shares,
        };
        let quorum = reading.held;
        Ok(Self {
            held,
            shares: quorum.and_then(|quorum| u32::try_from(quorum.shares).ok()),
            threshold: quorum.map(|quorum| u32::from(quorum.threshold.get())),
        })
    }
}
