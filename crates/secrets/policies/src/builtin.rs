//! The two policies that are always there.

/// The policy under which everything may be done. It has no text; [`Policy::root`](crate::Policy::root) is all of it.
pub const ROOT: &str = "root";

/// The policy that tokens have unless they are made without it. Its text may be changed, the policy stays.
pub const DEFAULT: &str = "default";

/// What `default` says until somebody writes it anew: what a token may do about itself, about what was leased to it and about what
/// was wrapped for it.
pub const DEFAULT_TEXT: &str = r#"# The token itself: what it is, how long it lives, its end.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}

# What the token may do.
path "sys/capabilities-self" {
  capabilities = ["update"]
}
path "sys/internal/ui/resultant-acl" {
  capabilities = ["read"]
}

# What was leased. Whoever knows a lease's name may look at it and prolong it. The first is the older form.
path "sys/renew" {
  capabilities = ["update"]
}
path "sys/leases/renew" {
  capabilities = ["update"]
}
path "sys/leases/lookup" {
  capabilities = ["update"]
}

# A place of the token's own, which ends with it.
path "cubbyhole/*" {
  capabilities = ["create", "read", "update", "delete", "list"]
}

# Wrapping answers for somebody else, and taking such an answer out.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
path "sys/wrapping/lookup" {
  capabilities = ["update"]
}
path "sys/wrapping/unwrap" {
  capabilities = ["update"]
}

# Tools that keep nothing.
path "sys/tools/hash" {
  capabilities = ["update"]
}
path "sys/tools/hash/*" {
  capabilities = ["update"]
}

# Whether a request that others have to agree to was agreed to.
path "sys/control-group/request" {
  capabilities = ["update"]
}
"#;
