//! One message, of the GenAI conventions or of a provider, to OpenAI chat messages: one, and one for each result of a tool
//! (`translate/chat_message.py`).

use crate::translate::blocks::{is_block, part_of};
use crate::translate::json_text;
use crate::translate::parts;
use crate::translate::value::{Cx, Map, Object, Value};

const TOOL: &str = "tool";

/// Where two lists of calls have more pairs than this, Python looks for those that both have.
const MAX_PAIRS: usize = 1 << 14;

/// Return the chat messages for one; none where it has a list of parts and the list is empty.
pub fn chat_message<'a>(cx: Cx<'a>, message: Object<'a>) -> Vec<Value<'a>> {
    let role = match message.get("role") {
        Some(Value::Text(spoken)) => Value::Text(role_of(spoken)),
        Some(other) => other,
        None => {
            cx.doubt();
            return Vec::new();
        }
    };
    if let Some(text) = only_text(message) {
        let content = if role.is(TOOL) { Value::Text(text) } else { chat_content(cx, Value::Text(text)) };
        let mut chat = Map(Vec::with_capacity(message.len()));
        chat.0.extend([("role", role), ("content", content)]);
        chat.0.extend(carried_of(message));
        return vec![cx.made(&chat)];
    }
    let listed = match parts_of(cx, message) {
        Some(listed) => listed,
        None => return vec![Value::Object(with_calls(cx, with(cx, message, "role", role)))],
    };
    let mut carried = Map(carried_of(message).collect());
    let calls = message.at("tool_calls");
    if calls.is_truthy() {
        carried.set("tool_calls", calls);
        if listed.is_empty() {
            return vec![Value::Object(message_of_parts(cx, role, &[], cx.object(&carried)))];
        }
    }
    let carried = cx.object(&carried);
    let mut chats = Vec::with_capacity(listed.len());
    let mut rest = listed.as_slice();
    while let Some(first) = rest.first() {
        let is_result = is_tool_result(*first);
        let size = rest.iter().take_while(|part| is_tool_result(**part) == is_result).count();
        let (run, later) = rest.split_at(size);
        if is_result {
            tool_messages(cx, run, carried, &mut chats);
        } else {
            chats.push(Value::Object(message_of_parts(cx, role, run, carried)));
        }
        rest = later;
    }
    chats
}

/// Return one message of parts, none of them the result of a tool, with the other keys that it has.
pub fn message_of_parts<'a>(
    cx: Cx<'a>,
    role: Value<'a>,
    listed: &[Value<'a>],
    carried: Object<'a>,
) -> Object<'a> {
    let (mut calls, mut thoughts, mut rest) = (Vec::new(), Vec::new(), Vec::with_capacity(listed.len()));
    for part in listed {
        match (*part, type_of(*part)) {
            (Value::Object(part), "tool_call") => calls.push(Value::Object(parts::tool_call(cx, part))),
            (Value::Object(part), "reasoning") => thoughts.push(Value::Object(parts::reasoning(cx, part))),
            (part, _) => rest.push(part),
        }
    }
    let content = content_of(cx, &rest);
    // The text of a tool stays what the model got, even where it is JSON.
    let content = if role.is(TOOL) { content } else { chat_content(cx, content) };
    let mut chat = Map(Vec::with_capacity(4 + carried.len()));
    chat.0.extend([("role", role), ("content", content)]);
    if !thoughts.is_empty() {
        chat.set("reasoning", cx.list(&thoughts));
    }
    chat.update(carried);
    let chat = with_calls(cx, cx.object(&chat));
    if calls.is_empty() {
        return chat;
    }
    with(cx, chat, "tool_calls", united(cx, &calls, chat.at("tool_calls")))
}

/// Return text, or the parts that it holds as JSON.
pub fn chat_content<'a>(cx: Cx<'a>, content: Value<'a>) -> Value<'a> {
    match parsed_blocks(cx, content) {
        Some(listed) => {
            let found: Vec<Value> = listed.iter().map(|block| part_of(cx, *block)).collect();
            content_of(cx, &found)
        }
        None => content,
    }
}

/// Google's and LangChain's names of the two sides; any other role stays as it is.
fn role_of(spoken: &str) -> &str {
    match spoken {
        "model" | "ai" => "assistant",
        "human" => "user",
        _ => spoken,
    }
}

/// Return the text of a message that is one text and nothing else, as most are; what `parts_of` would lead to, sooner.
fn only_text<'a>(message: Object<'a>) -> Option<&'a str> {
    let part = match message.get("parts")? {
        Value::List([Value::Object(part)]) => part,
        _ => return None,
    };
    if part.len() != 2 || !part.at("type").is("text") || message.at("tool_calls").is_truthy() {
        return None;
    }
    part.at("content").text()
}

