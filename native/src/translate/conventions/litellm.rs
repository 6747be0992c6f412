//! LiteLLM's own OpenTelemetry spans (`translate/conventions/litellm.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::indexed::{items_below, list_below, nested};
use crate::translate::messages::{chat_messages, is_message_list};
use crate::translate::partial::{Entry, Field, Partial, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{counts_in, is_measure, token_metrics, Count};
use crate::translate::value::{Cx, Map, Value};
use crate::translate::{json_text, names, parts, python_literal};

const SCOPE: &str = "litellm";
const USAGE: &str = "metadata.usage_object";
const TOOLS: &str = "gen_ai.tool.";
const COMPLETION: &str = "gen_ai.completion.";
const CALL: &str = ".function_call";
const COSTS: [&str; 2] = ["gen_ai.cost.total_cost", "litellm.cost.total"];
const STREAMING: &str = "litellm.request.streaming";

/// Tell whether LiteLLM made the span.
pub fn claims(span: &Span) -> bool {
    span.scope.name.starts_with(SCOPE)
}

/// Read what LiteLLM adds to the GenAI conventions.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let mut readings = Vec::new();
    readings.extend(output(cx, attributes));
    readings.extend(token_metrics(&counts(cx, attributes)).into_iter().map(Reading::from));
    cost(cx, attributes, &mut readings);
    readings.extend(tools(cx, attributes));
    readings.extend(streaming(attributes).map(Reading::from));
    Partial::of(readings)
}

fn output<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<Reading<'a>> {
    let (mut used, calls) = calls(cx, attributes);
    if calls.is_empty() {
        return None;
    }
    let told = json_text::structure(cx, attributes.at(names::GEN_AI_OUTPUT_MESSAGES))?;
    if !is_message_list(told) || has_calls(cx, told) {
        return None;
    }
    let (answer, before) = told.list()?.split_last()?;
    let mut answer = answer.object()?.to_map();
    answer.set("tool_calls", cx.list(&calls));
    let mut messages = before.to_vec();
    messages.push(cx.made(&answer));
    let messages = chat_messages(cx, cx.list(&messages));
    used.insert(0, names::GEN_AI_OUTPUT_MESSAGES);
    Some(Reading::content("output", messages, Rank::Messages, cx.names(&used)))
}

fn has_calls<'a>(cx: Cx<'a>, told: Value<'a>) -> bool {
    let messages = chat_messages(cx, told);
    let last = messages.list().and_then(<[Value]>::last);
    is_message_list(messages) && last.map_or(false, |message| message.get("tool_calls").is_some())
}

/// Return the calls of tools, which stand under their own indexes, not those of the completions; they have no id.
fn calls<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> (Vec<&'a str>, Vec<Value<'a>>) {
    if !attributes.keys().any(|name| name.starts_with(COMPLETION) && name.contains(CALL)) {
        return (Vec::new(), Vec::new());
    }
    let items = items_below(cx, attributes, COMPLETION);
    let mut used = Vec::new();
    let mut flat = Vec::new();
    for (path, value) in items.iter().filter(|(path, _)| path.contains(CALL)) {
        used.push(cx.text(&[COMPLETION, path].concat()));
        flat.push((cx.text(&path.replace(CALL, "")), value));
    }
    let functions = nested(cx, cx.object(&Map::of(flat)));
    let listed = functions.list().unwrap_or(&[]).iter().filter_map(|function| function.object());
    let calls = listed.map(|function| Value::Object(parts::tool_call(cx, function))).collect();
    (used, calls)
}

fn counts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Count<'a>> {
    let text = match attributes.at(USAGE) {
        Value::Text(text) => text,
        _ => return Vec::new(),
    };
    let usage = json_text::parse(cx, Value::Text(text)).or_else(|| python_literal::parse(cx, text));
    match usage {
        Some(usage @ Value::Object(_)) => {
            let counts = counts_in(cx, usage, USAGE, true);
            counts.into_iter().map(|count| Count { attributes: &[], ..count }).collect()
        }
        _ => Vec::new(),
    }
}

fn cost<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for attribute in COSTS {
        let cost = attributes.at(attribute);
        if is_measure(cost) {
            readings.push(Reading::entry(Field::Metrics, "estimated_cost", cost, cx.names(&[attribute])));
        }
    }
}

fn tools<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<Reading<'a>> {
    if !attributes.keys().any(|name| name.starts_with(TOOLS)) {
        return None;
    }
    let (listed, used) = list_below(cx, attributes, TOOLS);
    let tools = tool_definitions(cx, listed).filter(|tools| !tools.is_empty())?;
    Some(Reading::entry(Field::Metadata, "tools", Value::List(tools), used))
}

fn streaming<'a>(attributes: Attributes<'a>) -> Option<Entry<'a>> {
    match attributes.at(STREAMING) {
        value @ Value::Bool(_) => {
            Some(Entry { field: Field::Metadata, key: "stream", value, attributes: &[] })
        }
        _ => None,
    }
}
