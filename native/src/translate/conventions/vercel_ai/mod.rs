//! The Vercel AI SDK's own attributes, `ai.*` (`translate/conventions/vercel_ai`).

mod content;
mod part;
mod reader;
mod usage;

pub use reader::{claims, translate};
