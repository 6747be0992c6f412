//! Flattened attributes back to nested values (`translate/indexed.py`).

use crate::translate::decode::Attributes;
use crate::translate::value::{Cx, Object, Value};

/// A key with more is no flattened value.
const MAX_SEGMENTS: usize = 16;

/// Of an index.
const DIGITS: usize = 9;

/// Among more steps of one place none is looked for: Python has tables for that.
const MAX_CHILDREN: u32 = 2_000;

/// Return the attributes whose key continues `prefix` by a path of names and indexes, by that path.
pub fn below<'a>(cx: Cx<'a>, attributes: Attributes<'a>, prefix: &str) -> Object<'a> {
    let found: Vec<(&str, Value)> =
        paths(attributes, prefix).filter(|(path, _)| Steps::of(path).is_some()).collect();
    Object(cx.slice(&found))
}

/// Return those of `below` whose path begins with an index.
pub fn items_below<'a>(cx: Cx<'a>, attributes: Attributes<'a>, prefix: &str) -> Object<'a> {
    let is_item = |path: &&str| Steps::of(path).map_or(false, |steps| steps.begin_with_index());
    let found: Vec<(&str, Value)> = paths(attributes, prefix).filter(|(path, _)| is_item(path)).collect();
    Object(cx.slice(&found))
}

/// Return what `items_below` nests to (an empty object where there is nothing), and the attributes that it is made of.
pub fn list_below<'a>(cx: Cx<'a>, attributes: Attributes<'a>, prefix: &str) -> (Value<'a>, &'a [&'a str]) {
    let (mut tree, mut used) = (Tree::default(), Vec::new());
    for (name, value) in attributes.iter() {
        let steps = name.strip_prefix(prefix).and_then(Steps::of).filter(Steps::begin_with_index);
        if let Some(steps) = steps {
            tree.put(cx, &steps, value);
            used.push(name);
        }
    }
    (tree.value(cx), cx.names(&used))
}

/// Return the value that was flattened; an object whose keys are all indexes is a list.
///
/// Lists are in the order of their indexes, without gaps. A value whose path others continue (`a` beside `a.b`) stands among them under the
/// empty key.
pub fn nested<'a>(cx: Cx<'a>, flat: Object<'a>) -> Value<'a> {
    let mut tree = Tree::default();
    for (path, value) in flat.iter() {
        match Steps::of(path) {
            Some(steps) => tree.put(cx, &steps, value),
            None => cx.doubt(),
        }
    }
    tree.value(cx)
}

fn paths<'a: 'p, 'p>(
    attributes: Attributes<'a>,
    prefix: &'p str,
) -> impl Iterator<Item = (&'a str, Value<'a>)> + 'p {
    attributes.iter().filter_map(move |(name, value)| name.strip_prefix(prefix).map(|path| (path, value)))
}

/// The steps of a path.
struct Steps<'a> {
    all: [&'a str; MAX_SEGMENTS],
    count: usize,
}

impl<'a> Steps<'a> {
    /// Take a path apart; nothing for one that is no path.
    fn of(path: &'a str) -> Option<Self> {
        let mut steps = Steps { all: [""; MAX_SEGMENTS], count: 0 };
        let mut begin = 0;
        // By hand: what looks for a character in a text is made for longer ones.
        for (place, byte) in path.bytes().enumerate() {
            if byte == b'.' {
                steps.push(&path[begin..place])?;
                begin = place + 1;
            }
        }
        steps.push(&path[begin..])?;
        Some(steps)
    }

    fn push(&mut self, step: &'a str) -> Option<()> {
        if step.is_empty() {
            return None;
        }
        *self.all.get_mut(self.count)? = step;
        self.count += 1;
        Some(())
    }

    fn begin_with_index(&self) -> bool {
        is_index(self.all[0])
    }
}

/// What stands below the steps of paths: each place with a link to its first child and to its next sibling.
#[derive(Default)]
struct Tree<'a> {
    places: Vec<Place<'a>>,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    step: &'a str,
    /// Nothing for one that has children.
    value: Option<Value<'a>>,
    children: u32,
    first: usize,
    last: usize,
    next: usize,
}

const ROOT: usize = 0;
/// The root is nobody's child.
const NONE: usize = ROOT;

impl<'a> Tree<'a> {
    fn put(&mut self, cx: Cx<'a>, steps: &Steps<'a>, value: Value<'a>) {
        if self.places.is_empty() {
            self.places.reserve(64);
            self.places.push(Place::of("", None));
        }
        let (last, others) = match steps.all[..steps.count].split_last() {
            Some(split) => split,
            None => return,
        };
        let mut parent = ROOT;
        for step in others {
            parent = self.branch(cx, parent, step);
        }
        match self.child(parent, last) {
            // Others continue its path.
            Some(found) => self.add(cx, found, "", Some(value)),
            None => self.add(cx, parent, last, Some(value)),
        };
    }

