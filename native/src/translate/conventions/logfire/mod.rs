//! `translate/conventions/logfire`: its `reader.py`; wrapped calls and agents stand beside, as there.

mod agent;
mod event_list;
mod openai_agents;
mod wrapper;

use crate::translate::conventions::logfire::event_list::{messages_in, not_understood, EVENT_NAME};
use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::log_row::log_level;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::value::{Cx, Value};

const PREFIXES: [&str; 2] = ["logfire.", "pydantic_ai."];
const SCOPES: [&str; 2] = ["logfire", "pydantic-ai"];
const SPAN_TYPE: &str = "logfire.span_type";
const LEVEL: &str = "logfire.level_num";
const MESSAGE: &str = "logfire.msg";
const TAGS: &str = "logfire.tags";
const SCHEMA: &str = "logfire.json_schema";
const EVENTS: &str = "events";
const EVENT_BODY: &str = "event_body";

/// Tell whether Logfire or Pydantic AI made the span, or Logfire added to it.
pub fn claims(span: &Span) -> bool {
    PREFIXES.iter().any(|prefix| span.has_prefix(prefix))
        || SCOPES.iter().any(|scope| span.scope.name.starts_with(scope))
}

/// Tell whether the span only announces another one that has begun.
pub fn is_pending(span: &Span) -> bool {
    span.attributes.at(SPAN_TYPE).is("pending_span")
}

/// Read the attributes of `span`.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let is_agents_sdk = openai_agents::is_made_by(span);
    let mut found = Vec::new();
    events(cx, span, &mut found);
    // There `request_data` is input and output once more, in one list.
    if is_agents_sdk {
        openai_agents::readings(cx, attributes, &mut found);
    } else {
        wrapper::readings(cx, span, &mut found);
    }
    agent::readings(cx, attributes, &mut found);
    kind(cx, attributes, &mut found);
    tags(cx, attributes, &mut found);
    structured(cx, attributes, &mut found);
    let spent = if is_agents_sdk { vec![wrapper::REQUEST] } else { Vec::new() };
    Partial { readings: found, spent, fallback_type: None }
}

fn events<'a>(cx: Cx<'a>, span: &Span<'a>, found: &mut Vec<Reading<'a>>) {
    for (field, messages) in messages_in(cx, event_bodies(cx, span)) {
        found.push(Reading::content(field, messages, Rank::Events, &[]));
    }
    if let Some(listed) = span.attributes.get(EVENTS) {
        let used = cx.names(&[EVENTS]);
        for (field, messages) in messages_in(cx, listed) {
            found.push(Reading::content(field, messages, Rank::Events, used));
        }
        let rest = not_understood(cx, listed);
        if !rest.is_empty() {
            found.push(Reading::entry(Field::Metadata, EVENTS, cx.list(&rest), used));
        }
    }
}

/// Return message events of the span itself, which the wrapper of Google's SDK writes with one attribute each.
fn event_bodies<'a>(cx: Cx<'a>, span: &Span<'a>) -> Value<'a> {
    let bodies = span.events.iter().filter_map(|event| {
        let body = json_text::decoded(cx, event.attributes.get(EVENT_BODY)?).object()?;
        let mut named = body.to_map();
        named.set(EVENT_NAME, Value::Text(event.name));
        Some(cx.made(&named))
    });
    let bodies: Vec<Value> = bodies.collect();
    cx.list(&bodies)
}

/// Say whether it is a call or a log: `_type`.
fn kind<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    if wrapper::is_call(cx, attributes) {
        found.push(Reading::entry(Field::SpanAttributes, "type", Value::Text("llm"), &[]));
    } else if attributes.at(SPAN_TYPE).is("log") {
        let used = cx.names(&[SPAN_TYPE]);
        found.push(Reading::entry(Field::SpanAttributes, "type", Value::Text("log"), used));
        logged(cx, attributes, found);
    }
}

fn logged<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let level = match attributes.at(LEVEL) {
        Value::Int(level) => log_level(level),
        Value::Bool(level) => log_level(level.into()),
        _ => None,
    };
    if let Some(name) = level {
        found.push(Reading::entry(Field::SpanAttributes, "log_level", Value::Text(name), &[]));
    }
    let message = attributes.at(MESSAGE);
    if message.is_truthy() {
        found.push(Reading::content("output", message, Rank::Text, cx.names(&[MESSAGE])));
    }
}

fn tags<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let tags = attributes.at(TAGS).list().unwrap_or_default();
    if tags.iter().all(|tag| tag.text().is_some()) {
        let used = cx.names(&[TAGS]);
        for tag in tags.iter().filter_map(|tag| tag.text()) {
            found.push(Reading::entry(Field::Tags, tag, Value::Null, used));
        }
    }
}

/// Read the application's own attributes that the schema says are JSON; a dot is in names of conventions only.
fn structured<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let schema = json_text::structure(cx, attributes.at(SCHEMA));
    let properties = schema.and_then(|schema| schema.get("properties")?.object()).unwrap_or_default();
    let read = found.len();
    for (name, described) in properties.iter() {
        let kind = described.get("type").and_then(Value::text);
        if !matches!(kind, Some("object" | "array")) || name.contains('.') {
            continue;
        }
        let is_read = |reading: &Reading| reading.attributes().contains(&name);
        match attributes.get(name) {
            Some(value) if !found[..read].iter().any(is_read) => {
                let value = json_text::decoded(cx, value);
                found.push(Reading::entry(Field::Metadata, name, value, cx.names(&[name])));
            }
            _ => (),
        }
    }
}
