//! Items of OpenAI's responses that an instrumentation wrote as Python prints them, each as the text of a part (`translate/printed_item.py`).

use crate::translate::python_literal;
use crate::translate::value::{Cx, Map, Value};

/// Without it a text holds nothing printed.
pub const MARK: &str = "Response";

const NAME_SIZES: std::ops::RangeInclusive<usize> = 1..=60;

/// Return parts with each printed item in place of the text that it was; anything else as it is.
pub fn unprinted<'a>(cx: Cx<'a>, parts: Value<'a>) -> Value<'a> {
    match parts {
        Value::List(items) if items.iter().any(|part| printed(*part).is_some()) => {
            let items: Vec<Value> = items.iter().map(|part| read(cx, *part)).collect();
            cx.list(&items)
        }
        _ => parts,
    }
}

/// Return the text of a part that begins as a printed item does.
fn printed(part: Value<'_>) -> Option<&str> {
    let told = if part.get("type")?.is("text") { part.get("content")?.text()? } else { return None };
    let name = told.strip_prefix(MARK)?;
    let size = name.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
    let is_item = NAME_SIZES.contains(&size) && name.as_bytes().get(size) == Some(&b'(');
    if is_item {
        Some(told)
    } else {
        None
    }
}

fn read<'a>(cx: Cx<'a>, part: Value<'a>) -> Value<'a> {
    let parsed = printed(part).and_then(|text| python_literal::parse_object(cx, text));
    let item = parsed.map_or(Value::Null, |value| bare(cx, value));
    match item.get("type") {
        Some(Value::Text(_)) => item,
        _ => part,
    }
}

/// Return a value without the names of the classes around its objects, and without what they leave open.
fn bare<'a>(cx: Cx<'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::List(items) => {
            let items: Vec<Value> = items.iter().map(|item| bare(cx, *item)).collect();
            cx.list(&items)
        }
        Value::Object(object) => {
            if let [(name, inner @ Value::Object(_))] = object.0 {
                if !name.is_ascii() {
                    cx.doubt(); // whether it begins with a capital
                }
                if name.starts_with(|first: char| first.is_ascii_uppercase()) {
                    return bare(cx, *inner);
                }
            }
            let said = object.iter().filter(|(_, child)| !child.is_null());
            cx.made(&Map(said.map(|(key, child)| (key, bare(cx, child))).collect()))
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    /// What is made of parts, as JSON. And whether there was a doubt.
    fn told(parts: &str) -> (String, bool) {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let parts = json::read(cx, cx.text(parts)).unwrap_or(Value::Null);
        let told = json::write(cx, unprinted(cx, parts)).to_owned();
        (told, cx.is_doubtful())
    }

    #[test]
    fn a_printed_item_stands_in_the_place_of_its_text() {
        let parts = r#"[{"type":"text","content":"ResponseReasoningItem(summary=[Summary(text='So.', type='summary_text')], type='reasoning', status=None)"},{"type":"text","content":"Hi"}]"#;
        let item = r#"[{"summary":[{"text":"So.","type":"summary_text"}],"type":"reasoning"},{"type":"text","content":"Hi"}]"#;

        assert_eq!(told(parts), (item.to_owned(), false));
    }

    #[test]
    fn anything_else_is_as_it_was() {
        for parts in [
            r#"[{"type":"text","content":"Response (the second)"},"Responses(",{"type":"text"}]"#,
            r#"[{"type":"text","content":"ResponseItem(type=None)"},{"type":"text","content":"ResponseItem(type='mess"}]"#,
            r#"[{"type":"other","content":"ResponseReasoningItem("}]"#,
            r#"{"type":"text","content":"ResponseReasoningItem("}"#,
        ] {
            assert_eq!(told(parts), (parts.to_owned(), false));
        }
    }
}
