//! How a claim to be somebody is proved. The same work is done and the same answer given whether or not they exist.

use std::sync::Arc;

use act::{Act, Cell, Heavy, Permit, Place, Plain, Sealed};
use base::{Context, PersonId, Result, Secret, TenantId};

use crate::{
    model::{Claim, Person, Token, TotpState, fields},
    ops::count_code_failure,
    password,
    refusals::{CODE_MISSING, CODE_WRONG, CREDENTIALS_WRONG, PASSWORD_WEAK},
    rules, store, totp,
};

const MAIL_LABEL: &str = "identity.person.mail";
const RECOVERY_LABEL: &str = "identity.recovery_code";

/// The hash by which the person of a normalised address is found. The act is in the cell.
pub(crate) async fn mail_hash(act: &Act, mail: &str) -> Result<Plain> {
    act.keyed_hash(MAIL_LABEL, mail.as_bytes()).await
}

/// Counts a guess at somebody's password. `who` names them by what was given, existing or not.
///
/// The place is asked first, so that guesses which it refuses cost the account nothing: one address alone keeps nobody out.
/// From where the person has got in lately they get in, however many strangers guess from elsewhere; what is known of places
/// is this node's own and ends with it, as the buckets do.
pub(crate) fn count_guess(act: &Act, who: &str) -> Result<()> {
    let source = act.client().0.to_owned();
    act.throttle(&rules::TRIES_BY_SOURCE, source.as_bytes())?;
    let place = place(&source, who);
    act.throttle(&rules::TRIES_FROM_PLACE, place.as_bytes())?;
    match act.is_noted(&rules::KNOWN_PLACES, place.as_bytes()) {
        true => Ok(()),
        false => act.throttle(&rules::TRIES_AT_ACCOUNT, who.as_bytes()),
    }
}

/// The guess was right: the person's own buckets are full again, the source's is not, and the place is known.
pub(crate) fn forgive_guesses(act: &Act, who: &str) {
    let source = act.client().0.to_owned();
    act.forgive(&rules::TRIES_AT_ACCOUNT, who.as_bytes());
    let place = place(&source, who);
    act.forgive(&rules::TRIES_FROM_PLACE, place.as_bytes());
    act.note(&rules::KNOWN_PLACES, place.as_bytes());
}

fn place(source: &str, who: &str) -> String {
    format!("{source}\n{who}")
}

/// A claim proved by the password; the verifier is opened by the cell's permit, the person's own key is not touched yet.
///
/// # Errors
/// [`CREDENTIALS_WRONG`] when the password is wrong, and when nobody is claimed.
pub(crate) async fn by_password(
    act: &mut Act,
    cell: &Permit<Cell>,
    claim: Option<Claim>,
    given: Arc<Secret<String>>,
) -> Result<Person> {
    let verifier = match &claim {
        Some(Claim(person)) => Some(open_verifier(act, cell, person)?),
        None => None,
    };
    let work = move || password::matches(verifier.as_ref().map(|v| v.expose().as_slice()), &given);
    let is_right = act.compute(Heavy::Passwords, work).await??;
    match claim {
        Some(Claim(person)) if is_right => Ok(person),
        _ => Err(CREDENTIALS_WRONG.into()),
    }
}

fn open_verifier(act: &Act, cell: &Permit<Cell>, person: &Person) -> Result<Secret<Vec<u8>>> {
    let place = Place::new(person.id, fields::PASSWORD).at(person.password_revision);
    act.open(cell, place, &person.password).map(Secret::new)
}

/// A claim proved by a token that was made for the person: a ticket, or a link.
///
/// # Errors
/// A refusal when the person or their password is not any more what it was.
pub(crate) async fn by_token(act: &mut Act, token: &Token) -> Result<Option<Person>> {
    let now = act.now();
    let claim = store::find_claim(act, token.person).await?;
    Ok(claim
        .map(|Claim(person)| person)
        .filter(|person| rules::stands(token, person.password_revision, now)))
}

/// A code or a recovery code that was given as second factor.
pub(crate) enum Given {
    Code(String),
    Recovery(String),
}

impl Given {
    /// Exactly one of the two.
    pub(crate) fn of(code: Option<String>, recovery_code: Option<String>) -> Result<Self> {
        match (code, recovery_code) {
            (Some(code), None) => Ok(Self::Code(code)),
            (None, Some(code)) => Ok(Self::Recovery(code)),
            _ => Err(CODE_MISSING.at("code")),
        }
    }
}

/// A second factor that was right, to be used up in the same act.
pub(crate) enum Proved {
    Step(i64),
    Recovery(Plain),
}

