//! Model, provider, parameters, tools and measures of a call from `gen_ai.*` attributes (`gen_ai/call.py`).

use crate::translate::conventions::gen_ai::indexed_message::{bare_reason, LABELS};
use crate::translate::decode::Attributes;
use crate::translate::indexed::{items_below, list_below};
use crate::translate::model_name::{models, providers};
use crate::translate::partial::{Entry, Field};
use crate::translate::tools::{named_tool, tool_definitions};
use crate::translate::usage::{counts_in, measure, metric_of, token_metrics, with_cache, Count};
use crate::translate::value::{Cx, Value};
use crate::translate::{json_text, names};

const REQUEST: &str = "gen_ai.request";
const COMPLETION: &str = "gen_ai.completion.";
const USAGE_PREFIX: &str = "gen_ai.usage.";
const DETAILS: &str = "details.";
const USAGE_OBJECTS: [&str; 2] = ["gen_ai.usage", "gen_ai.usage.raw"];
const TOOL_LISTS: [&str; 2] = [names::GEN_AI_TOOL_DEFINITIONS, "gen_ai.agent.tools"];
const PROVIDERS: [&str; 3] = [names::GEN_AI_PROVIDER_NAME, "gen_ai.system", "gen_ai.model.provider"];

/// Attributes, each with the key that it is read to.
const PARAMETERS: [(&str, &str); 19] = [
    (names::GEN_AI_REQUEST_TEMPERATURE, "temperature"),
    (names::GEN_AI_REQUEST_TOP_P, "top_p"),
    (names::GEN_AI_REQUEST_TOP_K, "top_k"),
    (names::GEN_AI_REQUEST_MAX_TOKENS, "max_tokens"),
    ("gen_ai.request.max_completion_tokens", "max_completion_tokens"),
    (names::GEN_AI_REQUEST_FREQUENCY_PENALTY, "frequency_penalty"),
    (names::GEN_AI_REQUEST_PRESENCE_PENALTY, "presence_penalty"),
    (names::GEN_AI_REQUEST_SEED, "seed"),
    ("gen_ai.openai.request.seed", "seed"),
    (names::GEN_AI_REQUEST_STOP_SEQUENCES, "stop"),
    ("gen_ai.request.choice.count", "n"),
    ("gen_ai.request.stream", "stream"),
    ("gen_ai.request.encoding_formats", "encoding_formats"),
    ("gen_ai.request.reasoning.level", "reasoning_effort"),
    ("gen_ai.request.reasoning_effort", "reasoning_effort"),
    ("gen_ai.request.response_format", "response_format"),
    ("gen_ai.openai.request.response_format", "response_format"),
    ("gen_ai.retrieval.top_k", "top_k"),
    ("gen_ai.tool.call.id", "tool_call_id"),
];

const NUMBERS: [&str; 9] = [
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "max_completion_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "n",
];

const MEASURES: [(&str, &str); 6] = [
    (names::GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, "time_to_first_token"),
    ("gen_ai.client.operation.time_to_first_chunk", "time_to_first_token"),
    ("gen_ai.server.time_to_first_token", "time_to_first_token"),
    ("gen_ai.usage.cost", "estimated_cost"),
    ("operation.cost", "estimated_cost"),
    ("llm.cost.total", "estimated_cost"),
];

/// Return what the attributes say of the call, apart from its content.
///
/// `counts_cache_apart` tells whether `input_tokens` leaves out what came from the cache or went there.
pub fn readings<'a>(cx: Cx<'a>, attributes: Attributes<'a>, counts_cache_apart: bool) -> Vec<Entry<'a>> {
    let (answered, asked) = (names::GEN_AI_RESPONSE_MODEL, names::GEN_AI_REQUEST_MODEL);
    let mut found = models(cx, attributes, answered, asked);
    found.extend(providers(cx, attributes, &PROVIDERS));
    parameters(cx, attributes, &mut found);
    request(cx, attributes, &mut found);
    tools(cx, attributes, &mut found);
    found.extend(reason(cx, attributes));
    let counts = counts(cx, attributes);
    found.extend(token_metrics(&if counts_cache_apart { with_cache(&counts) } else { counts }));
    measures(cx, attributes, &mut found);
    found
}

