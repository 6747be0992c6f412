//! `translate/conventions/braintrust.py`.

use crate::translate::decode::{Attributes, Span};
use crate::translate::indexed::{below, list_below, nested};
use crate::translate::json_text;
use crate::translate::merge_value::merge_objects;
use crate::translate::messages::chat_messages;
use crate::translate::names;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::usage::is_measure;
use crate::translate::value::{Cx, Map, Number, Object, Value};

const PREFIX: &str = "braintrust.";

/// A field, the attribute that has it as JSON, and the beginning of those that have it flattened.
const VALUE_FIELDS: [(&str, &str, &str, &str); 3] = [
    ("input", names::INPUT_JSON, names::INPUT, "braintrust.input."),
    ("output", names::OUTPUT_JSON, names::OUTPUT, "braintrust.output."),
    ("expected", names::EXPECTED_JSON, names::EXPECTED, "braintrust.expected."),
];
const JSON_FIELDS: [(&str, &str); 3] =
    [("error", names::ERROR_JSON), ("classifications", names::CLASSIFICATIONS), ("facets", names::FACETS)];
const OBJECT_FIELDS: [(Field, &str, &str); 4] = [
    (Field::Metadata, names::METADATA, "braintrust.metadata."),
    (Field::Metrics, names::METRICS, "braintrust.metrics."),
    (Field::Scores, names::SCORES, "braintrust.scores."),
    (Field::SpanAttributes, names::SPAN_ATTRIBUTES, "braintrust.span_attributes."),
];
const KEYED: [&str; 6] = [
    names::METADATA,
    names::METRICS,
    names::SCORES,
    names::SPAN_ATTRIBUTES,
    names::TAGS,
    names::CONTEXT_JSON,
];
const CREATED: &str = "braintrust.event.created";

/// `Row.__annotations__` of `otel_bridge/contract/row.py`, without those that begin with `_`.
const ROW_FIELDS: [&str; 28] = [
    "id",
    "span_id",
    "root_span_id",
    "span_parents",
    "is_root",
    "created",
    "input",
    "output",
    "expected",
    "error",
    "scores",
    "metadata",
    "metrics",
    "tags",
    "span_attributes",
    "context",
    "origin",
    "classifications",
    "facets",
    "org_id",
    "project_id",
    "experiment_id",
    "dataset_id",
    "prompt_session_id",
    "log_id",
    "comments",
    "comment",
    "audit_data",
];

/// Tell whether the span has any attribute of Braintrust's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the `braintrust.*` attributes of `span`.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let own = Map(span.attributes.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect());
    let attributes = cx.object(&own);
    Partial { readings: fields(cx, attributes), spent: spent(attributes), fallback_type: None }
}

/// Return what `braintrust.*` attributes say, the better of two first.
fn fields<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Reading<'a>> {
    let mut found = Vec::new();
    for (field, json_attribute, attribute, prefix) in VALUE_FIELDS {
        value(cx, attributes, field, json_attribute, attribute, prefix, &mut found);
    }
    json_values(cx, attributes, &mut found);
    for (field, attribute, prefix) in OBJECT_FIELDS {
        object(cx, attributes, field, attribute, prefix, &mut found);
    }
    context(cx, attributes, &mut found);
    tags(cx, attributes, &mut found);
    row_id(cx, attributes, &mut found);
    event_fields(cx, attributes, &mut found);
    found
}

/// Return what is no part of a value: flags, and objects and lists that are empty or that a mask left nothing of.
fn spent<'a>(attributes: Attributes<'a>) -> Vec<&'a str> {
    let is_empty = |value| match value {
        Value::Text(text) => matches!(text, "{}" | "[]" | "null"),
        Value::Object(object) => object.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    };
    let empty = attributes.iter().filter(|(name, value)| KEYED.contains(name) && is_empty(*value));
    let mut spent = vec![names::PRESERVE_ATTRIBUTES];
    spent.extend(empty.map(|(name, _)| name));
    spent
}

