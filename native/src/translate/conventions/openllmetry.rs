//! Traceloop's OpenLLMetry (`translate/conventions/openllmetry.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::indexed::list_below;
use crate::translate::json_text;
use crate::translate::names;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::row::seconds;
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{metric_of, token_metrics, Count};
use crate::translate::value::{Cx, Map, Value};

/// What own attributes of a call begin with behind `llm.`.
const OF_CALL: [&str; 2] = ["request.", "usage."];
const FUNCTIONS: &str = "llm.request.functions.";
const USAGE: &str = "llm.usage.";
const PROPERTIES: &str = "traceloop.association.properties.";
const STREAMING: [&str; 2] = ["llm.is_streaming", "gen_ai.is_streaming"];
const HEADERS: &str = "llm.headers";
const CREW_USAGE: &str = "crewai.crew.token_usage";
const CHUNKS: [&str; 2] = ["llm.content.completion.chunk", "gen_ai.content.completion.chunk"];

const CONTENTS: [(&str, &str); 6] = [
    ("input", "traceloop.entity.input"),
    ("input", "gen_ai.task.input"),
    ("input", "mcp.request.argument"),
    ("output", "traceloop.entity.output"),
    ("output", "gen_ai.task.output"),
    ("output", "mcp.response.value"),
];

const PARAMETERS: [(&str, &str); 12] = [
    ("llm.user", "user"),
    ("gen_ai.user", "user"),
    ("llm.frequency_penalty", "frequency_penalty"),
    ("llm.presence_penalty", "presence_penalty"),
    ("llm.top_k", "top_k"),
    ("llm.chat.stop_sequences", "stop"),
    ("llm.request.repetition_penalty", "repetition_penalty"),
    ("gen_ai.request.repetition_penalty", "repetition_penalty"),
    ("llm.request.reasoning_effort", "reasoning_effort"),
    ("gen_ai.request.reasoning_summary", "reasoning_summary"),
    ("gen_ai.request.n", "n"),
    ("gen_ai.request.structured_output_schema", "structured_output_schema"),
];

/// What the own attributes begin with.
const BEGINNINGS: [&str; 6] = ["traceloop.", "llm.", "gen_ai.", "mcp.re", "db.system", "crewai."];

/// The type that a marker in lower case stands for.
type TypeOf = fn(&str) -> Option<&'static str>;

/// Where the type may stand, the most telling first, and whether the marker says nothing else.
const TYPES: [(&str, TypeOf, bool); 5] = [
    (names::GEN_AI_OPERATION_NAME, operation, true),
    ("traceloop.span.kind", kind, true),
    ("llm.request.type", request_type, true),
    ("db.system", vector_store, false),
    ("db.system.name", vector_store, false),
];

/// Tell whether the span has attributes or events of OpenLLMetry's own.
pub fn claims(span: &Span) -> bool {
    span.beginnings.may_have_any(&BEGINNINGS) && span.attributes.keys().any(is_own)
        || span.attributes.at(names::GEN_AI_OPERATION_NAME).text().and_then(operation).is_some()
        || span.events.iter().any(|event| CHUNKS.contains(&event.name))
}

/// Read the attributes and events of `span` that OpenLLMetry adds to those of the GenAI conventions.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let is_read = |name: &str| is_own(name) || name == names::GEN_AI_OPERATION_NAME;
    let attributes = cx.object(&Map(span.attributes.iter().filter(|(name, _)| is_read(name)).collect()));
    let mut readings = Vec::with_capacity(attributes.len() + 2);
    add_contents(cx, attributes, &mut readings);
    add_types(cx, attributes, &mut readings);
    add_parameters(cx, attributes, &mut readings);
    add_tools(cx, attributes, &mut readings);
    add_properties(cx, attributes, &mut readings);
    readings.extend(token_metrics(&counts(cx, attributes)).into_iter().map(Reading::from));
    add_first_chunk(span, &mut readings);
    Partial { readings, spent: vec![HEADERS], fallback_type: None }
}

fn is_own(name: &str) -> bool {
    if let Some(rest) = name.strip_prefix("llm.") {
        return OF_CALL.iter().any(|prefix| rest.starts_with(prefix))
            || matches!(
                rest,
                "user"
                    | "frequency_penalty"
                    | "presence_penalty"
                    | "top_k"
                    | "chat.stop_sequences"
                    | "is_streaming"
                    | "headers"
            );
    }
    if let Some(rest) = name.strip_prefix("gen_ai.") {
        return rest.starts_with("task.")
            || matches!(
                rest,
                "user"
                    | "request.repetition_penalty"
                    | "request.reasoning_summary"
                    | "request.n"
                    | "request.structured_output_schema"
                    | "is_streaming"
            );
    }
    name.starts_with("traceloop.")
        || matches!(
            name,
            "mcp.request.argument" | "mcp.response.value" | "db.system" | "db.system.name" | CREW_USAGE
        )
}

