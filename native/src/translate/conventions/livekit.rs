//! LiveKit Agents (`translate/conventions/livekit.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::chat_messages;
use crate::translate::partial::{Content, Entry, Field, Partial, Rank, Reading};
use crate::translate::usage::{is_measure, metric_of, token_metrics, Count};
use crate::translate::value::{Cx, Map, Object, Value};

const PREFIX: &str = "lk.";
const PRIVATE: &str = "lk.pii.";
const CONTEXT: &str = "lk.chat_ctx";
const TEXT: &str = "lk.response.text";
const CALLS: &str = "lk.response.function_calls";
const FIRST_TOKEN: &str = "lk.response.ttft";
const METRICS: &str = "lk.llm_metrics";
const VALUES: [(&str, &str); 6] = [
    ("input", "lk.function_tool.arguments"),
    ("input", "lk.user_input"),
    ("input", "lk.input_text"),
    ("output", "lk.function_tool.output"),
    ("output", "lk.user_transcript"),
    ("output", TEXT),
];
const CALL: &str = "function_call";
const CACHED: &str = "prompt_cached_tokens";

/// Tell whether the span has any attribute of LiveKit's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the `lk.*` attributes of the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let own = span.attributes.iter().filter(|(name, _)| name.starts_with(PREFIX));
    let own: Vec<_> = own.map(|(name, value)| (plain_name(cx, name), name, value)).collect();
    let named = cx.object(&Map::of(own.iter().map(|(plain, name, _)| (*plain, Value::Text(name))).collect()));
    let told = cx.object(&Map::of(own.iter().map(|(plain, _, value)| (*plain, *value)).collect()));
    let mut readings = if told.has(CONTEXT) { call(cx, told) } else { values(cx, told) };
    measures(cx, told, &mut readings);
    Partial::of(readings.into_iter().map(|reading| renamed(cx, reading, named)).collect())
}

fn plain_name<'a>(cx: Cx<'a>, name: &'a str) -> &'a str {
    let rest = name.strip_prefix(PRIVATE).unwrap_or(name);
    let rest = rest.strip_prefix(PREFIX).unwrap_or(rest);
    match name.strip_prefix(PREFIX) {
        Some(bare) if bare == rest => name,
        _ => cx.text(&[PREFIX, rest].concat()),
    }
}

/// Return a reading with the names that the span has.
fn renamed<'a>(cx: Cx<'a>, reading: Reading<'a>, named: Object<'a>) -> Reading<'a> {
    let of = |names: &'a [&'a str]| {
        let used: Vec<&str> = names.iter().filter_map(|name| named.at(name).text()).collect();
        cx.names(&used)
    };
    match reading {
        Reading::Content(content) => Content { attributes: of(content.attributes), ..content }.into(),
        Reading::Entry(entry) => {
            let key = named.at(entry.key).text().unwrap_or(entry.key);
            Entry { attributes: of(entry.attributes), key, ..entry }.into()
        }
    }
}

fn call<'a>(cx: Cx<'a>, told: Attributes<'a>) -> Vec<Reading<'a>> {
    let mut readings = Vec::new();
    let context = json_text::decoded(cx, told.at(CONTEXT));
    if let Some(items) = context.get("items").and_then(Value::list) {
        let messages: Vec<Value> = items.iter().filter_map(|item| message_of(cx, *item)).collect();
        let messages = chat_messages(cx, cx.list(&messages));
        readings.push(Reading::content("input", messages, Rank::Indexed, &[CONTEXT]));
        let rests: Vec<Value> = items.iter().map(|item| rest_of(cx, *item)).collect();
        let rest = cx.dict(&[("items", cx.list(&rests))]);
        readings.push(Reading::entry(Field::Metadata, CONTEXT, rest, &[CONTEXT]));
    }
    let mut answer = Vec::new();
    let text = told.at(TEXT);
    if text.is_truthy() {
        answer.push(cx.dict(&[("type", Value::Text("text")), ("text", text)]));
    }
    for call in
        json_text::decoded(cx, told.at(CALLS)).list().unwrap_or(&[]).iter().filter_map(|each| each.object())
    {
        let mut item = Map(vec![("type", Value::Text(CALL))]);
        item.update(call);
        answer.push(cx.made(&item));
    }
    if !answer.is_empty() {
        let message = cx.dict(&[("role", Value::Text("assistant")), ("parts", cx.list(&answer))]);
        let messages = chat_messages(cx, cx.list(&[message]));
        readings.push(Reading::content("output", messages, Rank::Indexed, &[TEXT, CALLS]));
    }
    readings
}

/// Return what is read of an item of a chat context; items of other types tell of settings.
fn message_keys(item: Object) -> &'static [&'static str] {
    match item.at("type").text() {
        Some("message") => &["role", "content"],
        Some(CALL) => &["type", "call_id", "name", "arguments"],
        Some("function_call_output") => &["type", "call_id", "name", "output"],
        _ => &[],
    }
}

/// Return an item of a chat context as OpenAI's responses have it; nothing for one that is no message.
fn message_of<'a>(cx: Cx<'a>, item: Value<'a>) -> Option<Value<'a>> {
    let item = item.object()?;
    let keys = message_keys(item).iter();
    let mut said = Map(keys.filter_map(|key| Some((*key, item.get(key)?))).collect());
    if let Some(content) = said.get("content").and_then(Value::list) {
        let texts: Vec<Value> = content.iter().copied().filter(|part| part.text().is_some()).collect();
        if !texts.is_empty() {
            said.set("content", cx.list(&texts));
        }
    }
    if said.is_empty() {
        None
    } else {
        Some(cx.made(&said))
    }
}

/// Return what `message_of` leaves out: ids, settings, parts of content that are no text.
fn rest_of<'a>(cx: Cx<'a>, item: Value<'a>) -> Value<'a> {
    let told = match item.object() {
        Some(told) => told,
        None => return item,
    };
    let mut rest = told.without(message_keys(told));
    let content = told.at("content").list().unwrap_or(&[]);
    let others: Vec<Value> = content.iter().copied().filter(|part| part.text().is_none()).collect();
    if !others.is_empty() {
        rest.set("content", cx.list(&others));
    }
    cx.made(&rest)
}

fn values<'a>(cx: Cx<'a>, told: Attributes<'a>) -> Vec<Reading<'a>> {
    let mut readings = Vec::new();
    for (field, attribute) in VALUES {
        let value = told.at(attribute);
        if value.is_truthy() {
            let value = json_text::decoded(cx, value);
            readings.push(Reading::content(field, value, Rank::Value, cx.names(&[attribute])));
        }
    }
    readings
}

fn measures<'a>(cx: Cx<'a>, told: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let first_token = told.at(FIRST_TOKEN);
    if is_measure(first_token) {
        readings.push(Reading::entry(Field::Metrics, "time_to_first_token", first_token, &[FIRST_TOKEN]));
    }
    let given = json_text::decoded(cx, told.at(METRICS)).members();
    let counts: Vec<Count> = given
        .iter()
        .filter_map(|(key, value)| {
            let metric = if key == CACHED { CACHED } else { metric_of(key)? };
            Some(Count { metric, value, attributes: &[] })
        })
        .collect();
    readings.extend(token_metrics(&counts).into_iter().map(Reading::from));
}
