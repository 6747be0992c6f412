//! Content blocks of the providers' own APIs to parts of the GenAI conventions (`translate/blocks.py`).

use crate::translate::value::{Cx, Map, Object, Value};

type Convert = for<'a> fn(Cx<'a>, Object<'a>) -> Value<'a>;

/// Tell whether `value` is a part of a message by any of these names.
pub fn is_block(value: Value) -> bool {
    value.object().map_or(false, |block| {
        block.iter().any(|(key, inner)| {
            matches!((key, inner), ("type" | "text", Value::Text(_))) || by_key(key).is_some()
        })
    })
}

/// Return the part for a block; a block of no known kind as it is.
pub fn part_of<'a>(cx: Cx<'a>, block: Value<'a>) -> Value<'a> {
    let object = match block {
        Value::Object(object) => object,
        _ => return block,
    };
    if let Some(kind) = object.get("type") {
        return match kind.text().and_then(by_type) {
            Some(convert) => convert(cx, object),
            None => block,
        };
    }
    if let (Some(Value::Bool(true)), Some(Value::Text(text))) = (object.get("thought"), object.get("text")) {
        let named = [("type", Value::Text("reasoning")), ("content", Value::Text(text))];
        return with_others(cx, &named, object, &["text", "thought"]);
    }
    for (key, convert) in &BY_KEY {
        if let Some(Value::Object(inner)) = object.get(key) {
            let part = convert(cx, inner).members();
            return with_others(cx, part.0, object, &[key]);
        }
    }
    block
}

fn tool_use<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    call(cx, block, "id", "input")
}

fn bedrock_tool_use<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    call(cx, block, "toolUseId", "input")
}

fn function_call<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    call(cx, block, "id", "args")
}

fn responses_call<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    call(cx, item(cx, block), "call_id", "arguments")
}

fn responses_custom_call<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    call(cx, item(cx, block), "call_id", "input")
}

fn call<'a>(cx: Cx<'a>, block: Object<'a>, id_key: &str, arguments_key: &str) -> Value<'a> {
    let named = [
        ("type", Value::Text("tool_call")),
        ("id", block.at(id_key)),
        ("name", block.at("name")),
        ("arguments", block.at(arguments_key)),
    ];
    with_others(cx, &named, block, &[id_key, arguments_key, "name"])
}

fn tool_result<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    result(cx, block, "tool_use_id", "content")
}

fn bedrock_tool_result<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    result(cx, block, "toolUseId", "content")
}

fn function_response<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    result(cx, block, "id", "response")
}

fn responses_result<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    result(cx, item(cx, block), "call_id", "output")
}

fn result<'a>(cx: Cx<'a>, block: Object<'a>, id_key: &str, result_key: &str) -> Value<'a> {
    let named = [
        ("type", Value::Text("tool_call_response")),
        ("id", block.at(id_key)),
        ("response", plain_result(cx, block.at(result_key))),
    ];
    with_others(cx, &named, block, &[id_key, result_key])
}

/// An item of a response has an id of its own beside that of the call.
fn item<'a>(cx: Cx<'a>, block: Object<'a>) -> Object<'a> {
    let renamed = |(key, value)| (if key == "id" { "item_id" } else { key }, value);
    cx.object(&Map::of(block.iter().map(renamed).collect()))
}

/// Return the content of a tool's result: the text that blocks of text make up, or the one JSON value of a Bedrock result.
pub fn plain_result<'a>(cx: Cx<'a>, content: Value<'a>) -> Value<'a> {
    let blocks = match content {
        Value::List(blocks) if !blocks.is_empty() => blocks,
        _ => return content,
    };
    if let [only] = blocks {
        if let Some(json) = only.get("json") {
            return json;
        }
    }
    let text_of = |block: &Value<'a>| match *block {
        Value::Object(object) => object.at("text").text(),
        other => other.text(),
    };
    if let [only] = blocks {
        return text_of(only).map_or(content, Value::Text);
    }
    match blocks.iter().map(text_of).collect::<Option<Vec<&str>>>() {
        Some(texts) => Value::Text(cx.text(&texts.join("\n"))),
        None => content,
    }
}

