//! Message events in a list in one attribute (`translate/conventions/logfire/event_list.py`).

use crate::translate::json_text;
use crate::translate::message_event::{message, sides, Message, ASSISTANT};
use crate::translate::messages::chat_messages;
use crate::translate::value::{Cx, Map, Object, Value};

pub const EVENT_NAME: &str = "event.name";
const UNKNOWN: &str = "gen_ai.unknown";

/// Return the messages of each field; nothing where `value` is no list of events.
pub fn messages_in<'a>(cx: Cx<'a>, value: Value<'a>) -> Vec<(&'a str, Value<'a>)> {
    let found = items(cx, value).into_iter().filter_map(|(name, item)| named_message(cx, name, item));
    let found: Vec<(&str, Message)> = found.collect();
    sides(cx, &found)
}

/// Return what no message says of the items that the wrapper did not understand, such as the role that it gave them.
pub fn not_understood<'a>(cx: Cx<'a>, value: Value<'a>) -> Vec<Value<'a>> {
    let unknown = items(cx, value).into_iter().filter(|(name, _)| *name == UNKNOWN);
    unknown.map(|(_, item)| cx.made(&item.without(&["data"]))).collect()
}

/// Return the events of a list, each behind its name.
fn items<'a>(cx: Cx<'a>, value: Value<'a>) -> Vec<(&'a str, Object<'a>)> {
    let listed = json_text::structure(cx, value).and_then(Value::list).unwrap_or_default();
    let named = listed.iter().filter_map(|item| {
        let item = item.object()?;
        let name = match item.get(EVENT_NAME)? {
            Value::Text(name) => name,
            _ => {
                cx.doubt(); // Python writes it as a text.
                ""
            }
        };
        Some((name, item))
    });
    named.collect()
}

fn named_message<'a>(cx: Cx<'a>, name: &'a str, item: Object<'a>) -> Option<(&'a str, Message<'a>)> {
    if name == UNKNOWN {
        return unknown(cx, item);
    }
    let told = match item.at("message") {
        Value::Object(answer) => {
            let mut told = item.to_map();
            told.set("message", Value::Object(typed(cx, answer)));
            cx.object(&told)
        }
        _ => typed(cx, item),
    };
    Some((name, message(cx, name, told)?))
}

fn unknown<'a>(cx: Cx<'a>, item: Object<'a>) -> Option<(&'a str, Message<'a>)> {
    let data = item.at("data").object()?;
    let role = role(item, data);
    let content = cx.list(&[Value::Object(data)]);
    let message = cx.dict(&[("role", Value::Text(role)), ("content", content)]);
    let chat = match chat_messages(cx, cx.list(&[message])) {
        chat @ Value::List(_) => chat,
        _ => Value::List(&[]),
    };
    let name = if role == "assistant" { ASSISTANT } else { UNKNOWN };
    Some((name, Message { field: "input", value: chat }))
}

/// The wrapper forgets the role of a part; only a model reasons.
fn role<'a>(item: Object<'a>, data: Object<'a>) -> &'a str {
    match item.at("role").text() {
        Some(role) if role != "unknown" => role,
        _ if data.at("type").is("reasoning") => "assistant",
        _ => "user",
    }
}

/// Return a message whose parts have a `type`; parts whose content was left out are absent.
fn typed<'a>(cx: Cx<'a>, told: Object<'a>) -> Object<'a> {
    let content = told.at("content");
    let one = [content];
    let listed = match content {
        Value::Object(_) => &one,
        Value::List(listed) => listed,
        _ => return told,
    };
    let is_left_out = |part: &Value| matches!(part, Value::Object(Object([("kind", _)])));
    let parts: Vec<Value> =
        listed.iter().filter(|part| !is_left_out(part)).map(|part| typed_part(cx, *part)).collect();
    let mut typed = told.without(&["content"]);
    if !parts.is_empty() {
        typed.set("content", cx.list(&parts));
    }
    cx.object(&typed)
}

fn typed_part<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    let (told, kind) = match (part, part.get("kind")) {
        (Value::Object(told), Some(kind)) => (told, kind),
        _ => return part,
    };
    if kind.is("thinking") {
        return cx.dict(&[("type", Value::Text("reasoning")), ("content", told.at("text"))]);
    }
    let mut typed = Map(vec![("type", kind)]);
    typed.update(cx.object(&told.without(&["kind", "binary_content"])));
    if let Some(data) = told.get("binary_content") {
        typed.set("content", data);
    }
    cx.made(&typed)
}
