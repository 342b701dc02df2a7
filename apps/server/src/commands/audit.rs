//! `bastide audit …`

use base::Result;
use serde_json::Value;

use crate::{
    cli,
    config::Config,
    control::{self, Request},
    output::{Form, text},
};

pub(crate) async fn run(config: Config, command: &cli::Audit, form: Form) -> Result<()> {
    match command {
        cli::Audit::Verify => {
            let done = control::ask(&config, Request::VerifyLog).await?;
            form.print(&done.value, &report(&done.value))?;
            done.end()
        }
    }
}

fn report(value: &Value) -> String {
    if let Some(problem) = value.get("problem").and_then(Value::as_str) {
        return problem.to_owned();
    }
    let count = |name| value.get(name).and_then(Value::as_u64).unwrap_or_default();
    format!(
        "{} entries, chain intact; {} erased, {} whose key is gone\nHead  {}",
        count("entries"),
        count("erased"),
        count("unopened"),
        text(value, "head")
    )
}
