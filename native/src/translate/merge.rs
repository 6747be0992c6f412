//! Decide between the readings of several conventions, and find the attributes that none of them used (`translate/merge.py`).

use crate::translate::decode::Attributes;
use crate::translate::messages::is_message_list;
use crate::translate::partial::{Content, Entry, Field, Partial, Rank, Reading};
use crate::translate::scalar::{are_told_in, scalars};
use crate::translate::text_hash::text_hash;
use crate::translate::value::{Cx, Map, Value, MAX_KEYS};

const MODEL: &str = "model";
/// A model that is not the row's own is no loss where it is the one that was asked for.
const REQUEST_MODEL: &str = "request_model";

/// Types of parts in OpenAI's chat messages that are no text.
const MEDIA: [&str; 3] = ["image_url", "file", "input_audio"];

/// What all conventions together say about a span.
#[derive(Clone, Debug, Default)]
pub struct Merged<'a> {
    /// Whole fields by name.
    pub contents: Map<'a>,
    pub metadata: Map<'a>,
    pub metrics: Map<'a>,
    pub scores: Map<'a>,
    pub span_attributes: Map<'a>,
    pub context: Map<'a>,
    /// Its keys are the tags.
    pub tags: Map<'a>,
    /// The type if `span_attributes` has none.
    pub fallback_type: Option<&'a str>,
    /// The attributes that no reading used, under their own keys.
    pub leftovers: Attributes<'a>,
    /// The fields that have keys, in the order in which they were first told.
    told: Vec<Field>,
}

impl<'a> Merged<'a> {
    /// Set the fields that have keys in a row, in the order in which they were first told.
    pub fn object_fields(&self, cx: Cx<'a>, row: &mut Map<'a>) {
        for field in &self.told {
            let (name, value) = match field {
                Field::Metadata => ("metadata", cx.made(&self.metadata)),
                Field::Metrics => ("metrics", cx.made(&self.metrics)),
                Field::Scores => ("scores", cx.made(&self.scores)),
                Field::SpanAttributes => ("span_attributes", cx.made(&self.span_attributes)),
                Field::Context => ("context", cx.made(&self.context)),
                Field::Tags => {
                    let tags: Vec<Value> = self.tags.0.iter().map(|(tag, _)| Value::Text(tag)).collect();
                    ("tags", cx.list(&tags))
                }
            };
            row.set(name, value);
        }
    }

    fn object(&self, field: Field) -> &Map<'a> {
        match field {
            Field::Metadata => &self.metadata,
            Field::Metrics => &self.metrics,
            Field::Scores => &self.scores,
            Field::SpanAttributes => &self.span_attributes,
            Field::Context => &self.context,
            Field::Tags => &self.tags,
        }
    }

    /// Set a key of a field unless it is there; tell whether it was not.
    fn takes(&mut self, cx: Cx<'a>, entry: &Entry<'a>) -> bool {
        let object = match entry.field {
            Field::Metadata => &mut self.metadata,
            Field::Metrics => &mut self.metrics,
            Field::Scores => &mut self.scores,
            Field::SpanAttributes => &mut self.span_attributes,
            Field::Context => &mut self.context,
            Field::Tags => &mut self.tags,
        };
        if object.is_empty() {
            self.told.push(entry.field);
        } else if object.0.len() == MAX_KEYS {
            cx.doubt();
            return true;
        } else if object.has(entry.key) {
            return false;
        }
        object.0.push((entry.key, entry.value));
        true
    }
}

