//! Haystack's messages and tools, as it serializes them and as Python prints them (`translate/haystack_message.py`).

use crate::translate::python_literal;
use crate::translate::value::{Cx, Map, Object, Value};

const MESSAGE: &str = "ChatMessage";
const TOOL: &str = "Tool";
const PRINTED: [&str; 2] = ["ChatMessage(", "Tool("];
/// Without any of these a text holds nothing printed; JSON may write each letter as an escape.
const MARKS: [&str; 3] = [MESSAGE, TOOL, "\\u00"];
const TOOL_KEYS: [&str; 3] = ["name", "description", "parameters"];
const MESSAGE_KEYS: [&str; 4] = ["role", "content", "meta", "name"];

/// Tell whether `unprinted` could find anything in a value or in what it holds as JSON text; most of the time it could not.
pub fn may_be_printed(value: Value) -> bool {
    value.text().map_or(true, |text| MARKS.iter().any(|mark| text.contains(mark)))
}

/// Return `value` with each printed message or tool in it as Haystack serializes it; anything else as it is.
pub fn unprinted<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    if holds_printed(value) {
        copied(cx, value)
    } else {
        value
    }
}

fn copied<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::Object(object) => {
            let entries: Vec<_> = object.iter().map(|(key, child)| (key, copied(cx, child))).collect();
            cx.dict(&entries)
        }
        Value::List(items) => {
            let items: Vec<Value> = items.iter().map(|item| copied(cx, *item)).collect();
            cx.list(&items)
        }
        Value::Text(text) if PRINTED.iter().any(|beginning| text.starts_with(beginning)) => read(cx, text),
        _ => value,
    }
}

fn holds_printed(value: Value) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(_, child)| holds_printed(child)),
        Value::List(items) => items.iter().any(|item| holds_printed(*item)),
        Value::Text(text) => PRINTED.iter().any(|beginning| text.starts_with(beginning)),
        _ => false,
    }
}

/// Tell whether it is a message with the keys that Haystack gives all of its own.
pub fn is_serialized(message: Value) -> bool {
    message.object().map_or(false, |told| {
        told.len() == MESSAGE_KEYS.len() && told.keys().all(|key| MESSAGE_KEYS.contains(&key))
    })
}

/// Return a serialized message with the parts of the GenAI conventions; anything else unchanged.
pub fn in_parts<'a>(cx: Cx<'a>, message: Value<'a>) -> Value<'a> {
    let told = message.members();
    let content = match told.get("content").and_then(Value::list) {
        Some(content) => content,
        None => return message,
    };
    let parts: Vec<Value> = content.iter().map(|part| part_of(cx, *part)).collect();
    let mut made = Map(vec![("role", told.at("role")), ("parts", cx.list(&parts))]);
    made.update(cx.object(&told.without(&MESSAGE_KEYS)));
    cx.made(&made)
}

fn read<'a>(cx: Cx<'a>, text: &'a str) -> Value<'a> {
    let parsed = python_literal::parse_object(cx, text).unwrap_or(Value::Null);
    let printed = parsed.members().at(MESSAGE).members();
    if !printed.is_empty() {
        let fields = printed.iter().map(|(name, value)| (name.strip_prefix('_').unwrap_or(name), value));
        let fields = cx.object(&Map::of(fields.collect()));
        return message(cx, fields).unwrap_or(Value::Text(text));
    }
    let tool = parsed.members().at(TOOL).members();
    if !tool.is_empty() {
        return cx.dict(&TOOL_KEYS.map(|key| (key, tool.at(key))));
    }
    Value::Text(text)
}

/// Return the fields of a printed message as a serialized one; nothing where they are not a message's.
fn message<'a>(cx: Cx<'a>, fields: Object<'a>) -> Option<Value<'a>> {
    let content = fields.at("content").list()?;
    fields.at("role").text()?;
    let parts: Vec<Value> = content.iter().map(|part| serialized(cx, (*part).members())).collect();
    let mut told = fields.to_map();
    told.set("content", cx.list(&parts));
    Some(cx.made(&told))
}

fn serialized<'a>(cx: Cx<'a>, part: Object<'a>) -> Value<'a> {
    let text = part.at("TextContent").members();
    if !text.is_empty() {
        return Value::Object(text);
    }
    let entries = part.iter().map(|(name, fields)| (kind_of(name), origin_bare(cx, fields.members())));
    cx.made(&Map::of(entries.collect()))
}

