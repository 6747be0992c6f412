//! `input` and `output` from `ai.*` attributes (`translate/conventions/vercel_ai/content.py`).

use crate::translate::conventions::vercel_ai::part::{call_of, part_of};
use crate::translate::decode::Attributes;
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, in_parts, is_message_list, text_message, with_instructions};
use crate::translate::partial::{Rank, Reading};
use crate::translate::value::{Cx, Value};

const MESSAGES: &str = "ai.prompt.messages";
const PROMPT: &str = "ai.prompt";
const PROMPT_KEYS: [&str; 4] = ["system", "instructions", "prompt", "messages"];

const OBJECTS: [&str; 2] = ["ai.response.object", "ai.result.object"];
const REASONING: &str = "ai.response.reasoning";
const FILES: &str = "ai.response.files";

/// Attributes that make up one message, in the order of its parts; they are used up where they are empty too.
pub const ANSWER: [&str; 6] =
    [REASONING, "ai.response.text", "ai.result.text", FILES, "ai.response.toolCalls", "ai.result.toolCalls"];

const VALUES: [(&str, &str, Rank); 8] = [
    ("input", "ai.toolCall.args", Rank::ToolCall),
    ("output", "ai.toolCall.result", Rank::ToolCall),
    ("input", "ai.value", Rank::Value),
    ("input", "ai.values", Rank::Value),
    ("input", "ai.documents", Rank::Value),
    ("output", "ai.embedding", Rank::Value),
    ("output", "ai.embeddings", Rank::Value),
    ("output", "ai.ranking", Rank::Value),
];

/// Add the contents of a span; `is_call` says that it is one request to a model.
pub fn readings<'a>(cx: Cx<'a>, attributes: Attributes<'a>, is_call: bool, readings: &mut Vec<Reading<'a>>) {
    prompts(cx, attributes, readings);
    readings.extend(answers(cx, attributes));
    objects(cx, attributes, is_call, readings);
    values(cx, attributes, readings);
}

fn prompts<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let messages = json_text::structure(cx, attributes.at(MESSAGES));
    if let Some(messages) = messages.filter(|messages| messages.is_truthy()) {
        readings.push(Reading::content("input", chat(cx, messages), Rank::MessagesJson, &[MESSAGES]));
    }
    let given = json_text::decoded(cx, attributes.at(PROMPT));
    if given.is_truthy() {
        readings.push(Reading::content("input", prompt(cx, given), Rank::MessagesJson, &[PROMPT]));
    }
}

fn prompt<'a>(cx: Cx<'a>, prompt: Value<'a>) -> Value<'a> {
    let object = match prompt {
        Value::Object(object) => object,
        _ => return given(cx, prompt),
    };
    if !object.keys().all(|key| PROMPT_KEYS.contains(&key)) {
        return prompt;
    }
    let either =
        |one, two| Some(object.at(one)).filter(|told| told.is_truthy()).unwrap_or_else(|| object.at(two));
    let messages = given(cx, either("messages", "prompt"));
    let system = either("system", "instructions");
    if !system.is_truthy() {
        return messages;
    }
    let instructions = match system {
        Value::Object(_) => chat(cx, cx.list(&[system])),
        _ => chat(cx, system),
    };
    match (instructions, messages) {
        (Value::List(told), Value::List(listed)) if is_message_list(instructions) => {
            cx.list(&[told, listed].concat())
        }
        _ => with_instructions(cx, instructions, messages),
    }
}

fn given<'a>(cx: Cx<'a>, prompt: Value<'a>) -> Value<'a> {
    match prompt {
        Value::Text(_) => text_message(cx, "user", prompt),
        _ => chat(cx, prompt),
    }
}

fn chat<'a>(cx: Cx<'a>, messages: Value<'a>) -> Value<'a> {
    match messages {
        Value::List(items) => {
            let told: Vec<Value> = items.iter().map(|message| in_parts(cx, *message, part_of)).collect();
            chat_messages(cx, cx.list(&told))
        }
        _ => chat_messages(cx, messages),
    }
}

fn answers<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Option<Reading<'a>> {
    let (mut parts, mut used) = (Vec::new(), Vec::new());
    for attribute in ANSWER {
        let known = parts.len();
        if let Some(value) = attributes.get(attribute) {
            add_told(cx, attribute, value, &mut parts);
        }
        if parts.len() > known {
            used.push(attribute);
        }
    }
    if parts.is_empty() {
        return None;
    }
    let message = cx.dict(&[("role", Value::Text("assistant")), ("parts", cx.list(&parts))]);
    let value = chat_messages(cx, cx.list(&[message]));
    Some(Reading::content("output", value, Rank::MessagesJson, cx.names(&used)))
}

/// Add the parts of an answer that one of its attributes holds: `_told` of Python.
fn add_told<'a>(cx: Cx<'a>, attribute: &str, value: Value<'a>, parts: &mut Vec<Value<'a>>) {
    match attribute {
        "ai.response.toolCalls" | "ai.result.toolCalls" => {
            parts.extend(listed(cx, value).iter().map(|call| call_of(cx, *call)));
        }
        FILES => parts.extend(listed(cx, value).iter().map(|file| part_of(cx, *file))),
        _ => {
            let kind = if attribute == REASONING { "reasoning" } else { "text" };
            if value.text().map_or(false, |text| !text.is_empty()) {
                parts.push(cx.dict(&[("type", Value::Text(kind)), ("content", value)]));
            }
        }
    }
}

fn objects<'a>(cx: Cx<'a>, attributes: Attributes<'a>, is_call: bool, readings: &mut Vec<Reading<'a>>) {
    for attribute in OBJECTS {
        if let Some(given) = attributes.get(attribute) {
            let value = if is_call {
                text_message(cx, "assistant", json_text::written(cx, given))
            } else {
                json_text::decoded(cx, given)
            };
            readings.push(Reading::content("output", value, Rank::Value, cx.names(&[attribute])));
        }
    }
}

fn values<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (field, attribute, rank) in VALUES {
        let value = match attributes.get(attribute) {
            // A list came as a list of JSON texts, one for each of its values.
            Some(Value::List(given)) => {
                let told: Vec<Value> = given.iter().map(|each| json_text::decoded(cx, *each)).collect();
                cx.list(&told)
            }
            Some(given) => json_text::decoded(cx, given),
            None => continue,
        };
        readings.push(Reading::content(field, value, rank, cx.names(&[attribute])));
    }
}

fn listed<'a>(cx: Cx<'a>, value: Value<'a>) -> &'a [Value<'a>] {
    json_text::structure(cx, value).and_then(Value::list).unwrap_or_default()
}
