"""A FastAPI app that asks a model, without waiting. It knows nothing of tracing; examples/zero_code.py runs it with it.

Run alone: OPENAI_BASE_URL=... uvicorn --app-dir examples fastapi_app:app
"""

from fastapi import FastAPI
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionToolParam

app = FastAPI()
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}

client = AsyncOpenAI(api_key="not-needed")


@app.get("/ask")
async def ask(question: str) -> dict[str, object]:
    """Answer the question with what the model wants to look up."""
    answer = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}], tools=[WEATHER]
    )
    return answer.choices[0].message.model_dump(exclude_none=True)
