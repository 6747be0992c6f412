//! The compiled parts of otel-bridge-collector: what the sidecar does with each ordinary OTLP request and each ordinary span, without Python.
//!
//! Python loads this library by ctypes (`otel_bridge_collector/compiled.py`) and keeps every decision that is out of the ordinary; where the
//! library is not installed, it does all of it. Nothing here calls Python.

#![deny(unsafe_op_in_unsafe_fn)]

pub mod append;
pub mod check;
mod crc;
pub mod ffi;
pub mod ffi_lane;
pub mod ffi_translate;
pub mod lane;
mod otlp;
pub mod record;
pub mod senders;
mod sys;
pub mod template;
pub mod translate;
mod wire;
#[cfg(test)]
mod written;
