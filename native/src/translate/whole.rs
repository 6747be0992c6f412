//! Whole requests and responses of providers (`translate/whole.py`).

use crate::translate::haystack_message::{in_parts, is_serialized};
use crate::translate::messages::{chat_messages, is_message_list, text_message, with_instructions};
use crate::translate::partial::{Entry, Field};
use crate::translate::scalar::Scalars;
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{counts_in, Count};
use crate::translate::value::{Cx, Map, Object, Value};

const MESSAGE_LISTS: [&str; 8] =
    ["messages", "contents", "choices", "candidates", "input", "output", "generations", "replies"];
const MESSAGE_KEYS: [&str; 4] = ["role", "content", "parts", "tool_calls"];
/// Where a choice or a candidate holds its message.
const MESSAGE_OF: [&str; 2] = ["message", "content"];
const LANGCHAIN_ROLES: [(&str, &str); 4] =
    [("Human", "user"), ("AI", "assistant"), ("System", "system"), ("Tool", "tool")];
const LANGCHAIN_KEYS: [&str; 4] = ["content", "name", "tool_calls", "tool_call_id"];
const PAIR: usize = 2;
const TEXTS: [&str; 4] = ["input", "prompt", "inputText", "contents"];
const INSTRUCTIONS: [&str; 4] = ["system", "instructions", "system_instruction", "systemInstruction"];
const GROUPS: [&str; 2] = ["config", "toolConfig"];
const USAGES: [&str; 3] = ["usage", "usage_metadata", "usageMetadata"];
const HISTORY: &str = "automatic_function_calling_history";
const RESPONSE_IDS: [&str; 2] = ["id", "response_id"];
const RESPONSE_ID: &str = "gen_ai.response.id";
const LANGCHAIN_OUTPUT: &str = "llm_output";
const ANSWERS: [&str; 2] = ["choices", "candidates"];
const REPLIES: &str = "replies";
const REASONS: [&str; 4] = ["finish_reason", "stop_reason", "finishReason", "stopReason"];
const LABELS: [&str; 2] = ["role", "type"];

/// Return the messages of a request or response as chat messages; null when it has none.
pub fn messages_in<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    let found = match value {
        Value::Object(object) => messages_below(cx, object),
        Value::List(listed) => messages_among(cx, listed),
        _ => None,
    };
    found.unwrap_or(Value::Null)
}

fn messages_below<'a>(cx: Cx<'a>, value: Object<'a>) -> Option<Value<'a>> {
    let itself = keys_of(value, &MESSAGE_KEYS);
    if !itself.is_empty() {
        if let Some(found) = messages_among(cx, &[cx.made(&itself)]) {
            return Some(found);
        }
    }
    MESSAGE_LISTS.iter().find_map(|key| match value.get(key)? {
        Value::List(listed) => messages_among(cx, listed),
        // Bedrock's output is no list but holds its one message.
        Value::Object(held) => messages_among(cx, &[held.get("message")?]),
        _ => None,
    })
}

/// Return a list as chat messages; nothing where it is none of messages.
fn messages_among<'a>(cx: Cx<'a>, listed: &[Value<'a>]) -> Option<Value<'a>> {
    // LangChain sends several prompts at once: of a list of lists the first counts.
    let items = match listed.first()? {
        Value::List(first) => first,
        _ => listed,
    };
    let found: Option<Vec<Value>> =
        items.iter().map(|item| item.object().map(|item| message(cx, item))).collect();
    let found = cx.list(&found?);
    if is_message_list(found) {
        Some(chat_messages(cx, found))
    } else {
        None
    }
}

/// Return the messages of a request behind its instructions; a prompt that is one text is one. Null when it has none.
pub fn request_messages<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    with_request(cx, value, messages_in(cx, value))
}

/// Return `request_messages` where it is known what `messages_in` finds.
pub fn with_request<'a>(cx: Cx<'a>, value: Value<'a>, messages: Value<'a>) -> Value<'a> {
    let request = match value {
        Value::Object(request) => request,
        _ => return messages,
    };
    let mut messages = messages;
    if messages.is_null() {
        if let Some(text) = TEXTS.iter().find_map(|key| request.at(key).text()) {
            messages = text_message(cx, "user", Value::Text(text));
        }
    }
    let mut instructions = INSTRUCTIONS.iter().find_map(|key| in_groups(request, key)).unwrap_or(Value::Null);
    if let Value::Object(content) = instructions {
        instructions = content.at("parts"); // Google's is a content.
    }
    if messages.is_null() || !matches!(instructions, Value::Text(_) | Value::List(_)) {
        return messages;
    }
    with_instructions(cx, instructions, messages)
}

