//! `bastide routes`: what the router itself would answer to.

use base::Result;
use gate::PublicUrl;
use serde_json::{Value, json};

use crate::{house, output, output::Form};

pub(crate) fn run(form: Form, document: bool) -> Result<()> {
    let bindings = house::modules(None)
        .into_iter()
        .flat_map(|module| module.bindings)
        .collect();
    let config = gate::Config::new(PublicUrl::parse("https://localhost:8443")?);
    let (routes, text) = gate::describe(config, bindings)?;
    if document {
        return output::print(&text);
    }
    let rows: Vec<Value> = routes
        .iter()
        .map(|route| json!({ "method": route.method, "path": route.path, "operation": route.operation }))
        .collect();
    let lines: Vec<String> = routes
        .iter()
        .map(|route| format!("{:<7} {:<52} {}", route.method, route.path, route.operation))
        .collect();
    form.print(&Value::Array(rows), &lines.join("\n"))
}
