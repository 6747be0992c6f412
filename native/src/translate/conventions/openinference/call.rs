//! Model, provider, parameters, tools and measures of a call (`openinference/call.py`).

use crate::translate::conventions::openinference::given::{Given, COUNTS, MODELS, PARAMETERS};
use crate::translate::indexed::list_below;
use crate::translate::json_text;
use crate::translate::model_name::{model_name, providers};
use crate::translate::parameter::{flat, key_of, MODEL_KEYS};
use crate::translate::partial::{Entry, Field};
use crate::translate::scalar::{scalars, Scalars};
use crate::translate::tools::tool_definitions;
use crate::translate::usage::{measure, token_metrics, Count};
use crate::translate::value::{Cx, Object, Value};
use crate::translate::whole::{tools_in, usage_in};

const PROVIDERS: [&str; 2] = ["llm.provider", "llm.system"];
const REQUEST_MODEL: &str = "llm.request.model_name";
const FINISH_REASON: &str = "llm.finish_reason";
const COST: &str = "llm.cost.total";

const CONTENT_PARAMETERS: [&str; 7] =
    ["instructions", "system", "messages", "contents", "input", "prompt", "inputText"];

/// Return what the attributes say of the call, apart from its content.
///
/// A parameter that is content, all of it `told`, is not repeated. The whole request and response are asked for what no attribute of its own
/// says; of what is no call they are null.
pub fn readings<'a>(
    cx: Cx<'a>,
    given: &Given<'a>,
    told: &Scalars<'a>,
    request: Value<'a>,
    response: Value<'a>,
) -> Vec<Entry<'a>> {
    let mut found = Vec::with_capacity(32);
    models(cx, given, &mut found);
    if given.has_provider {
        found.extend(providers(cx, given.attributes, &PROVIDERS));
    }
    tools(cx, given, &mut found);
    parameters(cx, given, told, &mut found);
    if let Some(tools) = tools_in(cx, request).filter(|tools| !tools.is_empty()) {
        found.push(entry("tools", Value::List(tools), &[]));
    }
    let mut counts: Vec<Count> = Vec::with_capacity(16);
    for ((name, metric), value) in COUNTS.into_iter().zip(given.counts) {
        counts.extend(value.map(|value| Count { metric, value, attributes: cx.names(&[name]) }));
    }
    counts.extend(usage_in(cx, response));
    found.extend(token_metrics(&counts));
    rest(cx, given, &mut found);
    found
}

fn models<'a>(cx: Cx<'a>, given: &Given<'a>, found: &mut Vec<Entry<'a>>) {
    let answered = MODELS.into_iter().zip(given.models).filter_map(|(name, told)| Some((name, model(told)?)));
    let mut first = None;
    for (name, model) in answered {
        first = first.or(Some(model));
        found.push(entry("model", Value::Text(model), cx.names(&[name])));
    }
    let mut ask = |name, model| {
        let is_another = first.map_or(false, |first| first != model);
        let key = if is_another { "request_model" } else { "model" };
        found.push(entry(key, Value::Text(model), cx.names(&[name])));
    };
    if let Some(model) = model(given.request_model) {
        ask(REQUEST_MODEL, model);
    }
    for (name, told) in PARAMETERS.into_iter().zip(given.parameters) {
        let parameters = object(cx, told);
        for model in MODEL_KEYS.iter().filter_map(|key| model(parameters.get(key))) {
            ask(name, model);
        }
    }
}

fn model(value: Option<Value<'_>>) -> Option<&str> {
    value?.text().map(model_name).filter(|model| !model.is_empty())
}

fn tools<'a>(cx: Cx<'a>, given: &Given<'a>, found: &mut Vec<Entry<'a>>) {
    if !given.has_tools {
        return;
    }
    if let (Value::List(listed), used) = list_below(cx, given.attributes, "llm.tools.") {
        let tools: Vec<Value> = listed.iter().map(|item| tool(cx, *item)).collect();
        let tools = tool_definitions(cx, cx.list(&tools)).map_or(Value::Null, Value::List);
        found.push(entry("tools", tools, used));
    }
}

/// Return a definition: the schema may be a whole one, or that of the parameters with the name beside it.
fn tool<'a>(cx: Cx<'a>, item: Value<'a>) -> Value<'a> {
    let told = match item.get("tool") {
        Some(Value::Object(told)) => told,
        _ => return item,
    };
    let schema = json_text::decoded(cx, told.at("json_schema"));
    let is_whole = matches!(schema, Value::Object(_));
    if is_whole && !told.has("name") {
        return schema;
    }
    let mut named = told.without(&["json_schema"]);
    if is_whole {
        named.set("parameters", schema);
    }
    cx.made(&named)
}

fn parameters<'a>(cx: Cx<'a>, given: &Given<'a>, told: &Scalars<'a>, found: &mut Vec<Entry<'a>>) {
    for (name, parameters) in PARAMETERS.into_iter().zip(given.parameters) {
        let attributes = cx.names(&[name]);
        for (key, value) in flat(object(cx, parameters)) {
            if key == "tools" {
                if let Some(tools) = tool_definitions(cx, value).filter(|tools| !tools.is_empty()) {
                    found.push(entry("tools", Value::List(tools), attributes));
                    continue;
                }
            }
            if !CONTENT_PARAMETERS.contains(&key) || !scalars(value).are_all_in(told) {
                found.push(entry(key_of(key), value, attributes));
            }
        }
    }
}

fn rest<'a>(cx: Cx<'a>, given: &Given<'a>, found: &mut Vec<Entry<'a>>) {
    if let Some(reason) = given.finish_reason {
        found.push(entry("finish_reason", reason, cx.names(&[FINISH_REASON])));
    }
    if let Some(value) = given.cost.and_then(measure) {
        let attributes = cx.names(&[COST]);
        found.push(Entry { field: Field::Metrics, key: "estimated_cost", value, attributes });
    }
}

fn object<'a>(cx: Cx<'a>, value: Option<Value<'a>>) -> Object<'a> {
    let parsed = value.and_then(|value| json_text::structure(cx, value));
    parsed.and_then(Value::object).unwrap_or_default()
}

fn entry<'a>(key: &'a str, value: Value<'a>, attributes: &'a [&'a str]) -> Entry<'a> {
    Entry { field: Field::Metadata, key, value, attributes }
}
