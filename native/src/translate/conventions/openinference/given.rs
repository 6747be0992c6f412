//! The attributes of a span that OpenInference may have, all found in one walk.

use crate::translate::decode::Attributes;
use crate::translate::value::Value;

/// Where the content of one direction stands.
#[derive(Debug)]
pub struct Side {
    pub field: &'static str,
    pub role: &'static str,
    pub value: &'static str,
    pub messages: &'static str,
    pub texts: &'static str,
}

pub static INPUT: Side = Side {
    field: "input",
    role: "user",
    value: "input.value",
    messages: "llm.input_messages",
    texts: "llm.prompts",
};
pub static OUTPUT: Side = Side {
    field: "output",
    role: "assistant",
    value: "output.value",
    messages: "llm.output_messages",
    texts: "llm.choices",
};

/// What a span says of one direction; `lists` tells whether anything stands below a name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    pub value: Option<Value<'a>>,
    pub mime_type: Option<Value<'a>>,
    pub messages: Option<Value<'a>>,
    pub has_messages_below: bool,
    pub texts: Option<Value<'a>>,
    pub has_texts_below: bool,
}

/// What a span says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    pub attributes: Attributes<'a>,
    pub kind: Option<Value<'a>>,
    pub input: Told<'a>,
    pub output: Told<'a>,
    pub has_embeddings: bool,
    pub has_ranked: bool,
    pub has_ranked_out: bool,
    pub has_retrieved: bool,
    pub query: Option<Value<'a>>,
    /// As `MODELS`.
    pub models: [Option<Value<'a>>; 4],
    pub request_model: Option<Value<'a>>,
    /// As `PARAMETERS`.
    pub parameters: [Option<Value<'a>>; 2],
    pub has_provider: bool,
    pub has_tools: bool,
    /// As `COUNTS`.
    pub counts: [Option<Value<'a>>; 9],
    pub cost: Option<Value<'a>>,
    pub finish_reason: Option<Value<'a>>,
    pub metadata: Option<Value<'a>>,
    pub tags: Option<Value<'a>>,
    pub session: Option<Value<'a>>,
    pub user: Option<Value<'a>>,
    pub has_annotations: bool,
    pub has_evaluations: bool,
}

impl<'a> Given<'a> {
    pub fn of(attributes: Attributes<'a>) -> Self {
        let mut given = Given { attributes, ..Given::default() };
        for (name, value) in attributes.iter() {
            given.take(name, value);
        }
        given
    }

    pub fn told(&self, side: &Side) -> &Told<'a> {
        if std::ptr::eq(side, &INPUT) {
            &self.input
        } else {
            &self.output
        }
    }

    fn take(&mut self, name: &str, value: Value<'a>) {
        // By the first word: most of what others write is passed over after one look.
        let told = Some(value);
        if let Some(rest) = name.strip_prefix("llm.") {
            self.take_of_call(rest, told);
        } else if let Some(rest) = name.strip_prefix("reranker.") {
            self.has_ranked |= rest.starts_with("input_documents.");
            self.has_ranked_out |= rest.starts_with("output_documents.");
            match rest {
                "model_name" => self.models[3] = told,
                "query" => self.query = told,
                _ => (),
            }
        } else {
            match name {
                "input.value" => self.input.value = told,
                "input.mime_type" => self.input.mime_type = told,
                "output.value" => self.output.value = told,
                "output.mime_type" => self.output.mime_type = told,
                "openinference.span.kind" => self.kind = told,
                "embedding.model_name" => self.models[2] = told,
                "embedding.invocation_parameters" => self.parameters[1] = told,
                "metadata" => self.metadata = told,
                "tag.tags" => self.tags = told,
                "session.id" => self.session = told,
                "user.id" => self.user = told,
                _ => {
                    self.has_embeddings |= name.starts_with("embedding.embeddings.");
                    self.has_retrieved |= name.starts_with("retrieval.documents.");
                    self.has_annotations |= name.starts_with("annotations.");
                    self.has_evaluations |= name.starts_with("evaluations.");
                }
            }
        }
    }

    fn take_of_call(&mut self, rest: &str, told: Option<Value<'a>>) {
        if rest.starts_with("input_messages.") {
            self.input.has_messages_below = true;
        } else if rest.starts_with("output_messages.") {
            self.output.has_messages_below = true;
        } else if rest.starts_with("tools.") {
            self.has_tools = true;
        } else if let Some(count) = rest.strip_prefix("token_count.") {
            let place = COUNTS.iter().position(|(name, _)| name[TOKEN_COUNT.len()..] == *count);
            if let Some(place) = place {
                self.counts[place] = told;
            }
        } else {
            match rest {
                "input_messages" => self.input.messages = told,
                "output_messages" => self.output.messages = told,
                "prompts" => self.input.texts = told,
                "choices" => self.output.texts = told,
                "response.model_name" => self.models[0] = told,
                "model_name" => self.models[1] = told,
                "request.model_name" => self.request_model = told,
                "invocation_parameters" => self.parameters[0] = told,
                "provider" | "system" => self.has_provider = true,
                "finish_reason" => self.finish_reason = told,
                "cost.total" => self.cost = told,
                _ => {
                    self.input.has_texts_below |= rest.starts_with("prompts.");
                    self.output.has_texts_below |= rest.starts_with("choices.");
                }
            }
        }
    }
}

/// Attributes with parameters as a JSON object; they may hold nothing of use.
pub const PARAMETERS: [&str; 2] = ["llm.invocation_parameters", "embedding.invocation_parameters"];

pub const MODELS: [&str; 4] =
    ["llm.response.model_name", "llm.model_name", "embedding.model_name", "reranker.model_name"];

const TOKEN_COUNT: &str = "llm.token_count.";
/// Attributes with counts, and their metrics.
pub const COUNTS: [(&str, &str); 9] = [
    ("llm.token_count.prompt", "prompt_tokens"),
    ("llm.token_count.completion", "completion_tokens"),
    ("llm.token_count.total", "tokens"),
    ("llm.token_count.prompt_details.cache_read", "prompt_cached_tokens"),
    ("llm.token_count.prompt_details.cache_input", "prompt_cached_tokens"),
    ("llm.token_count.prompt_details.cache_write", "prompt_cache_creation_tokens"),
    ("llm.token_count.prompt_details.audio", "prompt_audio_tokens"),
    ("llm.token_count.completion_details.reasoning", "completion_reasoning_tokens"),
    ("llm.token_count.completion_details.audio", "completion_audio_tokens"),
];
