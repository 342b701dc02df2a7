//! The directory of a tenant: for the operations here, and as a port for other domains.

use act::{Act, Action, CURSOR_INVALID, Caller, Card, Relation};
use base::{AccountId, Context, Id, Result};
use futures_util::future::BoxFuture;

use crate::{
    model::{Directory, State, Tenant, relation_of},
    store, views,
};

/// The caller's own tenant with its directory, as their role has them stand to it.
pub(crate) async fn own_tenant(act: &mut Act) -> Result<(Tenant, Directory)> {
    let member = act.member()?;
    let tenant = store::find_tenant(act, member.tenant).await?;
    let tenant = tenant.context("the tenant of a session exists")?;
    let directory = tenant.directory(relation_of(member.role));
    Ok((tenant, directory))
}

/// The directory of [`own_tenant`].
pub(crate) async fn own(act: &mut Act) -> Result<Directory> {
    own_tenant(act).await.map(|(_, directory)| directory)
}

/// The id that a cursor of a list holds.
pub(crate) async fn read_position<K>(act: &Act, cursor: &str) -> Result<Id<K>> {
    let position = act.read_cursor(cursor).await?;
    let id = <[u8; 16]>::try_from(position).map_err(|_| CURSOR_INVALID)?;
    Ok(Id::from_bytes(id))
}

/// The cursor after a page that was read with one row too many, which is taken off.
pub(crate) async fn next_cursor<T: Send + Sync>(
    act: &Act,
    rows: &mut Vec<T>,
    limit: u32,
    id: impl Fn(&T) -> [u8; 16] + Send,
) -> Result<Option<String>> {
    let limit = usize::try_from(limit).context("counting a page")?;
    if rows.len() <= limit {
        return Ok(None);
    }
    rows.truncate(limit);
    match rows.last() {
        None => Ok(None),
        Some(last) => act.cursor(&id(last)).await.map(Some),
    }
}

/// What other domains may know of accounts.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cards;

impl act::Directory for Cards {
    fn cards<'a>(
        &'a self,
        act: &'a mut Act,
        accounts: &'a [AccountId],
    ) -> BoxFuture<'a, Result<Vec<Card>>> {
        Box::pin(cards(act, accounts))
    }
}

async fn cards(act: &mut Act, ids: &[AccountId]) -> Result<Vec<Card>> {
    let tenant = act.tenant();
    let relation = match act.caller() {
        Caller::Member(member) if member.tenant == tenant => relation_of(member.role),
        _ => Relation::None,
    };
    let Some(tenant) = store::find_tenant(act, tenant).await? else {
        return Ok(Vec::new());
    };
    let accounts = store::accounts(act, ids).await?;
    let permit = act
        .permit_for(&tenant.directory(relation), Action::Find)
        .await?;
    let card = |account: &crate::model::Account| {
        Ok(Card {
            account: account.id,
            name: views::account_name(act, &permit, account)?,
            avatar: account.avatar,
            is_active: account.state == State::Active,
        })
    };
    accounts.iter().map(card).collect()
}
