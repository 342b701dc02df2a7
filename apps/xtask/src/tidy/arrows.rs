//! Which crate may depend on which, and which crate owns which heavy library. A new line here is a design change.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Finding;
use crate::Outcome;

/// Crate → what it may depend on in the workspace. `TOPS` may depend on everything.
const ARROWS: [(&str, &[&str]); 27] = [
    ("base", &[]),
    ("cipher", &["base"]),
    ("db", &["base", "cipher"]),
    ("blob", &["base", "cipher"]),
    ("bus", &["base"]),
    ("kms", &["base", "cipher", "db"]),
    ("act", &["base", "cipher", "db"]),
    ("vault", &["base", "cipher", "db", "blob", "kms", "act"]),
    ("antivirus", &["base", "act"]),
    ("push", &["base", "act"]),
    ("access", &["base", "act"]),
    ("audit", &["base", "cipher", "db", "act"]),
    ("controls", &["base", "act"]),
    ("policies", &["base"]),
    ("logical", &["base", "cipher", "db", "kms"]),
    ("transit", &["base", "cipher", "logical"]),
    ("kv", &["base", "logical"]),
    ("logins", &["base", "cipher", "logical"]),
    (
        "secrets",
        &[
            "base", "cipher", "db", "kms", "policies", "logical", "transit", "kv", "logins", "gate",
        ],
    ),
    ("picture", &[]),
    ("identity", &["base", "act", "picture"]),
    ("slack", &["base"]),
    ("messenger", &["base", "act", "picture"]),
    ("gate", &["base", "act"]),
    ("stream", &["base", "bus", "act", "gate"]),
    ("testkit", &["base", "cipher", "db", "act", "access"]),
    ("xtask", &[]),
];
const TOPS: [&str; 3] = ["server", "system-tests", "bench"];
/// Tests may use what prepares them.
const FOR_TESTS: [&str; 1] = ["testkit"];

/// Heavy or dangerous library → the crates that may name it outside their tests.
const OWNERS: [(&str, &[&str]); 18] = [
    ("argon2", &["identity", "logins"]),
    ("async-nats", &["bus"]),
    (
        "aws-lc-rs",
        &[
            "cipher", "kms", "transit", "secrets", "gate", "push", "server", "bench",
        ],
    ),
    ("axum", &["gate", "server", "bench"]),
    (
        "http",
        &["gate", "secrets", "server", "system-tests", "bench"],
    ),
    (
        "hyper",
        &["gate", "secrets", "server", "system-tests", "bench"],
    ),
    ("hyper-util", &["gate", "server", "system-tests", "bench"]),
    ("image", &["picture"]),
    ("object_store", &["blob"]),
    ("reqwest", &["blob", "push", "system-tests"]),
    ("rusqlite", &["db", "bench"]),
    ("rustls", &["gate", "server", "db", "system-tests", "bench"]),
    ("lettre", &["identity"]),
    ("sqlx", &[]),
    ("tokio-postgres", &["db", "bench"]),
    (
        "tokio-rustls",
        &["gate", "db", "server", "system-tests", "bench"],
    ),
    ("zip", &["slack", "system-tests"]),
    (
        "tokio-tungstenite",
        &["gate", "server", "system-tests", "bench"],
    ),
];

/// One package of the workspace.
pub(super) struct Package {
    name: String,
    manifest: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    is_ours: bool,
    is_for_tests: bool,
}

/// Reads the output of `cargo metadata --no-deps`.
pub(super) fn read(metadata: &str) -> Outcome<Vec<Package>> {
    let metadata: Value = serde_json::from_str(metadata)
        .map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let list = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let packages = list(&metadata, "packages");
    Ok(packages
        .iter()
        .map(|package| Package {
            name: text(package, "name"),
            manifest: format!("{}/Cargo.toml", text(package, "name")),
            dependencies: list(package, "dependencies")
                .iter()
                .map(|dependency| Dependency {
                    name: text(dependency, "name"),
                    is_ours: dependency.get("path").is_some_and(Value::is_string),
                    is_for_tests: text(dependency, "kind") == "dev",
                })
                .collect(),
        })
        .collect())
}

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let owners: BTreeMap<&str, &[&str]> = OWNERS.into_iter().collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        let is_top = TOPS.contains(&name);
        let Some(allowed) = arrows.get(name).copied().or(is_top.then_some(&[][..])) else {
            findings.push(Finding::new(
                &package.manifest,
                "the crate has no place among the arrows",
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let other = dependency.name.as_str();
            if dependency.is_ours {
                let for_tests = dependency.is_for_tests && FOR_TESTS.contains(&other);
                if !is_top && !for_tests && !allowed.contains(&other) {
                    findings.push(Finding::new(
                        &package.manifest,
                        format!("{name} may not depend on {other}"),
                    ));
                }
            } else if !dependency.is_for_tests
                && let Some(owners) = owners.get(other)
                && !owners.contains(&name)
            {
                let owned = owners.join(", ");
                let what = format!(
                    "{other} belongs to {}",
                    if owned.is_empty() { "nobody" } else { &owned }
                );
                findings.push(Finding::new(&package.manifest, what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, dependencies: &str) -> Vec<String> {
        let metadata =
            format!(r#"{{"packages": [{{"name": "{name}", "dependencies": [{dependencies}]}}]}}"#);
        check(&read(&metadata).unwrap())
            .into_iter()
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn an_arrow_that_points_the_wrong_way_is_found() {
        let ours = |name: &str| format!(r#"{{"name": "{name}", "path": "p", "kind": null}}"#);
        assert_eq!(found("messenger", &ours("act")), Vec::<String>::new());
        for (name, other) in [
            ("messenger", "identity"),
            ("messenger", "db"),
            ("base", "act"),
            ("act", "gate"),
        ] {
            let expected = format!("{name}/Cargo.toml: {name} may not depend on {other}");
            assert_eq!(found(name, &ours(other)), [expected]);
        }
        assert_eq!(found("server", &ours("messenger")), Vec::<String>::new());
        assert_eq!(
            found("newcomer", ""),
            ["newcomer/Cargo.toml: the crate has no place among the arrows"]
        );
    }

    #[test]
    fn tests_may_use_the_kit_and_nothing_else() {
        let test = |name: &str| format!(r#"{{"name": "{name}", "path": "p", "kind": "dev"}}"#);
        assert_eq!(found("messenger", &test("testkit")), Vec::<String>::new());
        assert_eq!(found("messenger", &test("identity")).len(), 1);
    }

    #[test]
    fn a_heavy_library_in_the_wrong_crate_is_found() {
        let library = |kind: &str| format!(r#"{{"name": "axum", "kind": {kind}}}"#);
        assert_eq!(
            found("messenger", &library("null")),
            ["messenger/Cargo.toml: axum belongs to gate, server, bench"]
        );
        assert_eq!(
            found("messenger", &library("\"dev\"")),
            Vec::<String>::new()
        );
        assert_eq!(found("gate", &library("null")), Vec::<String>::new());
    }
}
