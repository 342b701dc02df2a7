//! Somebody who comes with an address and a password to get an account: a new person, or one who is known and proves it.

use std::sync::Arc;

use act::{Act, Cell, Permit, Role};
use base::{AccountId, PersonId, Result, Secret, SessionId};

use crate::{
    model::{Directory, Home, Person, TotpState},
    password, proof,
    refusals::{ACCOUNTS_MANY, SIGN_IN_FIRST},
    rules, standing, store, views, wire,
};

/// What somebody says of themselves, in its one spelling.
pub(crate) struct Introduction {
    pub(crate) name: String,
    pub(crate) mail: String,
    pub(crate) locale: String,
    pub(crate) zone: String,
    password: Arc<Secret<String>>,
}

impl Introduction {
    /// # Errors
    /// The refusal of the first field that is not acceptable.
    pub(crate) fn new(
        name: &str,
        mail: &str,
        password: Secret<String>,
        locale: &str,
        zone: &str,
    ) -> Result<Self> {
        rules::password_length(password.expose())?;
        Ok(Self {
            name: rules::name(name, "name")?,
            mail: rules::mail(mail)?,
            locale: rules::locale(locale)?,
            zone: rules::zone(zone)?,
            password: Arc::new(password),
        })
    }
}

/// What was found out before the first write.
pub(crate) enum Met {
    Known(Box<Known>),
    New { verifier: Secret<Vec<u8>> },
}

/// A known person, what they see of themselves, and the sessions that end for the one to come.
pub(crate) struct Known {
    person: Person,
    permit: Permit<Person>,
    view: wire::Person,
    homes: Vec<wire::Home>,
    ending: Vec<SessionId>,
}

/// Finds out who comes. The act is in the cell; a known person gives the password that they have. It is judged before anybody
/// is looked for: a weak one is refused alike whether or not the address is known.
///
/// # Errors
/// Refusals of a weak password, a wrong one, too many tries, or a second factor that has to be given at sign-in.
pub(crate) async fn meet(
    act: &mut Act,
    cell: &Permit<Cell>,
    intro: &Introduction,
    words: &[&str],
) -> Result<Met> {
    proof::count_guess(act, &intro.mail)?;
    let own = [&[intro.name.as_str(), intro.mail.as_str()], words].concat();
    proof::judge(act, &intro.password, password::own_words(&own)).await?;
    let mail_hash = proof::mail_hash(act, &intro.mail).await?;
    let Some(claim) = store::find_claim_by_mail(act, mail_hash).await? else {
        let verifier = proof::verifier(act, &intro.password).await?;
        return Ok(Met::New { verifier });
    };
    let person = proof::by_password(act, cell, Some(claim), Arc::clone(&intro.password)).await?;
    proof::forgive_guesses(act, &intro.mail);
    if person.totp.state == TotpState::Active {
        return Err(SIGN_IN_FIRST.into());
    }
    let homes = homes(act, &person).await?;
    let permit = act.permit(&person).await?;
    Ok(Met::Known(Box::new(Known {
        view: views::person(act, &permit, &person)?,
        ending: store::sessions_beyond(act, person.id).await?,
        homes,
        permit,
        person,
    })))
}

/// The accounts of a person who is about to get one more.
pub(crate) async fn homes(act: &mut Act, person: &Person) -> Result<Vec<wire::Home>> {
    let homes = store::homes(act, person.id).await?;
    if u32::try_from(homes.len()).is_ok_and(|count| count >= rules::HOMES_MAX) {
        return Err(ACCOUNTS_MANY.into());
    }
    let mut views = Vec::with_capacity(homes.len());
    for home in homes.into_iter().filter(Home::is_open) {
        let permit = standing::find_permit(act, &home.tenant).await?;
        let name = views::tenant_name(act, &permit, &home.tenant)?;
        views.push(views::home_of(home.account.id, home.tenant.id, name));
    }
    Ok(views)
}

/// A person who exists, or will with this act.
pub(crate) struct Settled {
    person: PersonId,
    permit: Permit<Person>,
    view: wire::Person,
    homes: Vec<wire::Home>,
    ending: Vec<SessionId>,
}

