//! One shape for messages: those of OpenAI chat completions, whatever shape they came in (`translate/messages.py`).

use crate::translate::chat_message::{chat_content, chat_message, message_of_parts};
use crate::translate::value::{Cx, Object, Value};

const RESULT_SUFFIX: &str = "_call_output";

/// Return messages of the GenAI conventions or of a provider as OpenAI chat messages, anything else unchanged: the same (`Value::is_same`).
pub fn chat_messages<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    let one = [value];
    let messages = match value {
        Value::Object(_) => &one[..],
        Value::List(messages) => messages,
        _ => return value,
    };
    if !are_messages(messages) {
        return value;
    }
    let mut found = Vec::with_capacity(messages.len());
    let mut rest = messages;
    while let Some(first) = rest.first() {
        let role = item_role(*first);
        // Items without a role that follow each other are the parts of one message.
        let size = rest.iter().take_while(|message| item_role(**message) == role).count();
        let (run, later) = rest.split_at(size);
        match role {
            Some(role) => {
                let turn = cx.dict(&[("role", Value::Text(role)), ("parts", cx.list(run))]);
                found.extend(chat_message(cx, turn.members()));
            }
            None => {
                let messages = run.iter().filter_map(|message| message.object());
                messages.for_each(|message| found.extend(chat_message(cx, message)));
            }
        }
        rest = later;
    }
    cx.list(&found)
}

/// Tell whether `value` is a list of messages, at least one: objects with a role, or items of OpenAI's responses.
pub fn is_message_list(value: Value) -> bool {
    value.list().map_or(false, are_messages)
}

/// Return a list of one message.
pub fn text_message<'a>(cx: Cx<'a>, role: &'a str, content: Value<'a>) -> Value<'a> {
    let message = cx.dict(&[("role", Value::Text(role)), ("content", chat_content(cx, content))]);
    cx.list(&[message])
}

/// Return `messages` behind a system message, unless they have it already.
///
/// `instructions` are text, or parts of the GenAI conventions; `messages` are chat messages, one text of a user, or null.
pub fn with_instructions<'a>(cx: Cx<'a>, instructions: Value<'a>, messages: Value<'a>) -> Value<'a> {
    let messages = match messages {
        Value::Null => Value::List(&[]),
        Value::Text(_) => text_message(cx, "user", messages),
        _ => messages,
    };
    let listed = match messages {
        Value::List(listed) => listed,
        _ => return messages,
    };
    let one = [instructions];
    let content = instructions.list().unwrap_or(&one);
    let system = message_of_parts(cx, Value::Text("system"), content, Object::default());
    let told = system.at("content");
    let is_given = |message: &Value<'a>| {
        let message = message.members();
        matches!(message.at("role"), Value::Text("system" | "developer")) && message.at("content") == told
    };
    if listed.iter().any(is_given) {
        return messages;
    }
    let mut all = Vec::with_capacity(1 + listed.len());
    all.push(Value::Object(system));
    all.extend(listed);
    cx.list(&all)
}

fn are_messages(messages: &[Value]) -> bool {
    let is_message = |message: &Value| {
        message.object().map_or(false, |message| message.at("role").text().is_some() || is_item(message))
    };
    !messages.is_empty() && messages.iter().all(is_message)
}

/// Tell whether it is what OpenAI's responses list beside messages: a thought, a call, a result.
fn is_item(message: Object) -> bool {
    let kind = message.at("type").text().unwrap_or_default();
    kind.ends_with("_call") || kind.ends_with(RESULT_SUFFIX) || kind == "reasoning"
}

/// Return the role of the turn that an item without a role is part of; nothing for a message.
fn item_role(message: Value) -> Option<&'static str> {
    let message = message.members();
    if message.at("role").text().is_some() {
        return None;
    }
    let kind = message.at("type").text().unwrap_or_default();
    Some(if kind.ends_with(RESULT_SUFFIX) { "tool" } else { "assistant" })
}

