//! Operations as data: what the router, the document, the policy and the sweeps read.

use base::Refusal;

/// What an operation does to the resource it gets a permit for. The access policy says who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// See that it exists and what it is called.
    Find,
    /// Read its content.
    Read,
    /// Add content to it.
    Post,
    /// Change one's own standing to it: read position, mute, draft.
    Mark,
    /// Change what it is: name, settings.
    Change,
    /// Make something new under it.
    Create,
    /// Bring people in.
    Invite,
    /// Come in by oneself, or ask to be let in.
    Join,
    /// Decide about others in it: remove them, let them in.
    ManageMembers,
    /// Decide about what others said there: recall it, pin it.
    Moderate,
    /// Say who manages it.
    Appoint,
    /// End one's own membership.
    Leave,
    /// Hand it over.
    Transfer,
    /// End it for everyone.
    Disband,
    /// Administer accounts and invitations.
    Administer,
    /// Sign in and what belongs to it.
    Authenticate,
    /// Work of the system on it: deliver, number, purge.
    Serve,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Runs on a read-only snapshot.
    Read,
    /// May write; ends with an entry of its own.
    Write,
}

/// Who may call at all, before any resource is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A person who is signed in.
    Member,
    /// Anybody, signed in or not.
    Public,
    /// Jobs, reconcilers and other parts of the system; never reached by the wire.
    System,
    /// The operator at the server's command line; never reached by the wire.
    Operator,
}

/// When an entry is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// Writes have one each; reads one per session, resource and window.
    Ordinary,
    /// One each, reads too.
    Always,
    /// None of its own: the entries of this other operation, which has some, stand for it.
    Covered(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What travels beside the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Json,
    /// The request's body is raw bytes of one of these media types, at most `bytes_max`; the rest of the input is in the path.
    BytesIn {
        media: &'static [&'static str],
        bytes_max: usize,
    },
    /// The answer is raw bytes: an [`Answer`](crate::Answer) with its media type.
    BytesOut,
    /// The answer is [`Content`](crate::Content), sent while it is read; whole or the range that is asked for.
    StreamOut,
}

/// How a repeated idempotency key is answered: by this read, with the reference as this path parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    pub operation: &'static str,
    pub parameter: &'static str,
}

/// What an operation does with an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// Nothing is said. Right for reads, and for writes by PUT, PATCH and DELETE: these name a state, and asking for it twice
    /// is asking for it once. The key is taken and not needed. A POST has to say more.
    Unsaid,
    /// The key is kept; a repetition is answered by a read of what the first call made.
    Replayed(Replay),
    /// A repetition changes nothing more, for this reason: the key is taken and not needed.
    Harmless(&'static str),
    /// The key cannot be kept, for this reason: a call that brings one is refused.
    NotTaken(&'static str),
}

/// One thing that can be asked of the server. Declared as a `static`, one per file of `ops/`.
#[derive(Debug)]
pub struct Operation {
    /// `domain.noun.verb`
    pub name: &'static str,
    pub mode: Mode,
    pub action: Action,
    pub access: Access,
    pub audit: Audit,
    pub http: Option<(Method, &'static str)>,
    pub carrier: Carrier,
    pub repetition: Repetition,
    /// Why the operation may end well without any permit; nothing for those that may not.
    pub permitless: Option<&'static str>,
    /// The HTTP status of a good answer.
    pub status: u16,
    /// One sentence for the API document.
    pub summary: &'static str,
    /// The largest JSON input, in bytes.
    pub input_bytes_max: usize,
    /// Whether the act may enter a tenant other than the caller's.
    pub crosses_tenants: bool,
    /// The refusals of its own, for the API document.
    pub refusals: &'static [Refusal],
}

impl Operation {
    /// An operation that only reads.
    pub const fn read(name: &'static str, action: Action) -> Self {
        Self::new(name, Mode::Read, action)
    }

    /// An operation that changes something.
    pub const fn write(name: &'static str, action: Action) -> Self {
        Self::new(name, Mode::Write, action)
    }

    const fn new(name: &'static str, mode: Mode, action: Action) -> Self {
        Self {
            name,
            mode,
            action,
            access: Access::Member,
            audit: Audit::Ordinary,
            http: None,
            carrier: Carrier::Json,
            repetition: Repetition::Unsaid,
            permitless: None,
            status: 200,
            summary: "",
            input_bytes_max: 64 * 1024,
            crosses_tenants: false,
            refusals: &[],
        }
    }

    /// Reached by this method and path, below `/api/v1`. Path parameters are fields of the input.
    #[must_use]
    pub const fn http(mut self, method: Method, path: &'static str) -> Self {
        self.http = Some((method, path));
        self
    }

    /// One sentence for the API document.
    #[must_use]
    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Anybody may call it.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.access = Access::Public;
        self
    }

    /// Only parts of the system call it.
    #[must_use]
    pub const fn system(mut self) -> Self {
        self.access = Access::System;
        self
    }

    /// Only the operator calls it.
    #[must_use]
    pub const fn operator(mut self) -> Self {
        self.access = Access::Operator;
        self
    }

    #[must_use]
    pub const fn audited(mut self, audit: Audit) -> Self {
        self.audit = audit;
        self
    }

    /// Takes `Idempotency-Key`; a repetition is answered by this read of what the first call made.
    #[must_use]
    pub const fn idempotent(mut self, operation: &'static str, parameter: &'static str) -> Self {
        self.repetition = Repetition::Replayed(Replay {
            operation,
            parameter,
        });
        self
    }

    /// A repetition changes nothing more, for this reason.
    #[must_use]
    pub const fn harmless_again(mut self, reason: &'static str) -> Self {
        self.repetition = Repetition::Harmless(reason);
        self
    }

    /// Takes no `Idempotency-Key`, for this reason.
    #[must_use]
    pub const fn not_idempotent(mut self, reason: &'static str) -> Self {
        self.repetition = Repetition::NotTaken(reason);
        self
    }

    /// How a repeated key is answered, where keys are kept.
    pub const fn replay(&self) -> Option<Replay> {
        match self.repetition {
            Repetition::Replayed(replay) => Some(replay),
            _ => None,
        }
    }

    /// May end well without any permit, for this reason. A sweep holds the list of those that do.
    #[must_use]
    pub const fn without_permit(mut self, reason: &'static str) -> Self {
        self.permitless = Some(reason);
        self
    }

    /// Whether an act of it that ends well without any permit is a fault.
    pub(crate) fn needs_permit(&self) -> bool {
        self.access != Access::Public && self.permitless.is_none()
    }

    /// Answers 201: something new has come into being.
    #[must_use]
    pub const fn created(mut self) -> Self {
        self.status = 201;
        self
    }

    /// Answers 202: it will be done, or not; the caller does not hear which.
    #[must_use]
    pub const fn accepted(mut self) -> Self {
        self.status = 202;
        self
    }

    #[must_use]
    pub const fn carrying(mut self, carrier: Carrier) -> Self {
        self.carrier = carrier;
        self
    }

    #[must_use]
    pub const fn input_max(mut self, bytes: usize) -> Self {
        self.input_bytes_max = bytes;
        self
    }

    /// The act may enter another tenant than the caller's: signing up, invitations, switching accounts.
    #[must_use]
    pub const fn across_tenants(mut self) -> Self {
        self.crosses_tenants = true;
        self
    }

    #[must_use]
    pub const fn refusing(mut self, refusals: &'static [Refusal]) -> Self {
        self.refusals = refusals;
        self
    }
}
