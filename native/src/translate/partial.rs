//! What one convention reads out of a span: values, each with the attributes that it was read from (`translate/partial.py`).

use crate::translate::value::Value;

/// Fields that several readings fill key by key; a tag is a key without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Metadata,
    Metrics,
    Scores,
    SpanAttributes,
    Context,
    Tags,
}

/// How much a source of content is worth; the lowest wins (spec/translation.md section 4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Somebody named the row's field itself (`braintrust.*`).
    Explicit,
    /// Messages in span events.
    Events,
    /// Arguments and result of a tool, on the tool's own span.
    ToolCall,
    /// Messages in the shape of the GenAI conventions.
    Messages,
    /// Messages as JSON text under an attribute that says so.
    MessagesJson,
    /// Messages in one attribute for each of their parts.
    Indexed,
    /// Something given or returned, of a call that is not the span's own subject.
    Value,
    /// One text of a prompt or an answer.
    Text,
}

/// A value for a whole field of the row; an empty value says nothing, unless the field itself was named.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    pub field: &'a str,
    pub value: Value<'a>,
    pub rank: Rank,
    pub attributes: &'a [&'a str],
}

/// A value for one key of an object field.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub field: Field,
    pub key: &'a str,
    pub value: Value<'a>,
    pub attributes: &'a [&'a str],
}

#[derive(Clone, Copy, Debug)]
pub enum Reading<'a> {
    Content(Content<'a>),
    Entry(Entry<'a>),
}

/// The readings of one convention, its better ones first.
#[derive(Clone, Debug, Default)]
pub struct Partial<'a> {
    /// What it read. An attribute that stands in none of them is a leftover.
    pub readings: Vec<Reading<'a>>,
    /// Attributes that were of use without being part of a value; they are used up even where another convention's reading of them loses.
    pub spent: Vec<&'a str>,
    /// The type of the span if no convention's marker names one.
    pub fallback_type: Option<&'a str>,
}

impl<'a> Partial<'a> {
    pub fn of(readings: Vec<Reading<'a>>) -> Self {
        Partial { readings, ..Partial::default() }
    }
}

impl<'a> Reading<'a> {
    pub fn content(field: &'a str, value: Value<'a>, rank: Rank, attributes: &'a [&'a str]) -> Self {
        Reading::Content(Content { field, value, rank, attributes })
    }

    pub fn entry(field: Field, key: &'a str, value: Value<'a>, attributes: &'a [&'a str]) -> Self {
        Reading::Entry(Entry { field, key, value, attributes })
    }

    pub fn attributes(&self) -> &'a [&'a str] {
        match self {
            Reading::Content(content) => content.attributes,
            Reading::Entry(entry) => entry.attributes,
        }
    }
}

impl<'a> From<Content<'a>> for Reading<'a> {
    fn from(content: Content<'a>) -> Self {
        Reading::Content(content)
    }
}

impl<'a> From<Entry<'a>> for Reading<'a> {
    fn from(entry: Entry<'a>) -> Self {
        Reading::Entry(entry)
    }
}
