//! Links to a new password: to the registered address when there is mail, otherwise to whoever asked, and then worth nothing
//! without a second factor of the person.

use act::{Act, Cell, Permit};
use base::{PersonId, Result};

use crate::{
    mail,
    model::{Claim, Person, Purpose, TotpState},
    refusals::RESET_IMPOSSIBLE,
    rules,
    settings::Settings,
    store, token, wire,
};

/// Starts a reset that somebody else asked for: an administrator or the operator.
///
/// # Errors
/// [`RESET_IMPOSSIBLE`] without mail for a person without a second factor; [`act::TOO_MANY`].
pub(crate) fn by_another(
    act: &mut Act,
    cell: &Permit<Cell>,
    Claim(person): &Claim,
    settings: &Settings,
) -> Result<wire::SentReset> {
    act.throttle(&rules::RESETS, &person.id.to_bytes())?;
    if settings.mail {
        by_mail(act, cell, person, settings)?;
        return Ok(wire::SentReset::Mail);
    }
    if person.totp.state != TotpState::Active {
        return Err(RESET_IMPOSSIBLE.into());
    }
    let link = make(
        act,
        cell,
        Subject::of(person),
        Purpose::ResetByLink,
        settings,
    )?;
    Ok(wire::SentReset::Link { link })
}

/// Sends a link to the registered address.
pub(crate) fn by_mail(
    act: &mut Act,
    cell: &Permit<Cell>,
    person: &Person,
    settings: &Settings,
) -> Result<()> {
    let link = make(
        act,
        cell,
        Subject::of(person),
        Purpose::ResetByMail,
        settings,
    )?;
    mail::post(act, cell, Some(person.id), &wire::Letter::Reset { link })
}

/// Does for nobody what [`by_mail`] does for somebody, so that neither time nor load says whether an address is known. The
/// letter has no reader: it goes nowhere, and its link fits no person.
pub(crate) fn by_mail_to_nobody(
    act: &mut Act,
    cell: &Permit<Cell>,
    settings: &Settings,
) -> Result<()> {
    let nobody = Subject {
        person: act.new_id(),
        password_revision: 1,
    };
    let link = make(act, cell, nobody, Purpose::ResetByMail, settings)?;
    mail::post(act, cell, None, &wire::Letter::Reset { link })
}

/// For whom a link is made.
struct Subject {
    person: PersonId,
    password_revision: i64,
}

impl Subject {
    const fn of(person: &Person) -> Self {
        Self {
            person: person.id,
            password_revision: person.password_revision,
        }
    }
}

fn make(
    act: &mut Act,
    cell: &Permit<Cell>,
    subject: Subject,
    purpose: Purpose,
    settings: &Settings,
) -> Result<String> {
    let life = match purpose {
        Purpose::ResetByMail => rules::RESET_BY_MAIL_LIFE,
        Purpose::ResetByLink => rules::RESET_BY_LINK_LIFE,
        Purpose::SecondFactor => rules::TICKET_LIFE,
    };
    let token = token::fresh(act);
    let new = store::NewToken {
        token_hash: token.hash,
        purpose,
        person: subject.person,
        password_revision: subject.password_revision,
        expires_at: act.now().after(life),
    };
    store::insert_token(act, cell, new)?;
    Ok(settings.link("recover/finish", &token.text))
}
