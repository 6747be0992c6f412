//! Langfuse's SDKs (`translate/conventions/langfuse`).

mod observation;
mod usage;

pub use observation::{claims, translate};
