//! MLflow's tracing, its autologging of model clients and its decorators (`translate/conventions/mlflow.py`).

use crate::translate::decode::{Attributes, Span};
use crate::translate::json_text;
use crate::translate::messages::text_message;
use crate::translate::model_name::{models, providers};
use crate::translate::parameter::{flat, key_of, MODEL_KEYS};
use crate::translate::partial::{Field, Partial, Rank, Reading};
use crate::translate::row::seconds;
use crate::translate::scalar::{scalars, Scalars};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{is_measure, metric_of, token_metrics, Count};
use crate::translate::value::{Cx, Object, Value};
use crate::translate::whole::{
    beside, finish_reason, messages_in, request_messages, response_id, tools_in, usage_in, vectors_in,
};

const PREFIX: &str = "mlflow.";
/// MLflow can write these beside its own, not as JSON.
const OTHERS: &str = "gen_ai.";

const TYPE: &str = "mlflow.spanType";
const INPUTS: &str = "mlflow.spanInputs";
const OUTPUTS: &str = "mlflow.spanOutputs";
const MODEL: &str = "mlflow.llm.model";
const PROVIDER: &str = "mlflow.llm.provider";
const TOOLS: &str = "mlflow.chat.tools";
const USAGE: &str = "mlflow.chat.tokenUsage";
const COST: &str = "mlflow.llm.cost";
const READ: [&str; 7] = [INPUTS, OUTPUTS, MODEL, PROVIDER, TOOLS, USAGE, COST];
const CHUNK: &str = "mlflow.chunk.item.";
const REQUESTED: &str = "model";
/// The parameters of a call of LangChain's; its settings of itself begin with an underscore.
const INVOCATION: &str = "invocation_params";
const CONTENTS: [&str; 9] = [
    "messages",
    "contents",
    "input",
    "prompt",
    "system",
    "instructions",
    "system_instruction",
    "tools",
    "toolConfig",
];

/// Tell whether the span has any attribute of MLflow's.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(PREFIX)
}

/// Read the attributes of the span, each of them JSON text.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let entries: Vec<_> =
        span.attributes.iter().map(|(name, value)| (name, decoded(cx, name, value))).collect();
    let told = Object(cx.slice(&entries));
    let kind = told.at(TYPE).text().map(|named| type_of(cx, named));
    let is_call = kind == Some("llm");
    let mut readings = Vec::new();
    if is_call {
        call(cx, told, &mut readings);
    } else {
        values(told, &mut readings);
    }
    measures(cx, told, &mut readings);
    readings.extend(first_chunk(span));
    if let Some(kind) = kind {
        readings.push(Reading::entry(Field::SpanAttributes, "type", Value::Text(kind), &[]));
    }
    let said: Vec<Value> = readings.iter().map(value_of).collect();
    let held = scalars(cx.list(&said));
    let is_repeated = |name: &&str| told.get(name).map_or(false, |value| scalars(value).are_all_in(&held));
    let repeating: Vec<&str> = CONTENTS.into_iter().filter(is_repeated).collect();
    if is_call && told.has(OUTPUTS) {
        rest_of_response(cx, told.at(OUTPUTS), &held, &mut readings);
    }
    for (name, value) in told.iter() {
        if !READ.contains(&name) && !repeating.contains(&name) && !name.starts_with(OTHERS) {
            readings.push(Reading::entry(Field::Metadata, name, value, cx.names(&[name])));
        }
    }
    Partial { readings, spent: repeating, fallback_type: None }
}

fn type_of<'a>(cx: Cx<'a>, named: &str) -> &'static str {
    if !named.is_ascii() {
        cx.doubt(); // Some letters are plain ones in upper case.
    }
    let is = |kinds: &[&str]| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(named));
    if is(&["LLM", "CHAT_MODEL", "EMBEDDING"]) {
        "llm"
    } else if is(&["TOOL", "RETRIEVER", "RERANKER"]) {
        "tool"
    } else if is(&["EVALUATOR"]) {
        "score"
    } else {
        "task"
    }
}

fn decoded<'a>(cx: Cx<'a>, name: &str, value: Value<'a>) -> Value<'a> {
    if name.starts_with(OTHERS) {
        return value;
    }
    json_text::parse(cx, value).unwrap_or(value)
}

fn value_of<'a>(reading: &Reading<'a>) -> Value<'a> {
    match reading {
        Reading::Content(content) => content.value,
        Reading::Entry(entry) => entry.value,
    }
}