/// Merge partials, the one with the highest precedence first.
pub fn merge<'a>(
    cx: Cx<'a>,
    partials: &[Partial<'a>],
    attributes: Attributes<'a>,
    preserve: bool,
) -> Merged<'a> {
    let mut merged = Merged::default();
    let mut used = Used::of(attributes);
    let (given, passed) = sorted_out(cx, partials, &mut merged, &mut used);
    for candidates in &given {
        let winner = match won(candidates) {
            Some(winner) => winner,
            None => continue,
        };
        if candidates.len() > 1 {
            for name in lost(cx, &winner, candidates) {
                used.set(name, false);
            }
        }
        if !is_without_messages(&winner) {
            merged.contents.set(winner.field, winner.value);
        }
    }
    for name in lost_entries(&passed, &merged) {
        used.set(name, false);
    }
    for partial in partials {
        for name in &partial.spent {
            used.set(name, true);
        }
        merged.fallback_type = merged.fallback_type.or(partial.fallback_type);
    }
    merged.leftovers = if preserve { attributes } else { cx.object(&used.others()) };
    merged
}

/// Return the contents of each field, and the entries whose key was taken by one before; set the fields with keys, and use all attributes that were
/// read.
fn sorted_out<'a>(
    cx: Cx<'a>,
    partials: &[Partial<'a>],
    merged: &mut Merged<'a>,
    used: &mut Used<'a>,
) -> (Vec<Vec<Content<'a>>>, Vec<Entry<'a>>) {
    let (mut given, mut passed) = (Vec::<Vec<Content>>::new(), Vec::new());
    for reading in partials.iter().flat_map(|partial| &partial.readings) {
        let read = match reading {
            Reading::Content(content) => {
                let is_same =
                    |others: &&mut Vec<Content>| others.iter().any(|other| other.field == content.field);
                match given.iter_mut().find(is_same) {
                    Some(others) => others.push(*content),
                    None => given.push(vec![*content]),
                }
                content.attributes
            }
            Reading::Entry(entry) => {
                if !merged.takes(cx, entry) {
                    passed.push(*entry);
                }
                entry.attributes
            }
        };
        for name in read {
            used.set(name, true);
        }
    }
    (given, passed)
}

/// Return the winner of a field: `_winner`.
fn won<'a>(candidates: &[Content<'a>]) -> Option<Content<'a>> {
    if candidates.len() <= 1 {
        return candidates.first().copied();
    }
    let mut ordered = candidates.to_vec();
    ordered.sort_by_key(|reading| reading.rank);
    let best = *ordered.iter().find(|reading| is_said(reading)).or_else(|| ordered.first())?;
    if best.rank < Rank::Messages || !is_message_list(best.value) {
        return Some(best);
    }
    // An instrumentation may write fewer messages, or less of them, under the better name (spec/translation.md 14, 6).
    let mut others = ordered.iter().filter(|other| other.value != best.value).peekable();
    if others.peek().is_none() {
        return Some(best);
    }
    let (mut found, mut most) = (best, extent(best.value));
    for other in others {
        let own = extent(other.value);
        if own > most {
            (found, most) = (*other, own);
        }
    }
    Some(found)
}

fn lost<'a>(cx: Cx<'a>, winner: &Content<'a>, candidates: &[Content<'a>]) -> Vec<&'a str> {
    let mut held = None;
    let mut lost = Vec::new();
    for reading in candidates {
        let others = reading.attributes.iter().filter(|name| !winner.attributes.contains(name));
        if others.clone().next().is_none() {
            continue;
        }
        let held = held.get_or_insert_with(|| scalars(winner.value));
        if !are_told_in(cx, &scalars(reading.value), held) {
            lost.extend(others);
        }
    }
    lost
}

/// Return the attributes of entries whose key another one has, and that say more than that one does.
fn lost_entries<'a>(passed: &[Entry<'a>], merged: &Merged<'a>) -> Vec<&'a str> {
    let mut lost = Vec::new();
    for reading in passed {
        let won = merged.object(reading.field).get(reading.key).unwrap_or(Value::Null);
        let is_repeated = || won == reading.value || scalars(reading.value).are_all_in(&scalars(won));
        if reading.attributes.is_empty() || is_repeated() {
            continue;
        }
        let is_model = reading.field == Field::Metadata && reading.key == MODEL;
        if !is_model || reading.value != merged.metadata.get(REQUEST_MODEL).unwrap_or(Value::Null) {
            lost.extend(reading.attributes);
        }
    }
    lost
}

