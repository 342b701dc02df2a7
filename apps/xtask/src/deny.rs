//! What may not come in with a dependency: a second crypto provider, an unknown licence, more packages than the budget.

use serde_json::Value;

use crate::{Outcome, process};

/// One provider of cryptography (aws-lc-rs), one way to speak TLS (rustls).
const FORBIDDEN: [&str; 3] = ["ring", "openssl-sys", "native-tls"];
/// Packages in the lock file. Raising it is a decision, made in the commit that needs it.
const PACKAGES_MAX: usize = 440;

pub(crate) fn run() -> Outcome {
    let root = process::root();
    let rules = std::fs::read_to_string(root.join("deny.toml"))
        .map_err(|error| format!("deny.toml: {error}"))?;
    let allowed = Allowed::read(&rules)?;
    let lock = std::fs::read_to_string(root.join("Cargo.lock"))
        .map_err(|error| format!("Cargo.lock: {error}"))?;
    let metadata =
        process::output(process::cargo().args(["metadata", "--format-version", "1", "--locked"]))?;

    let mut findings = licences(&metadata, &allowed)?;
    findings.extend(budget(&lock));
    for name in FORBIDDEN {
        findings.extend(forbidden(name)?);
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    if process::find_program("cargo-deny").is_some() {
        process::run(process::cargo().args([
            "deny",
            "--offline",
            "check",
            "bans",
            "licenses",
            "sources",
        ]))?;
    }
    match findings.len() {
        0 => Ok(()),
        count => Err(format!("{count} findings")),
    }
}

/// Who brings `name` in, if anybody does.
fn forbidden(name: &str) -> Outcome<Option<String>> {
    let mut command = process::cargo();
    command.args([
        "tree",
        "--workspace",
        "--locked",
        "--edges",
        "normal,build",
        "--invert",
        name,
    ]);
    let output = command
        .output()
        .map_err(|error| format!("cargo tree does not start: {error}"))?;
    let tree = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    match (output.status.success(), tree.trim()) {
        (true, "") => Ok(None),
        (true, tree) => Ok(Some(format!("{name} must not be built in:\n{tree}"))),
        (false, _) if complaint.contains("did not match any packages") => Ok(None),
        // Two versions of it: it is there twice.
        (false, _) if complaint.contains("is ambiguous") => {
            Ok(Some(format!("{name} must not be built in")))
        }
        (false, _) => Err(format!("cargo tree: {}", complaint.trim())),
    }
}

fn budget(lock: &str) -> Option<String> {
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    (packages > PACKAGES_MAX)
        .then(|| format!("Cargo.lock: {packages} packages, the budget is {PACKAGES_MAX}; see cargo tree --duplicates"))
}

/// The licences of `deny.toml`: `licenses.allow`, and `licenses.exceptions` for single crates.
struct Allowed {
    everywhere: Vec<String>,
    exceptions: Vec<(String, Vec<String>)>,
}

impl Allowed {
    fn read(text: &str) -> Outcome<Self> {
        let table: toml::Table = text
            .parse()
            .map_err(|error| format!("deny.toml: {error}"))?;
        let licences = table
            .get("licenses")
            .and_then(toml::Value::as_table)
            .ok_or("deny.toml: no licences")?;
        let list = |value: Option<&toml::Value>| -> Vec<String> {
            let values = value.and_then(toml::Value::as_array).into_iter().flatten();
            values
                .filter_map(toml::Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        let exceptions = licences
            .get("exceptions")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        Ok(Self {
            everywhere: list(licences.get("allow")),
            exceptions: exceptions
                .filter_map(|exception| {
                    Some((
                        exception.get("crate")?.as_str()?.to_owned(),
                        list(exception.get("allow")),
                    ))
                })
                .collect(),
        })
    }

    fn allows(&self, package: &str, licence: &str) -> bool {
        let own = self
            .exceptions
            .iter()
            .filter(|(name, _)| name == package)
            .flat_map(|(_, licences)| licences);
        self.everywhere
            .iter()
            .chain(own)
            .any(|allowed| allowed == licence)
    }
}

fn licences(metadata: &str, allowed: &Allowed) -> Outcome<Vec<String>> {
    let metadata: Value =
        serde_json::from_str(metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .ok_or("cargo metadata: no packages")?;
    let mut findings = Vec::new();
    for package in packages {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = text("name");
        // Packages without a source are ours.
        if package.get("source").is_some_and(Value::is_null) {
            continue;
        }
        let expression = text("license");
        if !is_satisfied(expression, &|licence| allowed.allows(name, licence)) {
            let shown = if expression.is_empty() {
                "none stated"
            } else {
                expression
            };
            findings.push(format!(
                "{name} {}: licence not allowed: {shown}",
                text("version")
            ));
        }
    }
    Ok(findings)
}

/// Whether an SPDX expression (annex D of the SPDX specification; `/` is the older spelling of OR) holds with what is allowed.
fn is_satisfied(expression: &str, allows: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest, allows) && rest.is_empty()
}

fn any_of(words: &mut &[&str], allows: &dyn Fn(&str) -> bool) -> bool {
    let mut holds = all_of(words, allows);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        // Read to the end also when one holds already.
        holds = all_of(words, allows) || holds;
    }
    holds
}

fn all_of(words: &mut &[&str], allows: &dyn Fn(&str) -> bool) -> bool {
    let mut holds = single(words, allows);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        holds = single(words, allows) && holds;
    }
    holds
}

fn single(words: &mut &[&str], allows: &dyn Fn(&str) -> bool) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let holds = any_of(words, allows);
            match *words {
                [")", rest @ ..] => {
                    *words = rest;
                    holds
                }
                _ => false,
            }
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            allows(&format!("{licence} WITH {exception}"))
        }
        [licence, rest @ ..] => {
            *words = rest;
            allows(licence)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\", \"Apache-2.0 WITH LLVM-exception\"]\n\
                         exceptions = [{ crate = \"odd\", allow = [\"MPL-2.0\"] }]\n";

    #[test]
    fn expressions_are_read_as_they_are_meant() {
        let allowed = Allowed::read(RULES).unwrap();
        let cases = [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("GPL-3.0-only OR MIT", true),
            ("MIT AND GPL-3.0-only", false),
            ("MIT/Apache-2.0", true),
            ("(GPL-3.0-only OR MIT) AND Apache-2.0", true),
            ("(GPL-3.0-only AND MIT) OR BSL-1.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
            ("MIT OR", true),
            ("(MIT", false),
            ("", false),
        ];
        for (expression, expected) in cases {
            let holds = is_satisfied(expression, &|licence| allowed.allows("any", licence));
            assert_eq!(holds, expected, "{expression}");
        }
    }

    #[test]
    fn an_unknown_licence_is_found_and_an_exception_is_for_one_crate() {
        let package = |name: &str, licence: &str| {
            format!(
                r#"{{"name": "{name}", "version": "1.0.0", "source": "registry", "license": "{licence}"}}"#
            )
        };
        let metadata = format!(
            r#"{{"packages": [{}, {}, {}, {{"name": "ours", "source": null, "license": "AGPL-3.0-or-later"}}]}}"#,
            package("good", "MIT"),
            package("odd", "MPL-2.0"),
            package("other", "MPL-2.0"),
        );
        let found = licences(&metadata, &Allowed::read(RULES).unwrap()).unwrap();
        assert_eq!(found, ["other 1.0.0: licence not allowed: MPL-2.0"]);
    }

    #[test]
    fn a_lock_file_above_the_budget_is_found() {
        assert_eq!(budget(&"[[package]]\n".repeat(PACKAGES_MAX)), None);
        assert!(budget(&"[[package]]\n".repeat(PACKAGES_MAX + 1)).is_some());
    }

    #[test]
    fn a_forbidden_library_is_found() {
        // What this tool itself builds on stands in for one that must not be there.
        let found = forbidden("serde_json").unwrap();
        assert!(found.is_some_and(|finding| finding.contains("xtask")));
        assert_eq!(forbidden("no-such-package-anywhere").unwrap(), None);
    }
}
