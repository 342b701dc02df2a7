//! Interactive cards: what their sender asks, and what is answered. The stored form is the form that travels.

use std::collections::{BTreeMap, BTreeSet};

use base::{FileId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{
    ANSWER_INVALID, CARD_BUTTONS_MAX, CARD_CLOSED, CARD_ELEMENTS_MAX, CARD_FALLBACK_CHARS_MAX,
    CARD_FIELDS_MAX, CARD_ID_CHARS_MAX, CARD_IMAGES_MAX, CARD_INPUTS_MAX, CARD_INVALID,
    CARD_LABEL_CHARS_MAX, CARD_OPTIONS_MAX, CARD_TEXT_CHARS_MAX, CARD_VALUE_CHARS_MAX, may_keep,
};

/// A card: a title and elements below one another. Texts are of the same subset of Markdown as messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub title: Option<String>,
    #[serde(default)]
    pub tone: Tone,
    /// What lists, notices and programs that know no cards show in its place.
    #[schemars(length(min = 1, max = 500))]
    pub fallback: String,
    #[schemars(length(min = 1, max = 50))]
    pub elements: Vec<Element>,
    /// Whether answers are taken no more.
    #[serde(default)]
    pub closed: bool,
}

/// What a card or a button wants to say by its colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    #[default]
    Neutral,
    Accent,
    Positive,
    Caution,
    Danger,
}

/// One part of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "element", rename_all = "snake_case", deny_unknown_fields)]
pub enum Element {
    Text {
        #[schemars(length(min = 1, max = 5_000))]
        text: String,
    },
    Fields {
        #[schemars(length(min = 1, max = 20))]
        fields: Vec<LabelledText>,
    },
    /// A picture: a file that its sender has brought to the chat and sent nowhere yet, or that the card shows already.
    Image {
        file: FileId,
        /// What is to be seen, in words.
        #[schemars(length(min = 1, max = 500))]
        alt: String,
    },
    Divider {},
    /// Answers with everything that was put in.
    Button {
        #[schemars(length(min = 1, max = 40))]
        id: String,
        #[schemars(length(min = 1, max = 100))]
        label: String,
        #[serde(default)]
        tone: Tone,
        /// Asked before the answer leaves.
        #[serde(default)]
        #[schemars(length(max = 500))]
        confirm: Option<String>,
    },
    /// A line of text.
    TextInput {
        #[schemars(length(min = 1, max = 40))]
        id: String,
        #[schemars(length(min = 1, max = 100))]
        label: String,
        #[serde(default)]
        required: bool,
        #[serde(default)]
        multiline: bool,
    },
    /// One of some options, or several.
    Select {
        #[schemars(length(min = 1, max = 40))]
        id: String,
        #[schemars(length(min = 1, max = 100))]
        label: String,
        #[serde(default)]
        required: bool,
        #[serde(default)]
        multiple: bool,
        #[schemars(length(min = 1, max = 50))]
        options: Vec<LabelledValue>,
    },
    /// A day, as RFC 3339 writes it (`full-date`).
    DateInput {
        #[schemars(length(min = 1, max = 40))]
        id: String,
        #[schemars(length(min = 1, max = 100))]
        label: String,
        #[serde(default)]
        required: bool,
    },
}

/// A field of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelledText {
    #[schemars(length(min = 1, max = 100))]
    pub label: String,
    #[schemars(length(max = 5_000))]
    pub text: String,
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelledValue {
    #[schemars(length(min = 1, max = 100))]
    pub label: String,
    #[schemars(length(min = 1, max = 40))]
    pub value: String,
}

/// What somebody answered: which button, and what was put in, by the ids of the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardAnswer {
    pub button: String,
    /// A text input and a date have one value, a choice as many as it allows.
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
}

