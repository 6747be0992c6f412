//! Messages of OpenInference, un-flattened but under their own names, to OpenAI chat messages (`openinference/message.py`).

use crate::translate::json_text;
use crate::translate::messages::chat_messages;
use crate::translate::value::{Cx, Map, Object, Value};

const MEDIA: [&str; 4] = ["image", "audio", "video", "document"];
const CONVERTED: [&str; 8] = [
    "role",
    "content",
    "contents",
    "tool_calls",
    "function_call_name",
    "function_call_arguments_json",
    "function",
    "thought",
];
/// What most messages have alone.
const PLAIN: [&str; 2] = ["role", "content"];

/// Return a list of `{"message": {...}}` as chat messages, without those that have a role and nothing else.
///
/// What stands beside `message` in an item belongs to the message too. A message that names no role has `role`.
pub fn messages<'a>(cx: Cx<'a>, items: Value<'a>, role: &'static str) -> Value<'a> {
    let listed = list(items).iter().map(|item| told(cx, *item));
    let is_said = |told: &Object| told.iter().any(|(key, value)| key != "role" && value.is_truthy());
    let said: Vec<Value> = listed.filter(is_said).map(|told| message(cx, told, role)).collect();
    chat_messages(cx, cx.list(&said))
}

fn told<'a>(cx: Cx<'a>, item: Value<'a>) -> Object<'a> {
    let item = match item {
        Value::Object(item) => item,
        _ => return Object::default(),
    };
    match item.get("message") {
        None => item,
        Some(Value::Object(inner)) if item.len() == 1 => inner,
        Some(inner) => {
            let mut both = item.without(&["message"]);
            both.update(inner.members());
            cx.object(&both)
        }
    }
}

fn message<'a>(cx: Cx<'a>, told: Object<'a>, default_role: &'static str) -> Value<'a> {
    let role = role_of(cx, told, default_role);
    let mut said = Map(Vec::with_capacity(told.len() + 2));
    said.0.push(("role", Value::Text(role)));
    if told.keys().all(|key| PLAIN.contains(&key)) {
        said.0.push(("content", told.at("content")));
        return cx.made(&said);
    }
    let contents = list(told.at("contents"));
    said.0.push(("content", content(cx, told.at("content"), &parts(cx, told, contents), role == "tool")));
    let is_carried = |(key, value): &(&str, Value)| !CONVERTED.contains(key) && !value.is("");
    said.0.extend(told.iter().filter(is_carried));
    let calls = calls(cx, told, contents);
    if !calls.is_empty() {
        said.set("tool_calls", cx.list(&calls));
    }
    cx.made(&said)
}

fn role_of<'a>(cx: Cx<'a>, told: Object<'a>, default: &'static str) -> &'a str {
    let role = match told.at("role") {
        Value::Text(role) if !role.is_empty() => role,
        other => {
            if other.is_truthy() {
                cx.doubt(); // Python prints it.
            }
            default
        }
    };
    match role {
        "user" if told.has("tool_call_id") => "tool",
        "agent" => "assistant",
        "function" => "tool",
        _ => role,
    }
}

fn content<'a>(cx: Cx<'a>, text: Value<'a>, parts: &[Value<'a>], is_tool: bool) -> Value<'a> {
    if parts.is_empty() {
        return text; // Or a list of texts.
    }
    let is_text = |part: &&Value| part.get("type").map_or(false, |kind| kind.is("text"));
    let texts: Vec<Value> = parts.iter().filter(is_text).filter_map(|part| part.get("text")).collect();
    if is_tool && !text.is_truthy() && parts.len() == 1 {
        if let [only] = texts[..] {
            return only; // A tool's content stays the text that the model got, even where it is JSON.
        }
    }
    if !text.is_truthy() || matches!(texts[..], [only] if only == text) {
        return cx.list(parts);
    }
    let first = cx.dict(&[("type", Value::Text("text")), ("text", text)]);
    cx.list(&[&[first], parts].concat())
}