/// An empty value counts only where somebody gave it for this very field.
fn is_said(reading: &Content) -> bool {
    let is_empty = match reading.value {
        Value::Null => return false,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    reading.rank == Rank::Explicit || !is_empty
}

/// An empty list of messages is nobody's value; an empty result of a tool is one.
fn is_without_messages(winner: &Content) -> bool {
    matches!(winner.value, Value::List([]))
        && Rank::Events <= winner.rank
        && winner.rank <= Rank::Indexed
        && winner.rank != Rank::ToolCall
}

/// Return how many messages there are, and how many of their parts are no text: ids of calls, images, files.
fn extent(value: Value) -> (usize, usize) {
    match value.list() {
        Some(messages) if is_message_list(value) => {
            (messages.len(), messages.iter().map(|message| beyond_text(*message)).sum())
        }
        _ => (0, 0),
    }
}

fn beyond_text(message: Value) -> usize {
    let listed = |key| message.get(key).and_then(Value::list).unwrap_or_default();
    let media = listed("content").iter().filter(|part| is_medium(**part)).count();
    let is_told = |value: Value, key| value.get(key).map_or(false, Value::is_truthy);
    let named = listed("tool_calls").iter().filter(|call| is_told(**call, "id")).count();
    media + named + usize::from(is_told(message, "tool_call_id"))
}

fn is_medium(part: Value) -> bool {
    part.get("type").and_then(Value::text).map_or(false, |kind| MEDIA.contains(&kind))
}

/// Which attributes were used: a table of their places, by what their names hash to, since most are asked for several times.
struct Used<'a> {
    attributes: Attributes<'a>,
    are_used: Vec<bool>,
    /// A place and one more; 0 is free. Its size is a power of two. A span with many attributes does not come here.
    places: Vec<u16>,
}

impl<'a> Used<'a> {
    fn of(attributes: Attributes<'a>) -> Self {
        let mut used = Used {
            attributes,
            are_used: vec![false; attributes.len()],
            places: vec![0; (2 * attributes.len() + 1).next_power_of_two()],
        };
        for (place, name) in attributes.keys().enumerate() {
            let (slot, _) = used.found(name);
            used.places[slot] = place as u16 + 1;
        }
        used
    }

    fn set(&mut self, name: &str, is_used: bool) {
        if let (_, Some(place)) = self.found(name) {
            self.are_used[place] = is_used;
        }
    }

    /// Return the slot of a name, or the free one where it would stand, and its place among the attributes.
    fn found(&self, name: &str) -> (usize, Option<usize>) {
        let last = self.places.len() - 1;
        let mut slot = text_hash(name) as usize & last;
        loop {
            let place = match self.places[slot] {
                0 => return (slot, None),
                place => usize::from(place) - 1,
            };
            if self.attributes.0[place].0 == name {
                return (slot, Some(place));
            }
            slot = (slot + 1) & last;
        }
    }