impl Card {
    /// Whether it can be sent: its limits hold, and each button and input has an id of its own.
    ///
    /// # Errors
    /// [`CARD_INVALID`] with the place that is wrong; refusals of texts.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |what: &'static str| Err(CARD_INVALID.at(what));
        is_label(&self.fallback, CARD_FALLBACK_CHARS_MAX, "card.fallback")?;
        if let Some(title) = &self.title {
            is_label(title, 2 * CARD_LABEL_CHARS_MAX, "card.title")?;
        }
        if !(1..=CARD_ELEMENTS_MAX).contains(&self.elements.len()) {
            return wrong("card.elements");
        }
        let images = self.images();
        let each: BTreeSet<&FileId> = images.iter().collect();
        if images.len() > CARD_IMAGES_MAX || each.len() < images.len() {
            return wrong("card.elements.file");
        }
        let mut ids = BTreeSet::new();
        let (mut buttons, mut inputs) = (0, 0);
        for element in &self.elements {
            element.check()?;
            if let Some(id) = element.id() {
                match element {
                    Element::Button { .. } => buttons += 1,
                    _ => inputs += 1,
                }
                if !is_id(id) || !ids.insert(id) {
                    return wrong("card.elements.id");
                }
            }
        }
        match buttons > CARD_BUTTONS_MAX || inputs > CARD_INPUTS_MAX {
            true => wrong("card.elements"),
            false => Ok(()),
        }
    }

    /// The files of its pictures, from top to bottom.
    pub(crate) fn images(&self) -> Vec<FileId> {
        let images = self.elements.iter().filter_map(|element| match element {
            Element::Image { file, .. } => Some(*file),
            _ => None,
        });
        images.collect()
    }

    /// Whether this is an answer to the card: an existing button, what is required, and nothing that was not asked.
    ///
    /// # Errors
    /// [`CARD_CLOSED`], [`ANSWER_INVALID`] with the input's place.
    pub(crate) fn check_answer(&self, answer: &CardAnswer) -> Result<()> {
        if self.closed {
            return Err(CARD_CLOSED.into());
        }
        let is_button = |element: &Element| matches!(element, Element::Button { id, .. } if *id == answer.button);
        if !self.elements.iter().any(is_button) {
            return Err(ANSWER_INVALID.at("button"));
        }
        let inputs = self.elements.iter().filter(|element| element.is_input());
        let mut known = 0;
        for input in inputs {
            let given = input.id().and_then(|id| answer.values.get(id));
            known += usize::from(given.is_some());
            input.takes(given.map_or(&[], Vec::as_slice))?;
        }
        match known < answer.values.len() {
            true => Err(ANSWER_INVALID.at("values")),
            false => Ok(()),
        }
    }
}