/// Return the definitions of the tools that a request offers; nothing without.
pub fn tools_in<'a>(cx: Cx<'a>, request: Value<'a>) -> Option<&'a [Value<'a>]> {
    tool_definitions(cx, in_groups(request.object()?, "tools")?)
}

/// Return the counts of a response; they spend no attribute.
pub fn usage_in<'a>(cx: Cx<'a>, response: Value<'a>) -> Vec<Count<'a>> {
    let mut found = Vec::new();
    if let Value::Object(response) = response {
        for place in [response, reply_meta(response)] {
            for usage in USAGES.iter().filter_map(|key| place.get(key)) {
                found.extend(counts_in(cx, usage, "", false));
            }
        }
    }
    found
}

/// Return the messages of the last request in a response of Google's SDK, which calls tools itself; null without.
pub fn history_in<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    let history = value.get(HISTORY).and_then(Value::list).unwrap_or(&[]);
    if history.is_empty() {
        return Value::Null;
    }
    // A content without a role is the user's.
    let listed: Vec<Value> =
        objects(history).map(|content| cx.made(&behind("role", Value::Text("user"), content))).collect();
    chat_messages(cx, cx.list(&listed))
}

/// Return the id of a response; LangChain has it among what the model's class adds.
pub fn response_id<'a>(_cx: Cx<'a>, value: Value<'a>) -> Vec<Entry<'a>> {
    let value = match value {
        Value::Object(value) => value,
        _ => return Vec::new(),
    };
    let below = value.at(LANGCHAIN_OUTPUT).members();
    told_first(RESPONSE_ID, &RESPONSE_IDS, [value, below].into_iter())
}

/// Return why a response ended, that of its first answer.
pub fn finish_reason<'a>(_cx: Cx<'a>, response: Value<'a>) -> Vec<Entry<'a>> {
    let response = match response {
        Value::Object(response) => response,
        _ => return Vec::new(),
    };
    let answers = ANSWERS.iter().flat_map(|key| objects_below(response, key));
    let places = std::iter::once(response).chain(answers).chain(std::iter::once(reply_meta(response)));
    told_first("finish_reason", &REASONS, places)
}

/// Return the first text under any of these keys as metadata, unless it is empty.
fn told_first<'a>(
    name: &'a str,
    keys: &[&str],
    mut places: impl Iterator<Item = Object<'a>>,
) -> Vec<Entry<'a>> {
    match places.find_map(|place| keys.iter().find_map(|key| place.at(key).text())) {
        Some(found) if !found.is_empty() => {
            vec![Entry { field: Field::Metadata, key: name, value: Value::Text(found), attributes: &[] }]
        }
        _ => Vec::new(),
    }
}

/// Return the vectors of a response of OpenAI's embeddings API; none where it is none.
pub fn vectors_in<'a>(cx: Cx<'a>, response: Value<'a>) -> &'a [Value<'a>] {
    let vectors: Vec<Value> = match response {
        Value::Object(response) => {
            objects_below(response, "data").filter_map(|item| item.get("embedding")).collect()
        }
        _ => return &[],
    };
    cx.slice(&vectors)
}

/// Return what an object says beyond `held`; lists of a call hold its messages, and those of others may say more.
pub fn beside<'a>(cx: Cx<'a>, whole: Value<'a>, held: &Scalars<'a>, with_lists: bool) -> Map<'a> {
    match whole {
        Value::Object(whole) => rest_of(cx, whole, held, with_lists),
        _ => Map::new(),
    }
}

/// Return a whole without LangChain's messages in it: their classes and ids are its own, and answers have their own spans.
pub fn without_messages<'a>(cx: Cx<'a>, whole: Object<'a>) -> Map<'a> {
    let left = |value| match value {
        Value::List(items) if items.iter().any(|item| is_langchain(*item)) => {
            let left: Vec<Value> = items.iter().copied().filter(|item| !is_langchain(*item)).collect();
            cx.list(&left)
        }
        _ => value,
    };
    Map(whole.iter().map(|(key, value)| (key, left(value))).collect())
}

