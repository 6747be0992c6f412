"""The proxy of models: calls in the form of OpenAI's API to the providers of the configuration, kept as rows, answered out of a cache."""
