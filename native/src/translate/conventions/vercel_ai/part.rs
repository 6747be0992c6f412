//! Parts of the AI SDK's messages to parts of the GenAI conventions (`translate/conventions/vercel_ai/part.py`).

use crate::translate::value::{Cx, Map, Object, Value};

const ERRORS: [&str; 3] = ["error-text", "error-json", "execution-denied"];

/// Return the GenAI part for a part of a message; one of another kind as it is.
pub fn part_of<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    let object = match part {
        Value::Object(object) => object,
        _ => return part,
    };
    match object.at("type") {
        Value::Text("tool-call") => tool_call(cx, object),
        Value::Text("tool-result") => tool_result(cx, object),
        Value::Text("reasoning") => reasoning(cx, object),
        Value::Text("file") => media(cx, object, "data", Value::Null),
        Value::Text("image") => media(cx, object, "image", Value::Text("image")),
        _ => part,
    }
}

/// Return the GenAI part for a call of a tool in an answer, which may come without a type.
pub fn call_of<'a>(cx: Cx<'a>, call: Value<'a>) -> Value<'a> {
    call.object().map_or(call, |object| tool_call(cx, object))
}

fn tool_call<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    let told = Map(vec![
        ("type", Value::Text("tool_call")),
        ("id", part.at("toolCallId")),
        ("name", part.at("toolName")),
        ("arguments", part.get("input").unwrap_or_else(|| part.at("args"))),
    ]);
    with_others(cx, told, part, &["toolCallId", "toolName", "input", "args"])
}

fn tool_result<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    let result = part.get("output").unwrap_or_else(|| part.at("result"));
    let (response, has_failed) = unwrapped(result);
    let mut told = Map(vec![
        ("type", Value::Text("tool_call_response")),
        ("id", part.at("toolCallId")),
        ("name", part.at("toolName")),
        ("response", response),
    ]);
    if has_failed {
        told.set("is_error", Value::Bool(true));
    }
    with_others(cx, told, part, &["toolCallId", "toolName", "output", "result"])
}

/// Return a result, and whether it is an error: `_result` of Python. Version 5 and later wrap it as `{type, value}`.
fn unwrapped(result: Value) -> (Value, bool) {
    match result.get("type") {
        Some(Value::Text(kind)) => (result.get("value").unwrap_or(result), ERRORS.contains(&kind)),
        _ => (result, false),
    }
}

fn reasoning<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    let told = Map(vec![("type", Value::Text("reasoning")), ("content", part.at("text"))]);
    with_others(cx, told, part, &["text"])
}

fn media<'a>(cx: Cx<'a>, part: Object<'a>, key: &str, modality: Value<'a>) -> Value<'a> {
    let data = match part.at(key) {
        Value::Text(data) => data,
        _ => return Value::Object(part),
    };
    let (kind, place) = if is_url(data) { ("uri", "uri") } else { ("blob", "content") };
    let told = Map(vec![
        ("type", Value::Text(kind)),
        (place, Value::Text(data)),
        ("modality", modality),
        ("mime_type", part.get("mediaType").unwrap_or_else(|| part.at("mimeType"))),
    ]);
    with_others(cx, told, part, &[key, "mediaType", "mimeType"])
}

/// Tell whether a text begins with a scheme and a colon.
fn is_url(text: &str) -> bool {
    let of_scheme = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'.' | b'-');
    match text.bytes().position(|byte| !of_scheme(&byte)) {
        Some(end) => {
            text.as_bytes().get(end) == Some(&b':')
                && text.bytes().next().map_or(false, |byte| byte.is_ascii_lowercase())
        }
        None => false,
    }
}

/// Return what was told beside the other keys of a part.
fn with_others<'a>(cx: Cx<'a>, mut told: Map<'a>, part: Object<'a>, known: &[&str]) -> Value<'a> {
    for (key, value) in part.iter().filter(|(key, _)| *key != "type" && !known.contains(key)) {
        told.set(key, value);
    }
    cx.made(&told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_scheme() {
        for url in ["https://a.test/b.png", "data:image/png;base64,AA==", "a+b-c.1:x"] {
            assert!(is_url(url), "{}", url);
        }
        for data in ["", "iVBORw0KGgo=", "abc", "1a:b", ":b", "Https://a.test", "aé:b"] {
            assert!(!is_url(data), "{}", data);
        }
    }
}
