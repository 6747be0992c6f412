// The keyboard: keys that act on the page, and the list of them behind `?`.
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Mount } from "../islands";
import { actOwn, ownKeys } from "./own";
import { placesOf, type Place } from "./places";
import "./keys.css";

const PREFIX_MS = 1500;

export const mount: Mount = (place) => {
  const places = placesOf(document.querySelectorAll<HTMLAnchorElement>("header nav a"));
  render(<Keys places={places} />, place);
};

function Keys({ places }: { places: readonly Place[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = () => dialog.current?.showModal();
  useEffect(() => listen(places, open), []);
  return (
    <>
      <button type="button" class="keys" onClick={open} aria-haspopup="dialog">
        Keys <kbd>?</kbd>
      </button>
      <dialog ref={dialog} aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl>
          <Key keys={["j"]} does="next row" />
          <Key keys={["k"]} does="row before" />
          <Key keys={["Enter"]} does="open the row" />
          <Key keys={["x"]} does="tick the row" />
          <Key keys={["/"]} does="to the filter" />
          {ownKeys().map((each) => (
            <Key keys={[each.key]} does={each.does} />
          ))}
          {document.querySelector("[data-island=brush]") && (
            <>
              <Key keys={["←", "→"]} does="in a chart: to another number" />
              <Key keys={["Shift", "←", "→"]} does="choose a stretch of a chart" />
              <Key keys={["Enter"]} does="zoom into what is chosen of a chart" />
            </>
          )}
          {places.map((each) => (
            <Key keys={["g", each.key]} does={`to ${each.label}`} />
          ))}
          <Key keys={["?"]} does="this list" />
          <Key keys={["Esc"]} does="close what is open, leave a field" />
        </dl>
        <form method="dialog">
          <button>Close</button>
        </form>
      </dialog>
    </>
  );
}

function Key({ keys, does }: { keys: readonly string[]; does: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}

function listen(places: readonly Place[], open: () => void): () => void {
  let prefixed = 0;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (isField(target)) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const isPrefixed = performance.now() - prefixed < PREFIX_MS && prefixed > 0;
    prefixed = !isPrefixed && event.key === "g" ? performance.now() : 0;
    const isDone = isPrefixed ? go(places, event.key) : act(event.key, open) || actOwn(event);
    if (isDone) event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function isField(element: HTMLElement): boolean {
  return element.matches("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])");
}

function go(places: readonly Place[], key: string): boolean {
  const place = places.find((each) => each.key === key);
  if (place) location.assign(place.href);
  return place !== undefined;
}

function act(key: string, open: () => void): boolean {
  if (key === "?") open();
  else if (key === "/") document.querySelector<HTMLElement>("#filter")?.focus();
  else if (key === "j") step(1);
  else if (key === "k") step(-1);
  else if (key === "x") tick();
  else return false;
  return true;
}

/** Move the focus from row to row; from elsewhere to the first one. */
function step(by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>("main tbody th a")];
  const at = links.findIndex((each) => each.closest("tr")?.contains(document.activeElement));
  const next = links[at < 0 ? 0 : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function tick(): void {
  document.activeElement?.closest("tr")?.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click();
}
