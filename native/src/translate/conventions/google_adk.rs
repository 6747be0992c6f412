//! Google's Agent Development Kit, `gcp.vertex.agent.*` (`translate/conventions/google_adk.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, with_instructions};
use crate::translate::model_name::model_name;
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{is_measure, token_metrics, Count};
use crate::translate::value::{Cx, Map, Object, Value};

const PREFIX: &str = "gcp.vertex.agent.";
const REQUEST: &str = "gcp.vertex.agent.llm_request";
const RESPONSE: &str = "gcp.vertex.agent.llm_response";
const SESSION: &str = "gcp.vertex.agent.session_id";
const VALUES: [(&str, &str, Rank); 3] = [
    ("input", "gcp.vertex.agent.tool_call_args", Rank::ToolCall),
    ("output", "gcp.vertex.agent.tool_response", Rank::ToolCall),
    ("input", "gcp.vertex.agent.data", Rank::Value),
];
/// What stands where there is no value.
const NOTHING: [&str; 2] = ["N/A", "<not serializable>"];

const CONTENTS: &str = "contents";
const CONFIG: &str = "config";
const INSTRUCTION: &str = "system_instruction";
const TOOLS: &str = "tools";

const METRIC_OF: [(&str, &str); 3] = [
    ("total_token_count", "tokens"),
    ("cached_content_token_count", "prompt_cached_tokens"),
    ("thoughts_token_count", "completion_reasoning_tokens"),
];
/// Google counts apart what its own tools found, and thoughts.
const SUM_OF: [(&str, [&str; 2]); 2] = [
    ("prompt_tokens", ["prompt_token_count", "tool_use_prompt_token_count"]),
    ("completion_tokens", ["candidates_token_count", "thoughts_token_count"]),
];

/// Tell whether the span has any attribute of the kit's own.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the span.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let attributes = span.attributes;
    let mut readings = Vec::new();
    request(cx, object(cx, attributes.at(REQUEST)), &mut readings);
    response(cx, object(cx, attributes.at(RESPONSE)), &mut readings);
    values(cx, attributes, &mut readings);
    readings.extend(session(attributes));
    let spent = [REQUEST, RESPONSE].into_iter().filter(|name| attributes.at(name).is("{}")).collect();
    Partial { readings, spent, ..Partial::default() }
}

fn request<'a>(cx: Cx<'a>, request: Object<'a>, readings: &mut Vec<Reading<'a>>) {
    if request.is_empty() {
        return;
    }
    let config = object(cx, request.at(CONFIG));
    let instruction = instruction(config);
    let messages = chat_messages(cx, with_roles(cx, request.at(CONTENTS)));
    let is_told = instruction.is_truthy();
    let told = if is_told { with_instructions(cx, instruction, messages) } else { messages };
    readings.push(Reading::content("input", told, Rank::Value, &[REQUEST]));
    let entry = |key, value| Reading::entry(Field::Metadata, key, value, &[REQUEST]);
    let model = request.at("model").text();
    if let Some(model) = model {
        readings.push(entry("model", Value::Text(model_name(model))));
    }
    let tools = tool_definitions(cx, config.at(TOOLS)).unwrap_or_default();
    if !tools.is_empty() {
        readings.push(entry("tools", Value::List(tools)));
    }
    let parameters = config.iter().filter_map(|(name, value)| Some((parameter(name)?, value)));
    readings.extend(parameters.map(|(key, value)| entry(key, value)));
    rest(cx, REQUEST, REQUEST, request, readings, |key| match key {
        "model" => model.is_some(),
        CONTENTS => true,
        CONFIG => !config.is_empty(),
        _ => false,
    });
    let is_instructed = is_told && told.list().is_some();
    rest(cx, REQUEST, "gcp.vertex.agent.llm_request.config", config, readings, |key| match key {
        INSTRUCTION => is_instructed,
        TOOLS => !tools.is_empty(),
        _ => parameter(key).is_some(),
    });
}

