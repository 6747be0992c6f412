//! What is asked of a span and its row to see what several spans tell together (`translate/span_summary.py`).

use crate::translate::decode::Span;
use crate::translate::parent::named_parent;
use crate::translate::row::keyed_field;
use crate::translate::usage::is_measure;
use crate::translate::value::{Map, Number, Object, Value};

const RESPONSE_ID: &str = "gen_ai.response.id";
const USAGE: [&str; 4] = ["tokens", "prompt_tokens", "completion_tokens", "estimated_cost"];

/// A span and its row, in short.
pub struct SpanSummary<'a> {
    pub trace_id: &'a str,
    pub span_id: &'a str,
    pub parent_span_id: Option<&'a str>,
    pub start_ns: u64,
    pub end_ns: u64,
    pub scope: &'a str,
    pub parent: Option<&'a str>,
    pub identity: [(&'a str, Value<'a>); 3],
    pub is_call: bool,
    pub is_open: bool,
    /// No name twice.
    pub models: Vec<&'a str>,
    pub response_id: Value<'a>,
    pub has_messages: bool,
    pub has_usage: bool,
}

/// Return the summary of a span whose row is `row`.
pub fn summary_of<'a>(span: &Span<'a>, row: &Map<'a>) -> SpanSummary<'a> {
    let metadata = keyed_field(row, "metadata");
    let kind = keyed_field(row, "span_attributes").at("type");
    let mut models: Vec<&str> =
        ["model", "request_model"].iter().filter_map(|key| metadata.at(key).text()).collect();
    models.dedup();
    SpanSummary {
        trace_id: span.trace_id,
        span_id: span.span_id,
        parent_span_id: span.parent_span_id,
        start_ns: span.start_ns,
        end_ns: span.end_ns,
        scope: span.scope.name,
        parent: named_parent(span.attributes),
        identity: ["id", "span_id", "root_span_id"].map(|name| (name, row.get(name).unwrap_or(Value::Null))),
        is_call: kind.is("llm"),
        is_open: kind.is("task"),
        models,
        response_id: metadata.at(RESPONSE_ID),
        has_messages: ["input", "output"].iter().any(|field| row.get(field).map_or(false, Value::is_truthy)),
        has_usage: has_usage(keyed_field(row, "metrics")),
    }
}

fn has_usage(metrics: Object) -> bool {
    USAGE.iter().any(|name| metrics.get(name).map_or(false, |value| is_measure(value) && is_positive(value)))
}

fn is_positive(value: Value) -> bool {
    match Number::of(value) {
        Some(Number::Whole(number)) => number > 0,
        Some(Number::Broken(number)) => number > 0.0,
        None => false,
    }
}
