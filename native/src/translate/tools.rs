//! Tool definitions of any shape to OpenAI's (`translate/tools.py`).

use crate::translate::json_text;
use crate::translate::value::{Cx, Map, Object, Value};

const SCHEMA_KEYS: [&str; 5] =
    ["parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameters_json_schema"];
const DECLARATION_KEYS: [&str; 2] = ["functionDeclarations", "function_declarations"];

/// Return the definitions in a list, each possibly as JSON text; nothing when `value` is no such list.
pub fn tool_definitions<'a>(cx: Cx<'a>, value: Value<'a>) -> Option<&'a [Value<'a>]> {
    let items = json_text::structure(cx, value)?.list()?;
    if items.is_empty() {
        return None;
    }
    let mut tools = Vec::with_capacity(items.len());
    for item in items {
        add_definitions(cx, json_text::decoded(cx, *item), &mut tools);
    }
    Some(cx.slice(&tools))
}

/// Return the definition of a tool of which only the name is known.
pub fn named_tool<'a>(cx: Cx<'a>, name: &'a str) -> Value<'a> {
    function(cx, Object(cx.slice(&[("name", Value::Text(name))])))
}

fn add_definitions<'a>(cx: Cx<'a>, item: Value<'a>, tools: &mut Vec<Value<'a>>) {
    let tool = match item {
        Value::Text(name) => return tools.push(named_tool(cx, name)),
        Value::Object(tool) => tool,
        _ => return tools.push(item),
    };
    match DECLARATION_KEYS.iter().find_map(|key| tool.get(key)?.list()) {
        Some(declared) => declared.iter().for_each(|declaration| add_definitions(cx, *declaration, tools)),
        None => tools.push(definition(cx, tool)),
    }
}

fn definition<'a>(cx: Cx<'a>, tool: Object<'a>) -> Value<'a> {
    if let Value::Object(_) = tool.at("function") {
        return Value::Object(tool);
    }
    if let Value::Object(spec) = tool.at("toolSpec") {
        return function(cx, spec);
    }
    let is_function = tool.get("type").map_or(true, |kind| kind.is("function") || kind.is("custom"));
    match tool.at("name") {
        Value::Text(_) if is_function => function(cx, tool),
        _ => Value::Object(tool),
    }
}

fn function<'a>(cx: Cx<'a>, tool: Object<'a>) -> Value<'a> {
    let mut function = Map(Vec::with_capacity(tool.len()));
    for (key, value) in tool.iter() {
        if key == "type" || value.is_null() {
            continue;
        }
        if SCHEMA_KEYS.contains(&key) {
            function.set("parameters", schema(cx, value));
        } else {
            function.set(key, value);
        }
    }
    cx.dict(&[("type", Value::Text("function")), ("function", cx.made(&function))])
}

/// Bedrock wraps the schema in an object of its own.
fn schema<'a>(cx: Cx<'a>, schema: Value<'a>) -> Value<'a> {
    let decoded = json_text::decoded(cx, schema);
    match decoded {
        Value::Object(Object([("json", inner)])) => *inner,
        _ => decoded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    fn defined(listed: &str) -> Option<String> {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        tool_definitions(cx, Value::Text(cx.text(listed)))
            .map(|tools| json::write(cx, cx.list(tools)).to_owned())
    }

    #[test]
    fn a_definition_of_any_shape_becomes_a_function() {
        let wanted = r#"[{"type":"function","function":{"name":"f","parameters":{"a":1}}}]"#;
        for listed in [
            r#"[{"type": "function", "function": {"name": "f", "parameters": {"a": 1}}}]"#,
            r#"[{"name": "f", "description": null, "parameters": {"a": 1}}]"#,
            r#"[{"type": "custom", "name": "f", "input_schema": "{\"a\": 1}"}]"#,
            r#"[{"toolSpec": {"name": "f", "inputSchema": {"json": {"a": 1}}}}]"#,
            r#"[{"function_declarations": [{"name": "f", "parametersJsonSchema": {"a": 1}}]}]"#,
            r#"["{\"name\": \"f\", \"parameters\": {\"a\": 1}}"]"#,
        ] {
            assert_eq!(defined(listed).as_deref(), Some(wanted));
        }
        assert_eq!(defined(r#"["f"]"#).as_deref(), Some(r#"[{"type":"function","function":{"name":"f"}}]"#));
    }

    #[test]
    fn what_is_none_of_these_stays_as_it_is() {
        for listed in [r#"[{"type":"web_search","name":"f"}]"#, r#"[{"google_search":{}}]"#, "[1]"] {
            assert_eq!(defined(listed).as_deref(), Some(listed));
        }
        for listed in ["[]", r#"{"name":"f"}"#, "f"] {
            assert_eq!(defined(listed), None);
        }
    }
}
