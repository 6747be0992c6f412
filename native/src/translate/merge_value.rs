//! Two values as one (`merge_value` of `otel_bridge/contract/merge.py`).

use crate::translate::value::{Cx, Object, Value};

/// Merge two values: objects key by key, anything else replaced by `new`.
pub fn merge_value<'a>(cx: Cx<'a>, old: Value<'a>, new: Value<'a>) -> Value<'a> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => Value::Object(merge_objects(cx, old, new)),
        _ => new,
    }
}

/// Merge two objects key by key.
pub fn merge_objects<'a>(cx: Cx<'a>, old: Object<'a>, new: Object<'a>) -> Object<'a> {
    let mut merged = old.to_map();
    for (key, value) in new.iter() {
        match merged.get(key) {
            Some(told) => merged.set(key, merge_value(cx, told, value)),
            None => merged.0.push((key, value)),
        }
    }
    cx.object(&merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    #[test]
    fn objects_are_merged_key_by_key_and_anything_else_is_replaced() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let read = |text| json::read(cx, text).unwrap_or(Value::Null);
        let old = read("{\"a\":{\"b\":1,\"c\":[1]},\"d\":2,\"e\":{}}");
        let new = read("{\"f\":3,\"a\":{\"c\":[2],\"g\":null},\"e\":4}");

        let merged = merge_value(cx, old, new);

        assert_eq!(json::write(cx, merged), "{\"a\":{\"b\":1,\"c\":[2],\"g\":null},\"d\":2,\"e\":4,\"f\":3}");
    }
}