    /// Return the attributes that are not used.
    fn others(&self) -> Map<'a> {
        let told = self.attributes.iter().zip(&self.are_used);
        Map(told.filter(|(_, is_used)| !**is_used).map(|(attribute, _)| attribute).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::arena::Arena;
    use crate::translate::value::{Notes, Object};

    fn content<'a>(value: Value<'a>, rank: Rank, attributes: &'a [&'a str]) -> Reading<'a> {
        Reading::content("input", value, rank, attributes)
    }

    fn merged<'a>(cx: Cx<'a>, partials: &[Partial<'a>], names: &[&'a str]) -> (Merged<'a>, Vec<&'a str>) {
        let attributes = Map(names.iter().map(|name| (*name, Value::Bool(true))).collect());
        let merged = merge(cx, partials, cx.object(&attributes), false);
        let left = merged.leftovers.keys().collect();
        (merged, left)
    }

    #[test]
    fn the_better_rank_wins_and_what_it_does_not_say_is_left() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let (one, two) = (Value::Text("one"), Value::Text("two"));
        let partials = [
            Partial::of(vec![content(one, Rank::Text, &["a", "b"]), content(two, Rank::Text, &["c"])]),
            Partial::of(vec![
                content(two, Rank::Value, &["b"]),
                content(Value::Null, Rank::Explicit, &["d"]),
            ]),
        ];

        let (merged, left) = merged(cx, &partials, &["a", "b", "c", "d", "e"]);

        assert_eq!(merged.contents.0, [("input", two)]);
        assert_eq!(left, ["a", "e"]);
    }

    #[test]
    fn the_first_to_name_a_key_has_it_and_what_a_later_one_says_more_is_left() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let entry = |field, key, told, attributes| Reading::entry(field, key, Value::Text(told), attributes);
        let partials = [
            Partial::of(vec![
                entry(Field::Metrics, "k", "one", &["a"]),
                entry(Field::Metadata, "model", "one", &["b"]),
                entry(Field::Metadata, "request_model", "asked", &[]),
            ]),
            Partial::of(vec![
                entry(Field::Metrics, "k", "two", &["c"]),
                entry(Field::Metadata, "model", "asked", &["d"]),
                entry(Field::Metadata, "model", "one", &["e"]),
                entry(Field::Tags, "tag", "", &[]),
            ]),
        ];

        let (merged, left) = merged(cx, &partials, &["a", "b", "c", "d", "e"]);
        let mut row = Map::new();
        merged.object_fields(cx, &mut row);

        assert_eq!(left, ["c"]);
        assert_eq!(
            row.0.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
            ["metrics", "metadata", "tags"]
        );
        assert_eq!(row.get("tags"), Some(Value::List(&[Value::Text("tag")])));
    }

    #[test]
    fn spent_attributes_are_used_up_whoever_wins() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let partials = [
            Partial::of(vec![content(Value::Text("one"), Rank::Value, &["a"])]),
            Partial {
                readings: vec![content(Value::Text("two"), Rank::Value, &["b"])],
                spent: vec!["b"],
                fallback_type: Some("llm"),
            },
        ];

        let (merged, left) = merged(cx, &partials, &["a", "b"]);

        assert!(left.is_empty());
        assert_eq!(merged.fallback_type, Some("llm"));
    }

    #[test]
    fn an_empty_value_wins_only_where_its_field_was_named() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let empty = Value::Object(Object(&[]));
        let other = content(Value::Text("one"), Rank::Text, &[]);
        let inputs =
            |rank| merged(cx, &[Partial::of(vec![content(empty, rank, &[]), other])], &[]).0.contents.0;

        assert_eq!(inputs(Rank::Explicit), [("input", empty)]);
        assert_eq!(inputs(Rank::ToolCall), [("input", Value::Text("one"))]);
    }

    #[test]
    fn an_empty_list_of_messages_is_nobodys_value() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let is_told = |rank| {
            let partial = Partial::of(vec![content(Value::List(&[]), rank, &[])]);
            !merged(cx, &[partial], &[]).0.contents.is_empty()
        };

        assert!(!is_told(Rank::Messages) && !is_told(Rank::Indexed));
        assert!(is_told(Rank::ToolCall) && is_told(Rank::Value) && is_told(Rank::Explicit));
    }

    #[test]
    fn of_many_attributes_each_is_found() {
        let (arena, notes) = (Arena::new(), Notes::default());
        let cx = Cx::new(&arena, &notes);
        let told: Vec<String> = (0..3000).map(|number| format!("a.rather.long.name.{}", number)).collect();
        let names: Vec<&str> = told.iter().map(String::as_str).collect();
        let odd: Vec<&str> = names.iter().copied().skip(1).step_by(2).collect();
        let partial = Partial { spent: odd, ..Partial::default() };

        let (_, left) = merged(cx, &[partial], &names);

        assert_eq!(left, names.iter().copied().step_by(2).collect::<Vec<_>>());
    }
}