fn parameters<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Entry<'a>>) {
    for (attribute, key) in PARAMETERS {
        let value = match attributes.get(attribute) {
            Some(told) => parameter(cx, key, told),
            None => continue,
        };
        // Where a request has no value, OpenLIT writes an empty one, or a limit of -1.
        let is_nothing = matches!(value, Value::Text("") | Value::List([]));
        if !is_nothing && (key != "max_tokens" || value != Value::Int(-1)) {
            found.push(Entry { field: Field::Metadata, key, value, attributes: cx.names(&[attribute]) });
        }
    }
}

/// Return the value of a parameter; Java's instrumentations write numbers as text.
fn parameter<'a>(cx: Cx<'a>, key: &str, told: Value<'a>) -> Value<'a> {
    if told.text().is_none() || !NUMBERS.contains(&key) {
        return json_text::decoded(cx, told);
    }
    match json_text::parse(cx, told) {
        Some(number @ (Value::Int(_) | Value::Float(_) | Value::Bool(_))) => number,
        _ => told,
    }
}

fn request<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Entry<'a>>) {
    let request = attributes.get(REQUEST).and_then(|told| json_text::structure(cx, told));
    for (key, value) in request.and_then(Value::object).unwrap_or_default().iter() {
        found.push(Entry { field: Field::Metadata, key, value, attributes: cx.names(&[REQUEST]) });
    }
}

fn tools<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Entry<'a>>) {
    let mut push = |tools: &[Value<'a>], attribute: &'static str| {
        let (field, value) = (Field::Metadata, cx.list(tools));
        found.push(Entry { field, key: "tools", value, attributes: cx.names(&[attribute]) });
    };
    for attribute in TOOL_LISTS {
        let tools = attributes.get(attribute).and_then(|told| tool_definitions(cx, told));
        if let Some(tools @ [_, ..]) = tools {
            push(tools, attribute);
        }
    }
    match attributes.at(names::GEN_AI_TOOL_NAME) {
        Value::Text("") => (),
        Value::Text(name) => push(&[named_tool(cx, name)], names::GEN_AI_TOOL_NAME),
        _ => (),
    }
}

fn reason<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<Entry<'a>> {
    // To nest messages that have content would be in vain.
    let items = items_below(cx, attributes, COMPLETION);
    let is_beyond = |path: &str| !LABELS.contains(&path.split('.').nth(1).unwrap_or(""));
    if items.is_empty() || items.keys().any(is_beyond) {
        return None;
    }
    let (listed, used) = list_below(cx, attributes, COMPLETION);
    bare_reason(listed).map(|value| Entry {
        field: Field::Metadata,
        key: "finish_reason",
        value,
        attributes: used,
    })
}

fn counts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Count<'a>> {
    let mut counts = Vec::new();
    for (attribute, value) in attributes.iter() {
        let path = attribute.strip_prefix(USAGE_PREFIX).unwrap_or("");
        let bare = path.strip_prefix(DETAILS).unwrap_or(path);
        if let Some(metric) = metric_of(bare) {
            counts.push(Count { metric, value, attributes: cx.names(&[attribute]) });
        }
    }
    for attribute in USAGE_OBJECTS {
        let usage = attributes.get(attribute).and_then(|told| json_text::structure(cx, told));
        if let Some(usage @ Value::Object(_)) = usage {
            counts.extend(counts_in(cx, usage, attribute, true));
        }
    }
    counts
}

fn measures<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Entry<'a>>) {
    for (attribute, key) in MEASURES {
        if let Some(value) = attributes.get(attribute).and_then(measure) {
            found.push(Entry { field: Field::Metrics, key, value, attributes: cx.names(&[attribute]) });
        }
    }
}
