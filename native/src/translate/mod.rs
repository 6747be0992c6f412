//! OTLP trace requests to rows: what `decode` and `translate` of the sidecar do for ordinary spans, in a fraction of the time.
//!
//! Each file here does what the Python file of its name does, function by function; Python says why. A span that has anything out of the ordinary
//! is left to Python, with a doubt (`Cx::doubt`), so that nothing rare is written twice. Tests of the sidecar hold both to the same rows.

pub mod arena;
mod blocks;
mod chat_message;
mod conventions;
pub mod decode;
mod echo;
mod error;
mod haystack_message;
mod indexed;
pub mod json;
mod json_text;
mod log_row;
mod marshal;
mod merge;
mod merge_value;
mod message_event;
mod messages;
mod model_name;
mod names;
mod own;
mod parameter;
mod parent;
mod partial;
mod parts;
mod printed_item;
mod python_literal;
mod row;
mod scalar;
mod span;
mod span_summary;
mod text_hash;
mod tools;
mod truncation;
mod usage;
pub mod value;
mod whole;

pub use span::packed_rows;
