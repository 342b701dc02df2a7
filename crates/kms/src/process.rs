//! What the operating system is told about a process that holds keys.

use base::{Context, Result};
use rustix::{
    mm::{MlockAllFlags, mlockall},
    process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit},
};

/// What [`harden_process`] achieved beyond what it guarantees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hardened {
    /// Whether no page of the process can go to swap. That takes a lock limit of «unlimited»: under a smaller one, locking
    /// everything would make allocations fail later.
    pub is_memory_locked: bool,
}

/// Turns core dumps off and makes the process not dumpable, which also keeps other processes of the same account from
/// reading its memory. Locks its memory where the limit allows. Called once, before any key is read.
///
/// # Errors
/// A fault when the kernel refuses to turn dumps off.
pub fn harden_process() -> Result<Hardened> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).context("turning core dumps off")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .context("making the process not dumpable")?;
    let is_unlimited = getrlimit(Resource::Memlock).current.is_none();
    let pages = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    let is_memory_locked = is_unlimited
        && mlockall(pages)
            .inspect_err(|error| tracing::warn!(%error, "the process's memory is not locked"))
            .is_ok();
    Ok(Hardened { is_memory_locked })
}

#[cfg(test)]
mod tests {
    use rustix::process::dumpable_behavior;

    use super::*;

    #[test]
    fn a_hardened_process_leaves_no_core() {
        harden_process().unwrap();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
