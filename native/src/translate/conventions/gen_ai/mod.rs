//! The GenAI semantic conventions (`gen_ai.*`), those of today and those that they replaced (`translate/conventions/gen_ai`).

mod call;
mod content;
mod event;
mod indexed_message;
mod reader;
mod tool_run;

pub use reader::{claims, translate};
