"""Model providers: endpoints that speak OpenAI's API, which the proxy, functions and judges ask. They know no span and no row."""