fn values<'a>(told: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    if let Some(given) = told.get(INPUTS) {
        readings.push(Reading::content("input", given, Rank::Value, &[INPUTS]));
    }
    if let Some(returned) = told.get(OUTPUTS) {
        readings.push(Reading::content("output", returned, Rank::Value, &[OUTPUTS]));
    }
}

fn call<'a>(cx: Cx<'a>, told: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let (request, response) = (told.at(INPUTS), told.at(OUTPUTS));
    if told.has(INPUTS) {
        readings.push(Reading::content("input", asked(cx, request), Rank::Value, &[INPUTS]));
    }
    if told.has(OUTPUTS) {
        readings.push(Reading::content("output", answered(cx, response), Rank::Value, &[OUTPUTS]));
    }
    parameters(request, readings);
    parameters(told.at(INVOCATION), readings);
    readings.extend(response_id(cx, response).into_iter().map(Reading::from));
    readings.extend(finish_reason(cx, response).into_iter().map(Reading::from));
}

fn asked<'a>(cx: Cx<'a>, request: Value<'a>) -> Value<'a> {
    if let Some(Value::List(texts)) = request.get("input") {
        if texts.iter().all(|text| text.text().is_some()) {
            return Value::List(texts); // What is to be embedded is no message.
        }
    }
    or(request_messages(cx, request), || request)
}

fn answered<'a>(cx: Cx<'a>, response: Value<'a>) -> Value<'a> {
    if response.text().is_some() {
        return text_message(cx, "assistant", response);
    }
    let vectors = || or(Value::List(vectors_in(cx, response)), || response);
    or(messages_in(cx, response), vectors)
}

fn or<'a>(value: Value<'a>, other: impl FnOnce() -> Value<'a>) -> Value<'a> {
    if value.is_truthy() {
        value
    } else {
        other()
    }
}

fn parameters<'a>(request: Value<'a>, readings: &mut Vec<Reading<'a>>) {
    for (name, value) in flat(request.members()) {
        if !CONTENTS.contains(&name) && !name.starts_with('_') {
            readings.push(Reading::entry(Field::Metadata, key_of(name), value, &[]));
        }
    }
}

fn measures<'a>(cx: Cx<'a>, told: Attributes<'a>, readings: &mut Vec<Reading<'a>>) {
    let request = told.at(INPUTS).members();
    let asked = MODEL_KEYS.iter().find_map(|key| request.get(key)).unwrap_or(Value::Null);
    let named = Object(cx.slice(&[(MODEL, told.at(MODEL)), (REQUESTED, asked)]));
    readings.extend(models(cx, named, MODEL, REQUESTED).into_iter().map(Reading::from));
    readings.extend(providers(cx, told, &[PROVIDER]).into_iter().map(Reading::from));
    let offered =
        [(tool_definitions(cx, told.at(TOOLS)), &[TOOLS][..]), (tools_in(cx, Value::Object(request)), &[])];
    for (tools, attributes) in offered {
        if let Some(tools) = tools.filter(|tools| !tools.is_empty()) {
            readings.push(Reading::entry(Field::Metadata, "tools", Value::List(tools), attributes));
        }
    }
    let usage = told.at(USAGE).members().iter();
    let counted =
        usage.filter_map(|(key, value)| Some(Count { metric: metric_of(key)?, value, attributes: &[USAGE] }));
    let counts: Vec<Count> = counted.chain(usage_in(cx, told.at(OUTPUTS))).collect();
    readings.extend(token_metrics(&counts).into_iter().map(Reading::from));
    let total = told.at(COST).members().at("total_cost");
    if is_measure(total) {
        readings.push(Reading::entry(Field::Metrics, "estimated_cost", total, &[COST]));
    }
}

fn first_chunk<'a>(span: &Span<'a>) -> Option<Reading<'a>> {
    let chunks = span.events.iter().filter(|event| event.name.starts_with(CHUNK));
    let first_ns = chunks.map(|event| event.time_ns).min()?;
    if span.start_ns == 0 || span.start_ns > first_ns {
        return None;
    }
    let since_start = Value::Float(seconds(first_ns - span.start_ns));
    Some(Reading::entry(Field::Metrics, "time_to_first_token", since_start, &[]))
}

/// Add what a whole response of a call says that no other reading does.
fn rest_of_response<'a>(
    cx: Cx<'a>,
    response: Value<'a>,
    held: &Scalars<'a>,
    readings: &mut Vec<Reading<'a>>,
) {
    for (key, value) in beside(cx, response, held, false).0 {
        let key = cx.text(&[OUTPUTS, ".", key].concat());
        readings.push(Reading::entry(Field::Metadata, key, value, &[]));
    }
}
