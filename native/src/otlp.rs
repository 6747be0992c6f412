//! The messages of an OTLP trace request. It names what exists, and reads nothing.
//!
//! Source: opentelemetry-proto, `trace.proto`, `common.proto` and `resource.proto`, as of the package `opentelemetry-proto` 1.45; a test compares
//! them with that package's descriptors.

use crate::wire::Kind::{Bytes, Fixed32, Fixed64, Message, Messages, Text, Texts, Unknown, Varint};
use crate::wire::{Kind, Shape};

pub static REQUEST: Shape = all(&[Unknown, Messages(&RESOURCE_SPANS)]);
pub static RESOURCE_SPANS: Shape = all(&[
    Unknown,
    Message(&RESOURCE),
    Messages(&SCOPE_SPANS),
    Text, // schema_url
]);
pub static RESOURCE: Shape = all(&[
    Unknown,
    Messages(&KEY_VALUE),
    Varint, // dropped_attributes_count
    Messages(&ENTITY_REF),
]);
pub static SCOPE_SPANS: Shape = all(&[
    Unknown,
    Message(&SCOPE),
    Messages(&SPAN),
    Text, // schema_url
]);
pub static SPAN: Shape = all(&[
    Unknown,
    Bytes,   // trace_id
    Bytes,   // span_id
    Text,    // trace_state
    Bytes,   // parent_span_id
    Text,    // name
    Varint,  // kind
    Fixed64, // start_time_unix_nano
    Fixed64, // end_time_unix_nano
    Messages(&KEY_VALUE),
    Varint, // dropped_attributes_count
    Messages(&EVENT),
    Varint, // dropped_events_count
    Messages(&LINK),
    Varint, // dropped_links_count
    Message(&STATUS),
    Fixed32, // flags
]);
pub static KEY_VALUE: Shape = all(&[
    Unknown,
    Text, // key
    Message(&ANY_VALUE),
    Varint, // key_strindex
]);
pub static ANY_VALUE: Shape = Shape {
    fields: &[
        Unknown,
        Text,    // string_value
        Varint,  // bool_value
        Varint,  // int_value
        Fixed64, // double_value
        Message(&ARRAY_VALUE),
        Message(&KEY_VALUE_LIST),
        Bytes,  // bytes_value
        Varint, // string_value_strindex
    ],
    is_choice: true,
};
pub static ARRAY_VALUE: Shape = all(&[Unknown, Messages(&ANY_VALUE)]);
pub static KEY_VALUE_LIST: Shape = all(&[Unknown, Messages(&KEY_VALUE)]);
pub static ENTITY_REF: Shape = all(&[
    Unknown, Text,  // schema_url
    Text,  // type
    Texts, // id_keys
    Texts, // description_keys
]);
pub static SCOPE: Shape = all(&[
    Unknown,
    Text, // name
    Text, // version
    Messages(&KEY_VALUE),
    Varint, // dropped_attributes_count
]);
pub static EVENT: Shape = all(&[
    Unknown,
    Fixed64, // time_unix_nano
    Text,    // name
    Messages(&KEY_VALUE),
    Varint, // dropped_attributes_count
]);
pub static LINK: Shape = all(&[
    Unknown,
    Bytes, // trace_id
    Bytes, // span_id
    Text,  // trace_state
    Messages(&KEY_VALUE),
    Varint,  // dropped_attributes_count
    Fixed32, // flags
]);
pub static STATUS: Shape = all(&[
    Unknown, Unknown, Text,   // message
    Varint, // code
]);

const fn all(fields: &'static [Kind]) -> Shape {
    Shape { fields, is_choice: false }
}