    /// Return the place of a step that paths go through.
    fn branch(&mut self, cx: Cx<'a>, parent: usize, step: &'a str) -> usize {
        let found = match self.child(parent, step) {
            Some(found) => found,
            None => return self.add(cx, parent, step, None),
        };
        if let Some(value) = self.places[found].value.take() {
            self.add(cx, found, "", Some(value));
        }
        found
    }

    fn child(&self, parent: usize, step: &str) -> Option<usize> {
        let Place { first, last, children, .. } = self.places[parent];
        // Mostly what belongs together follows each other.
        if last != NONE && self.places[last].step == step {
            return Some(last);
        }
        if children > MAX_CHILDREN {
            return None;
        }
        let mut place = first;
        while place != NONE {
            if self.places[place].step == step {
                return Some(place);
            }
            place = self.places[place].next;
        }
        None
    }

    fn add(&mut self, cx: Cx<'a>, parent: usize, step: &'a str, value: Option<Value<'a>>) -> usize {
        let place = self.places.len();
        self.places.push(Place::of(step, value));
        let last = std::mem::replace(&mut self.places[parent].last, place);
        if last == NONE {
            self.places[parent].first = place;
        } else {
            self.places[last].next = place;
        }
        self.places[parent].children += 1;
        if self.places[parent].children > MAX_CHILDREN {
            cx.doubt();
        }
        place
    }

    fn value(&self, cx: Cx<'a>) -> Value<'a> {
        if self.places.is_empty() {
            return Value::Object(Object::default());
        }
        self.value_of(cx, ROOT, &mut Vec::with_capacity(self.places.len()))
    }

    /// Return what stands in a place and below it; `entries` is for all that are being made.
    fn value_of(&self, cx: Cx<'a>, place: usize, entries: &mut Vec<(&'a str, Value<'a>)>) -> Value<'a> {
        let place = &self.places[place];
        if let Some(value) = place.value {
            return value;
        }
        let begin = entries.len();
        let mut child = place.first;
        while child != NONE {
            let value = self.value_of(cx, child, entries);
            entries.push((self.places[child].step, value));
            child = self.places[child].next;
        }
        let own = &mut entries[begin..];
        let value = if own.iter().all(|(step, _)| is_index(step)) {
            own.sort_by_key(|(step, _)| number(step));
            let items: Vec<Value> = own.iter().map(|(_, value)| *value).collect();
            cx.list(&items)
        } else {
            cx.dict(own)
        };
        entries.truncate(begin);
        value
    }
}

impl<'a> Place<'a> {
    fn of(step: &'a str, value: Option<Value<'a>>) -> Self {
        Place { step, value, children: 0, first: NONE, last: NONE, next: NONE }
    }
}

fn is_index(step: &str) -> bool {
    !step.is_empty() && step.len() <= DIGITS && step.bytes().all(|digit| digit.is_ascii_digit())
}

fn number(index: &str) -> u32 {
    index.bytes().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::json;
    use crate::translate::value::{Map, Notes};

    fn told(names: &[&str], prefix: &str) -> (String, Vec<String>) {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let entries = names.iter().map(|name| (cx.text(name), Value::Text(cx.text(name)))).collect();
        let (value, used) = list_below(cx, cx.object(&Map(entries)), prefix);
        (json::write(cx, value).replace("m.", ""), used.iter().map(|name| name.to_string()).collect())
    }

    #[test]
    fn paths_of_indexes_and_names_are_lists_and_objects_in_the_order_of_indexes_and_of_names() {
        let names = ["m.1.role", "other", "m.0.role", "m.1.calls.0.b", "m.10.role", "m.1.calls.0.a", "m.2"];

        let (value, used) = told(&names, "m.");

        let second = r#"{"role":"1.role","calls":[{"b":"1.calls.0.b","a":"1.calls.0.a"}]}"#;
        assert_eq!(value, format!(r#"[{{"role":"0.role"}},{},"2",{{"role":"10.role"}}]"#, second));
        assert_eq!(used, ["m.1.role", "m.0.role", "m.1.calls.0.b", "m.10.role", "m.1.calls.0.a", "m.2"]);
    }

    #[test]
    fn a_value_whose_path_others_continue_stands_among_them() {
        assert_eq!(told(&["m.0", "m.0.a"], "m.").0, r#"[{"":"0","a":"0.a"}]"#);
        assert_eq!(told(&["m.0.a.b", "m.0.a"], "m.").0, r#"[{"a":{"b":"0.a.b","":"0.a"}}]"#);
    }

    #[test]
    fn what_is_no_path_or_begins_with_no_index_is_not_taken() {
        let deep = format!("m.0{}", ".a".repeat(16));
        let names = ["m.", "m.a.0", "m.0..a", "m.0.", "m.0123456789", "m.٣", deep.as_str()];

        assert_eq!(told(&names, "m."), ("{}".to_string(), vec![]));
        assert_eq!(told(&[], "m.").0, "{}");
    }

    #[test]
    fn indexes_that_count_the_same_stay_in_their_order() {
        assert_eq!(told(&["m.01", "m.1", "m.0"], "m.").0, r#"["0","01","1"]"#);
    }
}
