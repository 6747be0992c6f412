//! OpenInference, the convention of Arize Phoenix (`translate/conventions/openinference`).

mod call;
mod content;
mod given;
mod message;
mod note;
mod reader;

pub use reader::{claims, translate};
