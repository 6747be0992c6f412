//! Genkit (`translate/conventions/genkit.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::chat_messages;
use crate::translate::model_name::{models, provider_name};
use crate::translate::parameter::{flat, key_of};
use crate::translate::partial::{Entry, Field, Partial, Rank, Reading};
use crate::translate::scalar::scalars;
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{counts_in, token_metrics};
use crate::translate::value::{Cx, Object, Value};
use crate::translate::whole::{beside, finish_reason, response_id, usage_in};

const PREFIX: &str = "genkit:";
const SUBTYPE: &str = "genkit:metadata:subtype";
const NAME: &str = "genkit:name";
const INPUT: &str = "genkit:input";
const OUTPUT: &str = "genkit:output";
const SESSION: &str = "genkit:sessionId";
const EMBEDDER: &str = "embedder";
/// How the response of a provider names its model.
const MODEL_KEYS: [&str; 2] = ["model", "modelVersion"];
const SECRET: &str = "apiKey";
const READ: [&str; 4] = ["messages", "config", "tools", "toolChoice"];
/// What a definition of a tool has beside what a model is told of it.
const OF_GENKIT: [&str; 2] = ["key", "outputSchema"];

/// Tell whether the span has any attribute of Genkit's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the attributes of the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let subtype = attributes.at(SUBTYPE).text();
    let [given, returned] = [INPUT, OUTPUT].map(|name| json_text::decoded(cx, attributes.at(name)));
    let mut readings = Vec::new();
    if subtype == Some(EMBEDDER) {
        embedding(cx, given, returned, &mut readings);
        named(cx, attributes, Object::default(), &mut readings);
    } else if subtype.map_or(false, |subtype| type_of(subtype) == "llm") {
        call(cx, attributes, given.members(), returned.members(), &mut readings);
    } else {
        values(given, returned, &mut readings);
    }
    if let Some(subtype) = subtype {
        let kind = Value::Text(type_of(subtype));
        readings.push(Reading::entry(Field::SpanAttributes, "type", kind, &[]));
    }
    if let Some(session) = attributes.get(SESSION) {
        readings.push(Reading::entry(Field::Metadata, "session_id", session, &[SESSION]));
    }
    Partial::of(readings)
}

fn type_of(subtype: &str) -> &'static str {
    match subtype {
        "model" | "background-model" | EMBEDDER => "llm",
        "tool" | "retriever" | "reranker" | "indexer" | "resource" => "tool",
        "evaluator" => "score",
        _ => "task",
    }
}

fn values<'a>(given: Value<'a>, returned: Value<'a>, readings: &mut Vec<Reading<'a>>) {
    if !given.is_null() {
        readings.push(Reading::content("input", given, Rank::Value, &[INPUT]));
    }
    if !returned.is_null() {
        readings.push(Reading::content("output", returned, Rank::Value, &[OUTPUT]));
    }
}

fn embedding<'a>(cx: Cx<'a>, given: Value<'a>, returned: Value<'a>, readings: &mut Vec<Reading<'a>>) {
    let documents = objects(given.members().at("input"));
    let texts: Vec<Value> = documents.map(|document| Value::Text(text_of(cx, document))).collect();
    let found = objects(returned.members().at("embeddings"));
    let vectors: Vec<Value> = found.filter_map(|each| each.get("embedding")).collect();
    let given = if texts.is_empty() { given } else { cx.list(&texts) };
    let returned = if vectors.is_empty() { returned } else { cx.list(&vectors) };
    values(given, returned, readings);
}

fn text_of<'a>(cx: Cx<'a>, document: Object<'a>) -> &'a str {
    let mut texts: Vec<&str> = Vec::new();
    for told in objects(document.at("content")).filter_map(|part| part.get("text")) {
        match told {
            Value::Text(text) => texts.push(text),
            _ => cx.doubt(), // Python prints it.
        }
    }
    match texts.as_slice() {
        [text] => text,
        _ => cx.text(&texts.concat()),
    }
}

fn call<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    request: Object<'a>,
    response: Object<'a>,
    readings: &mut Vec<Reading<'a>>,
) {
    let raw = response.get("raw").unwrap_or_else(|| response.at("custom")).members();
    let given = messages_of(cx, request.at("messages"));
    values(given, messages_of(cx, answers(cx, response)), readings);
    named(cx, attributes, raw, readings);
    parameters(cx, request, readings);
    let mut counts = usage_in(cx, Value::Object(raw));
    counts.extend(counts_in(cx, response.at("usage"), "", false));
    let told = token_metrics(&counts).into_iter();
    let told = told.chain(response_id(cx, Value::Object(raw)));
    readings.extend(told.chain(finish_reason(cx, Value::Object(response))).map(Reading::from));
    let said: Vec<Value> = readings.iter().map(value_of).collect();
    let held = scalars(cx.list(&said));
    let asked = cx.object(&request.without(&READ));
    for (attribute, whole) in [(INPUT, asked), (OUTPUT, response)] {
        for (key, value) in beside(cx, Value::Object(whole), &held, false).0 {
            let key = cx.text(&[attribute, ".", key].concat());
            readings.push(Reading::entry(Field::Metadata, key, value, &[]));
        }
    }
}

