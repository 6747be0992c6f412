//! Read the `gen_ai.*` attributes and events of a span: which type it has, and what its parts say (`gen_ai/reader.py`).

use crate::translate::conventions::gen_ai::{call, content, event, tool_run};
use crate::translate::decode::{Attributes, Span};
use crate::translate::partial::{Field, Partial, Reading};
use crate::translate::value::{Cx, Map, Value};
use crate::translate::{json_text, names};

const PREFIX: &str = "gen_ai.";

/// An instrumentation that passes Bedrock's own counts on.
const COUNTING_CACHE_APART: &str = "opentelemetry.instrumentation.bedrock";

const CALL_ID: &str = "gen_ai.tool.call.id";
const MESSAGES: [&str; 2] = [names::GEN_AI_INPUT_MESSAGES, names::GEN_AI_OUTPUT_MESSAGES];

/// Tell whether the span has any `gen_ai.*` attribute or event.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX) || span.events.iter().any(|each| each.name.starts_with(PREFIX))
}

/// Read the `gen_ai.*` attributes and events of a span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = with_details(cx, span);
    let mut found = readings(cx, attributes, span.scope.name == COUNTING_CACHE_APART);
    if !span.events.is_empty() {
        let mut all = event::readings(cx, span.events);
        all.extend(found);
        found = all;
        if named_type(cx, attributes) == Some("tool") {
            found = found.into_iter().map(|reading| tool_run::plain(cx, reading)).collect();
        }
    }
    let fallback_type = fallback_type(span.attributes, &found);
    Partial { fallback_type, ..Partial::of(found) }
}

fn readings<'a>(cx: Cx<'a>, attributes: Attributes<'a>, counts_cache_apart: bool) -> Vec<Reading<'a>> {
    let operation = type_of_operation(cx, attributes);
    let named = operation.or_else(|| type_of_tool(attributes));
    let mut found: Vec<Reading> = Vec::with_capacity(16);
    found.extend(content::readings(cx, attributes, named).into_iter().map(Reading::from));
    let mut entries = call::readings(cx, attributes, counts_cache_apart);
    if named == Some("llm") {
        // It is of a call that the model made, not one that it is.
        entries.retain(|entry| !entry.attributes.contains(&CALL_ID));
    }
    found.extend(entries.into_iter().map(Reading::from));
    if let Some(named) = named {
        let spent = if operation.is_some() { cx.names(&[names::GEN_AI_OPERATION_NAME]) } else { &[] };
        found.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(named), spent));
    }
    found
}

/// Return the attributes of a span behind what its details events say, which it may not have itself.
fn with_details<'a>(cx: Cx<'a>, span: &Span<'a>) -> Attributes<'a> {
    if !span.events.iter().any(|each| each.name == event::DETAILS) {
        return span.attributes;
    }
    let mut told = Map::new();
    for each in span.events.iter().filter(|each| each.name == event::DETAILS) {
        for (name, value) in each.attributes.iter() {
            let earlier = if MESSAGES.contains(&name) { told.get(name) } else { None };
            told.set(name, earlier.map_or(value, |earlier| continued(cx, earlier, value)));
        }
    }
    told.update(span.attributes);
    cx.object(&told)
}

/// Return the messages of two events: Strands tells those that come later alone, others all of them again.
fn continued<'a>(cx: Cx<'a>, earlier: Value<'a>, later: Value<'a>) -> Value<'a> {
    match (json_text::decoded(cx, earlier), json_text::decoded(cx, later)) {
        (Value::List(before), Value::List(after)) if !after.starts_with(before) => {
            cx.list(&[before, after].concat())
        }
        _ => later,
    }
}

fn named_type<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<&'static str> {
    type_of_operation(cx, attributes).or_else(|| type_of_tool(attributes))
}

fn type_of_tool(attributes: Attributes) -> Option<&'static str> {
    if attributes.has(names::GEN_AI_TOOL_NAME) {
        Some("tool")
    } else {
        None
    }
}

fn type_of_operation<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<&'static str> {
    let operation = attributes.at(names::GEN_AI_OPERATION_NAME).text()?;
    if !operation.is_ascii() {
        // Python has a lower case of its own.
        cx.doubt();
    }
    type_of(operation).or_else(|| {
        let folded = operation.to_ascii_lowercase();
        type_of(&folded).or(if folded.contains("memory") { Some("tool") } else { None })
    })
}

fn type_of(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "chat" | "generate_content" | "text_completion" | "embeddings" | "fetch_response" => "llm",
        "execute_tool" | "retrieval" => "tool",
        "invoke_agent" | "create_agent" | "invoke_workflow" | "plan" | "handle_conversation_turn" => "task",
        _ => return None,
    })
}

/// A request for a model, or content with a model or usage, is a call; content alone may be a framework's loop.
fn fallback_type(attributes: Attributes, readings: &[Reading]) -> Option<&'static str> {
    if attributes.has(names::GEN_AI_OPERATION_NAME) {
        return None;
    }
    let has_content = readings.iter().any(|reading| matches!(reading, Reading::Content(_)));
    let counts_prompt =
        |reading: &Reading| matches!(reading, Reading::Entry(entry) if entry.key == "prompt_tokens");
    let is_measured = readings.iter().any(counts_prompt);
    let is_call = has_content && (attributes.has(names::GEN_AI_RESPONSE_MODEL) || is_measured);
    if is_call || attributes.has(names::GEN_AI_REQUEST_MODEL) {
        Some("llm")
    } else {
        None
    }
}
