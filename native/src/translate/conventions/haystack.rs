//! Haystack's own tracing of pipelines and components (`translate/conventions/haystack.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::haystack_message::in_parts;
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, text_message};
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{counts_in, token_metrics};
use crate::translate::value::{Cx, Map, Object, Value};

const PREFIX: &str = "haystack.";
const TYPE: &str = "haystack.component.type";
const INPUT: &str = "haystack.component.input";
const OUTPUT: &str = "haystack.component.output";
const VALUES: [(&str, &str); 4] = [
    ("input", INPUT),
    ("output", OUTPUT),
    ("input", "haystack.pipeline.input_data"),
    ("output", "haystack.pipeline.output_data"),
];
const META_READ: [&str; 4] = ["model", "finish_reason", "usage", "index"];

/// Tell whether the span has any attribute of Haystack's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the `haystack.*` attributes of the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    // Of what is no text, Python prints nothing that ends so.
    if attributes.at(TYPE).text().map_or(false, |kind| kind.ends_with("Generator")) {
        let replied = object_of(cx, attributes.at(OUTPUT));
        let replies = replied.at("replies").list().unwrap_or(&[]);
        if !replies.is_empty() {
            let mut readings = Vec::new();
            asked(cx, object_of(cx, attributes.at(INPUT)), &mut readings);
            answered(cx, replied, replies, &mut readings);
            return Partial::of(readings);
        }
    }
    Partial::of(values(cx, attributes))
}

fn values<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Reading<'a>> {
    let read = |(field, attribute)| {
        // An attribute that is not there is a null that nobody takes.
        let value = json_text::structure(cx, attributes.at(attribute))?;
        Some(Reading::content(field, value, Rank::Value, cx.names(&[attribute])))
    };
    VALUES.into_iter().filter_map(read).collect()
}

fn asked<'a>(cx: Cx<'a>, given: Object<'a>, readings: &mut Vec<Reading<'a>>) {
    let messages = match given.get("messages").unwrap_or_else(|| given.at("prompt")) {
        Value::List(messages) => Some(chat(cx, messages)),
        text @ Value::Text(_) => Some(text_message(cx, "user", text)),
        _ => None,
    };
    if let Some(messages) = messages {
        readings.push(Reading::content("input", messages, Rank::MessagesJson, &[INPUT]));
    }
    for (key, value) in given.iter() {
        if key == "messages" || key == "prompt" || value.is_null() {
            continue;
        }
        let tools = if key == "tools" { tool_definitions(cx, value).unwrap_or(&[]) } else { &[] };
        let (key, value) = if tools.is_empty() {
            (cx.text(&[INPUT, ".", key].concat()), value)
        } else {
            ("tools", Value::List(tools))
        };
        readings.push(Reading::entry(Field::Metadata, key, value, &[INPUT]));
    }
}

fn answered<'a>(cx: Cx<'a>, replied: Object<'a>, replies: &[Value<'a>], readings: &mut Vec<Reading<'a>>) {
    let messages: Vec<Value> = replies.iter().map(|reply| said(cx, *reply)).collect();
    readings.push(Reading::content("output", chat(cx, &messages), Rank::MessagesJson, &[OUTPUT]));
    let meta = meta_of(cx, replied, replies);
    for key in ["model", "finish_reason"] {
        let value = meta.at(key);
        if value.is_truthy() {
            readings.push(Reading::entry(Field::Metadata, key, value, &[OUTPUT]));
        }
    }
    let counts = counts_in(cx, meta.at("usage"), OUTPUT, true);
    readings.extend(token_metrics(&counts).into_iter().map(Reading::from));
    let rest = Map(meta.iter().filter(|(key, value)| !META_READ.contains(key) && !value.is_null()).collect());
    if !rest.is_empty() {
        let key = "haystack.component.output.meta";
        readings.push(Reading::entry(Field::Metadata, key, cx.made(&rest), &[OUTPUT]));
    }
    for (key, value) in replied.iter() {
        if key != "replies" && key != "meta" && !value.is_null() {
            let key = cx.text(&[OUTPUT, ".", key].concat());
            readings.push(Reading::entry(Field::Metadata, key, value, &[OUTPUT]));
        }
    }
}

/// Return a reply as a message with its reason to stop; older generators reply with texts.
fn said<'a>(cx: Cx<'a>, reply: Value<'a>) -> Value<'a> {
    let told = match reply.object() {
        Some(told) => told,
        None => return cx.dict(&[("role", Value::Text("assistant")), ("content", reply)]),
    };
    let reason = object_of(cx, told.at("meta")).at("finish_reason");
    if !reason.is_truthy() {
        return reply;
    }
    let mut message = told.to_map();
    message.set("finish_reason", reason);
    cx.made(&message)
}

fn meta_of<'a>(cx: Cx<'a>, replied: Object<'a>, replies: &[Value<'a>]) -> Object<'a> {
    if let Some(Value::Object(first)) = replies.first() {
        return object_of(cx, first.at("meta"));
    }
    let beside = replied.at("meta").list().and_then(<[Value]>::first);
    beside.map_or_else(Object::default, |first| object_of(cx, *first))
}

fn chat<'a>(cx: Cx<'a>, messages: &[Value<'a>]) -> Value<'a> {
    let messages: Vec<Value> = messages.iter().map(|message| in_parts(cx, *message)).collect();
    chat_messages(cx, cx.list(&messages))
}

fn object_of<'a>(cx: Cx<'a>, value: Value<'a>) -> Object<'a> {
    json_text::structure(cx, value).and_then(Value::object).unwrap_or_default()
}
