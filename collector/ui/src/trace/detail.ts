// The chosen row: its part of the page comes from the server as on the page without script, and takes the place of the one before.
import { mountIslands } from "../islands";

const PARTS = ["main > h1", "main > h1 + p", ".detail", ".side"];

/** Put the row of an address where the row before stood; false where the server does not give it. */
export async function showRow(address: string, signal: AbortSignal): Promise<boolean> {
  const answer = await fetch(address, { headers: { "x-otel-bridge-part": "row" }, signal });
  if (!answer.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const places = PARTS.map((part) => [document.querySelector(part), page.querySelector(part)] as const);
  if (!places.every(([before, after]) => before && after)) return false;
  for (const [before, after] of places) {
    const placed = document.adoptNode(after!);
    before!.replaceWith(placed);
    await mountIslands(placed);
  }
  document.title = page.title;
  return true;
}