/// Checks a second factor. The caller holds a permit for the person; the code is used up by [`use_up`].
///
/// # Errors
/// [`CODE_WRONG`], also when the person has no second factor; [`act::TOO_MANY`].
pub(crate) async fn second_factor(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
    given: &Given,
) -> Result<Proved> {
    // The row counts on every node and after a restart; the bucket keeps a node from being asked many times at once.
    let forgotten_at = store::code_failures_forgotten_at(act, person.id).await?;
    rules::may_guess_code(forgotten_at, act.now())?;
    act.throttle(&rules::CODES, &person.id.to_bytes())?;
    let proved = match (given, person.totp.state) {
        (_, TotpState::Absent | TotpState::Pending) => None,
        (Given::Code(code), TotpState::Active) => {
            totp_step(act, permit, person, code)?.map(Proved::Step)
        }
        (Given::Recovery(code), TotpState::Active) => {
            let hash = recovery_hash(act, person.id, code).await?;
            let is_there = store::has_recovery_code(act, person, hash).await?;
            match is_there {
                true => Some(Proved::Recovery(recovery_hash(act, person.id, code).await?)),
                false => None,
            }
        }
    };
    let Some(proved) = proved else {
        act.if_refused(&count_code_failure::OP, person.id);
        return Err(CODE_WRONG.into());
    };
    act.forgive(&rules::CODES, &person.id.to_bytes());
    Ok(proved)
}

/// The step of a code that is good now, for an active or a pending secret.
pub(crate) fn totp_step(
    act: &Act,
    permit: &Permit<Person>,
    person: &Person,
    code: &str,
) -> Result<Option<i64>> {
    let sealed = person
        .totp
        .secret
        .as_ref()
        .context("a second factor without its secret")?;
    let place = Place::new(person.id, fields::TOTP_SECRET).at(person.totp.revision);
    let secret = Secret::new(act.open(permit, place, sealed)?);
    totp::matching_step(secret.expose(), code, act.now(), person.totp.step_last)
}

/// Takes a second factor out of use.
pub(crate) fn use_up(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
    proved: Proved,
) -> Result<()> {
    store::forgive_code_failures(act, permit, person.id)?;
    match proved {
        Proved::Step(step) => store::update_totp_step(act, permit, person, step),
        Proved::Recovery(hash) => store::delete_recovery_code(act, permit, person, hash),
    }
}

/// The hash by which a recovery code of a person is kept; made in the cell, whatever tenant the act is in.
pub(crate) async fn recovery_hash(act: &mut Act, person: PersonId, code: &str) -> Result<Plain> {
    let back = act.tenant();
    act.enter(TenantId::NIL)?;
    let message = [
        person.to_bytes().as_slice(),
        totp::recovery_spelling(code).as_bytes(),
    ]
    .concat();
    let hash = act.keyed_hash(RECOVERY_LABEL, &message).await;
    act.enter(back)?;
    hash
}

/// New recovery codes as they are shown, with the hashes to keep.
pub(crate) async fn recovery_codes(
    act: &mut Act,
    person: PersonId,
) -> Result<(Vec<String>, Vec<Plain>)> {
    let (mut codes, mut hashes) = (Vec::new(), Vec::new());
    for _ in 0..totp::RECOVERY_CODES {
        let code = totp::recovery_code(&act.random());
        hashes.push(recovery_hash(act, person, &code).await?);
        codes.push(code);
    }
    Ok((codes, hashes))
}

/// Judges a password that a person wants to have, who is known by `words`.
///
/// # Errors
/// [`crate::refusals::PASSWORD_LENGTH`] and [`PASSWORD_WEAK`].
pub(crate) async fn judge(
    act: &mut Act,
    given: &Arc<Secret<String>>,
    words: Vec<String>,
) -> Result<()> {
    rules::password_length(given.expose())?;
    let given = Arc::clone(given);
    let is_strong = act
        .compute(Heavy::Passwords, move || {
            password::is_strong(&given, &words)
        })
        .await?;
    match is_strong {
        true => Ok(()),
        false => Err(PASSWORD_WEAK.at("password")),
    }
}

/// The verifier of a new password.
pub(crate) async fn verifier(
    act: &mut Act,
    given: &Arc<Secret<String>>,
) -> Result<Secret<Vec<u8>>> {
    let (given, salt) = (Arc::clone(given), act.random());
    act.compute(Heavy::Passwords, move || password::verifier(&given, &salt))
        .await?
        .map(Secret::new)
}

/// Seals a verifier for a revision of the person's password, under the cell's key: it is opened before anything is proved.
pub(crate) fn seal_verifier(
    act: &Act,
    cell: &Permit<Cell>,
    person: PersonId,
    revision: i64,
    verifier: &Secret<Vec<u8>>,
) -> Sealed {
    let place = Place::new(person, fields::PASSWORD).at(revision);
    act.seal(cell, place, verifier.expose())
}
