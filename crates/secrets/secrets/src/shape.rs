//! What goes back, in the forms that clients know.

use logical::{Failure, Operation};
use serde_json::{Map, Value, json};

use crate::{
    call::{Answer, Method},
    doing::{Form, Said},
};

/// What a method does when nothing else is known.
pub(crate) const fn operation(method: Method) -> Operation {
    match method {
        Method::Get | Method::Head => Operation::Read,
        Method::Put => Operation::Update,
        Method::Patch => Operation::Patch,
        Method::Delete => Operation::Delete,
        Method::List => Operation::List,
    }
}

/// Whether a path means the same to policies, mounts and engines: no segment of it is empty, but for one slash at its end.
pub(crate) fn is_clean(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    !path.is_empty() && !path.split('/').any(str::is_empty)
}

/// The word that policies have for it.
pub(crate) const fn capability(operation: Operation) -> policies::Operation {
    match operation {
        Operation::Create => policies::Operation::Create,
        Operation::Read => policies::Operation::Read,
        Operation::Update => policies::Operation::Update,
        Operation::Patch => policies::Operation::Patch,
        Operation::Delete => policies::Operation::Delete,
        Operation::List => policies::Operation::List,
    }
}

/// An answer that is none of the failures.
pub(crate) fn answer(said: Said, id: &str, mount_kind: &str) -> Answer {
    let Said { reply, auth, form } = said;
    if let Form::Kept(body) = form {
        return Answer::json(200, body);
    }
    if reply.data.is_none() && auth.is_none() && reply.warnings.is_empty() {
        return Answer::empty(reply.status.unwrap_or(204));
    }
    let warnings = match reply.warnings.is_empty() {
        true => Value::Null,
        false => json!(reply.warnings),
    };
    let top = match (&form, &reply.data) {
        (Form::AtTop, Some(data)) => data.clone(),
        _ => Map::new(),
    };
    let lease = reply.lease.map_or(0, |lease| lease.as_secs());
    let mut body = json!({
        "request_id": id, "lease_id": "", "renewable": false, "lease_duration": lease,
        "wrap_info": Value::Null, "mount_type": mount_kind,
    });
    if let Some(body) = body.as_object_mut() {
        body.insert(
            "data".to_owned(),
            reply.data.map_or(Value::Null, Value::Object),
        );
        body.insert("warnings".to_owned(), warnings);
        body.insert("auth".to_owned(), auth.unwrap_or(Value::Null));
        for (key, value) in top {
            body.entry(key).or_insert(value);
        }
    }
    Answer::json(reply.status.unwrap_or(200), body)
}

/// A failure as clients know it.
pub(crate) fn failure(failure: Failure, id: &str) -> Answer {
    if let Failure::Fault(error) = &failure {
        if error.is(&kms::SEALED) || error.is(&kms::UNINITIALISED) {
            return sealed();
        }
        tracing::error!(%error, request = id, "a request to the key service failed");
        let what = format!("internal error; the log has it under {id}");
        return Answer::errors(500, &[&what]);
    }
    let status = match &failure {
        Failure::Invalid(_) => 400,
        Failure::Denied => 403,
        Failure::Absent => return Answer::errors(404, &[]),
        Failure::AbsentBecause(_) => 404,
        Failure::Unsupported => 405,
        Failure::Status(status, _) => *status,
        Failure::Conflict => 503,
        Failure::Fault(_) => 500,
    };
    Answer::errors(status, &[&word(&failure)])
}

/// What a failure says.
pub(crate) fn word(failure: &Failure) -> String {
    match failure {
        Failure::Invalid(what) | Failure::AbsentBecause(what) | Failure::Status(_, what) => {
            what.clone()
        }
        Failure::Denied => "permission denied".to_owned(),
        Failure::Absent => "no value found".to_owned(),
        Failure::Unsupported => "unsupported operation".to_owned(),
        Failure::Conflict => "others change the same entries".to_owned(),
        Failure::Fault(_) => "internal error".to_owned(),
    }
}

pub(crate) fn sealed() -> Answer {
    Answer::errors(503, &["Vault is sealed"])
}

/// A path that the mount does not have.
pub(crate) fn no_path() -> Failure {
    Failure::AbsentBecause("unsupported path".to_owned())
}
