//! `input` and `output` of OpenInference spans (`openinference/content.py`).

use crate::translate::conventions::openinference::given::{Given, Side, Told, INPUT};
use crate::translate::conventions::openinference::message::messages;
use crate::translate::haystack_message::{may_be_printed, unprinted};
use crate::translate::indexed::list_below;
use crate::translate::json_text;
use crate::translate::messages::{chat_messages, is_message_list, text_message};
use crate::translate::partial::{Content, Rank};
use crate::translate::value::{Cx, Object, Value};
use crate::translate::whole::{history_in, messages_in, request_messages, with_request};

/// What an instrumentation writes for content that the user wants hidden.
pub const REDACTED: &str = "__REDACTED__";

const QUERY: &str = "reranker.query";

/// A flattened list that is content: end of the attributes that are used, and what an item of it becomes.
struct List {
    prefix: &'static str,
    end: &'static str,
    read: for<'a> fn(Cx<'a>, Object<'a>) -> Value<'a>,
}

static PROMPTS: List = List { prefix: "llm.prompts.", end: ".prompt.text", read: prompt };
static CHOICES: List = List { prefix: "llm.choices.", end: ".completion.text", read: completion };
static EMBEDDED: List = List { prefix: "embedding.embeddings.", end: ".embedding.text", read: embedded };
static VECTORS: List = List { prefix: "embedding.embeddings.", end: ".embedding.vector", read: vector };
static RANKED: List = List { prefix: "reranker.input_documents.", end: "", read: document };
static RANKED_OUT: List = List { prefix: "reranker.output_documents.", end: "", read: document };
static RETRIEVED: List = List { prefix: "retrieval.documents.", end: "", read: document };

/// Return the content of the attributes that are made for it; nothing when there are none.
pub fn own_content<'a>(cx: Cx<'a>, given: &Given<'a>, side: &'static Side) -> Option<Content<'a>> {
    let told = given.told(side);
    let lists = if std::ptr::eq(side, &INPUT) {
        [(told.has_texts_below, &PROMPTS), (given.has_embeddings, &EMBEDDED), (given.has_ranked, &RANKED)]
            .to_vec()
    } else {
        vec![
            (told.has_texts_below, &CHOICES),
            (given.has_embeddings, &VECTORS),
            (given.has_ranked_out, &RANKED_OUT),
            (given.has_retrieved, &RETRIEVED),
        ]
    };
    let list =
        || lists.iter().filter(|(is_there, _)| *is_there).find_map(|(_, each)| list(cx, given, side, each));
    own_messages(cx, given, side).or_else(|| texts(cx, told, side)).or_else(list)
}

/// Return the content of `input.value` or `output.value`, of which `value` is the `value_of`; that of a chat becomes messages where it can.
pub fn value_content<'a>(
    cx: Cx<'a>,
    told: &Told<'a>,
    side: &'static Side,
    value: Value<'a>,
    is_chat: bool,
) -> Option<Content<'a>> {
    told.value?;
    let value = match value {
        Value::Text(_) if is_chat => text_message(cx, side.role, value),
        _ if is_chat => Some(whole(cx, side, value)).filter(|messages| messages.is_truthy()).unwrap_or(value),
        // Some write the JSON text of a tool as JSON once more.
        _ if is_json(cx, told) => json_text::decoded(cx, value),
        _ => value,
    };
    Some(Content { field: side.field, value, rank: Rank::Value, attributes: cx.names(&[side.value]) })
}

fn whole<'a>(cx: Cx<'a>, side: &'static Side, value: Value<'a>) -> Value<'a> {
    let messages = messages_in(cx, value);
    if std::ptr::eq(side, &INPUT) && messages.is_truthy() {
        with_request(cx, value, messages)
    } else {
        messages
    }
}

/// Return the messages in `input.value`, of which the instrumentation of LangChain flattens the first one only.
pub fn request_content<'a>(cx: Cx<'a>, value: Value<'a>) -> Option<Content<'a>> {
    let found = whole(cx, &INPUT, value);
    if is_message_list(found) {
        Some(Content { field: INPUT.field, value: found, rank: Rank::Value, attributes: &[] })
    } else {
        None
    }
}

/// Return the prompt that stands among the parameters of a call, as that of a Bedrock request does.
pub fn parameter_content<'a>(cx: Cx<'a>, given: &Given<'a>) -> Option<Content<'a>> {
    let parsed = given.parameters.iter().filter_map(|told| json_text::structure(cx, (*told)?));
    let found = parsed.map(|each| request_messages(cx, each)).find(|messages| messages.is_truthy())?;
    Some(Content { field: INPUT.field, value: found, rank: Rank::Text, attributes: &[] })
}

/// Return the messages that a response says were sent since `own`, behind its system message.
pub fn history_content<'a>(cx: Cx<'a>, response: Value<'a>, own: &Content<'a>) -> Option<Content<'a>> {
    let history = history_in(cx, response).list()?;
    let is_system = |message: &Value| message.get("role").map_or(false, |role| role.is("system"));
    let system = own.value.list()?.iter().copied().filter(is_system);
    let both: Vec<Value> = system.chain(history.iter().copied()).collect();
    Some(Content { field: INPUT.field, value: cx.list(&both), rank: Rank::Value, attributes: &[] })
}

