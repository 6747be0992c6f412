//! Messages that were flattened, where they differ from a chat's (`gen_ai/indexed_message.py`).

use crate::translate::value::{Cx, Map, Value};

/// Keys that say nothing of what a message holds.
pub const LABELS: [&str; 2] = ["role", "finish_reason"];

/// Return messages for a list of flattened ones; anything else unchanged.
///
/// `role` is who speaks where a message does not say it, `listed` what was nested again out of the attributes.
pub fn indexed_messages<'a>(cx: Cx<'a>, role: &'a str, listed: Value<'a>) -> Value<'a> {
    let items = match listed {
        Value::List(items) => items,
        _ => return listed,
    };
    let messages =
        items.iter().map(|message| with_role(cx, role, *message)).filter(|message| is_beyond(*message));
    let messages: Vec<Value> = messages.collect();
    cx.list(&with_reasoning(cx, messages))
}

/// Return why an answer ended that came without content; nothing where there is content.
pub fn bare_reason<'a>(listed: Value<'a>) -> Option<Value<'a>> {
    let messages = listed.list().unwrap_or_default();
    if messages.iter().any(|message| is_beyond(*message)) {
        return None;
    }
    messages.iter().filter_map(|message| message.get("finish_reason")).find(|reason| reason.is_truthy())
}

fn is_beyond(message: Value) -> bool {
    message.object().map_or(true, |message| message.keys().any(|key| !LABELS.contains(&key)))
}

fn with_role<'a>(cx: Cx<'a>, role: &'a str, message: Value<'a>) -> Value<'a> {
    let told = match message {
        Value::Object(told) if !told.at("role").is_truthy() => told,
        _ => return message,
    };
    match (told.get("user"), told.get("content")) {
        (Some(content), None) => {
            let mut made = Map(vec![("role", Value::Text("user")), ("content", content)]);
            made.update(cx.object(&told.without(&["user"])));
            cx.made(&made)
        }
        (_, Some(_)) => {
            let mut made = told.to_map();
            made.set("role", Value::Text(role));
            cx.made(&made)
        }
        _ => message,
    }
}

fn with_reasoning<'a>(cx: Cx<'a>, messages: Vec<Value<'a>>) -> Vec<Value<'a>> {
    let is_thought = |message: &Value| message.get("role").map_or(false, |role| role.is("thinking"));
    if !messages.iter().any(is_thought) {
        return messages;
    }
    let (mut found, mut thoughts) = (Vec::with_capacity(messages.len()), Vec::new());
    for message in messages {
        match message {
            Value::Object(told) if is_thought(&message) => thoughts.push(cx.made(&told.without(&LABELS))),
            Value::Object(told) if !thoughts.is_empty() => {
                let mut made = told.to_map();
                made.set("reasoning", cx.list(&thoughts));
                found.push(cx.made(&made));
                thoughts.clear();
            }
            _ => found.push(message),
        }
    }
    if !thoughts.is_empty() {
        found.push(cx.dict(&[
            ("role", Value::Text("assistant")),
            ("content", Value::Null),
            ("reasoning", cx.list(&thoughts)),
        ]));
    }
    found
}