/// Return a message with the parts that `part_of` makes of its list of content; any other as it is.
pub fn in_parts<'a>(
    cx: Cx<'a>,
    message: Value<'a>,
    part_of: fn(Cx<'a>, Value<'a>) -> Value<'a>,
) -> Value<'a> {
    let told = message.members();
    let content = match told.at("content") {
        Value::List(content) => content,
        _ => return message,
    };
    let parts: Vec<Value> = content.iter().map(|part| part_of(cx, *part)).collect();
    let mut made = told.without(&["content"]);
    made.set("parts", cx.list(&parts));
    cx.made(&made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    fn with_json(told: &str, test: impl for<'a> Fn(Cx<'a>, Value<'a>)) {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        test(cx, json::read(cx, cx.text(told)).unwrap_or(Value::Null));
        assert!(!cx.is_doubtful());
    }

    fn assert_chat(told: &str, expected: &str) {
        with_json(told, |cx, value| assert_eq!(json::write(cx, chat_messages(cx, value)), expected));
    }

    #[test]
    fn parts_become_what_chat_completions_have_for_them() {
        assert_chat(
            r#"[{"role":"user","parts":[{"type":"text","content":"Hi"}],"name":"Bo"},
                {"role":"model","parts":[{"type":"reasoning","content":"Hm"},{"type":"text","content":"a"},
                 {"type":"tool_call","id":"1","name":"f","arguments":{"x":1}}],"finish_reason":"stop"},
                {"role":"tool","parts":[{"type":"tool_call_response","id":"1","response":{"y":2}}]}]"#,
            concat!(
                r#"[{"role":"user","content":"Hi","name":"Bo"},"#,
                r#"{"role":"assistant","content":"a","reasoning":[{"content":"Hm"}],"finish_reason":"stop","#,
                r#""tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"#,
                r#"{"role":"tool","tool_call_id":"1","content":"{\"y\":2}"}]"#,
            ),
        );
    }

    #[test]
    fn blocks_as_json_text_are_parsed_but_for_the_text_of_a_tool() {
        assert_chat(
            r#"[{"role":"user","content":"[{\"type\":\"text\",\"text\":\"a\"}]"},
                {"role":"tool","content":"[{\"type\":\"text\",\"text\":\"a\"}]"},{"role":"user","content":"[1]"}]"#,
            concat!(
                r#"[{"role":"user","content":"a"},"#,
                r#"{"role":"tool","content":"[{\"type\":\"text\",\"text\":\"a\"}]"},{"role":"user","content":"[1]"}]"#,
            ),
        );
    }

    #[test]
    fn items_without_a_role_that_follow_each_other_are_one_message() {
        assert_chat(
            r#"[{"role":"user","content":"Hi"},{"type":"reasoning","summary":[{"text":"Hm"}]},
                {"type":"function_call","call_id":"1","name":"f","arguments":"{}"},
                {"type":"function_call_output","call_id":"1","output":"y"}]"#,
            concat!(
                r#"[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"reasoning":[{"content":"Hm"}],"#,
                r#""tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},"#,
                r#"{"role":"tool","tool_call_id":"1","content":"y"}]"#,
            ),
        );
    }

    #[test]
    fn what_are_no_messages_stays_the_same() {
        for told in [r#"[{"role":1}]"#, "[]", r#""x""#, r#"[{"role":"user"},1]"#, r#"{"a":1}"#] {
            with_json(told, |cx, value| assert!(chat_messages(cx, value).is_same(value)));
        }
    }

    #[test]
    fn instructions_come_first_unless_they_are_there() {
        with_json(r#"[{"role":"developer","content":"Be brief."}]"#, |cx, messages| {
            assert!(with_instructions(cx, Value::Text("Be brief."), messages).is_same(messages));
            let more = with_instructions(cx, Value::Text("Be kind."), messages);
            assert_eq!(more.list().map(<[Value]>::len), Some(2));
        });
    }
}
