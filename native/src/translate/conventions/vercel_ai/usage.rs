//! Tokens and times of a call from `ai.*` attributes (`translate/conventions/vercel_ai/usage.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::names;
use crate::translate::partial::{Field, Reading};
use crate::translate::usage::{in_seconds, is_measure, token_metrics, Count};
use crate::translate::value::{Cx, Value};

const PREFIX: &str = "ai.usage.";
const PROVIDER_METADATA: &str = "ai.response.providerMetadata";
const FIRST_CHUNK_EVENT: &str = "ai.stream.firstChunk";
const FIRST_CHUNK: [&str; 2] = ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"];

/// Where providers of the AI SDK say what `ai.usage.*` may leave out.
const PROVIDER_METRICS: [(&str, &[&str]); 12] = [
    ("prompt_cached_tokens", &["anthropic", "usage", "cache_read_input_tokens"]),
    ("prompt_cached_tokens", ANTHROPIC_CACHE_OF_4),
    ("prompt_cached_tokens", &["bedrock", "usage", "cacheReadInputTokens"]),
    ("prompt_cached_tokens", &["google", "usageMetadata", "cachedContentTokenCount"]),
    ("prompt_cached_tokens", &["openai", "cachedPromptTokens"]),
    ("prompt_cache_creation_tokens", &["anthropic", "usage", "cache_creation_input_tokens"]),
    ("prompt_cache_creation_tokens", &["anthropic", "cacheCreationInputTokens"]),
    ("prompt_cache_creation_tokens", &["bedrock", "usage", "cacheWriteInputTokens"]),
    (
        "prompt_cache_creation_5m_tokens",
        &["anthropic", "usage", "cache_creation", "ephemeral_5m_input_tokens"],
    ),
    (
        "prompt_cache_creation_1h_tokens",
        &["anthropic", "usage", "cache_creation", "ephemeral_1h_input_tokens"],
    ),
    ("completion_reasoning_tokens", &["google", "usageMetadata", "thoughtsTokenCount"]),
    ("completion_reasoning_tokens", &["openai", "reasoningTokens"]),
];

const CACHES: [&str; 2] = ["prompt_cached_tokens", "prompt_cache_creation_tokens"];
const ANTHROPIC_INPUT: &[&str] = &["anthropic", "usage", "input_tokens"];
const ANTHROPIC_CACHE_OF_4: &[&str] = &["anthropic", "cacheReadInputTokens"];

/// What the spans of a call repeat of `ai.usage.*`, under names that promise another way of counting.
const REPEATED: [(&str, &str); 2] = [
    (names::GEN_AI_USAGE_INPUT_TOKENS, "prompt_tokens"),
    (names::GEN_AI_USAGE_OUTPUT_TOKENS, "completion_tokens"),
];

/// Add the metrics of a span; `is_call` says that it is one request to a model.
pub fn readings<'a>(cx: Cx<'a>, span: &Span<'a>, is_call: bool, readings: &mut Vec<Reading<'a>>) {
    let mut counts = counts(cx, span.attributes);
    if is_call {
        let metadata = provider_metadata(cx, span.attributes);
        let beside = provider_counts(metadata);
        counts = with_cache(cx, counts, &beside, metadata);
        counts.extend(beside);
    }
    readings.extend(token_metrics(&counts).into_iter().map(Reading::from));
    first_chunk(cx, span, readings);
}

/// Return the attributes that only say again what `ai.usage.*` says.
pub fn repeated<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<&'static str> {
    let mut found: Vec<(&str, &str, Value)> = Vec::new();
    for (attribute, metric) in REPEATED {
        found.extend(attributes.get(attribute).map(|value| (attribute, metric, value)));
    }
    if found.is_empty() {
        return Vec::new();
    }
    let said = counts(cx, attributes);
    let is_said =
        |metric: &str, value| said.iter().any(|count| count.metric == metric && count.value == value);
    found.into_iter().filter(|(_, metric, value)| is_said(metric, *value)).map(|(name, _, _)| name).collect()
}