fn parts<'a>(cx: Cx<'a>, told: Object<'a>, contents: &'a [Value<'a>]) -> Vec<Value<'a>> {
    let mut parts = Vec::new();
    if let Some(thought) = told.get("thought") {
        parts.push(cx.dict(&[("type", Value::Text("reasoning")), ("content", thought)]));
    }
    for item in contents.iter().filter(|item| !is_call(item)) {
        parts.push(part(cx, inner(*item, "message_content"), inner(*item, "message")));
    }
    parts.extend(list(told.at("function")).iter().map(|told| result(cx, json_text::decoded(cx, *told))));
    parts
}

fn part<'a>(cx: Cx<'a>, told: Object<'a>, result: Object<'a>) -> Value<'a> {
    if let Some(id) = result.get("tool_call_id") {
        return cx.dict(&[
            ("type", Value::Text("tool_call_response")),
            ("id", id),
            ("response", told.at("text")),
        ]);
    }
    if let Some((medium, told_of_it)) = MEDIA.iter().find_map(|name| Some((*name, told.get(name)?))) {
        return medium_part(cx, medium, told_of_it, told);
    }
    let (kind, text) = (told.get("type").unwrap_or(Value::Text("text")), told.at("text"));
    let mut part = Map(Vec::with_capacity(told.len() + 2));
    part.0.push(("type", kind));
    if kind.is("reasoning") {
        part.0.push(("content", text));
    } else {
        match json_text::decoded(cx, text) {
            // A block of no known type is written as JSON.
            Value::Object(block) if !kind.is("text") => part.update(block),
            _ => part.0.push(("text", text)),
        }
    }
    add_without(&mut part, told, &["type", "text"]);
    cx.made(&part)
}

/// Return the result of a tool in AutoGen's shape.
fn result<'a>(cx: Cx<'a>, told: Value<'a>) -> Value<'a> {
    let kind = ("type", Value::Text("tool_call_response"));
    let told = match told {
        Value::Object(told) => told,
        _ => return cx.dict(&[kind, ("response", told)]),
    };
    let mut named = Map(vec![kind, ("id", told.at("call_id")), ("response", told.at("content"))]);
    add_without(&mut named, told, &["call_id", "content"]);
    cx.made(&named)
}

fn medium_part<'a>(cx: Cx<'a>, medium: &'static str, told_of_it: Value<'a>, told: Object<'a>) -> Value<'a> {
    let source = inner(told_of_it, medium);
    let url = source.get("url").unwrap_or(told_of_it);
    if !matches!(url, Value::Text(_)) {
        return Value::Object(told); // An image of which only the type is told.
    }
    let mut part = Map(vec![("type", Value::Text("uri")), ("modality", Value::Text(medium)), ("uri", url)]);
    add_without(&mut part, source, &["url", "type"]);
    add_without(&mut part, told, &["type", medium]);
    cx.made(&part)
}

/// The calls among the contents repeat those beside them.
fn calls<'a>(cx: Cx<'a>, told: Object<'a>, contents: &[Value<'a>]) -> Vec<Value<'a>> {
    let beside = list(told.at("tool_calls")).iter();
    let mut calls: Vec<Value> = beside.map(|item| call(cx, inner(*item, "tool_call"))).collect();
    for item in contents.iter().filter(|item| is_call(item)) {
        let call = call(cx, inner(*item, "tool_call"));
        if !calls.contains(&call) {
            calls.push(call);
        }
    }
    if let Some(name) = told.get("function_call_name") {
        let arguments = told.at("function_call_arguments_json");
        calls.push(cx.dict(&[("name", name), ("arguments", arguments)]));
    }
    calls
}

fn call<'a>(cx: Cx<'a>, told: Object<'a>) -> Value<'a> {
    let function = inner(Value::Object(told), "function");
    let mut named = Map(vec![("name", function.at("name")), ("arguments", function.at("arguments"))]);
    add_without(&mut named, told, &["function"]);
    cx.made(&named)
}

fn is_call(item: &Value) -> bool {
    item.get("tool_call").is_some()
}

fn list(value: Value<'_>) -> &[Value<'_>] {
    value.list().unwrap_or(&[])
}

/// Return the object under `name` in `value`, else `value`; nothing where there is no object.
fn inner<'a>(value: Value<'a>, name: &str) -> Object<'a> {
    value.get(name).unwrap_or(value).members()
}

/// Set all keys of an object but these.
fn add_without<'a>(map: &mut Map<'a>, told: Object<'a>, keys: &[&str]) {
    for (key, value) in told.iter().filter(|(key, _)| !keys.contains(key)) {
        map.set(key, value);
    }
}
