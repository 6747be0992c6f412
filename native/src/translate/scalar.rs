//! What a value says, whatever its shape (`translate/scalar.py`).

use crate::translate::json_text;
use crate::translate::truncation::is_beginning;
use crate::translate::value::{Cx, Number, Value};

/// Keys of a message that say nothing of their own: a losing value need not find them in the winner.
const LABELS: [&str; 2] = ["role", "type"];

/// Where two have more pairs than this, they are not compared pair by pair.
const MANY_PAIRS: usize = 1 << 12;

/// Texts, numbers and truth values, as Python's sets have them: 1, 1.0 and true are one. One may stand here several times.
#[derive(Clone, Debug, Default)]
pub struct Scalars<'a>(Vec<Value<'a>>);

/// Return every text, number and truth value inside `value`, except labels.
pub fn scalars<'a>(value: Value<'a>) -> Scalars<'a> {
    let mut found = Scalars::default();
    found.add(value);
    found
}

impl<'a> Scalars<'a> {
    pub fn has(&self, value: Value<'a>) -> bool {
        match value {
            // Most are of another length: to see that here takes a third of the time.
            Value::Text(text) => {
                self.0.iter().any(|told| matches!(told, Value::Text(other) if *other == text))
            }
            _ => self.0.contains(&value),
        }
    }

    /// Return those of one beside those of another: `|`.
    pub fn with(&self, other: &Scalars<'a>) -> Scalars<'a> {
        let mut both = self.clone();
        both.0.extend(&other.0);
        both
    }

    /// Tell whether the other has all of them: `self <= whole`.
    pub fn are_all_in(&self, whole: &Scalars<'a>) -> bool {
        if self.are_few_pairs(whole) {
            return self.0.iter().all(|value| whole.has(*value));
        }
        let sorted = whole.sorted();
        self.0.iter().all(|value| is_among(&sorted, *value))
    }

    /// Return what another one has not: `self - whole`.
    pub fn missing_in(&self, whole: &Scalars<'a>) -> Scalars<'a> {
        let values = self.0.iter().copied();
        if self.are_few_pairs(whole) {
            return Scalars(values.filter(|value| !whole.has(*value)).collect());
        }
        let sorted = whole.sorted();
        Scalars(values.filter(|value| !is_among(&sorted, *value)).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Add those inside of a value: `|= scalars(value)`.
    pub fn add(&mut self, value: Value<'a>) {
        match value {
            Value::Object(object) => {
                for (key, child) in object.iter() {
                    if !LABELS.contains(&key) {
                        self.add(child);
                    }
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.add(*item)),
            Value::Null | Value::Text("") => (),
            scalar => self.0.push(scalar),
        }
    }

    fn are_few_pairs(&self, whole: &Scalars) -> bool {
        self.0.len() * whole.0.len() <= MANY_PAIRS
    }

    fn sorted(&self) -> Vec<Key<'a>> {
        let mut keys: Vec<Key> = self.0.iter().filter_map(|value| key(*value)).collect();
        keys.sort_unstable();
        keys
    }
}

/// A scalar by which sets are sorted: two are equal where Python finds the scalars equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Whole(i64),
    Broken(u64),
    Text(&'a str),
}

fn key(value: Value) -> Option<Key> {
    if let Value::Text(text) = value {
        return Some(Key::Text(text));
    }
    Some(match Number::of(value)? {
        Number::Whole(number) => Key::Whole(number),
        Number::Broken(number) => Key::Broken(number.to_bits()),
    })
}

fn is_among(sorted: &[Key], value: Value) -> bool {
    key(value).map_or(false, |key| sorted.binary_search(&key).is_ok())
}

/// Tell whether `whole` holds all that `said` does; text that holds JSON is taken apart.
pub fn are_told_in<'a>(cx: Cx<'a>, said: &Scalars<'a>, whole: &Scalars<'a>) -> bool {
    let missing = said.missing_in(whole); // What both have in one spelling need not be taken apart.
    missing.is_empty() || taken_apart(cx, &missing).are_all_in(&taken_apart(cx, whole))
}

fn taken_apart<'a>(cx: Cx<'a>, said: &Scalars<'a>) -> Scalars<'a> {
    let mut found = Scalars::default();
    for scalar in &said.0 {
        let inner = match scalar {
            Value::Text(text) if is_beginning(text) => json_text::decoded(cx, *scalar),
            _ => *scalar,
        };
        match inner {
            Value::Object(_) | Value::List(_) => found.add(inner),
            _ => found.0.push(*scalar),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::Notes;

    /// Whether a value is told in another, and whether its scalars are in that one's as they stand.
    fn is_told(said: &str, whole: &str) -> (bool, bool) {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let read = |text| scalars(json::read(cx, cx.text(text)).unwrap_or(Value::Null));
        let (said, whole) = (read(said), read(whole));
        (are_told_in(cx, &said, &whole), said.are_all_in(&whole))
    }

    #[test]
    fn the_shape_of_a_value_and_its_labels_say_nothing() {
        assert_eq!(
            is_told("[{\"role\":\"user\",\"content\":\"a\"},null,\"\"]", "{\"text\":\"a\"}"),
            (true, true)
        );
        assert_eq!(is_told("[\"a\",\"b\"]", "\"a\""), (false, false));
        assert_eq!(is_told("[true,1.0,0]", "[1,false]"), (true, true));
        assert_eq!(is_told("[\"1\"]", "[1]"), (false, false));
        assert_eq!(is_told("{}", "[]"), (true, true));
    }

    #[test]
    fn json_in_a_text_is_taken_apart() {
        assert_eq!(is_told("{\"a\":[1,\"b\"]}", "\"{\\\"a\\\": [1, \\\"b\\\"]}\""), (true, false));
        assert_eq!(is_told("\"[1, 2]\"", "[2,1]"), (true, false));
        assert_eq!(is_told("\"1\"", "[1]"), (false, false));
        assert_eq!(is_told("\"[1, 2]\"", "[2]"), (false, false));
    }

    #[test]
    fn many_scalars_are_compared_as_few_are() {
        let list = |numbers: std::ops::Range<usize>| {
            let told: Vec<String> = numbers.map(|each| format!("\"t{0}\",{0},{0}.5,{0}.0", each)).collect();
            format!("[{}]", told.join(","))
        };

        assert_eq!(is_told(&list(10..90), &list(0..100)), (true, true));
        assert_eq!(is_told(&list(10..101), &list(0..100)), (false, false));
    }
}
