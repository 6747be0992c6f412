//! Runs of agents and tools, and what else Pydantic AI writes (`translate/conventions/logfire/agent.py`).

use crate::translate::conventions::logfire::event_list::messages_in;
use crate::translate::decode::Attributes;
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, is_message_list, with_instructions};
use crate::translate::model_name::model_name;
use crate::translate::names;
use crate::translate::partial::{Field, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{measure, metric_of, token_metrics, Count};
use crate::translate::value::{Cx, Object, Value};

const AGENT: &str = "agent_name";
const MODEL: &str = "model_name";
const MESSAGES: &str = "pydantic_ai.all_messages";
const EVENTS: &str = "all_messages_events";
const INSTRUCTIONS: &str = "gen_ai.system_instructions";
const RESULT: &str = "final_result";
const PARAMETERS: &str = "model_request_parameters";
const INSTRUCTION_PARTS: &str = "instruction_parts";
const TOOLS: [&str; 2] = ["function_tools", "output_tools"];
const COST: &str = "operation.cost";
const USAGE_PREFIXES: [&str; 2] = ["gen_ai.aggregated_usage.details.", "gen_ai.aggregated_usage."];
const TOOL_VALUES: [(&str, &str); 2] = [("input", "tool_arguments"), ("output", "tool_response")];

/// Read what Pydantic AI says of a run, a request or a tool.
pub fn readings<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    run(cx, attributes, found);
    tool(cx, attributes, found);
    model(cx, attributes, found);
    request(cx, attributes, found);
    found.extend(token_metrics(&counts(cx, attributes)).into_iter().map(Reading::from));
    cost(cx, attributes, found);
}

fn run<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    if attributes.has(AGENT) {
        found.push(Reading::entry(Field::SpanAttributes, "type", Value::Text("task"), &[]));
    }
    for attribute in [MESSAGES, EVENTS] {
        let told = attributes.get(attribute);
        let messages = told.map_or(Vec::new(), |told| conversation(cx, attribute, told));
        if !messages.is_empty() {
            return asked_and_answered(cx, &messages, attribute, attributes, found);
        }
    }
    if let Some(result) = attributes.get(RESULT) {
        let result = json_text::decoded(cx, result);
        found.push(Reading::content("output", result, Rank::Value, cx.names(&[RESULT])));
    }
}

fn conversation<'a>(cx: Cx<'a>, attribute: &str, value: Value<'a>) -> Vec<Value<'a>> {
    if attribute == EVENTS {
        let told = messages_in(cx, value);
        let side = |field| told.iter().filter(move |(side, _)| *side == field);
        let both = side("input").chain(side("output"));
        return both.flat_map(|(_, messages)| messages.list().unwrap_or_default()).copied().collect();
    }
    let messages = json_text::structure(cx, value).map_or(Value::Null, |parsed| chat_messages(cx, parsed));
    match messages {
        Value::List(listed) if is_message_list(messages) => listed.to_vec(),
        _ => Vec::new(),
    }
}

/// A result that is no text says more than the last message: then the whole conversation is the input.
fn asked_and_answered<'a>(
    cx: Cx<'a>,
    messages: &[Value<'a>],
    attribute: &'a str,
    attributes: Attributes<'a>,
    found: &mut Vec<Reading<'a>>,
) {
    let is_assistant = |message: &Value| message.get("role").map_or(false, |role| role.is("assistant"));
    let asked_size = messages.iter().rposition(|message| !is_assistant(message)).map_or(0, |place| place + 1);
    let (before, answer) = messages.split_at(asked_size);
    let result = json_text::decoded(cx, attributes.at(RESULT));
    let is_answer =
        |last: &Value<'a>| result.is_null() || result == last.get("content").unwrap_or(Value::Null);
    if answer.last().map_or(false, is_answer) {
        found.push(asked(cx, before, attribute, attributes));
        let used = cx.names(&[attribute, RESULT]);
        found.push(Reading::content("output", cx.list(answer), Rank::MessagesJson, used));
        return;
    }
    found.push(asked(cx, messages, attribute, attributes));
    if !result.is_null() {
        found.push(Reading::content("output", result, Rank::MessagesJson, cx.names(&[RESULT])));
    }
}

