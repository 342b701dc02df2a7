//! `bastide audit …`

use base::{Fault, Result};
use serde_json::json;

use crate::{cli, config::Config, house::House, output::Form};

pub(crate) async fn run(config: Config, command: &cli::Audit, form: Form) -> Result<()> {
    let house = House::open(&config).await?;
    match command {
        cli::Audit::Verify => {
            let report = house.log.verify().await?;
            let value = json!({
                "entries": report.entries, "erased": report.erased, "unopened": report.unopened,
                "head": report.head, "problem": report.problem,
            });
            let text = format!(
                "{} entries, chain intact; {} erased, {} whose key is gone\nHead  {}",
                report.entries, report.erased, report.unopened, report.head
            );
            match &report.problem {
                None => form.print(&value, &text),
                Some(problem) => {
                    form.print(&value, problem)?;
                    Err(Fault::new("the chain of entries does not hold").into())
                }
            }
        }
    }
}
