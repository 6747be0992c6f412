//! Claude Code and the Claude Agent SDK (`translate/conventions/claude_code.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::text_message;
use crate::translate::model_name::model_name;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{in_seconds, is_measure, token_metrics, with_cache, Count};
use crate::translate::value::{Cx, Value};

const SCOPE: &str = "com.anthropic.claude_code";
const KIND: &str = "span.type";
const PROMPT: &str = "user_prompt";
const CONTEXT: &str = "new_context";
const CONTEXT_COUNT: &str = "new_context_message_count";
const ANSWER: &str = "response.model_output";
const TOOL_INPUT: &str = "tool_input";
const TOOL_OUTPUT: &str = "tool.output";
const OUTPUT: &str = "output";
const REDACTED: &str = "<REDACTED>";
const HEADINGS: [&str; 3] = ["USER", "TOOL RESULT", "TOOL INPUT"];
const RESULT: &str = "TOOL RESULT";

const METRIC_OF: [(&str, &str); 4] = [
    ("input_tokens", "prompt_tokens"),
    ("output_tokens", "completion_tokens"),
    ("cache_read_tokens", "prompt_cached_tokens"),
    ("cache_creation_tokens", "prompt_cache_creation_tokens"),
];
const FIRST_TOKEN: &str = "ttft_ms";
const MODEL: &str = "model";
const TOOLS: &str = "tools";
const KEY_OF: [(&str, &str); 2] = [("session.id", "session_id"), ("user.id", "user_id")];

/// Tell whether Claude Code made the span.
pub fn claims(span: &Span) -> bool {
    span.scope.name.starts_with(SCOPE)
}

/// Read the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let kind = match span.attributes.at(KIND) {
        Value::Text("llm_request") => "llm",
        Value::Text("tool") => "tool",
        _ => "task",
    };
    let mut readings = vec![Reading::entry(Field::SpanAttributes, "type", Value::Text(kind), &[])];
    match kind {
        "llm" => call(cx, span.attributes, &mut readings),
        "tool" => tool(cx, span, &mut readings),
        _ => interaction(span.attributes, &mut readings),
    }
    measures(cx, span.attributes, &mut readings);
    names(cx, span.attributes, &mut readings);
    Partial::of(readings)
}

fn interaction<'a>(attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(prompt) = text(attributes, PROMPT) {
        let ends_so = |context: &str| context.strip_suffix(prompt).map_or(false, |rest| rest.ends_with('\n'));
        let used: &[&str] = match text(attributes, CONTEXT) {
            Some(context) if ends_so(context) => &[PROMPT, CONTEXT],
            _ => &[PROMPT],
        };
        readings.push(Reading::content("input", Value::Text(prompt), Rank::Value, used));
    }
}

fn call<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(context) = text(attributes, CONTEXT) {
        let is_one = attributes.at(CONTEXT_COUNT) == Value::Int(1);
        let told = if is_one { asked(cx, context) } else { text_message(cx, "user", Value::Text(context)) };
        readings.push(Reading::content("input", told, Rank::Value, &[CONTEXT]));
    }
    if let Some(answer) = text(attributes, ANSWER) {
        let told = text_message(cx, "assistant", Value::Text(answer));
        readings.push(Reading::content("output", told, Rank::Value, &[ANSWER]));
    }
}

/// Return the one message that a text with its heading is.
fn asked<'a>(cx: Cx<'a>, context: &'a str) -> Value<'a> {
    match heading(context) {
        Some((RESULT, id, text)) => {
            let message = [
                ("role", Value::Text("tool")),
                ("tool_call_id", id.map_or(Value::Null, Value::Text)),
                ("content", Value::Text(text)),
            ];
            cx.list(&[cx.dict(&message)])
        }
        Some((_, _, text)) => text_message(cx, "user", Value::Text(text)),
        None => text_message(cx, "user", Value::Text(context)),
    }
}

fn tool<'a>(cx: Cx<'a>, span: &Span<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(given) = text(span.attributes, TOOL_INPUT) {
        let told = behind_heading(cx, given);
        readings.push(Reading::content("input", told, Rank::ToolCall, &[TOOL_INPUT]));
    }
    if let Some(result) = text(span.attributes, CONTEXT) {
        let told = behind_heading(cx, result);
        readings.push(Reading::content("output", told, Rank::ToolCall, &[CONTEXT]));
    }
    for event in span.events.iter().filter(|event| event.name == TOOL_OUTPUT) {
        let told = event.attributes.get(OUTPUT).unwrap_or(Value::Object(event.attributes));
        readings.push(Reading::content("output", json_text::decoded(cx, told), Rank::ToolCall, &[]));
    }
}

fn behind_heading<'a>(cx: Cx<'a>, text: &'a str) -> Value<'a> {
    json_text::decoded(cx, Value::Text(heading(text).map_or(text, |(_, _, rest)| rest)))
}

/// Return the heading that a text begins with, `[NAME]` or `[NAME: id]` on a line of its own: its name, the id and the rest.
fn heading(text: &str) -> Option<(&'static str, Option<&str>, &str)> {
    let inner = text.strip_prefix('[')?;
    let (name, behind) = HEADINGS.iter().find_map(|name| Some((*name, inner.strip_prefix(name)?)))?;
    let (id, behind) = match behind.strip_prefix(": ") {
        Some(told) => {
            let (id, behind) = told.split_at(told.find([']', '\n'])?);
            (Some(id), behind)
        }
        None => (None, behind),
    };
    Some((name, id, behind.strip_prefix("]\n")?))
}

fn measures<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let count =
        |(name, metric)| Some(Count { metric, value: attributes.get(name)?, attributes: cx.names(&[name]) });
    let counts: Vec<Count> = METRIC_OF.into_iter().filter_map(count).collect();
    readings.extend(token_metrics(&with_cache(&counts)).into_iter().map(Reading::from));
    let first_token = attributes.at(FIRST_TOKEN);
    if is_measure(first_token) {
        let told = in_seconds(cx, first_token);
        readings.push(Reading::entry(Field::Metrics, "time_to_first_token", told, &[FIRST_TOKEN]));
    }
}

fn names<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(model) = text(attributes, MODEL) {
        readings.push(Reading::entry(Field::Metadata, "model", Value::Text(model_name(model)), &[MODEL]));
    }
    match tool_definitions(cx, attributes.at(TOOLS)) {
        Some(tools) if !tools.is_empty() => {
            readings.push(Reading::entry(Field::Metadata, "tools", Value::List(tools), &[TOOLS]));
        }
        _ => (),
    }
    for (name, key) in KEY_OF {
        if let Some(value) = attributes.get(name) {
            readings.push(Reading::entry(Field::Metadata, key, value, cx.names(&[name])));
        }
    }
}

/// Return a text that says something.
fn text<'a>(attributes: Attributes<'a>, name: &str) -> Option<&'a str> {
    attributes.at(name).text().filter(|text| !text.is_empty() && *text != REDACTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_a_line_of_its_own() {
        assert_eq!(heading("[USER]\nHi\n"), Some(("USER", None, "Hi\n")));
        assert_eq!(heading("[TOOL RESULT: t1]\n[]"), Some(("TOOL RESULT", Some("t1"), "[]")));
        assert_eq!(heading("[TOOL INPUT: ]\n"), Some(("TOOL INPUT", Some(""), "")));
        for text in
            ["[USER]", "[USER] \n", "[USERS]\n", "[TOOL RESULT: a\n]\n", "[TOOL RESULT: a]b]\n", "USER]\n"]
        {
            assert_eq!(heading(text), None, "{}", text);
        }
    }
}
