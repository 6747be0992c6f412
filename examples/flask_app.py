"""A Flask app that asks a model. It knows nothing of tracing; examples/zero_code.py runs it with tracing.

Run alone: OPENAI_BASE_URL=... flask --app examples/flask_app.py run
"""

from flask import Flask, request
from openai import OpenAI
from openai.types.chat import ChatCompletionToolParam

app = Flask(__name__)
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}

client = OpenAI(api_key="not-needed")


@app.get("/ask")
def ask() -> dict[str, object]:
    """Answer the question of the query string with what the model wants to look up."""
    answer = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": request.args["question"]}], tools=[WEATHER]
    )
    return answer.choices[0].message.model_dump(exclude_none=True)
