//! Parts of a message in the GenAI conventions to what an OpenAI chat message has for them (`translate/parts.py`).

use crate::translate::blocks::plain_result;
use crate::translate::json_text;
use crate::translate::value::{Cx, Map, Object, Value};

/// Return the item of `content` for a part.
pub fn content_part<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    let object = match part {
        Value::Text(_) => return cx.dict(&[("type", Value::Text("text")), ("text", part)]),
        Value::Object(object) => object,
        _ => return part,
    };
    match (object.get("type"), object.get("text")) {
        (None, Some(Value::Text(_))) => with_others(cx, &[("type", Value::Text("text"))], object, &[]),
        (Some(Value::Text("text")), _) => text(cx, object),
        (Some(Value::Text("blob")), _) => blob(cx, object),
        (Some(Value::Text("uri")), _) => uri(cx, object),
        (Some(Value::Text("file")), _) => file(cx, object),
        _ => part,
    }
}

/// Return the item of `tool_calls` for a `tool_call` part; an id that the part lacks stays absent.
pub fn tool_call<'a>(cx: Cx<'a>, part: Object<'a>) -> Object<'a> {
    let told = part.get("arguments").unwrap_or_else(|| part.at("args"));
    let function = cx.dict(&[("name", part.at("name")), ("arguments", arguments(cx, told))]);
    let named = [("id", part.at("id")), ("type", Value::Text("function")), ("function", function)];
    let identified =
        if matches!(part.at("id"), Value::Null | Value::Text("")) { &named[1..] } else { &named[..] };
    cx.object(&others(identified, part, &["id", "name", "arguments", "args"]))
}

/// Return the id and content of a tool message for a `tool_call_response` part: text, as the model got it.
pub fn tool_result<'a>(cx: Cx<'a>, part: Object<'a>) -> Object<'a> {
    let response = part.get("response").unwrap_or_else(|| part.at("result"));
    let told = if is_texts(response) { plain_result(cx, response) } else { response };
    let content = if told.is_null() { told } else { json_text::written(cx, told) };
    let named = [("tool_call_id", part.at("id")), ("content", content)];
    cx.object(&others(&named, part, &["id", "response", "result"]))
}

/// Return the item of `reasoning` for a `reasoning` part.
pub fn reasoning<'a>(cx: Cx<'a>, part: Object<'a>) -> Object<'a> {
    cx.object(&others(&[("content", part.at("content"))], part, &["content"]))
}

/// Tell whether a result is blocks of text, as MCP and Bedrock have it; a list of anything else is a value of its own.
fn is_texts(response: Value) -> bool {
    let is_text = |block: &Value| {
        let keys = block.members();
        keys.has("text") && keys.keys().all(|key| matches!(key, "type" | "text"))
    };
    response.list().map_or(false, |blocks| blocks.iter().all(is_text))
}

fn arguments<'a>(cx: Cx<'a>, arguments: Value<'a>) -> Value<'a> {
    match arguments {
        Value::Null => Value::Text("{}"),
        _ => json_text::written(cx, arguments),
    }
}

/// Keys without a value, such as the `thinking` of Cohere's, say nothing.
fn text<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    match part.get("content") {
        Some(content) => {
            with_others(cx, &[("type", Value::Text("text")), ("text", content)], part, &["content"])
        }
        None if part.iter().all(|(_, value)| !value.is_null()) => Value::Object(part),
        None => cx.made(&Map(part.iter().filter(|(_, value)| !value.is_null()).collect())),
    }
}

fn blob<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    let mime_type = match part.at("mime_type") {
        told if told.is_truthy() => told,
        _ => Value::Text("application/octet-stream"),
    };
    let url = match (mime_type, part.at("content")) {
        (Value::Text(mime_type), Value::Text(content)) => {
            cx.text(&["data:", mime_type, ";base64,", content].concat())
        }
        _ => {
            // Python prints what is no text.
            cx.doubt();
            ""
        }
    };
    media(cx, part, Value::Text(url), "content")
}

fn uri<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    media(cx, part, part.at("uri"), "uri")
}

fn file<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    let named = [("type", Value::Text("file")), ("file", cx.dict(&[("file_id", part.at("file_id"))]))];
    with_others(cx, &named, part, &["file_id", "modality", "mime_type"])
}

fn media<'a>(cx: Cx<'a>, part: Object<'a>, url: Value<'a>, source: &str) -> Value<'a> {
    let (kind, key) = if is_image(part) { ("image_url", "url") } else { ("file", "file_data") };
    let named = [("type", Value::Text(kind)), (kind, cx.dict(&[(key, url)]))];
    with_others(cx, &named, part, &[source, "modality", "mime_type"])
}

fn is_image(part: Object) -> bool {
    let mime_type = part.at("mime_type").text().unwrap_or_default();
    part.at("modality").is("image") || mime_type.starts_with("image/")
}

/// Return `{**named, **_others(part, *known)}`: keys that the conventions do not name are kept as they are.
fn others<'a>(named: &[(&'a str, Value<'a>)], part: Object<'a>, known: &[&str]) -> Map<'a> {
    let mut told = Map(Vec::with_capacity(named.len() + part.len()));
    told.0.extend(named);
    for (key, value) in part.iter() {
        if !known.contains(&key) && key != "type" {
            told.set(key, value);
        }
    }
    told
}

fn with_others<'a>(
    cx: Cx<'a>,
    named: &[(&'a str, Value<'a>)],
    part: Object<'a>,
    known: &[&str],
) -> Value<'a> {
    cx.made(&others(named, part, known))
}