/// Return OpenAI's name of a parameter.
fn parameter(name: &str) -> Option<&'static str> {
    Some(match name {
        "temperature" => "temperature",
        "top_p" => "top_p",
        "top_k" => "top_k",
        "max_output_tokens" => "max_tokens",
        "stop_sequences" => "stop",
        "candidate_count" => "n",
        "seed" => "seed",
        "frequency_penalty" => "frequency_penalty",
        "presence_penalty" => "presence_penalty",
        _ => return None,
    })
}

fn instruction<'a>(config: Object<'a>) -> Value<'a> {
    let instruction = config.at(INSTRUCTION);
    let instruction = instruction.object().map_or(instruction, |content| content.at("parts"));
    match instruction {
        Value::Text(_) | Value::List(_) => instruction,
        _ => Value::Null,
    }
}

/// Contents without a role are the user's.
fn with_roles<'a>(cx: Cx<'a>, contents: Value<'a>) -> Value<'a> {
    let items = match contents {
        Value::List(items) => items,
        _ => return contents,
    };
    let with_role = |item: &Value<'a>| match item {
        Value::Object(content) => {
            let mut told = Map(vec![("role", Value::Text("user"))]);
            told.update(*content);
            cx.made(&told)
        }
        other => *other,
    };
    let told: Vec<Value> = items.iter().map(with_role).collect();
    cx.list(&told)
}

fn response<'a>(cx: Cx<'a>, response: Object<'a>, readings: &mut Vec<Reading<'a>>) {
    let (content, reason) = (response.at("content").object(), response.at("finish_reason"));
    if let Some(content) = content {
        let mut message = Map(vec![("role", Value::Text("model"))]);
        message.update(content);
        if reason.is_truthy() {
            message.set("finish_reason", reason);
        }
        let told = chat_messages(cx, cx.made(&message));
        readings.push(Reading::content("output", told, Rank::Value, &[RESPONSE]));
    }
    let counts = counts(cx, object(cx, response.at("usage_metadata")));
    readings.extend(token_metrics(&counts).into_iter().map(Reading::from));
    rest(cx, RESPONSE, RESPONSE, response, readings, |key| {
        content.is_some() && (key == "content" || key == "finish_reason")
    });
}

fn counts<'a>(cx: Cx<'a>, usage: Object<'a>) -> Vec<Count<'a>> {
    let count = |metric, value| Count { metric, value, attributes: &[] };
    let told = METRIC_OF.into_iter().filter_map(|(name, metric)| Some(count(metric, usage.get(name)?)));
    let mut counts: Vec<Count> = told.collect();
    for (metric, names) in SUM_OF {
        let mut sum = None;
        for value in names.into_iter().map(|name| usage.at(name)).filter(|value| is_measure(*value)) {
            let whole = match value {
                Value::Int(number) => sum.unwrap_or(0_i64).checked_add(number),
                _ => None, // Python adds floats in a way of its own.
            };
            if whole.is_none() {
                cx.doubt();
            }
            sum = whole;
        }
        counts.extend(sum.map(|sum| count(metric, Value::Int(sum))));
    }
    counts
}

fn rest<'a>(
    cx: Cx<'a>,
    attribute: &'static str,
    place: &str,
    told: Object<'a>,
    readings: &mut Vec<Reading<'a>>,
    is_read: impl Fn(&str) -> bool,
) {
    let attributes = cx.names(&[attribute]);
    for (key, value) in told.iter().filter(|(key, _)| !is_read(key)) {
        let key = cx.text(&[place, key].join("."));
        readings.push(Reading::entry(Field::Metadata, key, value, attributes));
    }
}

fn values<'a>(cx: Cx<'a>, attributes: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    for (field, attribute, rank) in VALUES {
        match attributes.get(attribute) {
            Some(value) if !NOTHING.iter().any(|nothing| value.is(nothing)) => {
                let told = chat_messages(cx, json_text::decoded(cx, value));
                readings.push(Reading::content(field, told, rank, cx.names(&[attribute])));
            }
            _ => (),
        }
    }
}

fn session<'a>(attributes: Attributes<'a>) -> Option<Reading<'a>> {
    Some(Reading::entry(Field::Metadata, "session_id", attributes.get(SESSION)?, &[SESSION]))
}

fn object<'a>(cx: Cx<'a>, value: Value<'a>) -> Object<'a> {
    json_text::structure(cx, value).and_then(Value::object).unwrap_or_default()
}
