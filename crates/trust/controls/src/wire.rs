//! What probes and the operator say and hear.

use base::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Nothing to say but that it is done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfControl {
    /// A number of the catalogue, such as `0.1`.
    #[schemars(length(max = 40))]
    pub control: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepPlace {
    #[schemars(length(max = 40))]
    pub control: String,
    /// What the probe wants to have kept, in a form of its own.
    #[schemars(length(max = 4000))]
    pub place: String,
}

#[derive(Serialize, JsonSchema)]
pub struct PlaceOf {
    pub place: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFinding {
    #[schemars(length(max = 40))]
    pub control: String,
    /// In the order in which they were tried.
    #[schemars(length(max = 20))]
    pub links: Vec<Link>,
}

/// One step of a probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    #[schemars(length(max = 40))]
    pub name: String,
    pub outcome: Outcome,
    /// What was seen.
    #[schemars(length(max = 4000))]
    pub words: String,
    pub took_ms: u64,
}

/// How a link did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Held,
    Broke,
    /// An earlier one broke.
    Unreached,
}

/// What follows from the links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Green,
    Red,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    pub state: State,
    pub found_at: Timestamp,
}

/// What a probe found at a time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    pub control: String,
    pub state: State,
    pub found_at: Timestamp,
    pub links: Vec<Link>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Findings {
    pub items: Vec<Finding>,
}

impl State {
    /// Green when there is a link, and every one held.
    pub fn of(links: &[Link]) -> Self {
        let all_held = links.iter().all(|link| link.outcome == Outcome::Held);
        match all_held && !links.is_empty() {
            true => Self::Green,
            false => Self::Red,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Red => "red",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Green, Self::Red]
            .into_iter()
            .find(|state| state.name() == name)
    }
}
