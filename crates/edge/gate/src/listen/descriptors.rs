//! A connection costs a descriptor, and most systems give a process 1,024 of them until it asks for more.

use rustix::process::{Resource, getrlimit, setrlimit};

/// What else the process has open: the database, the key store, the bus, blobs.
const BESIDE_CONNECTIONS: u64 = 512;

/// Raises the limit of open files as far as the system lets a process do so by itself, and answers what it is then;
/// `None` for no limit. Warns when `connections_max` would not fit.
pub fn raise_descriptors(connections_max: usize) -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let before = limit.current;
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(target: "gate::listener", %error, "the limit of open files could not be raised");
            limit.current = before;
        }
    }
    let wanted = u64::try_from(connections_max)
        .unwrap_or(u64::MAX)
        .saturating_add(BESIDE_CONNECTIONS);
    if let Some(descriptors) = limit.current.filter(|descriptors| *descriptors < wanted) {
        tracing::warn!(
            target: "gate::listener",
            descriptors,
            connections_max,
            "the limit of open files is lower than the limit of connections needs: raise it (LimitNOFILE, ulimit -n)"
        );
    }
    limit.current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_becomes_what_the_system_allows() {
        let allowed = getrlimit(Resource::Nofile).maximum;
        assert_eq!(raise_descriptors(20_000), allowed);
        assert_eq!(getrlimit(Resource::Nofile).current, allowed);
    }
}
