use std::sync::Arc;

use super::{acl, decide, may};
use crate::{
    Acl, DEFAULT_TEXT, NAME_BYTES_MAX, NAME_INVALID, Operation, POLICY_FIXED, POLICY_STAYS, Policy,
    may_delete, may_write, normal_name,
};

#[test]
fn the_default_policy_lets_a_token_see_to_itself_and_nothing_else() {
    let acl = acl(&[DEFAULT_TEXT]);
    let cases = [
        ("auth/token/lookup-self", "read"),
        ("auth/token/renew-self", "update"),
        ("auth/token/revoke-self", "update"),
        ("sys/capabilities-self", "update"),
        ("sys/internal/ui/resultant-acl", "read"),
        ("sys/renew", "update"),
        ("sys/leases/renew", "update"),
        ("sys/leases/lookup", "update"),
        ("cubbyhole/a/b", "create,delete,list,read,update"),
        ("cubbyhole/", "create,delete,list,read,update"),
        ("sys/wrapping/wrap", "update"),
        ("sys/wrapping/lookup", "update"),
        ("sys/wrapping/unwrap", "update"),
        ("sys/tools/hash", "update"),
        ("sys/tools/hash/sha2-256", "update"),
        ("sys/control-group/request", "update"),
        ("sys/tools/random", "deny"),
        ("sys/leases/lookup/a", "deny"),
        ("auth/token/create", "deny"),
        ("secret/a", "deny"),
        ("sys/policy", "deny"),
    ];
    for (path, expected) in cases {
        assert_eq!(may(&acl, path), expected, "{path}");
    }
}

#[test]
fn everything_may_be_done_under_root_even_beside_a_deny() {
    let deny = Policy::parse("deny", r#"path "*" { capabilities = ["deny"] }"#).unwrap();
    let acl = Acl::new([&deny, &Policy::root()]);

    let decision = decide(&acl, Operation::Delete, "sys/anything");

    assert!(decision.allowed && decision.sudo && decision.root && acl.is_root());
    assert_eq!(may(&acl, "sys/anything"), "root");
}

#[test]
fn a_policy_that_was_read_is_not_root_whatever_it_is_called() {
    let read = Policy::parse("root", r#"name = "root""#).unwrap();

    assert!(!read.is_root() && !Acl::new([&read]).is_root());
    assert_eq!(may(&Acl::new([&read]), "secret/a"), "deny");
}

#[test]
fn without_policies_only_help_is_allowed() {
    let acl = Acl::new([]);

    assert!(decide(&acl, Operation::Help, "secret/a").allowed);
    for operation in [Operation::Read, Operation::List, Operation::Create] {
        assert!(!decide(&acl, operation, "secret/a").allowed);
    }
    assert_eq!(may(&acl, ""), "deny");
}

#[test]
fn names_of_policies_are_kept_in_small_letters_and_within_limits() {
    assert_eq!(normal_name("Dev-Team_1.x").as_deref(), Ok("dev-team_1.x"));
    assert_eq!(
        normal_name("groups/ops@example").as_deref(),
        Ok("groups/ops@example")
    );
    assert!(normal_name(&"a".repeat(NAME_BYTES_MAX)).is_ok());
    let long = "a".repeat(NAME_BYTES_MAX + 1);
    let wrong = [
        "", " ", "a b", "a,b", "a/", "/a", "a//b", "..", "a/../b", "a\n", "ä", "a\"", "a*", &long,
    ];
    for name in wrong {
        assert_eq!(normal_name(name), Err(NAME_INVALID), "{name:?}");
    }
}

#[test]
fn root_is_not_for_changing_and_default_not_for_deleting() {
    assert_eq!(may_write("root"), Err(POLICY_FIXED));
    assert_eq!(may_delete("root"), Err(POLICY_FIXED));
    assert_eq!(may_write("default"), Ok(()));
    assert_eq!(may_delete("default"), Err(POLICY_STAYS));
    assert_eq!((may_write("team"), may_delete("team")), (Ok(()), Ok(())));
}

#[test]
fn an_acl_is_shared_between_threads() {
    fn is_shared(_: Arc<impl Send + Sync + 'static>) {}
    is_shared(Arc::new(Acl::new([])));
}
