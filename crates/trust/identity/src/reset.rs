//! Links to a new password: to the registered address when there is mail, otherwise to whoever asked, and then worth nothing
//! without a second factor of the person.

use act::{Act, Cell, Permit};
use base::Result;

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
    let link = make(act, cell, person, Purpose::ResetByLink, settings)?;
    Ok(wire::SentReset::Link { link })
}

/// Sends a link to the registered address.
pub(crate) fn by_mail(
    act: &mut Act,
    cell: &Permit<Cell>,
    person: &Person,
    settings: &Settings,
) -> Result<()> {
    let link = make(act, cell, person, Purpose::ResetByMail, settings)?;
    mail::post(act, cell, Some(person.id), &wire::Letter::Reset { link })
}

fn make(
    act: &mut Act,
    cell: &Permit<Cell>,
    person: &Person,
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
        person: person.id,
        password_revision: person.password_revision,
        expires_at: act.now().after(life),
    };
    store::insert_token(act, cell, new)?;
    Ok(settings.link("recover/finish", &token.text))
}
