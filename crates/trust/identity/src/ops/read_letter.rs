//! A letter, written for its reader. The registered address of a person is opened here and nowhere earlier.

use std::sync::Arc;

use act::{Act, Action, Audit, Operation};
use base::Result;

use crate::{
    mail,
    model::{Claim, Home},
    settings::Settings,
    store, views, wire,
};

pub static OP: Operation = Operation::read("identity.letter.read", Action::Serve)
    .system()
    .audited(Audit::Always);

pub async fn run(
    act: &mut Act,
    input: wire::ReadLetter,
    settings: Arc<Settings>,
) -> Result<wire::LetterToSend> {
    let cell = act.cell().await?;
    let cell = act.permit(&cell).await?;
    let Some(stored) = store::find_letter(act, input.letter).await? else {
        return Ok(wire::LetterToSend { letter: None });
    };
    let letter = mail::open(act, &cell, &stored)?;
    let reader = match (&letter, stored.person) {
        (wire::Letter::Invitation { to, locale, .. }, _) => Some((to.clone(), locale.clone())),
        (wire::Letter::Reset { .. }, None) => None,
        (wire::Letter::Reset { .. }, Some(person)) => registered(act, person).await?,
    };
    let letter = reader.map(|(to, locale)| {
        let (subject, text) = mail::render(&letter, &locale, &settings.instance_name);
        wire::RenderedLetter { to, subject, text }
    });
    Ok(wire::LetterToSend { letter })
}

/// The registered address of a person, and the language of their first account.
async fn registered(act: &mut Act, person: base::PersonId) -> Result<Option<(String, String)>> {
    let Some(Claim(person)) = store::find_claim(act, person).await? else {
        return Ok(None);
    };
    let homes = store::homes(act, person.id).await?;
    let locale = homes.first().map(|home: &Home| home.account.locale.clone());
    let permit = act.permit(&person).await?;
    let to = views::person_mail(act, &permit, &person)?;
    Ok(Some((to, locale.unwrap_or_default())))
}
