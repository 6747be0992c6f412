//! Calls of a model client that Logfire wraps (`translate/conventions/logfire/wrapper.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, is_message_list, text_message, with_instructions};
use crate::translate::model_name::models;
use crate::translate::names;
use crate::translate::partial::{Field, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{counts_in, token_metrics, Count};
use crate::translate::value::{Cx, Map, Object, Value};

pub const REQUEST: &str = "request_data";
const RESPONSE: &str = "response_data";
const SCOPE: &str = "logfire.";
const PROVIDERS: [&str; 2] = ["anthropic", "openai"];

const MODEL: &str = "model";
const CONTENTS: [&str; 3] = ["messages", "input", "prompt"];
const INSTRUCTIONS: [&str; 2] = ["system", "instructions"];
const TEXTS: [&str; 2] = ["text", "combined_chunk_content"];
const ANSWER: [&str; 5] = ["message", TEXTS[0], TEXTS[1], "images", "finish_reason"];
const USAGE: &str = "usage";

/// Read what the wrapper says of request and response; nothing where the request has neither model nor messages.
pub fn readings<'a>(cx: Cx<'a>, span: &Span<'a>, found: &mut Vec<Reading<'a>>) {
    let request = request(cx, span.attributes);
    if request.is_empty() {
        return;
    }
    input(cx, request, found);
    parameters(cx, request, span.attributes, found);
    provider(span, found);
    response(cx, object(cx, span.attributes.at(RESPONSE)), found);
}

/// Tell whether the request has a model and content.
pub fn is_call<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> bool {
    let request = request(cx, attributes);
    request.has(MODEL) && CONTENTS.iter().any(|key| request.has(key))
}

fn request<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Object<'a> {
    let request = object(cx, attributes.at(REQUEST));
    let is_told = match request.get(MODEL) {
        Some(model) => model.text().is_some(),
        None => is_message_list(request.at("messages")),
    };
    if is_told {
        request
    } else {
        Object::default()
    }
}

fn object<'a>(cx: Cx<'a>, value: Value<'a>) -> Object<'a> {
    json_text::structure(cx, value).and_then(Value::object).unwrap_or_default()
}

fn input<'a>(cx: Cx<'a>, request: Object<'a>, found: &mut Vec<Reading<'a>>) {
    let given = CONTENTS.iter().find_map(|key| Some((*key, request.get(key)?)));
    // A text to complete is a message; one to embed, or one of the responses API, is what it is.
    let mut value = match given {
        Some(("prompt", prompt @ Value::Text(_))) => text_message(cx, "user", prompt),
        Some((_, given)) => chat_messages(cx, given),
        None => return,
    };
    for key in INSTRUCTIONS {
        let instructions = request.at(key);
        if instructions.is_truthy() {
            value = with_instructions(cx, instructions, value);
        }
    }
    found.push(Reading::content("input", value, Rank::MessagesJson, cx.names(&[REQUEST])));
}

fn parameters<'a>(cx: Cx<'a>, request: Object<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let named = Object(cx.slice(&[
        (REQUEST, request.at(MODEL)),
        (names::GEN_AI_RESPONSE_MODEL, attributes.at(names::GEN_AI_RESPONSE_MODEL)),
    ]));
    found.extend(models(cx, named, names::GEN_AI_RESPONSE_MODEL, REQUEST).into_iter().map(Reading::from));
    let used = cx.names(&[REQUEST]);
    for (key, value) in request.iter() {
        let (key, value) = match key {
            "tools" => match tool_definitions(cx, value) {
                Some(tools) if !tools.is_empty() => (key, Value::List(tools)),
                _ => (key, value),
            },
            "stop_sequences" => ("stop", value),
            "max_output_tokens" => ("max_tokens", value),
            _ if key == MODEL || CONTENTS.contains(&key) || INSTRUCTIONS.contains(&key) => continue,
            _ => (key, value),
        };
        found.push(Reading::entry(Field::Metadata, key, value, used));
    }
}

fn provider<'a>(span: &Span<'a>, found: &mut Vec<Reading<'a>>) {
    let scope = span.scope.name;
    let provider = scope.strip_prefix(SCOPE).unwrap_or(scope);
    if PROVIDERS.contains(&provider) {
        found.push(Reading::entry(Field::Metadata, "provider", Value::Text(provider), &[]));
    }
}

fn response<'a>(cx: Cx<'a>, response: Object<'a>, found: &mut Vec<Reading<'a>>) {
    let used = cx.names(&[RESPONSE]);
    let answer = answer(cx, response);
    if answer.is_truthy() {
        found.push(Reading::content("output", answer, Rank::MessagesJson, used));
    }
    let mut counts = counts_in(cx, response.at(USAGE), RESPONSE, true);
    let is_counted = counts.iter().all(|count| !count.attributes.is_empty());
    counts.iter_mut().for_each(|count| *count = Count { attributes: used, ..*count });
    found.extend(token_metrics(&counts).into_iter().map(Reading::from));
    let mut rest = response.without(&ANSWER);
    if is_counted {
        rest.remove(USAGE);
    }
    if !rest.is_empty() {
        found.push(Reading::entry(Field::Metadata, RESPONSE, cx.made(&rest), used));
    }
}

fn answer<'a>(cx: Cx<'a>, response: Object<'a>) -> Value<'a> {
    if let Value::Object(told) = response.at("message") {
        return chat_messages(cx, cx.list(&[message(cx, told)]));
    }
    let text = match TEXTS.iter().map(|key| response.at(key)).find(|text| text.is_truthy()) {
        Some(text) => text,
        None => return response.at("images"),
    };
    let mut message = Map(vec![("role", Value::Text("assistant")), ("content", text)]);
    let reason = response.at("finish_reason");
    if reason.is_truthy() {
        message.set("finish_reason", reason);
    }
    cx.list(&[cx.made(&message)])
}

fn message<'a>(cx: Cx<'a>, message: Object<'a>) -> Value<'a> {
    let said = message.iter().filter(|(key, value)| !value.is_null() || *key == "content");
    let mut said = Map(said.collect());
    if let Some(Value::List(calls)) = said.get("tool_calls") {
        let calls: Vec<Value> = calls.iter().map(|told| call(cx, *told)).collect();
        said.set("tool_calls", cx.list(&calls));
    }
    cx.made(&said)
}

/// Return a call of a tool; Logfire writes one of Anthropic's without id and type, its arguments under `input`.
fn call<'a>(cx: Cx<'a>, told: Value<'a>) -> Value<'a> {
    let (call, mut function) = match (told, told.get("function")) {
        (Value::Object(call), Some(Value::Object(function))) if !call.has("type") => (call, function),
        _ => return told,
    };
    if let Value::Object(Object([("input", given)])) = json_text::decoded(cx, function.at("arguments")) {
        let mut written = function.to_map();
        written.set("arguments", json_text::written(cx, *given));
        function = cx.object(&written);
    }
    let mut typed = call.to_map();
    typed.set("type", Value::Text("function"));
    typed.set("function", Value::Object(function));
    cx.made(&typed)
}
