//! Take an invitation as a person who is signed in; the session goes on as the new account.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    invited,
    model::InvitationState,
    newcomer,
    refusals::{ACCOUNTS_MANY, INVITATION_INVALID, INVITATION_OTHER, MEMBER_ALREADY},
    standing::{self, Acting},
    store, views, wire,
};

pub static OP: Operation = Operation::write("identity.invitation.join", Action::Create)
    .http(Method::Post, "/invitations/join")
    .not_idempotent("an invitation is taken once")
    .summary("Take an invitation as the person who is signed in.")
    .across_tenants()
    .refusing(&[
        INVITATION_INVALID,
        INVITATION_OTHER,
        MEMBER_ALREADY,
        ACCOUNTS_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::InvitationToken) -> Result<wire::Me> {
    let member = act.member()?;
    let invited = invited::find(act, &input.token).await?;
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;
    let homes = newcomer::homes(act, &person).await?;
    if homes.iter().any(|home| home.tenant == invited.tenant.id) {
        return Err(MEMBER_ALREADY.into());
    }
    let standing = standing::load(act, person, permit, Acting::This(member.account)).await?;
    let me = views::me(act, &standing, member.session)?;
    invited.is_for(&me.person.mail)?;
    let tenant = views::tenant(act, &invited.directory, &invited.tenant)?;

    let account = newcomer::Moving {
        person: standing.person.id,
        permit: &standing.permit,
        directory: &invited.directory,
        name: &me.account.name,
        mail: &me.person.mail,
        role: invited.invitation.role,
        locale: &me.account.locale,
        zone: &me.account.zone,
    };
    let account = newcomer::insert_account(act, &account)?;
    store::close_invitation(
        act,
        &invited.directory,
        invited.invitation.id,
        InvitationState::Accepted,
    )?;
    store::switch_session(act, &standing.permit, member.session, tenant.id, account.id)?;
    Ok(newcomer::view(
        me.person,
        homes,
        tenant,
        account,
        member.session,
    ))
}
