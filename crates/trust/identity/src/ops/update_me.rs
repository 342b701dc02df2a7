//! Change one's own profile in the tenant in which the session acts.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::relation_of,
    refusals::{LOCALE_INVALID, NAME_INVALID, TITLE_INVALID, ZONE_INVALID},
    rules,
    standing::{self, Acting},
    store, views, wire,
};

pub static OP: Operation = Operation::write("identity.me.update", Action::Mark)
    .http(Method::Patch, "/me")
    .summary("Change one's own name, title, language or time zone.")
    .across_tenants()
    .refusing(&[NAME_INVALID, TITLE_INVALID, LOCALE_INVALID, ZONE_INVALID]);

pub async fn run(act: &mut Act, input: wire::UpdateMe) -> Result<wire::Me> {
    let member = act.member()?;
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;
    let standing = standing::load(act, person, permit, Acting::This(member.account)).await?;
    let mut me = views::me(act, &standing, member.session)?;
    change(&mut me.account, input)?;
    let directory = standing
        .home
        .tenant
        .directory(relation_of(standing.home.account.role));
    let permit = act.permit(&directory).await?;

    let account = &standing.home.account;
    let revision = account.profile_revision + 1;
    let (name, title) = views::seal_profile(
        act,
        &permit,
        account.id,
        revision,
        &me.account.name,
        &me.account.title,
    );
    let profile = store::Profile {
        name,
        title,
        locale: &me.account.locale,
        zone: &me.account.zone,
    };
    store::update_profile(act, &permit, account, profile)?;
    act.notify(member.account, "profile", None, None);
    Ok(me)
}

fn change(account: &mut wire::Account, input: wire::UpdateMe) -> Result<()> {
    if let Some(name) = input.name {
        account.name = rules::name(&name, "name")?;
    }
    if let Some(title) = input.title {
        account.title = rules::title(&title)?;
    }
    if let Some(locale) = input.locale {
        account.locale = rules::locale(&locale)?;
    }
    if let Some(zone) = input.zone {
        account.zone = rules::zone(&zone)?;
    }
    Ok(())
}
