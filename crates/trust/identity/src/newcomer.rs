//! Somebody who comes with an address and a password to get an account: a new person, or one who is known and proves it.

use std::sync::Arc;

use act::{Act, Cell, Permit, Place, Role};
use base::{AccountId, PersonId, Result, Secret, SessionId};

use crate::{
    model::{Directory, Home, Person, TotpState, fields},
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

/// Finds out who comes. The act is in the cell; a known person gives the password that they have.
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
    let password = act.seal(
        cell,
        Place::new(id, fields::PASSWORD).at(1),
        verifier.expose(),
    );
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
    let (account, session): (AccountId, SessionId) = (act.new_id(), act.new_id());
    insert_account(
        act,
        &settled.permit,
        settled.person,
        directory,
        account,
        intro,
        role,
    )?;
    for old in settled.ending {
        store::end_session(act, &settled.permit, old)?;
    }
    standing::insert_session(
        act,
        &settled.permit,
        settled.person,
        (tenant.id, account),
        session,
    )?;
    Ok(standing::signed_in(view(
        settled.view,
        settled.homes,
        tenant,
        account,
        intro,
        role,
        session,
    )))
}

fn insert_account(
    act: &mut Act,
    permit: &Permit<Person>,
    person: PersonId,
    directory: &Permit<Directory>,
    account: AccountId,
    intro: &Introduction,
    role: Role,
) -> Result<()> {
    let (name, title) = views::seal_profile(act, directory, account, 1, &intro.name, "");
    let mail = views::seal_account_mail(act, directory, account, &intro.mail);
    let new = store::NewAccount {
        person,
        name,
        title,
        mail,
        role,
        locale: &intro.locale,
        zone: &intro.zone,
    };
    store::insert_account(act, directory, permit, account, new)
}

fn view(
    person: wire::Person,
    mut accounts: Vec<wire::Home>,
    tenant: wire::Tenant,
    account: AccountId,
    intro: &Introduction,
    role: Role,
    session: SessionId,
) -> wire::Me {
    accounts.push(views::home_of(account, tenant.id, tenant.name.clone()));
    accounts.sort_by_key(|home| home.account);
    let account = wire::Account {
        id: account,
        name: intro.name.clone(),
        title: String::new(),
        role: role.into(),
        state: wire::State::Active,
        locale: intro.locale.clone(),
        zone: intro.zone.clone(),
        avatar: None,
    };
    wire::Me {
        person,
        account,
        tenant,
        accounts,
        session,
    }
}
