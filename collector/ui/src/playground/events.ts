// Server-sent events out of the body of an answer: `EventSource` cannot send a form.

export type StreamEvent = { name: string; data: string };

/** Return the events that are whole in a text, and what of the text is left. */
export function eventsIn(text: string): [StreamEvent[], string] {
  const parts = text.split("\n\n");
  const left = parts.pop() ?? "";
  return [parts.map(eventOf), left];
}

/** Yield the events of a body as they come. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const [events, left] = eventsIn(text + decoder.decode(value, { stream: true }));
    text = left;
    yield* events;
  }
}

function eventOf(part: string): StreamEvent {
  const lines = part.split("\n");
  const said = (field: string) => lines.filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2));
  return { name: said("event")[0] ?? "message", data: said("data").join("\n") };
}
