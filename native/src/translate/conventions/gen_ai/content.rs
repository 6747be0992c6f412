//! `input` and `output` from `gen_ai.*` attributes: messages, calls of tools, retrievals (`gen_ai/content.py`).

use crate::translate::conventions::gen_ai::indexed_message::indexed_messages;
use crate::translate::decode::Attributes;
use crate::translate::indexed::list_below;
use crate::translate::messages::{chat_messages, is_message_list, text_message, with_instructions};
use crate::translate::partial::{Content, Rank};
use crate::translate::value::{Cx, Object, Value};
use crate::translate::{json_text, names, printed_item};

const KNOWN: [&str; 2] = ["role", "content"];
const FINISH_REASON: &str = "finish_reason";
const CHOICE: [&str; 2] = ["message", "index"];
const CONTENTS: [&str; 3] = ["parts", "content", "tool_calls"];
const INSTRUCTIONS: &str = "gen_ai.system_instructions";

/// Where the messages of one direction stand, the best place first.
struct Side {
    field: &'static str,
    role: &'static str,
    messages: &'static str,
    messages_json: &'static str,
    text: &'static str,
    below_text: &'static str,
}

const INPUT: Side = Side {
    field: "input",
    role: "user",
    messages: names::GEN_AI_INPUT_MESSAGES,
    messages_json: "gen_ai.prompt_json",
    text: "gen_ai.prompt",
    below_text: "gen_ai.prompt.",
};
const OUTPUT: Side = Side {
    field: "output",
    role: "assistant",
    messages: names::GEN_AI_OUTPUT_MESSAGES,
    messages_json: "gen_ai.completion_json",
    text: "gen_ai.completion",
    below_text: "gen_ai.completion.",
};

const CALLS: [(&str, &str); 4] = [
    ("input", names::GEN_AI_TOOL_CALL_ARGUMENTS),
    ("output", names::GEN_AI_TOOL_CALL_RESULT),
    ("input", "gen_ai.tool.input"),
    ("output", "gen_ai.tool.output"),
];
const RETRIEVALS: [(&str, &str); 2] =
    [("input", "gen_ai.retrieval.query.text"), ("output", "gen_ai.retrieval.documents")];

/// Return the contents of a span of a type, or of one that names none.
///
/// A call of a tool on the span of a model is what the model answered, never what it was asked.
pub fn readings<'a>(cx: Cx<'a>, attributes: Attributes<'a>, named: Option<&str>) -> Vec<Content<'a>> {
    let mut found = Vec::with_capacity(4);
    read_side(cx, attributes, &INPUT, &mut found);
    if let Some(given) = attributes.get(INSTRUCTIONS) {
        found = instructed(cx, given, found);
    }
    read_side(cx, attributes, &OUTPUT, &mut found);
    match named {
        Some("llm") => (),
        Some("tool") => read_values(cx, attributes, &CALLS, Rank::ToolCall, &mut found),
        _ => read_values(cx, attributes, &CALLS, Rank::Value, &mut found),
    }
    read_values(cx, attributes, &RETRIEVALS, Rank::Value, &mut found);
    found
}

fn read_side<'a>(cx: Cx<'a>, attributes: Attributes<'a>, side: &Side, found: &mut Vec<Content<'a>>) {
    for (attribute, rank) in [(side.messages, Rank::Messages), (side.messages_json, Rank::MessagesJson)] {
        if let Some(given) = attributes.get(attribute) {
            found.extend(messages(cx, attributes, side, attribute, given, rank));
        }
    }
    found.extend(indexed(cx, attributes, side));
    if let Some(given) = attributes.get(side.text) {
        let value = text_content(cx, side.role, given);
        found.push(Content {
            field: side.field,
            value,
            rank: Rank::Text,
            attributes: cx.names(&[side.text]),
        });
    }
}

fn messages<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    side: &Side,
    attribute: &'static str,
    given: Value<'a>,
    rank: Rank,
) -> Option<Content<'a>> {
    let mut value = json_text::structure(cx, given)?;
    if given.text().map_or(false, |text| text.contains(printed_item::MARK)) {
        value = unprinted(cx, value);
    }
    let mut messages = chat_messages(cx, value);
    if messages.is_same(value) {
        // It is no list of messages, or not one as it should be.
        let mended = mended(cx, side.role, messages);
        if is_message_list(mended) {
            messages = chat_messages(cx, mended);
        }
    }
    let value = without_empty(cx, messages, attributes);
    Some(Content { field: side.field, value, rank, attributes: cx.names(&[attribute]) })
}

