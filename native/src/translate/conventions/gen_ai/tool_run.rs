//! `input` and `output` of the run of a tool that is told as messages (`gen_ai/tool_run.py`).

use crate::translate::json_text;
use crate::translate::messages::is_message_list;
use crate::translate::partial::{Content, Rank, Reading};
use crate::translate::value::{Cx, Object, Value};

const TOLD: [&str; 3] = ["role", "content", "tool_call_id"];
const CALLED: [&str; 3] = ["role", "content", "tool_calls"];

/// Return a reading with the arguments or the result in place of the one message that holds nothing else.
pub fn plain<'a>(cx: Cx<'a>, reading: Reading<'a>) -> Reading<'a> {
    let content = match reading {
        Reading::Content(content) if matches!(content.rank, Rank::Events | Rank::Messages) => content,
        _ => return reading,
    };
    let message = match content.value {
        Value::List([Value::Object(message)]) if is_message_list(content.value) => *message,
        _ => return reading,
    };
    let is_call = message.len() == CALLED.len() && has_only(message, &CALLED);
    if content.field == "input" && is_call && message.at("content").is_null() {
        let value = arguments(cx, message.at("tool_calls"), content.value);
        return Reading::Content(Content { value, ..content });
    }
    match message.at("content") {
        told @ Value::Text(_) if has_only(message, &TOLD) => {
            Reading::Content(Content { value: json_text::decoded(cx, told), ..content })
        }
        _ => reading,
    }
}

fn has_only(message: Object, names: &[&str]) -> bool {
    message.keys().all(|key| names.contains(&key))
}

fn arguments<'a>(cx: Cx<'a>, calls: Value<'a>, otherwise: Value<'a>) -> Value<'a> {
    let function = match calls {
        Value::List([only]) => only.get("function").and_then(Value::object),
        _ => None,
    };
    function.map_or(otherwise, |function| json_text::decoded(cx, function.at("arguments")))
}