impl Element {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Text { .. } | Self::Fields { .. } | Self::Image { .. } | Self::Divider {} => None,
            Self::Button { id, .. }
            | Self::TextInput { id, .. }
            | Self::Select { id, .. }
            | Self::DateInput { id, .. } => Some(id),
        }
    }

    const fn is_input(&self) -> bool {
        matches!(
            self,
            Self::TextInput { .. } | Self::Select { .. } | Self::DateInput { .. }
        )
    }

    fn check(&self) -> Result<()> {
        const AT: &str = "card.elements";
        match self {
            Self::Divider {} => Ok(()),
            Self::Text { text } => is_text(text, AT),
            Self::Image { alt, .. } => is_label(alt, CARD_FALLBACK_CHARS_MAX, AT),
            Self::Fields { fields } => {
                if !(1..=CARD_FIELDS_MAX).contains(&fields.len()) {
                    return Err(CARD_INVALID.at("card.elements.fields"));
                }
                fields.iter().try_for_each(|field| {
                    is_label(&field.label, CARD_LABEL_CHARS_MAX, AT)?;
                    is_text_or_empty(&field.text, AT)
                })
            }
            Self::Button { label, confirm, .. } => {
                is_label(label, CARD_LABEL_CHARS_MAX, AT)?;
                confirm
                    .iter()
                    .try_for_each(|text| is_label(text, CARD_FALLBACK_CHARS_MAX, AT))
            }
            Self::TextInput { label, .. } | Self::DateInput { label, .. } => {
                is_label(label, CARD_LABEL_CHARS_MAX, AT)
            }
            Self::Select { label, options, .. } => {
                is_label(label, CARD_LABEL_CHARS_MAX, AT)?;
                let values: BTreeSet<&str> =
                    options.iter().map(|option| option.value.as_str()).collect();
                let are_told_apart = values.len() == options.len();
                if !are_told_apart || !(1..=CARD_OPTIONS_MAX).contains(&options.len()) {
                    return Err(CARD_INVALID.at("card.elements.options"));
                }
                options.iter().try_for_each(|option| {
                    is_label(&option.label, CARD_LABEL_CHARS_MAX, AT)?;
                    match is_id(&option.value) {
                        true => Ok(()),
                        false => Err(CARD_INVALID.at("card.elements.options")),
                    }
                })
            }
        }
    }

    /// Whether the input takes what was given to it.
    fn takes(&self, given: &[String]) -> Result<()> {
        let (id, is_required) = match self {
            Self::TextInput { id, required, .. }
            | Self::Select { id, required, .. }
            | Self::DateInput { id, required, .. } => (id, *required),
            Self::Text { .. }
            | Self::Fields { .. }
            | Self::Image { .. }
            | Self::Divider {}
            | Self::Button { .. } => {
                return Ok(());
            }
        };
        let is_given = given.iter().any(|value| !value.trim().is_empty());
        let fits = match self {
            Self::Select {
                multiple, options, ..
            } => {
                let each: BTreeSet<&String> = given.iter().collect();
                let is_option =
                    |value: &String| options.iter().any(|option| option.value == *value);
                (*multiple || given.len() <= 1)
                    && each.len() == given.len()
                    && given.iter().all(is_option)
            }
            Self::DateInput { .. } => {
                given.len() <= 1 && given.iter().all(|value| value.is_empty() || is_date(value))
            }
            _ => {
                given.len() <= 1
                    && given.iter().all(|value| {
                        value.chars().count() <= CARD_VALUE_CHARS_MAX
                            && may_keep(value, "values").is_ok()
                    })
            }
        };
        match fits && (is_given || !is_required) {
            true => Ok(()),
            false => Err(ANSWER_INVALID.at(format!("values.{id}"))),
        }
    }
}