/// Return messages with the items of a response that were printed into the texts of their parts.
fn unprinted<'a>(cx: Cx<'a>, messages: Value<'a>) -> Value<'a> {
    let unprinted_in = |message: &Value<'a>| match (message.object(), message.get("parts")) {
        (Some(told), Some(parts)) => {
            let mut told = told.to_map();
            told.set("parts", printed_item::unprinted(cx, parts));
            cx.made(&told)
        }
        _ => *message,
    };
    match messages {
        Value::List(items) => cx.list(&items.iter().map(unprinted_in).collect::<Vec<Value>>()),
        _ => messages,
    }
}

/// Return messages that were written as JSON once more, all or each of them, that are choices, or that name no role.
fn mended<'a>(cx: Cx<'a>, role: &'static str, value: Value<'a>) -> Value<'a> {
    match json_text::decoded(cx, value) {
        Value::List(listed) => {
            let items = listed.iter().map(|item| message(cx, role, json_text::decoded(cx, *item)));
            cx.list(&items.collect::<Vec<Value>>())
        }
        _ => value,
    }
}

fn message<'a>(cx: Cx<'a>, role: &'static str, item: Value<'a>) -> Value<'a> {
    let mut told = match item {
        Value::Object(told) => told,
        _ => return item,
    };
    if let Some(Value::Object(inner)) = told.get("message") {
        let mut whole = inner.to_map();
        for (key, value) in told.iter().filter(|(key, _)| !CHOICE.contains(key)) {
            whole.set(key, value);
        }
        told = cx.object(&whole);
    }
    let has_content = CONTENTS.iter().any(|key| told.has(key));
    if has_content && told.at("role").is_null() && !told.has("type") {
        let mut whole = told.to_map();
        whole.set("role", Value::Text(role));
        return cx.made(&whole);
    }
    Value::Object(told)
}

fn indexed<'a>(cx: Cx<'a>, attributes: Attributes<'a>, side: &Side) -> Option<Content<'a>> {
    let (listed, used) = list_below(cx, attributes, side.below_text);
    if used.is_empty() {
        return None;
    }
    let value = chat_messages(cx, indexed_messages(cx, side.role, listed));
    Some(Content { field: side.field, value, rank: Rank::Indexed, attributes: used })
}

/// Leave out messages that say nothing: an instrumentation may drop the calls of tools and leave an empty text.
///
/// Our app side writes messages as they were given, so that an empty one of its own is meant.
fn without_empty<'a>(cx: Cx<'a>, messages: Value<'a>, attributes: Attributes<'a>) -> Value<'a> {
    let listed = match messages {
        Value::List(listed) if is_message_list(messages) => listed,
        _ => return messages,
    };
    let is_empty = |message: &Value| !message.get("content").map_or(false, Value::is_truthy);
    if !listed.iter().any(is_empty) || attributes.has(names::SPAN_ATTRIBUTES) {
        return messages;
    }
    let knows_reason = attributes.has(names::GEN_AI_RESPONSE_FINISH_REASONS);
    let is_known = |key: &str| KNOWN.contains(&key) || knows_reason && key == FINISH_REASON;
    let says_more = |message: Object| message.keys().any(|key| !is_known(key));
    let kept = listed.iter().filter(|message| !is_empty(message) || message.object().map_or(true, says_more));
    cx.list(&kept.copied().collect::<Vec<Value>>())
}

/// Return a prompt or an answer as messages: a text is one, and JSON text holds some.
pub fn text_content<'a>(cx: Cx<'a>, role: &'static str, value: Value<'a>) -> Value<'a> {
    match json_text::decoded(cx, value) {
        told @ Value::Text(text) if !text.is_empty() => text_message(cx, role, told),
        told => chat_messages(cx, told),
    }
}

fn instructed<'a>(cx: Cx<'a>, given: Value<'a>, contents: Vec<Content<'a>>) -> Vec<Content<'a>> {
    let instructions = json_text::decoded(cx, given);
    if !instructions.is_truthy() || !matches!(instructions, Value::Text(_) | Value::List(_)) {
        return contents;
    }
    let none = Content { field: "input", value: Value::Null, rank: Rank::Messages, attributes: &[] };
    let contents = if contents.is_empty() { vec![none] } else { contents };
    let told = contents.into_iter().map(|content| {
        let value = with_instructions(cx, instructions, content.value);
        let mut used = content.attributes.to_vec();
        used.extend(value.list().map(|_| INSTRUCTIONS));
        Content { value, attributes: cx.names(&used), ..content }
    });
    told.collect()
}

fn read_values<'a>(
    cx: Cx<'a>,
    attributes: Attributes<'a>,
    places: &[(&'static str, &'static str)],
    rank: Rank,
    found: &mut Vec<Content<'a>>,
) {
    for (field, attribute) in places {
        if let Some(given) = attributes.get(attribute) {
            let value = json_text::decoded(cx, given);
            found.push(Content { field, value, rank, attributes: cx.names(&[attribute]) });
        }
    }
}
