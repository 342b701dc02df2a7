//! What the command line asks for.

use std::time::Duration;

/// How the table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Json,
}

/// A group of lines that is measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Sending,
    Mixing,
    Delivering,
    Fanning,
    Reading,
    Starting,
    Sockets,
    Growing,
    Page,
    Painting,
    Files,
    Keys,
}

const GROUPS: [(&str, Group); 12] = [
    ("sending", Group::Sending),
    ("mixing", Group::Mixing),
    ("delivering", Group::Delivering),
    ("fanning", Group::Fanning),
    ("reading", Group::Reading),
    ("starting", Group::Starting),
    ("sockets", Group::Sockets),
    ("growing", Group::Growing),
    ("page", Group::Page),
    ("painting", Group::Painting),
    ("files", Group::Files),
    ("keys", Group::Keys),
];

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) form: Form,
    /// How many stored messages the last measurement of growth stands on.
    pub(crate) stored_max: usize,
    pub(crate) window: Duration,
    groups: Vec<Group>,
}

impl Options {
    pub(crate) fn of(arguments: &[String]) -> Self {
        let mut options = Self {
            form: Form::Text,
            stored_max: 100_000,
            window: Duration::from_secs(10),
            groups: GROUPS.map(|(_, group)| group).to_vec(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().expect("the flag takes a value").as_str();
            match argument.as_str() {
                "--json" => options.form = Form::Json,
                "--large" => options.stored_max = 1_000_000,
                "--seconds" => {
                    options.window = Duration::from_secs(value().parse().expect("seconds"));
                }
                "--only" => options.groups = value().split(',').map(group).collect(),
                other => {
                    panic!("{other} is not known; the front page of the crate lists the flags")
                }
            }
        }
        options
    }

    /// Whether nothing else is wanted.
    pub(crate) fn is_only(&self, group: Group) -> bool {
        self.groups == [group]
    }

    pub(crate) fn wants(&self, group: Group) -> bool {
        self.groups.contains(&group)
    }
}

fn group(name: &str) -> Group {
    let found = GROUPS.iter().find(|(known, _)| *known == name);
    found
        .unwrap_or_else(|| panic!("{name} is no group of lines"))
        .1
}
