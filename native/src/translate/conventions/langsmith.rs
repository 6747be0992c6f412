//! LangSmith's SDK with its OpenTelemetry export (`translate/conventions/langsmith.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, is_message_list};
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::scalar::scalars;
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{token_metrics, Count};
use crate::translate::value::{Cx, Map, Object, Value};
use crate::translate::whole::{beside, messages_in, response_id};

const KIND: &str = "langsmith.span.kind";
const TAGS: &str = "langsmith.span.tags";
const METADATA: &str = "langsmith.metadata.";
const STREAMING: &str = "langsmith.request.streaming";
const USAGE: &str = "langsmith.metadata.usage_metadata";

/// What `wrap_openai` records: the arguments of the call, and the completion that came or was put together.
const WHOLE: [(&str, &[&str], &str); 2] =
    [("input", &["gen_ai.prompt"], "messages"), ("output", &["gen_ai.completion"], "choices")];
const LANGCHAIN: [&str; 2] = ["messages", "generations"];
/// Keys of a request or response that attributes of their own repeat.
const TOLD_BESIDE: [&str; 5] = ["id", "model", "stream", "usage", "usage_metadata"];

const TYPE_OF: [(&str, &str); 7] = [
    ("llm", "llm"),
    ("embedding", "llm"),
    ("tool", "tool"),
    ("retriever", "tool"),
    ("chain", "task"),
    ("prompt", "task"),
    ("parser", "task"),
];
const DETAILS: [(&str, &str); 2] = [
    ("gen_ai.usage.input_token_details", "input_token_details"),
    ("gen_ai.usage.output_token_details", "output_token_details"),
];

/// Tell whether the span has any attribute of LangSmith's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix("langsmith.")
}

/// Read the `langsmith.*` attributes of the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let mut readings = Vec::with_capacity(attributes.len());
    add_type(attributes, &mut readings);
    add_call(cx, attributes, &mut readings);
    let counts = counts(cx, attributes);
    readings.extend(token_metrics(&counts).into_iter().map(Reading::Entry));
    add_metadata(cx, attributes, &mut readings);
    add_tags(attributes, &mut readings);
    Partial::of(readings)
}

fn add_type<'a>(attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let kind = attributes.at(KIND).text().unwrap_or_default();
    // No letter of these names is the lower case of one beyond ASCII.
    if let Some((_, told)) = TYPE_OF.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)) {
        readings.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(told), &[KIND]));
    }
}

fn add_call<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if !attributes.at(KIND).is("llm") {
        return;
    }
    for (field, names, key) in WHOLE {
        let attribute = names.first().copied().unwrap_or_default();
        let whole = object(cx, attributes.at(attribute));
        let listed = whole.at(key).list().unwrap_or_default();
        let messages: Vec<Value> = listed.iter().map(|item| message(cx, *item)).collect();
        let messages = cx.list(&messages);
        if is_message_list(messages) {
            readings.push(Reading::content(field, chat_messages(cx, messages), Rank::Value, names));
            add_beside(cx, attribute, whole, key, readings);
            continue;
        }
        if !is_langchain_s(whole) {
            continue;
        }
        let told = messages_in(cx, Value::Object(whole));
        if told.is_truthy() {
            readings.push(Reading::content(field, told, Rank::Value, names));
            readings.extend(response_id(cx, Value::Object(whole)).into_iter().map(Reading::Entry));
            for (name, rest) in beside(cx, Value::Object(whole), &scalars(told), true).0 {
                readings.push(Reading::entry(Field::Metadata, below(cx, attribute, name), rest, &[]));
            }
        }
    }
}

/// Tell whether it is what a chat model of LangChain was given or gave: a list of messages for each prompt.
fn is_langchain_s(whole: Object) -> bool {
    let listed = LANGCHAIN.iter().find_map(|key| whole.get(key)).and_then(Value::list);
    matches!(listed, Some([Value::List(_), ..]))
}

/// Return a message, or that of a choice with what the choice says; the SDK's classes fill up keys with null.
fn message<'a>(cx: Cx<'a>, item: Value<'a>) -> Value<'a> {
    let item = match item {
        Value::Object(item) => item,
        _ => return item,
    };
    let mut told = item.to_map();
    if let Some(Value::Object(message)) = item.get("message") {
        told = message.to_map();
        told.update(cx.object(&item.without(&["message", "index"])));
    }
    told.0.retain(|(key, value)| !value.is_null() || *key == "content");
    cx.made(&told)
}

fn add_beside<'a>(
    cx: Cx<'a>,
    attribute: &str,
    whole: Object<'a>,
    key: &str,
    readings: &mut Vec<Reading<'a>>,
) {
    for (name, value) in whole.iter() {
        if name == key || TOLD_BESIDE.contains(&name) || value.is_null() {
            continue;
        }
        let tools = if name == "tools" { tool_definitions(cx, value) } else { None };
        readings.push(match tools {
            Some(tools) if !tools.is_empty() => {
                Reading::entry(Field::Metadata, "tools", Value::List(tools), &[])
            }
            _ => Reading::entry(Field::Metadata, below(cx, attribute, name), value, &[]),
        });
    }
}

fn below<'a>(cx: Cx<'a>, attribute: &str, name: &str) -> &'a str {
    cx.text(&[attribute, ".", name].concat())
}

fn counts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Count<'a>> {
    let usage = object(cx, attributes.at(USAGE));
    let mut found = Vec::new();
    for (attribute, name) in DETAILS {
        let mut details: Map = object(cx, usage.at(name)).to_map();
        details.update(object(cx, attributes.at(attribute)));
        let count =
            |(part, value)| metric_of(name, part).map(|metric| Count { metric, value, attributes: &[] });
        found.extend(details.0.into_iter().filter_map(count));
    }
    found
}

/// LangChain counts these within `input_tokens` and `output_tokens`.
fn metric_of(name: &str, part: &str) -> Option<&'static str> {
    Some(match (name, part) {
        ("input_token_details", "cache_read") => "prompt_cached_tokens",
        ("input_token_details", "cache_creation") => "prompt_cache_creation_tokens",
        ("input_token_details", "audio") => "prompt_audio_tokens",
        ("output_token_details", "reasoning") => "completion_reasoning_tokens",
        ("output_token_details", "audio") => "completion_audio_tokens",
        _ => return None,
    })
}

fn add_metadata<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(value @ Value::Bool(_)) = attributes.get(STREAMING) {
        readings.push(Reading::entry(Field::Metadata, "stream", value, &[]));
    }
    for (attribute, value) in attributes.iter() {
        if let Some(key) = attribute.strip_prefix(METADATA) {
            let said = json_text::decoded(cx, value);
            readings.push(Reading::entry(Field::Metadata, key, said, cx.names(&[attribute])));
        }
    }
}

fn add_tags<'a>(attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    match attributes.at(TAGS) {
        Value::Text(tags) => {
            let tags = tags.split(',').map(|tag| tag.trim_matches(json_text::is_space));
            let tags = tags.filter(|tag| !tag.is_empty());
            readings.extend(tags.map(|tag| Reading::entry(Field::Tags, tag, Value::Null, &[])));
        }
        Value::List(tags) if tags.iter().all(|tag| tag.text().is_some()) => {
            let tags = tags.iter().filter_map(|tag| tag.text());
            readings.extend(tags.map(|tag| Reading::entry(Field::Tags, tag, Value::Null, &[TAGS])));
        }
        _ => (),
    }
}

fn object<'a>(cx: Cx<'a>, value: Value<'a>) -> Object<'a> {
    json_text::structure(cx, value).and_then(Value::object).unwrap_or_default()
}