fn value<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    field: &'a str,
    json_attribute: &'a str,
    attribute: &'a str,
    prefix: &str,
    found: &mut Vec<Reading<'a>>,
) {
    let mut add = |value, used| found.push(Reading::content(field, value, Rank::Explicit, used));
    if let Some(parsed) = json_text::parse(cx, attributes.at(json_attribute)) {
        add(parsed, cx.names(&[json_attribute]));
    }
    if let Some(told) = attributes.get(attribute) {
        add(json_text::decoded(cx, told), cx.names(&[attribute]));
    }
    let (listed, used) = list_below(cx, attributes, prefix);
    if !used.is_empty() {
        add(chat_messages(cx, listed), used);
    }
}

fn json_values<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    for (field, attribute) in JSON_FIELDS {
        if let Some(parsed) = json_text::parse(cx, attributes.at(attribute)) {
            found.push(Reading::content(field, parsed, Rank::Explicit, cx.names(&[attribute])));
        }
    }
    if let Some(origin @ Value::Object(_)) = json_text::structure(cx, attributes.at(names::ORIGIN)) {
        found.push(Reading::content("origin", origin, Rank::Explicit, cx.names(&[names::ORIGIN])));
    }
}

fn object<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    field: Field,
    attribute: &'a str,
    prefix: &str,
    found: &mut Vec<Reading<'a>>,
) {
    let parsed = json_text::structure(cx, attributes.at(attribute));
    let whole = parsed.and_then(Value::object).unwrap_or_default();
    let paths = below(cx, attributes, prefix);
    if whole.is_empty() && paths.is_empty() {
        return;
    }
    let overlay = match overlay(cx, field, paths) {
        Some(overlay) => overlay,
        None => return,
    };
    let mut used = if whole.is_empty() { Vec::new() } else { vec![attribute] };
    let is_path = |name: &&str| name.strip_prefix(prefix).map_or(false, |path| paths.has(path));
    used.extend(attributes.keys().filter(is_path));
    let used = cx.names(&used);
    let merged = if overlay.is_empty() { whole } else { merge_objects(cx, whole, overlay) };
    for (key, value) in merged.iter() {
        found.push(entry(cx, field, key, value, used));
    }
    if field == Field::Metrics {
        if let Some(total) = total(cx, merged) {
            found.push(Reading::entry(field, "tokens", total, used));
        }
    }
}

/// Return what flattened keys say over an object; nothing where they make up a list. Those of metadata and span attributes nest, while a dot in
/// the name of a metric or a score is part of the name.
fn overlay<'a>(cx: Cx<'a>, field: Field, paths: Object<'a>) -> Option<Object<'a>> {
    if paths.is_empty() {
        return Some(paths);
    }
    let flat = Map(paths.iter().map(|(path, value)| (path, json_text::decoded(cx, value))).collect());
    let flat = cx.object(&flat);
    match field {
        Field::Metadata | Field::SpanAttributes => nested(cx, flat).object(),
        _ => Some(flat),
    }
}

/// Return the sum that a row has where its sender gave both parts only.
fn total<'a>(cx: Cx<'a>, metrics: Object<'a>) -> Option<Value<'a>> {
    let (prompt, completion) = (metrics.at("prompt_tokens"), metrics.at("completion_tokens"));
    if metrics.has("tokens") || !is_measure(prompt) || !is_measure(completion) {
        return None;
    }
    let sum = match (prompt, completion) {
        (Value::Int(prompt), Value::Int(completion)) => prompt.checked_add(completion).map(Value::Int),
        _ => Some(Value::Float(float(prompt) + float(completion))),
    };
    match sum {
        Some(Value::Float(sum)) if !sum.is_finite() => cx.doubt(),
        None => cx.doubt(),
        _ => (),
    }
    sum
}

fn float(measure: Value) -> f64 {
    match measure {
        Value::Int(number) => number as f64,
        Value::Float(number) => number,
        _ => 0.0,
    }
}