fn thinking<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    let named = [("type", Value::Text("reasoning")), ("content", block.at("thinking"))];
    with_others(cx, &named, block, &["thinking"])
}

fn bedrock_reasoning<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    match block.get("reasoningText") {
        Some(Value::Object(told)) => {
            let named = [("type", Value::Text("reasoning")), ("content", told.at("text"))];
            with_others(cx, &named, told, &["text"])
        }
        _ => {
            let mut part = Map(vec![("type", Value::Text("reasoning"))]);
            part.update(block);
            cx.made(&part)
        }
    }
}

/// A `reasoning` part of the GenAI conventions has content, an item of OpenAI's responses a summary.
fn responses_reasoning<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    let summary = match block.get("summary") {
        Some(summary) if block.at("content").is_null() => plain_result(cx, summary),
        _ => return Value::Object(block),
    };
    let content = if summary.is_truthy() { summary } else { Value::Null };
    let named = [("type", Value::Text("reasoning")), ("content", content)];
    with_others(cx, &named, block, &["summary", "content"])
}

/// Annotations and the like stay out where they are empty.
fn text<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    let mut part = Map(vec![("type", Value::Text("text")), ("text", block.at("text"))]);
    for (key, value) in others(block, &["text"]) {
        if !matches!(value, Value::List([])) {
            part.set(key, value);
        }
    }
    cx.made(&part)
}

fn input_image<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    let url = block.at("image_url");
    if url.text().is_none() {
        return Value::Object(block);
    }
    let image = with_others(cx, &[("url", url)], block, &["image_url"]);
    cx.dict(&[("type", Value::Text("image_url")), ("image_url", image)])
}

fn sourced<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    let source = block.at("source").members();
    let kind = block.at("type");
    if let Some(data) = source.get("data") {
        return with_others(cx, &blob_of(kind, source.at("media_type"), data), block, &["source"]);
    }
    if let Some(url) = source.get("url") {
        let named = [("type", Value::Text("uri")), ("modality", kind), ("uri", url)];
        return with_others(cx, &named, block, &["source"]);
    }
    Value::Object(block)
}

fn pydantic_url<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    let url = match block.get("url") {
        Some(url) => url,
        None => return Value::Object(block),
    };
    let kind = block.at("type").text().unwrap_or_default();
    let modality = Value::Text(kind.strip_suffix("-url").unwrap_or(kind));
    let named = [("type", Value::Text("uri")), ("modality", modality), ("uri", url)];
    with_others(cx, &named, block, &["url"])
}

fn pydantic_binary<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    match block.get("content") {
        Some(data) => {
            let named = blob_of(Value::Null, block.at("media_type"), data);
            with_others(cx, &named, block, &["media_type", "content"])
        }
        None => Value::Object(block),
    }
}

fn inline_data<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    cx.dict(&blob_of(Value::Null, either(block, "mime_type", "mimeType"), block.at("data")))
}

fn file_data<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    cx.dict(&[
        ("type", Value::Text("uri")),
        ("uri", either(block, "file_uri", "fileUri")),
        ("mime_type", either(block, "mime_type", "mimeType")),
    ])
}

fn bedrock_image<'a>(cx: Cx<'a>, block: Object<'a>) -> Value<'a> {
    let source = block.at("source");
    let data = source.object().map_or(source, |told| told.at("bytes"));
    let format = match block.at("format") {
        Value::Text(format) => format,
        Value::Null => "None",
        _ => {
            cx.doubt();
            ""
        }
    };
    let mime_type = Value::Text(cx.text(&format!("image/{}", format)));
    cx.dict(&blob_of(Value::Text("image"), mime_type, data))
}

fn blob_of<'a>(modality: Value<'a>, mime_type: Value<'a>, data: Value<'a>) -> [(&'a str, Value<'a>); 4] {
    [("type", Value::Text("blob")), ("modality", modality), ("mime_type", mime_type), ("content", data)]
}

fn either<'a>(block: Object<'a>, key: &str, other: &str) -> Value<'a> {
    block.get(key).unwrap_or_else(|| block.at(other))
}

