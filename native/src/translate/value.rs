//! Values as Python has them for JSON, equal where Python finds them equal: 1, 1.0 and true are.

use std::cell::{Cell, RefCell};

use crate::translate::arena::Arena;

/// A value; a copy is as good as the value.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    List(&'a [Value<'a>]),
    Object(Object<'a>),
}

/// Keys with their values, in order, no key twice; Python's `dict`. Two are equal whatever their order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Object<'a>(pub &'a [(&'a str, Value<'a>)]);

/// An object that is being made. Setting a key that is there keeps its place, as in Python.
#[derive(Clone, Debug, Default)]
pub struct Map<'a>(pub Vec<(&'a str, Value<'a>)>);

/// What all of translation is given: memory for what is made, and whom to tell that a span is none for it.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    arena: &'a Arena,
    notes: &'a Notes<'a>,
}

/// What is kept for one span while it is translated.
#[derive(Default)]
pub struct Notes<'a> {
    is_doubtful: Cell<bool>,
    /// Texts that were read as JSON, by where they are, and what they are: several conventions ask for the same.
    parsed: RefCell<Vec<(&'a str, Option<Value<'a>>)>>,
    /// Which of these was asked for first, once there are as many as may be.
    oldest: Cell<usize>,
}

/// So many texts of a span are remembered, as in Python.
const MAX_PARSED: usize = 64;

/// An object with more keys is left to Python, which finds each of them in the same time; here they are looked at one by one.
pub const MAX_KEYS: usize = 4096;

impl<'a> Cx<'a> {
    pub fn new(arena: &'a Arena, notes: &'a Notes<'a>) -> Self {
        Cx { arena, notes }
    }

    /// Tell whether anybody had a doubt.
    pub fn is_doubtful(self) -> bool {
        self.notes.is_doubtful.get()
    }

    /// Return what `read` makes of a text; it is not asked again for one of the last that were asked for.
    pub fn parsed(self, text: &'a str, read: impl FnOnce() -> Option<Value<'a>>) -> Option<Value<'a>> {
        let known = self
            .notes
            .parsed
            .borrow()
            .iter()
            .find(|(other, _)| std::ptr::eq(*other, text))
            .map(|(_, value)| *value);
        known.unwrap_or_else(|| {
            let value = read();
            let mut parsed = self.notes.parsed.borrow_mut();
            if parsed.len() < MAX_PARSED {
                parsed.push((text, value));
            } else {
                let place = self.notes.oldest.get();
                parsed[place] = (text, value);
                self.notes.oldest.set((place + 1) % MAX_PARSED);
            }
            value
        })
    }

    /// Say that what this span has is not translated here; Python does it then, and what is returned here does not count.
    #[cold]
    pub fn doubt(self) {
        self.notes.is_doubtful.set(true);
    }

    pub fn text(self, text: &str) -> &'a str {
        self.arena.text(text)
    }

    pub fn list(self, items: &[Value<'a>]) -> Value<'a> {
        Value::List(self.arena.slice(items))
    }

    pub fn slice<T: Copy>(self, items: &[T]) -> &'a [T] {
        self.arena.slice(items)
    }

    pub fn names(self, names: &[&'a str]) -> &'a [&'a str] {
        self.arena.slice(names)
    }

    pub fn object(self, map: &Map<'a>) -> Object<'a> {
        Object(self.arena.slice(&map.0))
    }

    /// Return an object of entries of which some may have the same key, as `Map::of` does.
    pub fn object_of(self, entries: &[(&'a str, Value<'a>)]) -> Object<'a> {
        if entries.len() > MAX_KEYS {
            self.doubt();
            Object::default()
        } else if are_distinct(entries) {
            Object(self.arena.slice(entries))
        } else {
            self.object(&Map::of(entries.to_vec()))
        }
    }

    /// Return an object of these keys, all different.
    pub fn dict(self, entries: &[(&'a str, Value<'a>)]) -> Value<'a> {
        Value::Object(Object(self.arena.slice(entries)))
    }

    /// Return an object as a value.
    pub fn made(self, map: &Map<'a>) -> Value<'a> {
        Value::Object(self.object(map))
    }
}

impl<'a> Value<'a> {
    /// Return whether Python takes it for true.
    pub fn is_truthy(self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(told) => told,
            Value::Int(number) => number != 0,
            Value::Float(number) => number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Object(object) => !object.0.is_empty(),
        }
    }

    pub fn is_null(self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn text(self) -> Option<&'a str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn list(self) -> Option<&'a [Value<'a>]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn object(self) -> Option<Object<'a>> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Return an object; an empty one for anything else.
    pub fn members(self) -> Object<'a> {
        self.object().unwrap_or_default()
    }

    /// Return `value.get(key)` of an object that has the key; nothing for anything else.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.object()?.get(key)
    }

    /// Tell whether it is the very same, not only equal: `value is other`.
    pub fn is_same(self, other: Value<'a>) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(two)) => one == two,
            (Value::Int(one), Value::Int(two)) => one == two,
            (Value::Float(one), Value::Float(two)) => one == two,
            (Value::Text(one), Value::Text(two)) => std::ptr::eq(one, two),
            (Value::List(one), Value::List(two)) => std::ptr::eq(one, two),
            (Value::Object(one), Value::Object(two)) => std::ptr::eq(one.0, two.0),
            _ => false,
        }
    }

    /// Tell whether it is this text.
    pub fn is(self, text: &str) -> bool {
        self.text() == Some(text)
    }
}

