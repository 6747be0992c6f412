import { expect, test } from "vitest";
import { eventsIn, eventsOf, type StreamEvent } from "../src/playground/events";

test("events are read once they are whole", () => {
  const [events, left] = eventsIn('event: text\ndata: {"a":1}\n\nevent: page\ndata: x');

  expect(events).toEqual([{ name: "text", data: '{"a":1}' }]);
  expect(left).toBe("event: page\ndata: x");
});

test("what has no name is a message, and lines of data are one text", () => {
  expect(eventsIn("data: a\ndata: b\n\n")[0]).toEqual([{ name: "message", data: "a\nb" }]);
});

test("events come out of a body whose parts cut them and their characters", async () => {
  const bytes = new TextEncoder().encode("event: text\ndata: ä\n\ndata: b\n\n");
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      for (const byte of bytes) stream.enqueue(Uint8Array.of(byte));
      stream.close();
    },
  });
  const found: StreamEvent[] = [];

  for await (const event of eventsOf(body)) found.push(event);

  expect(found).toEqual([
    { name: "text", data: "ä" },
    { name: "message", data: "b" },
  ]);
});