fn entry<'a>(cx: Cx<'a>, field: Field, key: &'a str, value: Value<'a>, used: &'a [&'a str]) -> Reading<'a> {
    let (fits, name) = match field {
        Field::Metrics => (Number::of(value).is_some(), "metrics"),
        Field::Scores => (is_score(value), "scores"),
        Field::SpanAttributes => (is_span_attribute(key, value), "span_attributes"),
        _ => (true, ""),
    };
    if !fits {
        let place = cx.text(&format!("{}{}.{}", PREFIX, name, key));
        return Reading::entry(Field::Metadata, place, value, used);
    }
    let value = match (field, value) {
        (Field::Metrics | Field::Scores, Value::Bool(told)) => Value::Int(told.into()),
        _ => value,
    };
    Reading::entry(field, key, value, used)
}

fn is_score(value: Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Int(number) => (0..=1).contains(&number),
        Value::Float(number) => (0.0..=1.0).contains(&number),
        _ => false,
    }
}

fn is_span_attribute(key: &str, value: Value) -> bool {
    !matches!(key, "name" | "type") || value.text().map_or(false, |text| !text.is_empty())
}

fn context<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let context = json_text::structure(cx, attributes.at(names::CONTEXT_JSON));
    for (key, value) in context.and_then(Value::object).unwrap_or_default().iter() {
        found.push(Reading::entry(Field::Context, key, value, cx.names(&[names::CONTEXT_JSON])));
    }
}

fn tags<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let tags = attributes.at(names::TAGS).list().unwrap_or_default();
    if tags.iter().all(|tag| tag.text().is_some()) {
        for tag in tags.iter().filter_map(|tag| tag.text()) {
            found.push(Reading::entry(Field::Tags, tag, Value::Null, cx.names(&[names::TAGS])));
        }
    }
}

fn row_id<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let row_id = attributes.at(names::ROW_ID);
    if row_id.text().map_or(false, |text| !text.is_empty()) {
        found.push(Reading::content("id", row_id, Rank::Explicit, cx.names(&[names::ROW_ID])));
    }
}

fn event_fields<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    for (field, text) in below(cx, attributes, names::EVENT_PREFIX).iter() {
        if ROW_FIELDS.contains(&field) || field.starts_with('_') {
            continue;
        }
        if let Some(parsed) = json_text::parse(cx, text) {
            let attribute = cx.text(&format!("{}{}", names::EVENT_PREFIX, field));
            found.push(Reading::content(field, parsed, Rank::Explicit, cx.names(&[attribute])));
        }
    }
    if let Some(created @ Value::Text(text)) = json_text::parse(cx, attributes.at(CREATED)) {
        if !is_usual_time(text) {
            cx.doubt(); // Python knows many more spellings.
        }
        found.push(Reading::content("created", created, Rank::Explicit, cx.names(&[CREATED])));
    }
}

/// Tell whether it is a time as JavaScript and Python write it: `2026-11-28T01:02:03.456Z`, with more digits or none, and `+00:00` for `Z`.
fn is_usual_time(text: &str) -> bool {
    let (time, rest) = match (text.get(..19), text.get(19..)) {
        (Some(time), Some(rest)) => (time, rest),
        _ => return false,
    };
    let has_shape = time.bytes().zip(*b"dddd-dd-ddTdd:dd:dd").all(|(byte, shape)| match shape {
        b'd' => byte.is_ascii_digit(),
        _ => byte == shape,
    });
    let number = |from, to| time.get(from..to).and_then(|digits| digits.parse().ok()).unwrap_or(99_999_u32);
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if !matches!(fraction.len() - zone.len(), 3 | 6) {
                return false;
            }
            zone
        }
        None => rest,
    };
    has_shape
        && matches!(zone, "Z" | "+00:00")
        && (1..10_000).contains(&number(0, 4))
        && (1..=days_of(number(5, 7))).contains(&number(8, 10))
        && number(11, 13) < 24
        && number(14, 16) < 60
        && number(17, 19) < 60
}

/// Return how many days a month has each year; none for what is no month.
fn days_of(month: u32) -> u32 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}
