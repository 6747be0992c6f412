//! Spring AI, `spring.ai.*` (`translate/conventions/spring_ai.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::value::{Cx, Map, Value};

const PREFIX: &str = "spring.ai.";
const KIND: &str = "spring.ai.kind";
const VALUES: [(&str, &str, Rank); 4] = [
    ("input", "spring.ai.tool.call.arguments", Rank::ToolCall),
    ("output", "spring.ai.tool.call.result", Rank::ToolCall),
    ("input", "db.vector.query.content", Rank::Value),
    ("output", "db.vector.query.response.documents", Rank::Value),
];
const TEXTS: [(&str, &str); 2] =
    [("system", "spring.ai.chat.client.system.text"), ("user", "spring.ai.chat.client.user.text")];
const CALL_ID: &str = "spring.ai.tool.call.id";
const DEFINITION: [(&str, &str); 3] = [
    ("name", "spring.ai.tool.definition.name"),
    ("description", "spring.ai.tool.definition.description"),
    ("parameters", "spring.ai.tool.definition.schema"),
];
const TOOL_NAMES: [&str; 2] = ["spring.ai.model.request.tool.names", "spring.ai.chat.client.tool.names"];

/// Tell whether the span has any attribute of Spring AI's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let mut readings = Vec::new();
    kind(span.attributes, &mut readings);
    values(cx, span.attributes, &mut readings);
    readings.extend(prompt(cx, span.attributes));
    tools(cx, span.attributes, &mut readings);
    Partial::of(readings)
}

/// `_type` of Python.
fn kind<'a>(attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let named = match attributes.at(KIND) {
        Value::Text("tool_call" | "vector_store") => Some("tool"),
        Value::Text("chat_client" | "advisor") => Some("task"),
        _ => None,
    };
    if let Some(named) = named {
        readings.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(named), &[]));
    }
    if let Some(id) = attributes.get(CALL_ID) {
        readings.push(Reading::entry(Field::Metadata, "tool_call_id", id, &[CALL_ID]));
    }
}

fn values<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (field, attribute, rank) in VALUES {
        if let Some(value) = attributes.get(attribute) {
            let value = json_text::decoded(cx, value);
            readings.push(Reading::content(field, value, rank, cx.names(&[attribute])));
        }
    }
}

fn prompt<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<Reading<'a>> {
    let (mut messages, mut used) = (Vec::new(), Vec::new());
    for (role, attribute) in TEXTS {
        let content = attributes.at(attribute);
        if content.is_truthy() {
            messages.push(cx.dict(&[("role", Value::Text(role)), ("content", content)]));
            used.push(attribute);
        }
    }
    if messages.is_empty() {
        return None;
    }
    Some(Reading::content("input", cx.list(&messages), Rank::Value, cx.names(&used)))
}

fn tools<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let (mut defined, mut used) = (Map::new(), Vec::new());
    for (key, attribute) in DEFINITION {
        if let Some(value) = attributes.get(attribute) {
            defined.set(key, value);
            used.push(attribute);
        }
    }
    if defined.has("name") {
        let listed = cx.list(&[cx.made(&defined)]);
        readings.extend(offered(cx, listed, cx.names(&used)));
    }
    for attribute in TOOL_NAMES {
        readings.extend(offered(cx, attributes.at(attribute), cx.names(&[attribute])));
    }
}

fn offered<'a>(cx: Cx<'a>, listed: Value<'a>, attributes: &'a [&'a str]) -> Option<Reading<'a>> {
    let tools = tool_definitions(cx, listed).filter(|tools| !tools.is_empty())?;
    Some(Reading::entry(Field::Metadata, "tools", Value::List(tools), attributes))
}