fn is_id(id: &str) -> bool {
    (1..=CARD_ID_CHARS_MAX).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_label(text: &str, chars_max: usize, at: &'static str) -> Result<()> {
    let fits = !text.trim().is_empty() && text.chars().count() <= chars_max;
    match fits && !text.contains(char::is_control) {
        true => Ok(()),
        false => Err(CARD_INVALID.at(at)),
    }
}

fn is_text(text: &str, at: &'static str) -> Result<()> {
    match text.trim().is_empty() {
        true => Err(CARD_INVALID.at(at)),
        false => is_text_or_empty(text, at),
    }
}

fn is_text_or_empty(text: &str, at: &'static str) -> Result<()> {
    match text.chars().count() > CARD_TEXT_CHARS_MAX {
        true => Err(CARD_INVALID.at(at)),
        false => may_keep(text, at),
    }
}

/// `full-date` of RFC 3339 §5.6: of a month that there is, and no day beyond its 31st.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(4), number(2), number(2));
    let is_day = month.is_some_and(|month| (1..=12).contains(&month))
        && day.is_some_and(|day| (1..=31).contains(&day));
    year.is_some() && is_day && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn card(elements: Value) -> Card {
        let card = json!({ "fallback": "a question", "elements": elements });
        serde_json::from_value(card).unwrap()
    }

    fn lunch() -> Card {
        card(json!([
            { "element": "text", "text": "**Lunch?**" },
            { "element": "select", "id": "dish", "label": "Dish", "required": true,
              "options": [{ "label": "Soup", "value": "soup" }, { "label": "Rice", "value": "rice" }] },
            { "element": "text_input", "id": "note", "label": "Note" },
            { "element": "date_input", "id": "day", "label": "Day" },
            { "element": "button", "id": "yes", "label": "Yes", "tone": "positive" },
        ]))
    }

    fn answer(button: &str, values: Value) -> CardAnswer {
        CardAnswer {
            button: button.to_owned(),
            values: serde_json::from_value(values).unwrap(),
        }
    }

    #[test]
    fn cards_keep_within_their_limits() {
        assert!(lunch().check().is_ok());
        let text = |text: &str| json!({ "element": "text", "text": text });
        let button = |id: &str| json!({ "element": "button", "id": id, "label": "B" });
        let image = |file: u128, alt: &str| {
            let file = FileId::from_bytes(file.to_be_bytes());
            json!({ "element": "image", "file": file, "alt": alt })
        };
        assert!(card(json!([image(1, "a dish")])).check().is_ok());
        let album: Vec<Value> = (0..=CARD_IMAGES_MAX as u128)
            .map(|file| image(file, "a dish"))
            .collect();
        let many: Vec<Value> = (0..11).map(|index| button(&format!("b{index}"))).collect();
        for bad in [
            json!([]),
            json!([text(" ")]),
            json!([text(&"x".repeat(CARD_TEXT_CHARS_MAX + 1))]),
            json!([button("a"), button("a")]),
            json!([button("")]),
            json!([button("no spaces")]),
            json!(many),
            json!(album),
            json!([image(1, " ")]),
            json!([image(1, &"x".repeat(CARD_FALLBACK_CHARS_MAX + 1))]),
            json!([image(1, "a dish"), image(1, "the same")]),
            json!([{ "element": "fields", "fields": [] }]),
            json!([{ "element": "select", "id": "s", "label": "S", "options": [] }]),
            json!([{ "element": "select", "id": "s", "label": "S",
                "options": [{ "label": "A", "value": "a" }, { "label": "B", "value": "a" }] }]),
        ] {
            assert!(card(bad.clone()).check().is_err(), "{bad}");
        }
        let unknown = json!({ "element": "script", "text": "x" });
        assert!(serde_json::from_value::<Element>(unknown).is_err());
    }

    #[test]
    fn answers_are_to_what_was_asked() {
        let card = lunch();
        for good in [
            json!({ "dish": ["soup"] }),
            json!({ "dish": ["rice"], "note": ["no salt"], "day": ["2027-02-28"] }),
            json!({ "dish": ["rice"], "note": [""], "day": [""] }),
        ] {
            assert!(
                card.check_answer(&answer("yes", good.clone())).is_ok(),
                "{good}"
            );
        }
        for (button, bad) in [
            ("no", json!({ "dish": ["soup"] })),
            ("yes", json!({})),
            ("yes", json!({ "dish": [] })),
            ("yes", json!({ "dish": ["soup", "rice"] })),
            ("yes", json!({ "dish": ["cake"] })),
            ("yes", json!({ "dish": ["soup"], "drink": ["tea"] })),
            ("yes", json!({ "dish": ["soup"], "day": ["2027-13-01"] })),
            ("yes", json!({ "dish": ["soup"], "day": ["27-1-1"] })),
            (
                "yes",
                json!({ "dish": ["soup"], "note": ["x".repeat(CARD_VALUE_CHARS_MAX + 1)] }),
            ),
            ("yes", json!({ "dish": ["soup"], "note": ["a\u{0}b"] })),
        ] {
            let given = answer(button, bad.clone());
            assert!(
                card.check_answer(&given).unwrap_err().is(&ANSWER_INVALID),
                "{bad}"
            );
        }
        let closed = Card {
            closed: true,
            ..card
        };
        let given = answer("yes", json!({ "dish": ["soup"] }));
        assert!(closed.check_answer(&given).unwrap_err().is(&CARD_CLOSED));
    }
}