/// Makes the person if they are new. From here on the act writes; it is in the cell.
pub(crate) async fn settle(
    act: &mut Act,
    cell: &Permit<Cell>,
    intro: &Introduction,
    met: Met,
) -> Result<Settled> {
    let verifier = match met {
        Met::Known(known) => {
            let Known {
                person,
                permit,
                view,
                homes,
                ending,
            } = *known;
            return Ok(Settled {
                person: person.id,
                permit,
                view,
                homes,
                ending,
            });
        }
        Met::New { verifier } => verifier,
    };
    let id: PersonId = act.new_id();
    let mail_hash = proof::mail_hash(act, &intro.mail).await?;
    let permit = act
        .found::<Person, Cell, _>(cell, crate::model::PERSON, id)
        .await?;
    let mail = views::seal_person_mail(act, &permit, id, &intro.mail);
    let password = proof::seal_verifier(act, cell, id, 1, &verifier);
    store::insert_person(
        act,
        &permit,
        id,
        store::NewPerson {
            mail_hash,
            mail,
            password,
        },
    )?;
    let view = wire::Person {
        id,
        mail: intro.mail.clone(),
        totp: false,
        recovery_codes_left: 0,
    };
    Ok(Settled {
        person: id,
        permit,
        view,
        homes: Vec::new(),
        ending: Vec::new(),
    })
}

/// Gives a person an account in the permitted directory, and a session that acts as it.
pub(crate) fn move_in(
    act: &mut Act,
    settled: Settled,
    directory: &Permit<Directory>,
    tenant: wire::Tenant,
    intro: &Introduction,
    role: Role,
) -> Result<wire::SignedIn> {
    let moving = Moving {
        person: settled.person,
        permit: &settled.permit,
        directory,
        name: &intro.name,
        mail: &intro.mail,
        role,
        locale: &intro.locale,
        zone: &intro.zone,
    };
    let account = insert_account(act, &moving)?;
    standing::end_sessions(act, &settled.permit, settled.ending, None)?;
    let session: SessionId = act.new_id();
    standing::insert_session(
        act,
        &settled.permit,
        settled.person,
        (tenant.id, account.id),
        session,
    )?;
    Ok(standing::signed_in(view(
        settled.view,
        settled.homes,
        tenant,
        account,
        session,
    )))
}

/// What a new account is made of.
pub(crate) struct Moving<'a> {
    pub(crate) person: PersonId,
    pub(crate) permit: &'a Permit<Person>,
    pub(crate) directory: &'a Permit<Directory>,
    pub(crate) name: &'a str,
    pub(crate) mail: &'a str,
    pub(crate) role: Role,
    pub(crate) locale: &'a str,
    pub(crate) zone: &'a str,
}

/// Makes the account, and shows it as it will be.
pub(crate) fn insert_account(act: &mut Act, moving: &Moving<'_>) -> Result<wire::Account> {
    let id: AccountId = act.new_id();
    let (name, title) = views::seal_profile(act, moving.directory, id, 1, moving.name, "");
    let mail = views::seal_account_mail(act, moving.directory, id, moving.mail);
    let new = store::NewAccount {
        person: moving.person,
        name,
        title,
        mail,
        role: moving.role,
        locale: moving.locale,
        zone: moving.zone,
    };
    store::insert_account(act, moving.directory, moving.permit, id, new)?;
    Ok(wire::Account {
        id,
        name: moving.name.to_owned(),
        title: String::new(),
        role: moving.role.into(),
        state: wire::State::Active,
        locale: moving.locale.to_owned(),
        zone: moving.zone.to_owned(),
        avatar: None,
    })
}

/// What a person sees of themselves once they have moved in.
pub(crate) fn view(
    person: wire::Person,
    mut accounts: Vec<wire::Home>,
    tenant: wire::Tenant,
    account: wire::Account,
    session: SessionId,
) -> wire::Me {
    accounts.push(views::home_of(account.id, tenant.id, tenant.name.clone()));
    accounts.sort_by_key(|home| home.account);
    wire::Me {
        person,
        account,
        tenant,
        accounts,
        session,
    }
}