fn is_langchain(item: Value) -> bool {
    match item {
        // An application may give a message as a pair.
        Value::List(pair) => pair.len() == PAIR && pair[0].text().map_or(false, is_pair_role),
        Value::Object(told) => {
            let is_data = matches!(told.at("data"), Value::Object(_));
            told.has("lc") || is_data && told.at("type").text().and_then(langchain_type).is_some()
        }
        _ => false,
    }
}

fn is_pair_role(role: &str) -> bool {
    matches!(role, "user" | "assistant") || langchain_type(role).is_some()
}

/// Return the role of what a message of LangChain's calls itself beside its data; formerly its class.
fn langchain_type(kind: &str) -> Option<&'static str> {
    match kind {
        "human" => Some("user"),
        "ai" => Some("assistant"),
        "system" => Some("system"),
        "tool" => Some("tool"),
        _ => None,
    }
}

fn rest<'a>(cx: Cx<'a>, value: Value<'a>, held: &Scalars<'a>, with_lists: bool) -> Option<Value<'a>> {
    match value {
        Value::Object(object) => {
            let found = rest_of(cx, object, held, with_lists);
            if found.is_empty() {
                None
            } else {
                Some(cx.made(&found))
            }
        }
        Value::List(listed) => {
            // Messages are no texts.
            if !with_lists && !listed.iter().all(|item| matches!(item, Value::Text(_))) {
                return None;
            }
            let items: Vec<Value> =
                listed.iter().filter_map(|item| rest(cx, *item, held, with_lists)).collect();
            if items.is_empty() {
                None
            } else {
                Some(cx.list(&items))
            }
        }
        Value::Null | Value::Text("") => None,
        _ if held.has(value) => None,
        _ => Some(value),
    }
}

fn rest_of<'a>(cx: Cx<'a>, object: Object<'a>, held: &Scalars<'a>, with_lists: bool) -> Map<'a> {
    let mut found = Map::new();
    for (key, child) in object.iter().filter(|(key, _)| !LABELS.contains(key)) {
        if let Some(left) = rest(cx, child, held, with_lists) {
            found.0.push((key, left));
        }
    }
    found
}

/// A choice of a response holds the message, and so does a candidate of Google's; empty keys say nothing.
fn message<'a>(cx: Cx<'a>, item: Object<'a>) -> Value<'a> {
    let itself = Value::Object(item);
    if is_serialized(itself) {
        return in_parts(cx, itself);
    }
    if let Some(langchain) = langchain_message(cx, item) {
        return langchain;
    }
    if item.has("role") {
        let is_said = |(key, value): &(&str, Value)| !value.is_null() || *key == "content";
        return if item.0.iter().all(is_said) {
            itself
        } else {
            cx.made(&Map(item.iter().filter(is_said).collect()))
        };
    }
    if let Some(held) = MESSAGE_OF.iter().find_map(|key| item.at(key).object()) {
        return message(cx, held);
    }
    if item.has("parts") {
        cx.made(&behind("role", Value::Text("model"), item))
    } else {
        itself
    }
}

/// Return the message that LangChain serialized, under its type or its class, such as `AIMessageChunk`; nothing for any other.
fn langchain_message<'a>(cx: Cx<'a>, item: Object<'a>) -> Option<Value<'a>> {
    if let Value::Object(data) = item.at("data") {
        if let Some(role) = item.at("type").text().and_then(langchain_type) {
            return Some(said(cx, role, data));
        }
    }
    let kwargs = item.at("kwargs").object()?;
    if kwargs.is_empty() || !item.has("lc") {
        return None;
    }
    let name = item.at("id").list().and_then(<[_]>::last).and_then(|name| name.text()).unwrap_or("");
    let spoken = LANGCHAIN_ROLES.iter().find(|(kind, _)| name.starts_with(kind));
    Some(spoken.map_or(Value::Object(kwargs), |(_, role)| said(cx, role, kwargs)))
}

fn said<'a>(cx: Cx<'a>, role: &'a str, told: Object<'a>) -> Value<'a> {
    let mut said = Map(vec![("role", Value::Text(role)), ("content", Value::Null)]);
    for key in LANGCHAIN_KEYS {
        let value = told.at(key);
        if value.is_truthy() {
            said.set(key, value);
        }
    }
    cx.made(&said)
}

