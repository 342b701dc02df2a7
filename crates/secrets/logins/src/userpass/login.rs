//! Logging in with a password, and renewing what was given for it.

use logical::{Failure, Fields, Login, Outcome, Reply, Request, Txn};

use super::{
    UserPass,
    lockout::{Key, Verdict},
    password::{PASSWORD_BYTES_MAX, read_password},
    user, users,
};
use crate::cidr;

const USERNAME: &str = "username";
/// The policies that the user had at the login, with commas between them.
const POLICIES: &str = "policies";

impl UserPass {
    /// `login/{name}`
    pub(super) async fn log_in(&self, txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
        let fields = Fields(&request.data);
        if fields
            .str("password")?
            .is_some_and(|given| given.len() > PASSWORD_BYTES_MAX)
        {
            return Err(refused());
        }
        let password = read_password(fields)?;
        let password = password.ok_or_else(|| Failure::invalid("missing password"))?;
        let name = user::read_name(name).map_err(|_| refused())?;
        let user = users::find(txn, &name).await?;

        let key: Key = (request.mount.uuid.clone(), name.clone());
        if self
            .lockout
            .is_locked_out(user.is_some(), &key, request.now)
        {
            return Err(Failure::Denied);
        }
        let verifier = user.as_ref().map(|user| user.verifier.clone());
        let is_right = self.hasher.is_password(verifier, password).await?;
        let verdict = self
            .lockout
            .count(user.is_some(), &key, is_right, request.now);
        let user = match (verdict, user) {
            (Verdict::Right, Some(user)) => user,
            (Verdict::Right | Verdict::Wrong, _) => return Err(refused()),
            (Verdict::LockedOut, _) => return Err(Failure::Denied),
        };

        if !cidr::lets(&user.token.bound_cidrs, request.source) {
            return Err(Failure::invalid(
                "login request originated from invalid CIDR",
            ));
        }
        // Whoever removes or changes the user at this moment has this login run again.
        txn.rely(&users::path_of(&name));
        let mut login = user.token.login()?;
        login.metadata.insert(USERNAME.to_owned(), name.clone());
        login.internal.insert(USERNAME.to_owned(), name.clone());
        login
            .internal
            .insert(POLICIES.to_owned(), user.token.policies.join(","));
        login.display_name = name;
        Ok(Reply::login(login))
    }
}

/// The same for a user who is not there and a password that is wrong.
fn refused() -> Failure {
    Failure::invalid("invalid username or password")
}

/// Whether the user is still there with the same policies, with the spans of now.
pub(super) async fn renew(txn: &mut Txn<'_>, login: &Login) -> Result<Login, Failure> {
    let internal = |name| {
        login
            .internal
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    };
    let name = internal(USERNAME);
    let user = users::find(txn, name).await?;
    let user = user.ok_or_else(|| Failure::invalid("user no longer exists, not renewing"))?;
    if user.token.policies.join(",") != internal(POLICIES) {
        return Err(Failure::invalid("policies have changed, not renewing"));
    }
    txn.rely(&users::path_of(name));
    Ok(user.token.renewed(login))
}
