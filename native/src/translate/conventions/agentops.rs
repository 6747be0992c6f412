//! AgentOps (`translate/conventions/agentops.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::indexed::list_below;
use crate::translate::json_text;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::is_measure;
use crate::translate::value::{Cx, Value};

const PREFIX: &str = "agentops.";
const KIND: &str = "agentops.span.kind";
const TOOL_VALUES: [(&str, &str); 2] = [("input", "tool.parameters"), ("output", "tool.result")];
const CALL_ID: &str = "tool.call.id";
const FUNCTIONS: &str = "gen_ai.request.functions.";
const STREAMING: &str = "gen_ai.request.streaming";
const FIRST_TOKEN: &str = "gen_ai.streaming.time_to_first_token";
const OWN: [&str; 3] = [FUNCTIONS, STREAMING, FIRST_TOKEN];

/// Tell whether the span has any attribute that AgentOps alone writes.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX) || OWN.iter().any(|own| span.has_prefix(own))
}

/// Read the attributes of `span` that AgentOps adds to those of the GenAI conventions.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let mut readings = Vec::new();
    let kind = kind(attributes);
    if !kind.is_empty() {
        let is_tool = kind.eq_ignore_ascii_case("tool");
        readings.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(type_of(kind)), &[]));
        add_values(cx, attributes, is_tool, &mut readings);
    }
    add_call(cx, attributes, &mut readings);
    Partial::of(readings)
}

/// Return the kind; some spans carry the name of Python's enum member.
fn kind(attributes: Attributes<'_>) -> &str {
    attributes.at(KIND).text().map_or("", last_label)
}

fn last_label(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn type_of(kind: &str) -> &'static str {
    let known = ["tool", "llm"];
    known.into_iter().find(|name| kind.eq_ignore_ascii_case(name)).unwrap_or("task")
}

fn add_values<'a>(cx: Cx<'a>, attributes: Attributes<'a>, is_tool: bool, readings: &mut Vec<Reading<'a>>) {
    let mut add = |field, attribute: &'a str, value| {
        let value = json_text::decoded(cx, value);
        readings.push(Reading::content(field, value, Rank::Value, cx.names(&[attribute])));
    };
    for (attribute, value) in attributes.iter().filter(|(attribute, _)| attribute.starts_with(PREFIX)) {
        match last_label(attribute) {
            "input" => add("input", attribute, value),
            "output" => add("output", attribute, value),
            _ => (),
        }
    }
    if !is_tool {
        return;
    }
    for (field, attribute) in TOOL_VALUES {
        if let Some(value) = attributes.get(attribute) {
            add(field, attribute, value);
        }
    }
    if let Some(call_id) = attributes.get(CALL_ID) {
        readings.push(Reading::entry(Field::Metadata, "tool_call_id", call_id, cx.names(&[CALL_ID])));
    }
}

fn add_call<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let (listed, used) = list_below(cx, attributes, FUNCTIONS);
    match tool_definitions(cx, listed) {
        Some(tools) if !tools.is_empty() => {
            readings.push(Reading::entry(Field::Metadata, "tools", Value::List(tools), used));
        }
        _ => (),
    }
    let streaming = attributes.at(STREAMING);
    if let Value::Bool(_) = streaming {
        readings.push(Reading::entry(Field::Metadata, "stream", streaming, &[]));
    }
    let first_token = attributes.at(FIRST_TOKEN);
    if is_measure(first_token) {
        let names = cx.names(&[FIRST_TOKEN]);
        readings.push(Reading::entry(Field::Metrics, "time_to_first_token", first_token, names));
    }
}
