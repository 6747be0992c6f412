//! The conventions, each a module as in `translate/conventions`, the one with the highest precedence first.

pub mod agentops;
pub mod anthropic_sdk;
pub mod braintrust;
pub mod claude_code;
pub mod gen_ai;
pub mod genkit;
pub mod google_adk;
pub mod haystack;
pub mod langfuse;
pub mod langsmith;
pub mod litellm;
pub mod livekit;
pub mod logfire;
pub mod mastra;
pub mod mlflow;
pub mod openinference;
pub mod openlit;
pub mod openllmetry;
pub mod plain;
pub mod spring_ai;
pub mod vercel_ai;

use crate::translate::decode::Span;
use crate::translate::partial::Partial;
use crate::translate::value::Cx;

/// One way to write what a span means.
pub struct Convention {
    /// Tells whether a span has anything that this convention reads.
    pub claims: for<'a> fn(&Span<'a>) -> bool,
    /// Reads a span.
    pub translate: for<'a> fn(Cx<'a>, &Span<'a>) -> Partial<'a>,
}

/// As `CONVENTIONS` of `translate/span.py`.
pub static CONVENTIONS: [Convention; 21] = [
    Convention { claims: braintrust::claims, translate: braintrust::translate },
    Convention { claims: vercel_ai::claims, translate: vercel_ai::translate },
    Convention { claims: openlit::claims, translate: openlit::translate },
    Convention { claims: litellm::claims, translate: litellm::translate },
    Convention { claims: claude_code::claims, translate: claude_code::translate },
    Convention { claims: mastra::claims, translate: mastra::translate },
    Convention { claims: gen_ai::claims, translate: gen_ai::translate },
    Convention { claims: anthropic_sdk::claims, translate: anthropic_sdk::translate },
    Convention { claims: google_adk::claims, translate: google_adk::translate },
    Convention { claims: langfuse::claims, translate: langfuse::translate },
    Convention { claims: langsmith::claims, translate: langsmith::translate },
    Convention { claims: openinference::claims, translate: openinference::translate },
    Convention { claims: openllmetry::claims, translate: openllmetry::translate },
    Convention { claims: haystack::claims, translate: haystack::translate },
    Convention { claims: mlflow::claims, translate: mlflow::translate },
    Convention { claims: agentops::claims, translate: agentops::translate },
    Convention { claims: livekit::claims, translate: livekit::translate },
    Convention { claims: genkit::claims, translate: genkit::translate },
    Convention { claims: spring_ai::claims, translate: spring_ai::translate },
    Convention { claims: logfire::claims, translate: logfire::translate },
    Convention { claims: plain::claims, translate: plain::translate },
];