fn kind_of(name: &str) -> &str {
    match name {
        "ToolCall" => "tool_call",
        "ToolCallResult" => "tool_call_result",
        "ReasoningContent" => "reasoning",
        "ImageContent" => "image",
        _ => name,
    }
}

/// Return fields with the call that a result answers as an object of its fields.
fn origin_bare<'a>(cx: Cx<'a>, fields: Object<'a>) -> Value<'a> {
    let origin = fields.at("origin").members().at("ToolCall");
    if !origin.is_truthy() {
        return Value::Object(fields);
    }
    let mut told = fields.to_map();
    told.set("origin", origin);
    cx.made(&told)
}

fn part_of<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    let told = part.members();
    let text = told.at("text");
    if text.text().is_some() {
        return cx.dict(&[("type", Value::Text("text")), ("content", text)]);
    }
    let call = told.at("tool_call").members();
    if !call.is_empty() {
        return cx.dict(&[
            ("type", Value::Text("tool_call")),
            ("id", call.at("id")),
            ("name", call.at("tool_name")),
            ("arguments", call.at("arguments")),
        ]);
    }
    let result = told.at("tool_call_result").members();
    if !result.is_empty() {
        return cx.dict(&[
            ("type", Value::Text("tool_call_response")),
            ("id", result.at("origin").members().at("id")),
            ("response", result.at("result")),
        ]);
    }
    let thought = told.at("reasoning").members().at("reasoning_text");
    if thought.is_truthy() {
        return cx.dict(&[("type", Value::Text("reasoning")), ("content", thought)]);
    }
    let image = told.at("image").members();
    let data = image.at("base64_image");
    if data.is_truthy() {
        return cx.dict(&[
            ("type", Value::Text("blob")),
            ("modality", Value::Text("image")),
            ("mime_type", image.at("mime_type")),
            ("content", data),
        ]);
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    /// What is made of JSON, as JSON.
    fn made(text: &str, make: for<'a> fn(Cx<'a>, Value<'a>) -> Value<'a>) -> String {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let value = json::read(cx, cx.text(text)).unwrap_or(Value::Null);
        json::write(cx, make(cx, value)).to_owned()
    }

    #[test]
    fn a_printed_message_is_a_serialized_one() {
        let text = "{\"said\":[\"ChatMessage(_role=<ChatRole.TOOL: 'tool'>, _content=[ToolCallResult(result='21', origin=ToolCall(id='c'))], _name=None, _meta={})\",\"ChatMessage(_role='user', _content=[TextContent(text='Hi')])\",\"Tool(name='look', function=<function f at 0x7f>)\",\"ChatMessage(_role=1, _content=[])\",\"Tool\"]}";

        assert_eq!(
            made(text, unprinted),
            "{\"said\":[{\"role\":\"tool\",\"content\":[{\"tool_call_result\":{\"result\":\"21\",\"origin\":{\"id\":\"c\"}}}],\"name\":null,\"meta\":{}},{\"role\":\"user\",\"content\":[{\"text\":\"Hi\"}]},{\"name\":\"look\",\"description\":null,\"parameters\":null},\"ChatMessage(_role=1, _content=[])\",\"Tool\"]}"
        );
    }

    #[test]
    fn a_serialized_message_has_parts() {
        for (text, parts) in [
            (
                "{\"role\":\"assistant\",\"content\":[{\"text\":\"Hi\"},{\"tool_call\":{\"tool_name\":\"look\",\"id\":\"c\"}}],\"meta\":{},\"name\":null,\"more\":1}",
                "{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Hi\"},{\"type\":\"tool_call\",\"id\":\"c\",\"name\":\"look\",\"arguments\":null}],\"more\":1}",
            ),
            (
                "{\"role\":\"tool\",\"content\":[{\"tool_call_result\":{\"result\":\"21\",\"origin\":{\"id\":\"c\"}}},{\"image\":{}}]}",
                "{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"c\",\"response\":\"21\"},{\"image\":{}}]}",
            ),
            ("{\"role\":\"user\",\"content\":\"Hi\"}", "{\"role\":\"user\",\"content\":\"Hi\"}"),
            ("\"Hi\"", "\"Hi\""),
        ] {
            assert_eq!(made(text, in_parts), parts);
        }
    }
}