/// What a message says beside its content.
fn carried_of<'a>(message: Object<'a>) -> impl Iterator<Item = (&'a str, Value<'a>)> {
    message.iter().filter(|(key, value)| {
        !matches!(*key, "role" | "parts" | "content" | "tool_calls")
            && !matches!(value, Value::Null | Value::Text(""))
    })
}

/// Return the parts of a message; nothing where its content is no list.
fn parts_of<'a>(cx: Cx<'a>, message: Object<'a>) -> Option<Vec<Value<'a>>> {
    let listed = match message.at("parts") {
        Value::List(listed) => listed,
        _ => {
            let content = message.at("content");
            let parsed = if message.at("role").is(TOOL) { None } else { parsed_blocks(cx, content) };
            match parsed.or_else(|| content.list()) {
                Some(listed) if !listed.is_empty() => listed,
                _ => return None,
            }
        }
    };
    Some(listed.iter().map(|block| part_of(cx, *block)).collect())
}

/// Return the blocks that text holds as JSON, at least one.
fn parsed_blocks<'a>(cx: Cx<'a>, content: Value<'a>) -> Option<&'a [Value<'a>]> {
    if !content.text()?.starts_with('[') {
        return None;
    }
    let listed = json_text::parse(cx, content)?.list()?;
    if !listed.is_empty() && listed.iter().all(|block| is_block(*block)) {
        Some(listed)
    } else {
        None
    }
}

fn with_calls<'a>(cx: Cx<'a>, message: Object<'a>) -> Object<'a> {
    match message.get("tool_calls") {
        Some(Value::List(calls)) => {
            let told: Vec<Value> = calls.iter().map(|call| tool_call(cx, *call)).collect();
            if calls.iter().zip(&told).all(|(call, told)| call.is_same(*told)) {
                return message;
            }
            with(cx, message, "tool_calls", cx.list(&told))
        }
        _ => message,
    }
}

fn tool_call<'a>(cx: Cx<'a>, call: Value<'a>) -> Value<'a> {
    let object = match call {
        Value::Object(object) => object,
        _ => return call,
    };
    match object.get("function") {
        Some(Value::Object(function)) => match function.get("arguments") {
            None | Some(Value::Text(_)) => call,
            Some(arguments) => {
                let written = with(cx, function, "arguments", json_text::written(cx, arguments));
                Value::Object(with(cx, object, "function", Value::Object(written)))
            }
        },
        None if object.has("name") => Value::Object(parts::tool_call(cx, object)),
        _ => call,
    }
}

/// LangChain lists the calls of an Anthropic message beside its content as well.
fn united<'a>(cx: Cx<'a>, calls: &[Value<'a>], given: Value<'a>) -> Value<'a> {
    let id_of = |call: &Value<'a>| call.object().map(|call| call.at("id"));
    let is_other = |call: &&Value<'a>| {
        let id = id_of(call);
        id.is_none() || calls.iter().all(|known| id_of(known) != id)
    };
    let others = given.list().unwrap_or_default();
    let is_odd = |call: &Value<'a>| !matches!(id_of(call), None | Some(Value::Null | Value::Text(_)));
    if calls.len() * others.len() > MAX_PAIRS || calls.iter().chain(others).any(is_odd) {
        cx.doubt();
        return given;
    }
    let united: Vec<Value> = calls.iter().chain(others.iter().filter(is_other)).copied().collect();
    cx.list(&united)
}

fn tool_messages<'a>(cx: Cx<'a>, results: &[Value<'a>], carried: Object<'a>, chats: &mut Vec<Value<'a>>) {
    for part in results.iter().filter_map(|part| part.object()) {
        let mut chat = Map(vec![("role", Value::Text(TOOL))]);
        chat.update(parts::tool_result(cx, part));
        chat.update(carried);
        chats.push(cx.made(&chat));
    }
}

fn content_of<'a>(cx: Cx<'a>, listed: &[Value<'a>]) -> Value<'a> {
    if let [text @ Value::Text(_)] = listed {
        return *text;
    }
    let items: Vec<Value> = listed.iter().map(|part| parts::content_part(cx, *part)).collect();
    match items.as_slice() {
        [] => Value::Null,
        [Value::Object(item)] if item.len() == 2 && item.at("type").is("text") => {
            item.get("text").unwrap_or_else(|| cx.list(&items))
        }
        _ => cx.list(&items),
    }
}

fn is_tool_result(part: Value) -> bool {
    type_of(part) == "tool_call_response"
}

/// Return the type of a part; empty for what has none.
fn type_of<'a>(part: Value<'a>) -> &'a str {
    part.get("type").and_then(Value::text).unwrap_or_default()
}

/// Return `{**object, key: value}`.
fn with<'a>(cx: Cx<'a>, object: Object<'a>, key: &'a str, value: Value<'a>) -> Object<'a> {
    if object.get(key).map_or(false, |known| known.is_same(value)) {
        return object;
    }
    let mut changed = object.to_map();
    changed.set(key, value);
    cx.object(&changed)
}
