//! Change the role of an account, suspend it, or take it back.

use act::{Act, Action, Method, Operation, Role};
use base::Result;

use crate::{
    directory,
    model::State,
    refusals::{ACCOUNT_ABSENT, MEMBER_SELF, OWNER_LAST},
    rules, standing, store, views, wire,
};

pub static OP: Operation = Operation::write("identity.member.update", Action::Administer)
    .http(Method::Patch, "/members/{account}")
    .summary("Change an account's role, suspend it, or take it back.")
    .refusing(&[ACCOUNT_ABSENT, MEMBER_SELF, OWNER_LAST]);

pub async fn run(act: &mut Act, input: wire::UpdateMember) -> Result<wire::Account> {
    let member = act.member()?;
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let mut account = store::find_account(act, input.account)
        .await?
        .ok_or(ACCOUNT_ABSENT)?;
    let role = input.role.map_or(account.role, Role::from);
    let state = input.state.map_or(account.state, State::from);
    if rules::touches_ownership(&account, role) {
        act.permit_for(&own, Action::Transfer).await?;
    }
    let owners = store::count_owners(act).await?;
    rules::restand(&account, member.account, role, state, owners)?;
    let sessions = store::sessions_of_account(act, account.id).await?;
    let takes_rights = rules::takes_rights(&account, role, state);
    (account.role, account.state) = (role, state);
    let view = views::account(act, &permit, &account)?;

    // Whoever counted owners at the same time counts again.
    act.raise(&permit);
    store::update_standing(act, &permit, account.id, role, state)?;
    if takes_rights {
        store::withdraw_invitations(act, &permit, account.id)?;
    }
    match state {
        State::Suspended => standing::end_sessions(act, &permit, sessions, None)?,
        // What nodes remember of them has the role of before: they ask anew, and go on.
        State::Active => sessions
            .into_iter()
            .for_each(|session| act.end_session(session)),
    }
    act.notify(account.id, "profile", None, None);
    Ok(view)
}