/// Later versions keep the instructions apart from the conversation.
fn asked<'a>(
    cx: Cx<'a>,
    messages: &[Value<'a>],
    attribute: &'a str,
    attributes: Attributes<'a>,
) -> Reading<'a> {
    let messages = cx.list(messages);
    let instructions = json_text::decoded(cx, attributes.at(INSTRUCTIONS));
    if instructions.is_truthy() {
        let value = with_instructions(cx, instructions, messages);
        return Reading::content("input", value, Rank::MessagesJson, cx.names(&[attribute, INSTRUCTIONS]));
    }
    Reading::content("input", messages, Rank::MessagesJson, cx.names(&[attribute]))
}

fn tool<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    for (field, attribute) in TOOL_VALUES {
        if let Some(told) = attributes.get(attribute) {
            let value = json_text::decoded(cx, told);
            found.push(Reading::content(field, value, Rank::ToolCall, cx.names(&[attribute])));
        }
    }
}

fn model<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let name = attributes.at(MODEL).text().unwrap_or("");
    if !name.is_empty() {
        let name = Value::Text(model_name(name));
        found.push(Reading::entry(Field::Metadata, "model", name, cx.names(&[MODEL])));
    }
}

/// Read the parameters of a request; of one that failed they may be all that is told, with its instructions.
fn request<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    let parameters = match json_text::structure(cx, attributes.at(PARAMETERS)) {
        Some(Value::Object(parameters)) => parameters,
        _ => return,
    };
    let listed: Vec<Value> = TOOLS.iter().flat_map(|key| listed_at(parameters, key)).copied().collect();
    let tools = if attributes.has(names::GEN_AI_TOOL_DEFINITIONS) {
        &[]
    } else {
        tool_definitions(cx, cx.list(&listed)).unwrap_or_default()
    };
    if !tools.is_empty() {
        found.push(Reading::entry(Field::Metadata, "tools", Value::List(tools), &[]));
    }
    let instructions = listed_at(parameters, INSTRUCTION_PARTS);
    if !instructions.is_empty() {
        let parts: Vec<Value> = instructions.iter().map(|part| text_part(cx, *part)).collect();
        let value = with_instructions(cx, cx.list(&parts), Value::Null);
        found.push(Reading::content("input", value, Rank::Text, &[]));
    }
    let rest = if tools.is_empty() { parameters.to_map() } else { parameters.without(&TOOLS) };
    found.push(Reading::entry(Field::Metadata, PARAMETERS, cx.made(&rest), cx.names(&[PARAMETERS])));
}

fn text_part<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    match part {
        Value::Object(told) => cx.dict(&[("type", Value::Text("text")), ("content", told.at("content"))]),
        _ => part,
    }
}

fn listed_at<'a>(parameters: Object<'a>, key: &str) -> &'a [Value<'a>] {
    parameters.at(key).list().unwrap_or_default()
}

fn counts<'a>(cx: Cx<'a>, attributes: Attributes<'a>) -> Vec<Count<'a>> {
    let mut counts = Vec::new();
    for (attribute, value) in attributes.iter() {
        for prefix in USAGE_PREFIXES {
            if let Some(metric) = attribute.strip_prefix(prefix).and_then(metric_of) {
                counts.push(Count { metric, value, attributes: cx.names(&[attribute]) });
            }
        }
    }
    counts
}

fn cost<'a>(cx: Cx<'a>, attributes: Attributes<'a>, found: &mut Vec<Reading<'a>>) {
    if let Some(cost) = measure(attributes.at(COST)) {
        found.push(Reading::entry(Field::Metrics, "estimated_cost", cost, cx.names(&[COST])));
    }
}