/// Return `input.value` or `output.value`; an object or a list is JSON even where the type does not say so.
///
/// Messages that Haystack's instrumentation printed are read in those of a chat; other spans keep what they were given.
pub fn value_of<'a>(cx: Cx<'a>, told: &Told<'a>, is_chat: bool) -> Value<'a> {
    let value = match told.value {
        Some(value) => value,
        None => return Value::Null,
    };
    let decoded = json_text::decoded(cx, value);
    let is_text = matches!(decoded, Value::Text(_));
    let read = if is_text && !is_json(cx, told) { value } else { decoded };
    if is_chat && may_be_printed(value) {
        unprinted(cx, read)
    } else {
        read
    }
}

fn is_json<'a>(cx: Cx<'a>, told: &Told<'a>) -> bool {
    match told.mime_type {
        Some(Value::Text(kind)) => kind.contains("json"),
        Some(Value::List(_) | Value::Object(_)) => {
            cx.doubt(); // Python prints it.
            false
        }
        _ => false,
    }
}

fn own_messages<'a>(cx: Cx<'a>, given: &Given<'a>, side: &'static Side) -> Option<Content<'a>> {
    let told = given.told(side);
    let content =
        |value, attributes| Some(Content { field: side.field, value, rank: Rank::Indexed, attributes });
    if told.has_messages_below {
        let prefix = if std::ptr::eq(side, &INPUT) { "llm.input_messages." } else { "llm.output_messages." };
        let (listed, used) = list_below(cx, given.attributes, prefix);
        if !used.is_empty() {
            return content(messages(cx, listed, side.role), used);
        }
    }
    let whole = json_text::structure(cx, told.messages?)?;
    if is_message_list(whole) {
        content(chat_messages(cx, whole), cx.names(&[side.messages]))
    } else if are_nested(whole) {
        content(messages(cx, whole, side.role), cx.names(&[side.messages]))
    } else {
        None
    }
}

/// Tell whether each item has its message under a key, as a flattened list has.
fn are_nested(value: Value) -> bool {
    let items = value.list().unwrap_or(&[]);
    let is_nested = |item: &Value| matches!(item.get("message"), Some(Value::Object(_)));
    !items.is_empty() && items.iter().all(is_nested)
}

/// Return the prompts or the answers of a text completion that stand in one list.
fn texts<'a>(cx: Cx<'a>, told: &Told<'a>, side: &'static Side) -> Option<Content<'a>> {
    let listed = json_text::structure(cx, told.texts?)?.list().filter(|listed| !listed.is_empty())?;
    let told: Vec<Value> = listed.iter().map(|text| said(cx, side.role, *text)).collect();
    let attributes = cx.names(&[side.texts]);
    Some(Content { field: side.field, value: cx.list(&told), rank: Rank::Indexed, attributes })
}

fn list<'a>(cx: Cx<'a>, given: &Given<'a>, side: &'static Side, told: &'static List) -> Option<Content<'a>> {
    let (items, below) = list_below(cx, given.attributes, told.prefix);
    let mut used: Vec<&str> =
        below.iter().copied().filter(|attribute| attribute.ends_with(told.end)).collect();
    if used.is_empty() {
        return None;
    }
    let objects = items.list()?.iter().filter_map(|item| item.object());
    let listed: Vec<Value> = objects.map(|item| (told.read)(cx, item)).collect();
    let mut value = cx.list(&listed);
    if let Some(query) = given.query.filter(|_| std::ptr::eq(told, &RANKED)) {
        // Documents that are to be ranked stand beside the query.
        value = cx.dict(&[("query", query), ("documents", value)]);
        used.push(QUERY);
    }
    Some(Content { field: side.field, value, rank: Rank::Indexed, attributes: cx.names(&used) })
}

fn prompt<'a>(cx: Cx<'a>, item: Object<'a>) -> Value<'a> {
    said(cx, "user", inner(item, "prompt").at("text"))
}

fn completion<'a>(cx: Cx<'a>, item: Object<'a>) -> Value<'a> {
    said(cx, "assistant", inner(item, "completion").at("text"))
}

fn said<'a>(cx: Cx<'a>, role: &'a str, content: Value<'a>) -> Value<'a> {
    cx.dict(&[("role", Value::Text(role)), ("content", content)])
}

fn embedded<'a>(_cx: Cx<'a>, item: Object<'a>) -> Value<'a> {
    inner(item, "embedding").at("text")
}

fn vector<'a>(cx: Cx<'a>, item: Object<'a>) -> Value<'a> {
    json_text::decoded(cx, inner(item, "embedding").at("vector"))
}

fn document<'a>(cx: Cx<'a>, item: Object<'a>) -> Value<'a> {
    let mut told = inner(item, "document").to_map();
    for (key, value) in &mut told.0 {
        if *key == "metadata" {
            *value = json_text::decoded(cx, *value);
        }
    }
    cx.made(&told)
}

fn inner<'a>(item: Object<'a>, name: &str) -> Object<'a> {
    item.at(name).members()
}