fn value_of<'a>(reading: &Reading<'a>) -> Value<'a> {
    match reading {
        Reading::Content(content) => content.value,
        Reading::Entry(entry) => entry.value,
    }
}

fn named<'a>(cx: Cx<'a>, attributes: Attributes<'a>, raw: Object<'a>, readings: &mut Vec<Reading<'a>>) {
    let answered = MODEL_KEYS.iter().find_map(|key| raw.get(key)).unwrap_or(Value::Null);
    let name = attributes.at(NAME).text().unwrap_or("");
    let (provider, asked) = name.split_once('/').unwrap_or(("", name));
    let told = Object(cx.slice(&[("asked", Value::Text(asked)), ("answered", answered)]));
    for entry in models(cx, told, "answered", "asked") {
        readings.push(Entry { attributes: &[], ..entry }.into());
    }
    if !provider.is_empty() {
        let provider = Value::Text(provider_name(cx, provider));
        readings.push(Reading::entry(Field::Metadata, "provider", provider, &[]));
    }
}

fn parameters<'a>(cx: Cx<'a>, request: Object<'a>, readings: &mut Vec<Reading<'a>>) {
    for (name, value) in flat(request.at("config").members()) {
        if name != SECRET {
            readings.push(Reading::entry(Field::Metadata, key_of(name), value, &[]));
        }
    }
    let tools: Vec<Value> =
        objects(request.at("tools")).map(|tool| cx.made(&tool.without(&OF_GENKIT))).collect();
    if let Some(offered) = tool_definitions(cx, cx.list(&tools)).filter(|offered| !offered.is_empty()) {
        readings.push(Reading::entry(Field::Metadata, "tools", Value::List(offered), &[]));
    }
    if let Some(choice) = request.get("toolChoice") {
        readings.push(Reading::entry(Field::Metadata, "tool_choice", choice, &[]));
    }
}

/// Return the message of a response; early versions have a list of candidates.
fn answers<'a>(cx: Cx<'a>, response: Object<'a>) -> Value<'a> {
    if let Some(message) = response.get("message") {
        return cx.list(&[message]);
    }
    let candidates = objects(response.at("candidates"));
    let messages: Vec<Value> = candidates.filter_map(|each| each.get("message")).collect();
    if messages.is_empty() {
        Value::Null
    } else {
        cx.list(&messages)
    }
}

fn messages_of<'a>(cx: Cx<'a>, listed: Value<'a>) -> Value<'a> {
    let items = match listed {
        Value::List(items) => items,
        _ => return listed,
    };
    let messages: Vec<Value> = items.iter().map(|item| message(cx, *item)).collect();
    chat_messages(cx, cx.list(&messages))
}

fn message<'a>(cx: Cx<'a>, item: Value<'a>) -> Value<'a> {
    let content = match item.get("content").and_then(Value::list) {
        Some(content) => content,
        None => return item,
    };
    let parts: Vec<Value> = content.iter().map(|part| part_of(cx, *part)).collect();
    let mut told = item.members().without(&["content"]);
    told.set("parts", cx.list(&parts));
    cx.made(&told)
}

/// Return the part of the GenAI conventions; one of another kind as it is.
fn part_of<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    let told = part.members();
    for (key, kind) in [("text", "text"), ("reasoning", "reasoning")] {
        if let Some(said @ Value::Text(_)) = told.get(key) {
            return cx.dict(&[("type", Value::Text(kind)), ("content", said)]);
        }
    }
    let call = told.at("toolRequest").members();
    if !call.is_empty() {
        return cx.dict(&[
            ("type", Value::Text("tool_call")),
            ("id", call.at("ref")),
            ("name", call.at("name")),
            ("arguments", call.at("input")),
        ]);
    }
    let result = told.at("toolResponse").members();
    if !result.is_empty() {
        return cx.dict(&[
            ("type", Value::Text("tool_call_response")),
            ("id", result.at("ref")),
            ("name", result.at("name")),
            ("response", result.at("output")),
        ]);
    }
    let media = told.at("media").members();
    match media.at("url") {
        Value::Text(url) => {
            let kind = media.at("contentType");
            let bare = url.strip_prefix("data:").unwrap_or(url);
            let named = Value::Text(bare.split_once(';').map_or(bare, |(kind, _)| kind));
            let kind = if kind.is_truthy() { kind } else { named };
            cx.dict(&[("type", Value::Text("uri")), ("uri", Value::Text(url)), ("mime_type", kind)])
        }
        _ => part,
    }
}

fn objects<'a>(listed: Value<'a>) -> impl Iterator<Item = Object<'a>> {
    listed.list().unwrap_or(&[]).iter().filter_map(|item| item.object())
}
