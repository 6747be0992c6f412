//! Events that each carry one message, wherever they are written (`translate/message_event.py`).

use crate::translate::blocks::plain_result;
use crate::translate::decode::Attributes;
use crate::translate::json_text;
use crate::translate::messages::chat_messages;
use crate::translate::value::{Cx, Map, Object, Value};

pub const ASSISTANT: &str = "gen_ai.assistant.message";

const CHOICE: &str = "gen_ai.choice";
const BODY: &str = "gen_ai.event.content";
const SYSTEM: &str = "gen_ai.system";
const BEDROCK: &str = "aws.bedrock";

/// One event as messages, usually one, and the field that they belong to.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub field: &'a str,
    pub value: Value<'a>,
}

/// Return the messages of an event; nothing when it is no message event or was recorded without content.
///
/// `told` is its attributes, or the body of a log record.
pub fn message<'a>(cx: Cx<'a>, name: &str, told: Attributes<'a>) -> Option<Message<'a>> {
    let role = role_of(name)?;
    let told = whole(cx, told);
    let is_choice = name == CHOICE;
    let field = if is_choice { "output" } else { "input" };
    let value = chat_messages(cx, if is_choice { choice(cx, told) } else { told_message(cx, role, told) });
    listed(field, value)
}

/// Return what is a list of messages; nothing for anything else.
pub fn listed<'a>(field: &'a str, value: Value<'a>) -> Option<Message<'a>> {
    match value {
        Value::List([_, ..]) => Some(Message { field, value }),
        _ => None,
    }
}

/// Return what an event says, also where its body is JSON text in one attribute, as Azure's SDKs have it.
fn whole<'a>(cx: Cx<'a>, told: Attributes<'a>) -> Attributes<'a> {
    let body = told.get(BODY).and_then(|body| json_text::decoded(cx, body).object());
    body.map_or(told, |body| {
        let mut whole = told.to_map();
        whole.update(body);
        cx.object(&whole)
    })
}

/// Return the messages of each field, for events in their order.
///
/// What an assistant says at the end is the answer; before another message it is history.
pub fn sides<'a>(cx: Cx<'a>, told: &[(&'a str, Message<'a>)]) -> Vec<(&'a str, Value<'a>)> {
    let others = told.iter().rposition(|(name, _)| *name != ASSISTANT).map_or(0, |last| last + 1);
    let mut found: Vec<(&str, Vec<Value>)> = Vec::with_capacity(2);
    for (index, (name, each)) in told.iter().enumerate() {
        let field = if *name == ASSISTANT && index >= others { "output" } else { each.field };
        let messages = each.value.list().unwrap_or_default();
        match found.iter_mut().find(|(known, _)| *known == field) {
            Some((_, before)) => before.extend(messages),
            None => found.push((field, messages.to_vec())),
        }
    }
    found.iter().map(|(field, messages)| (*field, cx.list(messages))).collect()
}

fn told_message<'a>(cx: Cx<'a>, role: &'a str, told: Object<'a>) -> Value<'a> {
    let mut said = Map(Vec::with_capacity(3));
    for key in ["name", "tool_calls"] {
        if let Some(value) = told.get(key) {
            said.set(key, if key == "tool_calls" { json_text::decoded(cx, value) } else { value });
        }
    }
    let content = told.get("content").map_or(Value::Null, |given| content(cx, role, told, given));
    if !content.is_null() {
        said.set("content", content);
    }
    if said.is_empty() {
        return Value::Null;
    }
    let call_id = told.get("id").unwrap_or_else(|| told.at("tool_call_id"));
    if role == "tool" && call_id.is_null() {
        if let Some(results) = results(cx, content) {
            return cx.dict(&[("role", Value::Text("user")), ("content", results)]);
        }
    }
    let told_role = told.at("role");
    let role_given = if told_role.is_truthy() { told_role } else { Value::Text(role) };
    let mut message = Map(Vec::with_capacity(5));
    message.0.extend([("role", role_given), ("content", Value::Null)]);
    if role == "tool" && !call_id.is_null() {
        message.set("tool_call_id", call_id);
    }
    for (key, value) in said.0 {
        message.set(key, value);
    }
    cx.made(&message)
}

/// Return the content; Bedrock's events of a user repeat the results of tools, which have events of their own.
fn content<'a>(cx: Cx<'a>, role: &str, told: Object<'a>, given: Value<'a>) -> Value<'a> {
    let content = bare(cx, given);
    let blocks = match content.list() {
        Some(blocks) if told.at(SYSTEM).is(BEDROCK) => blocks,
        _ => return content,
    };
    if role == "tool" {
        return json_text::written(cx, plain_result(cx, content));
    }
    let kept: Vec<Value> =
        blocks.iter().copied().filter(|block| role != "user" || !is_result(*block)).collect();
    if kept.is_empty() {
        Value::Null
    } else {
        cx.list(&kept)
    }
}

/// Return what a content of Google's or of Azure's agents holds: its parts, its text.
fn bare<'a>(cx: Cx<'a>, content: Value<'a>) -> Value<'a> {
    let inner = match json_text::decoded(cx, content) {
        Value::Object(inner) => inner,
        _ => return content,
    };
    if let Some(parts @ Value::List(_)) = inner.get("parts") {
        return parts;
    }
    match (inner.0, inner.at("text")) {
        ([_], Value::Object(Object([("value", value)]))) => *value,
        _ => content,
    }
}

/// Return the blocks of a tool's message that name their calls, as Strands writes them; nothing where they do not.
fn results<'a>(cx: Cx<'a>, content: Value<'a>) -> Option<Value<'a>> {
    let listed = json_text::decoded(cx, content);
    let blocks = listed.list()?;
    if !blocks.is_empty() && blocks.iter().all(|block| is_result(*block)) {
        Some(listed)
    } else {
        None
    }
}

fn is_result(block: Value) -> bool {
    block.object().map_or(false, |block| block.has("toolResult") || block.at("type").is("tool_result"))
}

fn choice<'a>(cx: Cx<'a>, told: Object<'a>) -> Value<'a> {
    let answer = match json_text::decoded(cx, told.at("message")) {
        Value::Object(answer) => answer,
        Value::Null => told,
        answer => {
            let mut whole = told.to_map();
            whole.set("content", answer);
            cx.object(&whole)
        }
    };
    let chat = told_message(cx, "assistant", answer);
    let reason = told.at("finish_reason");
    match chat {
        Value::Object(message) if reason.is_truthy() => {
            let mut ended = message.to_map();
            ended.set("finish_reason", reason);
            cx.made(&ended)
        }
        _ => chat,
    }
}

fn role_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "gen_ai.system.message" => "system",
        "gen_ai.user.message" => "user",
        ASSISTANT => "assistant",
        "gen_ai.tool.message" => "tool",
        CHOICE => "assistant",
        _ => return None,
    })
}