fn counts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Count<'a>> {
    let count = |(attribute, value): (&'a str, Value<'a>)| {
        let metric = attribute.strip_prefix(PREFIX).and_then(metric_of)?;
        Some(Count { metric, value, attributes: cx.names(&[attribute]) })
    };
    attributes.iter().filter_map(count).collect()
}

fn metric_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "promptTokens" | "inputTokens" | "tokens" => "prompt_tokens",
        "completionTokens" | "outputTokens" => "completion_tokens",
        "totalTokens" => "tokens",
        "cachedInputTokens" | "inputTokenDetails.cacheReadTokens" => "prompt_cached_tokens",
        "inputTokenDetails.cacheWriteTokens" => "prompt_cache_creation_tokens",
        "reasoningTokens" | "outputTokenDetails.reasoningTokens" => "completion_reasoning_tokens",
        _ => return None,
    })
}

fn provider_counts(metadata: Value) -> Vec<Count> {
    if metadata.object().map_or(true, |told| told.is_empty()) {
        return Vec::new();
    }
    let count = |(metric, path): (&'static str, &[&str])| Count {
        metric,
        value: at(metadata, path),
        attributes: &[],
    };
    PROVIDER_METRICS.into_iter().map(count).filter(|count| !count.value.is_null()).collect()
}

/// Count the cache within the input, where Anthropic's adapter did not; a total without it is no total.
fn with_cache<'a>(
    cx: Cx<'a>,
    counts: Vec<Count<'a>>,
    beside: &[Count<'a>],
    metadata: Value<'a>,
) -> Vec<Count<'a>> {
    let given =
        counts.iter().find(|count| count.metric == "prompt_tokens").map_or(Value::Null, |count| count.value);
    let excludes = given == at(metadata, ANTHROPIC_INPUT) || !at(metadata, ANTHROPIC_CACHE_OF_4).is_null();
    let given = match given {
        Value::Int(given) if excludes => given,
        Value::Bool(_) => {
            cx.doubt(); // an integer to Python
            return counts;
        }
        _ => return counts,
    };
    let (mut whole, mut holds_any) = (Some(given), false);
    for cache in CACHES {
        let held = beside.iter().filter(|count| count.metric == cache).find_map(|count| match count.value {
            Value::Int(held) => Some(held),
            Value::Bool(_) => {
                cx.doubt();
                None
            }
            _ => None,
        });
        holds_any |= held.map_or(false, |held| held != 0);
        whole = whole.and_then(|whole| whole.checked_add(held.unwrap_or(0)));
    }
    let whole = match whole {
        Some(whole) if holds_any => whole,
        Some(_) => return counts,
        None => {
            cx.doubt(); // Python's integers have no end.
            return counts;
        }
    };
    let with_all = |count: Count<'a>| match count.metric {
        "prompt_tokens" => Count { value: Value::Int(whole), ..count },
        _ => count,
    };
    counts.into_iter().filter(|count| count.metric != "tokens").map(with_all).collect()
}

fn first_chunk<'a>(cx: Cx<'a>, span: &Span<'a>, readings: &mut Vec<Reading<'a>>) {
    let events = span.events.iter().filter(|event| event.name == FIRST_CHUNK_EVENT);
    for attributes in std::iter::once(span.attributes).chain(events.map(|event| event.attributes)) {
        for attribute in FIRST_CHUNK {
            let value = attributes.at(attribute);
            if is_measure(value) {
                let used: &[&str] = if span.attributes.has(attribute) { cx.names(&[attribute]) } else { &[] };
                let told = in_seconds(cx, value);
                readings.push(Reading::entry(Field::Metrics, "time_to_first_token", told, used));
            }
        }
    }
}

fn provider_metadata<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Value<'a> {
    json_text::structure(cx, attributes.at(PROVIDER_METADATA)).unwrap_or(Value::Null)
}

fn at<'a>(value: Value<'a>, path: &[&str]) -> Value<'a> {
    path.iter().fold(value, |value, step| value.get(step).unwrap_or(Value::Null))
}
