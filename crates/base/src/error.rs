//! One error, two families: a [`Refusal`] is an answer, a [`Fault`] is ours.

use std::{borrow::Cow, error::Error as StdError, fmt};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a refusal travels: each kind is one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 400: the input is malformed.
    Malformed,
    /// 401: nobody is signed in.
    Unauthenticated,
    /// 403: known and not allowed.
    Forbidden,
    /// 404: absent, or not for the caller to know.
    Absent,
    /// 405: the path is known, the method is not.
    Method,
    /// 409: the state does not allow it.
    Conflict,
    /// 410: it was there and has ended.
    Gone,
    /// 413: larger than the limit.
    TooLarge,
    /// 415: a media type that is not taken.
    MediaType,
    /// 422: well formed and still not acceptable.
    Invalid,
    /// 429: too often.
    TooMany,
    /// 503: sealed, draining or overloaded.
    Unavailable,
    /// 507: the disk is full.
    Full,
}

impl Kind {
    /// The HTTP status code (RFC 9110 §15).
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::Absent => 404,
            Self::Method => 405,
            Self::Conflict => 409,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::MediaType => 415,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Unavailable => 503,
            Self::Full => 507,
        }
    }
}

/// An answer of «no»: a constant with a stable code and a sentence fit for a person. The interface translates the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refusal {
    pub kind: Kind,
    /// `domain.reason`; stable, part of the API.
    pub code: &'static str,
    /// One English sentence; the interface has the translations.
    pub title: &'static str,
}

impl Refusal {
    pub const fn new(kind: Kind, code: &'static str, title: &'static str) -> Self {
        Self { kind, code, title }
    }
    pub const fn conflict(code: &'static str, title: &'static str) -> Self {
        Self::new(Kind::Conflict, code, title)
    }
    pub const fn invalid(code: &'static str, title: &'static str) -> Self {
        Self::new(Kind::Invalid, code, title)
    }
    pub const fn absent(code: &'static str, title: &'static str) -> Self {
        Self::new(Kind::Absent, code, title)
    }
    pub const fn forbidden(code: &'static str, title: &'static str) -> Self {
        Self::new(Kind::Forbidden, code, title)
    }

    /// This refusal, pointing at the input field that caused it.
    pub fn at(self, field: impl Into<Cow<'static, str>>) -> Error {
        Error::Refusal(RefusalAnswer {
            refusal: self,
            field: Some(field.into()),
            retry_after_s: None,
        })
    }

    /// This refusal, with the seconds after which trying again makes sense.
    pub fn retry_after(self, seconds: u32) -> Error {
        Error::Refusal(RefusalAnswer {
            refusal: self,
            field: None,
            retry_after_s: Some(seconds),
        })
    }
}

/// A refusal as given in one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalAnswer {
    pub refusal: Refusal,
    /// The input field at fault, as a JSON path without the leading dollar: `body.text`. Never its value.
    pub field: Option<Cow<'static, str>>,
    pub retry_after_s: Option<u32>,
}

/// What went wrong on our side, with its sources, innermost last. Logged once by the gate; the caller sees a reference only.
pub struct Fault {
    context: Vec<Cow<'static, str>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Fault {
    /// A fault that has no other error behind it.
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            context: vec![what.into()],
            source: None,
        }
    }

    /// A fault caused by `source`.
    pub fn from_source(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            context: Vec::new(),
            source: Some(source.into()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut part = |f: &mut fmt::Formatter<'_>, text: &dyn fmt::Display| {
            let gap = if std::mem::take(&mut first) { "" } else { ": " };
            write!(f, "{gap}{text}")
        };
        for context in self.context.iter().rev() {
            part(f, context)?;
        }
        let mut source = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(error) = source {
            part(f, &error)?;
            source = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an operation ends with when it does not end well.
#[derive(Debug)]
pub enum Error {
    Refusal(RefusalAnswer),
    Fault(Fault),
}

impl Error {
    /// The refusal, if it is one.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refusal(answer) => Some(&answer.refusal),
            Self::Fault(_) => None,
        }
    }

    /// Whether it is exactly this refusal.
    pub fn is(&self, refusal: &Refusal) -> bool {
        self.refusal().is_some_and(|own| own.code == refusal.code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refusal(answer) => write!(f, "{}: {}", answer.refusal.code, answer.refusal.title),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(RefusalAnswer {
            refusal,
            field: None,
            retry_after_s: None,
        })
    }
}
impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Turns foreign errors into faults, with a word on what was being done.
pub trait Context<T> {
    fn context(self, what: &'static str) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> Context<T> for std::result::Result<T, E> {
    fn context(self, what: &'static str) -> Result<T> {
        self.map_err(|source| {
            let mut fault = Fault::from_source(source);
            fault.context.push(Cow::Borrowed(what));
            Error::Fault(fault)
        })
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, what: &'static str) -> Result<T> {
        self.ok_or_else(|| Error::Fault(Fault::new(what)))
    }
}

impl Error {
    /// Adds context to a fault; a refusal stays as it is.
    #[must_use]
    pub fn while_doing(self, what: &'static str) -> Self {
        match self {
            Self::Fault(mut fault) => {
                fault.context.push(Cow::Borrowed(what));
                Self::Fault(fault)
            }
            refusal @ Self::Refusal(_) => refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_tells_its_story_outermost_first() {
        let lower: Result<()> = Err(std::io::Error::other("disk")).context("writing the page");
        let upper = lower
            .map_err(|error| error.while_doing("storing the avatar"))
            .unwrap_err();
        assert_eq!(
            upper.to_string(),
            "storing the avatar: writing the page: disk"
        );
    }
}
