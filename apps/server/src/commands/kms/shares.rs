//! `bastide kms shares …`: the root key is given to custodians, and takes over once they have shown their shares.

use std::{fs, num::NonZeroU8, path::Path};

use base::{Context, Fault, Result, Secret};
use serde::Serialize;

use super::{advise, needed, number, show};
use crate::{
    cli,
    config::Config,
    control::{self, Handed, Keeper, Plan, Request, Word},
    output::{self, Form},
    prompt,
};

/// Bytes of a file with a plan.
const PLAN_BYTES_MAX: u64 = 64 * 1024;
/// Clears the screen and what can be scrolled back to (ECMA-48 ED; xterm's 3J), and begins at the top.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

pub(super) async fn run(config: &Config, command: &cli::Shares, form: Form) -> Result<()> {
    match command {
        cli::Shares::Give(flags) => give(config, flags, form).await,
        cli::Shares::TakeOver => take_over(config, form).await,
        cli::Shares::Reset => show(config, Request::ForgetShares, form).await,
    }
}

async fn give(config: &Config, flags: &cli::Give, form: Form) -> Result<()> {
    let plan = plan_of(flags)?;
    if form == Form::People && !(prompt::is_terminal() && prompt::is_shown()) {
        let what = "shares are shown one at a time at a terminal; a script takes them with --json";
        return Err(Fault::new(what).into());
    }
    let authority = authority(config).await?;
    let threshold = plan.threshold;
    let give = Request::GiveShares { plan, authority };
    let done = control::ask(config, give).await?;
    match form {
        Form::Json => print_all(&done.shares, threshold)?,
        Form::People => hand_over(&done.shares, threshold)?,
    }
    done.end()
}

/// Under a quorum: enough of the shares that hold now. Under the development seal the file speaks.
async fn authority(config: &Config) -> Result<Vec<Word>> {
    let status = control::ask(config, Request::Status).await?.value;
    let held = status.get("quorum").cloned().unwrap_or_default();
    let threshold = number(&held, "threshold");
    if threshold > 0 {
        advise("The custodians show first that they hold the root key as it is now.");
    }
    ask_for(threshold, "share that holds now")
}

async fn take_over(config: &Config, form: Form) -> Result<()> {
    let authority = authority(config).await?;
    let status = control::ask(config, Request::Status).await?.value;
    let given = status.get("given").cloned().unwrap_or_default();
    let given = ask_for(number(&given, "threshold"), "new share")?;
    show(config, Request::TakeOver { authority, given }, form).await?;
    advise("The new shares hold from now on. Whatever was before opens nothing any more.");
    Ok(())
}

fn ask_for(count: u64, what: &str) -> Result<Vec<Word>> {
    (1..=count)
        .map(|number| {
            let question = format!("{what} {number} of {count} (nothing is shown): ");
            needed(prompt::ask(&question)?).map(Word)
        })
        .collect()
}

/// Who is to keep the root key: out of a file, or out of the flags.
fn plan_of(flags: &cli::Give) -> Result<Plan> {
    match (&flags.shares_file, flags.threshold) {
        (Some(path), None) => plan_in(path),
        (None, Some(threshold)) => Ok(Plan {
            threshold,
            custodians: flags
                .custodian
                .iter()
                .map(|text| keeper(text))
                .collect::<Result<_>>()?,
        }),
        _ => Err(Fault::new("either --shares-file, or --custodian and --threshold").into()),
    }
}

fn plan_in(path: &Path) -> Result<Plan> {
    let size = fs::metadata(path)
        .context("looking for the plan of shares")?
        .len();
    if size > PLAN_BYTES_MAX {
        return Err(Fault::new("the plan of shares is too large").into());
    }
    let text = fs::read_to_string(path).context("reading the plan of shares")?;
    toml::from_str(&text)
        .map_err(|error| Fault::new(format!("{}: {}", path.display(), error.message())).into())
}

fn keeper(text: &str) -> Result<Keeper> {
    let (name, role) = text
        .split_once(':')
        .context("a custodian is written «name:role»")?;
    Ok(Keeper {
        name: name.trim().to_owned(),
        role: role.trim().to_owned(),
    })
}

/// What a script reads.
#[derive(Serialize)]
struct GivenOut<'a> {
    threshold: NonZeroU8,
    shares: &'a [Handed],
}

/// For scripts. The text is wiped once it is out.
fn print_all(shares: &[Handed], threshold: NonZeroU8) -> Result<()> {
    let text = serde_json::to_string_pretty(&GivenOut { threshold, shares });
    output::print(Secret::new(text.context("writing JSON")?).expose())
}

/// One custodian after the other comes to the terminal.
fn hand_over(shares: &[Handed], threshold: NonZeroU8) -> Result<()> {
    let count = shares.len();
    for (index, handed) in shares.iter().enumerate() {
        let Keeper { name, role } = &handed.custodian;
        let page = Secret::new(format!(
            "{CLEAR}Share {} of {count}, for {name} ({role})\n\n  {}\n\n\
             Write it down, every letter; capital letters and dashes do not matter. Nobody else looks.",
            index + 1,
            handed.share.0.expose(),
        ));
        output::print(page.expose())?;
        prompt::ask("Enter clears the screen. ")?;
        output::print(CLEAR)?;
    }
    output::print(&format!(
        "{count} shares were given out, and nothing has changed yet. Once {threshold} of the custodians are here with theirs:\n\n  \
         bastide kms shares take-over"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_the_same_in_a_file_and_in_flags() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.toml");
        let text = "threshold = 2\n[[custodian]]\nname = \"Ana\"\nrole = \"operations\"\n\
                    [[custodian]]\nname = \"Bo\"\nrole = \"board\"\n";
        fs::write(&path, text).unwrap();
        let in_file = cli::Give {
            shares_file: Some(path.clone()),
            custodian: Vec::new(),
            threshold: None,
        };
        let in_flags = cli::Give {
            shares_file: None,
            custodian: vec!["Ana:operations".to_owned(), "Bo : board".to_owned()],
            threshold: NonZeroU8::new(2),
        };
        assert_eq!(plan_of(&in_file).unwrap(), plan_of(&in_flags).unwrap());
        let both = cli::Give {
            shares_file: Some(path.clone()),
            ..in_flags
        };
        assert!(plan_of(&both).is_err());
        fs::write(&path, format!("{text}surplus = 1\n")).unwrap();
        assert!(plan_of(&in_file).is_err(), "unknown fields are refused");
    }
}