fn add_contents<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (field, attribute) in CONTENTS {
        if let Some(value) = attributes.get(attribute) {
            let value = json_text::decoded(cx, value);
            readings.push(Reading::content(field, value, Rank::Value, cx.names(&[attribute])));
        }
    }
}

fn add_types<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (attribute, type_of, is_spent) in TYPES {
        let marker = attributes.at(attribute).text().unwrap_or("");
        if !marker.is_ascii() {
            cx.doubt(); // One letter that is not ASCII becomes one in lower case.
        }
        if let Some(kind) = type_of(&marker.to_ascii_lowercase()) {
            let spent: &[&str] = if is_spent { cx.names(&[attribute]) } else { &[] };
            readings.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(kind), spent));
        }
    }
}

fn operation(told: &str) -> Option<&'static str> {
    match told {
        "execute_task" => Some("task"),
        "llm_request" => Some("llm"),
        "vector_db_retrieve" => Some("tool"),
        _ => None,
    }
}

fn kind(told: &str) -> Option<&'static str> {
    match told {
        "workflow" | "task" | "agent" | "unknown" => Some("task"),
        "tool" => Some("tool"),
        _ => None,
    }
}

fn request_type(told: &str) -> Option<&'static str> {
    match told {
        "chat" | "completion" | "embedding" => Some("llm"),
        "rerank" => Some("tool"),
        _ => None,
    }
}

fn vector_store(told: &str) -> Option<&'static str> {
    match told {
        "chroma" | "lancedb" | "marqo" | "milvus" | "pinecone" | "qdrant" | "weaviate" => Some("tool"),
        _ => None,
    }
}

fn add_parameters<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (attribute, key) in PARAMETERS {
        if let Some(value) = attributes.get(attribute) {
            let value = json_text::decoded(cx, value);
            readings.push(Reading::entry(Field::Metadata, key, value, cx.names(&[attribute])));
        }
    }
    for attribute in STREAMING {
        // LiteLLM writes it as Python prints it.
        let value = attributes.at(attribute);
        let is_streaming = value == Value::Bool(true) || value.is("True");
        if is_streaming || value == Value::Bool(false) || value.is("False") {
            readings.push(Reading::entry(Field::Metadata, "stream", Value::Bool(is_streaming), &[]));
        }
    }
}

fn add_tools<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let (listed, used) = list_below(cx, attributes, FUNCTIONS);
    match tool_definitions(cx, listed) {
        Some(tools) if !tools.is_empty() => {
            readings.push(Reading::entry(Field::Metadata, "tools", Value::List(tools), used));
        }
        _ => (),
    }
}

fn add_properties<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (attribute, value) in attributes.iter() {
        if let Some(key) = attribute.strip_prefix(PROPERTIES) {
            let value = json_text::decoded(cx, value);
            readings.push(Reading::entry(Field::Metadata, key, value, cx.names(&[attribute])));
        }
    }
}

fn counts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Count<'a>> {
    let mut counts = Vec::new();
    for (attribute, value) in attributes.iter() {
        if let Some(metric) = attribute.strip_prefix(USAGE).and_then(metric_of) {
            counts.push(Count { metric, value, attributes: cx.names(&[attribute]) });
        }
    }
    let usage = attributes.at(CREW_USAGE).text().unwrap_or("");
    for (name, value) in usage.split(json_text::is_space).filter_map(|pair| pair.split_once('=')) {
        if let Some(metric) = crew_metric(name) {
            counts.push(Count { metric, value: Value::Text(value), attributes: &[] });
        }
    }
    counts
}

fn crew_metric(name: &str) -> Option<&'static str> {
    match name {
        "cached_prompt_tokens" => Some("prompt_cached_tokens"),
        _ => metric_of(name),
    }
}

fn add_first_chunk<'a>(span: &Span<'a>, readings: &mut Vec<Reading<'a>>) {
    let chunks = span.events.iter().filter(|event| CHUNKS.contains(&event.name));
    let first_ns = chunks.map(|event| event.time_ns).min();
    if let Some(since_start_ns) = first_ns.and_then(|first_ns| first_ns.checked_sub(span.start_ns)) {
        let waited = Value::Float(seconds(since_start_ns));
        readings.push(Reading::entry(Field::Metrics, "time_to_first_token", waited, &[]));
    }
}