/// Return `{**named, **_others(block, *known)}`.
fn with_others<'a>(
    cx: Cx<'a>,
    named: &[(&'a str, Value<'a>)],
    block: Object<'a>,
    known: &[&str],
) -> Value<'a> {
    let mut part = Map(Vec::with_capacity(named.len() + block.len()));
    part.0.extend(named);
    for (key, value) in others(block, known) {
        part.set(key, value);
    }
    cx.made(&part)
}

/// What the provider says beside the known keys.
fn others<'a: 'k, 'k>(
    block: Object<'a>,
    known: &'k [&'k str],
) -> impl Iterator<Item = (&'a str, Value<'a>)> + 'k {
    block.iter().filter(move |(key, value)| !known.contains(key) && *key != "type" && !value.is_null())
}

fn by_type(kind: &str) -> Option<Convert> {
    Some(match kind {
        "tool_use" => tool_use,
        "tool_result" => tool_result,
        "thinking" => thinking,
        "image" | "document" => sourced,
        "input_text" | "output_text" => text,
        "input_image" => input_image,
        "function_call" => responses_call,
        "function_call_output" | "custom_tool_call_output" => responses_result,
        "custom_tool_call" => responses_custom_call,
        "reasoning" => responses_reasoning,
        "image-url" | "audio-url" | "video-url" | "document-url" => pydantic_url,
        "binary" => pydantic_binary,
        _ => return None,
    })
}

fn by_key(key: &str) -> Option<Convert> {
    BY_KEY.iter().find(|(name, _)| *name == key).map(|(_, convert)| *convert)
}

const BY_KEY: [(&str, Convert); 12] = [
    ("function_call", function_call),
    ("functionCall", function_call),
    ("function_response", function_response),
    ("functionResponse", function_response),
    ("inline_data", inline_data),
    ("inlineData", inline_data),
    ("file_data", file_data),
    ("fileData", file_data),
    ("toolUse", bedrock_tool_use),
    ("toolResult", bedrock_tool_result),
    ("image", bedrock_image),
    ("reasoningContent", bedrock_reasoning),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    /// What a block, as JSON, becomes.
    fn part(block: &str) -> String {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let block = json::read(cx, cx.text(block)).unwrap_or(Value::Null);
        json::write(cx, part_of(cx, block)).to_owned()
    }

    #[test]
    fn a_call_of_any_provider_is_a_tool_call() {
        for (block, told) in [
            (
                r#"{"type":"tool_use","id":"a","name":"f","input":{"x":1}}"#,
                r#"{"type":"tool_call","id":"a","name":"f","arguments":{"x":1}}"#,
            ),
            (
                r#"{"type":"function_call","id":"i","call_id":"a","name":"f","arguments":"{}","status":null}"#,
                r#"{"type":"tool_call","id":"a","name":"f","arguments":"{}","item_id":"i"}"#,
            ),
            (
                r#"{"functionCall":{"name":"f","args":{}},"thoughtSignature":"s"}"#,
                r#"{"type":"tool_call","id":null,"name":"f","arguments":{},"thoughtSignature":"s"}"#,
            ),
        ] {
            assert_eq!(part(block), told);
        }
    }

    #[test]
    fn a_result_is_the_text_that_it_has() {
        for (content, told) in [
            (r#"[{"text":"a"},"b"]"#, r#""a\nb""#),
            (r#"[{"json":{"x":1}}]"#, r#"{"x":1}"#),
            (r#"[{"text":"a"},{"text":1}]"#, r#"[{"text":"a"},{"text":1}]"#),
            ("[]", "[]"),
        ] {
            let block = format!(r#"{{"type":"tool_result","tool_use_id":"a","content":{}}}"#, content);
            let expected = format!(r#"{{"type":"tool_call_response","id":"a","response":{}}}"#, told);
            assert_eq!(part(&block), expected);
        }
    }

    #[test]
    fn what_is_no_block_stays() {
        for block in [r#"{"type":"other","input":1}"#, r#"{"image":"x"}"#, r#"{"type":1}"#, "[]", "\"x\""] {
            assert_eq!(part(block), block);
        }
    }
}