/// Return what Haystack says of the first reply beside its content; nothing without.
fn reply_meta<'a>(response: Object<'a>) -> Object<'a> {
    let first = objects_below(response, REPLIES).next();
    first.and_then(|reply| reply.at("meta").object()).unwrap_or_default()
}

fn objects<'a>(listed: &'a [Value<'a>]) -> impl Iterator<Item = Object<'a>> {
    listed.iter().filter_map(|item| item.object())
}

fn objects_below<'a>(holder: Object<'a>, key: &str) -> impl Iterator<Item = Object<'a>> {
    objects(holder.at(key).list().unwrap_or(&[]))
}

/// Return what a request has under a key, itself or among its settings; nothing for what says nothing.
fn in_groups<'a>(request: Object<'a>, key: &str) -> Option<Value<'a>> {
    let told = request.at(key);
    if told.is_truthy() {
        return Some(told);
    }
    let groups = GROUPS.iter().filter_map(|group| request.at(group).object());
    groups.map(|group| group.at(key)).find(|told| told.is_truthy())
}

/// Return the keys that an object has of these, in their order.
fn keys_of<'a>(object: Object<'a>, keys: &[&'a str]) -> Map<'a> {
    Map(keys.iter().filter_map(|key| object.get(key).map(|value| (*key, value))).collect())
}

/// Return an object behind a key of which it may say something else.
fn behind<'a>(key: &'a str, value: Value<'a>, object: Object<'a>) -> Map<'a> {
    let mut map = Map(Vec::with_capacity(object.len() + 1));
    map.0.push((key, value));
    map.update(object);
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    /// Call `test` with what reads JSON.
    fn with_json(test: impl for<'a> Fn(Cx<'a>, &dyn Fn(&'static str) -> Value<'a>)) {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        test(cx, &|text| json::read(cx, text).unwrap());
        assert!(!cx.is_doubtful());
    }

    #[test]
    fn the_first_id_and_the_first_reason_that_are_texts_are_told() {
        with_json(|cx, read| {
            let id = |text| response_id(cx, read(text)).first().map(|entry| entry.value);
            let reason = |text| finish_reason(cx, read(text)).first().map(|entry| entry.value);

            assert_eq!(id(r#"{"id": 1, "response_id": "a"}"#), Some(Value::Text("a")));
            assert_eq!(id(r#"{"id": null, "llm_output": {"id": "b"}}"#), Some(Value::Text("b")));
            assert_eq!(id(r#"{"id": "", "response_id": "a"}"#), None);
            assert_eq!(id("[]"), None);
            assert_eq!(reason(r#"{"choices": [1, {"finish_reason": "stop"}]}"#), Some(Value::Text("stop")));
            assert_eq!(
                reason(r#"{"stop_reason": "end", "choices": [{"finish_reason": "stop"}]}"#),
                Some(Value::Text("end"))
            );
            assert_eq!(
                reason(r#"{"replies": [{"meta": {"finish_reason": "stop"}}]}"#),
                Some(Value::Text("stop"))
            );
            assert_eq!(reason("{}"), None);
        });
    }

    #[test]
    fn what_nobody_else_says_stays_with_its_place() {
        with_json(|cx, read| {
            let held = Scalars::default();
            let whole = read(
                r#"{"role": "x", "a": {"type": 1, "b": null}, "c": ["t", ""], "d": [{"e": 2}], "f": 0, "g": []}"#,
            );
            let all = |with_lists| cx.made(&beside(cx, whole, &held, with_lists));

            assert_eq!(all(true), read(r#"{"c": ["t"], "d": [{"e": 2}], "f": 0}"#));
            assert_eq!(all(false), read(r#"{"c": ["t"], "f": 0}"#));
            assert!(beside(cx, read("[1]"), &held, true).is_empty());
        });
    }

    #[test]
    fn messages_of_langchain_are_taken_out_of_lists() {
        with_json(|cx, read| {
            let whole = read(
                r#"{"a": [["human", "Hi"], ["human"], ["none", "Hi"], {"lc": 1}, {"type": "ai", "data": {}}, {"type": "ai"}], "b": {"lc": 1}}"#,
            );
            let left = without_messages(cx, whole.object().unwrap());

            assert_eq!(
                cx.made(&left),
                read(r#"{"a": [["human"], ["none", "Hi"], {"type": "ai"}], "b": {"lc": 1}}"#)
            );
        });
    }
}
