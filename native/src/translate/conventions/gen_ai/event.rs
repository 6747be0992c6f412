//! Messages, details and evaluations in events of the GenAI conventions (`gen_ai/event.py`).

use crate::translate::conventions::gen_ai::content::text_content;
use crate::translate::decode::{Attributes, SpanEvent};
use crate::translate::message_event::{self, Message};
use crate::translate::names;
use crate::translate::partial::{Field, Rank, Reading};
use crate::translate::value::{Cx, Value};

/// It carries the attributes of an inference span, content included.
pub const DETAILS: &str = "gen_ai.client.inference.operation.details";

/// Return what the events of a span say; they are kept elsewhere, so no attribute is used up.
pub fn readings<'a>(cx: Cx<'a>, events: &[SpanEvent<'a>]) -> Vec<Reading<'a>> {
    let told =
        events.iter().filter_map(|event| Some((event.name, message(cx, event.name, event.attributes)?)));
    let told: Vec<(&str, Message)> = told.collect();
    let sides = message_event::sides(cx, &told).into_iter();
    let mut found: Vec<Reading> =
        sides.map(|(field, value)| Reading::content(field, value, Rank::Events, &[])).collect();
    for event in events.iter().filter(|event| event.name == names::GEN_AI_EVALUATION_RESULT_EVENT) {
        found.extend(evaluation(cx, event.attributes));
    }
    found
}

/// Return the messages of an event; nothing when it is no message event or was recorded without content.
fn message<'a>(cx: Cx<'a>, name: &str, told: Attributes<'a>) -> Option<Message<'a>> {
    let (field, role, key) = match name {
        "gen_ai.content.prompt" => ("input", "user", "gen_ai.prompt"),
        "gen_ai.content.completion" => ("output", "assistant", "gen_ai.completion"),
        _ => return message_event::message(cx, name, told),
    };
    message_event::listed(field, text_content(cx, role, told.at(key)))
}

/// Return the score of an evaluation; one outside of 0 to 1 is no score and goes to `metadata`.
fn evaluation<'a>(cx: Cx<'a>, told: Attributes<'a>) -> Option<Reading<'a>> {
    let name = told.at(names::GEN_AI_EVALUATION_NAME).text()?;
    let value = told.at(names::GEN_AI_EVALUATION_SCORE_VALUE);
    let is_score = match value {
        Value::Int(number) => (0..=1).contains(&number),
        Value::Float(number) => (0.0..=1.0).contains(&number),
        _ => return None,
    };
    Some(if is_score {
        Reading::entry(Field::Scores, name, value, &[])
    } else {
        Reading::entry(Field::Metadata, cx.text(&format!("gen_ai.evaluation.{}", name)), value, &[])
    })
}