/// As Python compares: numbers and truth values by what they count, objects whatever their order.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Value::Null, Value::Null) => true,
            (Value::Text(one), Value::Text(two)) => one == two,
            (Value::List(one), Value::List(two)) => std::ptr::eq(one, two) || one == two,
            (Value::Object(one), Value::Object(two)) => one == two,
            (one, two) => match (Number::of(one), Number::of(two)) {
                (Some(one), Some(two)) => one == two,
                _ => false,
            },
        }
    }
}

/// A number as Python compares and hashes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Whole(i64),
    Broken(f64),
}

impl Number {
    /// Return the number that a value counts as; nothing for what is neither number nor truth value.
    pub fn of(value: Value) -> Option<Self> {
        match value {
            Value::Bool(told) => Some(Number::Whole(told.into())),
            Value::Int(number) => Some(Number::Whole(number)),
            Value::Float(number) => Some(Number::of_float(number)),
            _ => None,
        }
    }

    fn of_float(number: f64) -> Self {
        // Below 2 to the 63 a float that is whole is an `i64`, exactly.
        if number.trunc() == number && number.abs() < 9_223_372_036_854_775_808.0 {
            Number::Whole(number as i64)
        } else {
            Number::Broken(number)
        }
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
            || self.0.len() == other.0.len()
                && self.0.iter().all(|(key, value)| other.get(key) == Some(*value))
    }
}

impl<'a> Object<'a> {
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// Return `object.get(key)` of Python: null where the key is not there.
    pub fn at(self, key: &str) -> Value<'a> {
        self.get(key).unwrap_or(Value::Null)
    }

    pub fn has(self, key: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == key)
    }

    pub fn iter(self) -> std::iter::Copied<std::slice::Iter<'a, (&'a str, Value<'a>)>> {
        self.0.iter().copied()
    }

    pub fn keys(self) -> impl Iterator<Item = &'a str> + Clone {
        self.0.iter().map(|(key, _)| *key)
    }

    pub fn len(self) -> usize {
        self.0.len()
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Return a copy to change: `{**object}`.
    pub fn to_map(self) -> Map<'a> {
        Map(self.0.to_vec())
    }

    /// Return a copy to change without some of its keys.
    pub fn without(self, keys: &[&str]) -> Map<'a> {
        Map(self.iter().filter(|(key, _)| !keys.contains(key)).collect())
    }
}

/// From here on an object's keys are not compared with each other one by one.
const MANY_KEYS: usize = 24;

impl<'a> Map<'a> {
    pub fn new() -> Self {
        Map(Vec::new())
    }

    /// Return an object of entries of which some may have the same key: the value that came last, in the place that came first.
    pub fn of(entries: Vec<(&'a str, Value<'a>)>) -> Self {
        if are_distinct(&entries) {
            return Map(entries);
        }
        let mut map = Map::new();
        for (key, value) in entries {
            map.set(key, value);
        }
        map
    }

    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == key)
    }

    /// Set a key, whether it is there or not.
    pub fn set(&mut self, key: &'a str, value: Value<'a>) {
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => self.0.push((key, value)),
        }
    }

    /// Set a key unless it is there: `setdefault`.
    pub fn add(&mut self, key: &'a str, value: Value<'a>) {
        if !self.has(key) {
            self.0.push((key, value));
        }
    }

    /// Set all keys of another: `map |= other`.
    pub fn update(&mut self, other: Object<'a>) {
        for (key, value) in other.iter() {
            self.set(key, value);
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        let place = self.0.iter().position(|(name, _)| *name == key)?;
        Some(self.0.remove(place).1)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn are_distinct(entries: &[(&str, Value)]) -> bool {
    if entries.len() <= MANY_KEYS {
        let comes_again = |(place, (key, _)): (usize, &(&str, Value))| {
            entries[..place].iter().any(|(other, _)| other == key)
        };
        return !entries.iter().enumerate().any(comes_again);
    }
    let mut keys: Vec<&str> = entries.iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    keys.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_equal_where_python_finds_them_equal() {
        let one = [("a", Value::Int(1)), ("b", Value::Null)];
        let turned = [("b", Value::Null), ("a", Value::Bool(true))];

        assert_eq!(Value::Int(1), Value::Float(1.0));
        assert_eq!(Value::Float(0.0), Value::Bool(false));
        assert_eq!(Value::Object(Object(&one)), Value::Object(Object(&turned)));
        assert_eq!(Value::List(&[Value::Int(1)]), Value::List(&[Value::Bool(true)]));
        assert_ne!(Value::Int(i64::MAX), Value::Float(i64::MAX as f64));
        assert_ne!(Value::Int(1), Value::Text("1"));
        assert_ne!(Value::Object(Object(&one)), Value::Object(Object(&one[..1])));
        assert_ne!(Value::Null, Value::Bool(false));
    }

    #[test]
    fn a_key_that_is_set_again_keeps_its_place() {
        let mut map = Map::new();
        for (key, value) in [("a", 1), ("b", 2), ("a", 3)] {
            map.set(key, Value::Int(value));
        }
        map.add("b", Value::Int(4));

        assert_eq!(map.0, [("a", Value::Int(3)), ("b", Value::Int(2))]);
        assert_eq!(map.remove("a"), Some(Value::Int(3)));
        assert_eq!(map.remove("a"), None);
    }
}
