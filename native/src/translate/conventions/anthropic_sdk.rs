//! `translate/conventions/anthropic_sdk.py`.

use crate::translate::decode::Span;
use crate::translate::partial::{Partial, Reading};
use crate::translate::usage::{metric_of, token_metrics, Count};
use crate::translate::value::Cx;

const USAGE: &str = "anthropic.usage.";

/// Tell whether Anthropic's SDK counted tokens on the span.
pub fn claims(span: &Span) -> bool {
    span.has_prefix(USAGE)
}

/// Read the `anthropic.usage.*` attributes of `span`.
pub fn translate<'a>(cx: Cx<'a>, span: &Span<'a>) -> Partial<'a> {
    let counts = span.attributes.iter().filter_map(|(attribute, value)| {
        let metric = metric_of(attribute.strip_prefix(USAGE)?)?;
        Some(Count { metric, value, attributes: cx.names(&[attribute]) })
    });
    let counts: Vec<Count> = counts.collect();
    Partial::of(token_metrics(&counts).into_iter().map(Reading::from).collect())
}
