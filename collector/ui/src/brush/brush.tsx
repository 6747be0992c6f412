// A chart on which somebody chooses a stretch of time: by dragging, or with the arrow keys. Escape lets go of it.
import { render } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Mount } from "../islands";
import { addressOf, said, stepsOf, stretchOf, type Axis } from "./stretch";
import "./brush.css";

type Props = { begin: string; end: string; step_s: number; title: string };
/** Two places of the chart, from 0 to 1. */
type Chosen = { start: number; at: number };

const LEAST_PX = 4; // less is a click, which leads to the logs behind a point

export const mount: Mount = (place, props) => {
  const { begin, end, step_s: stepS, title } = props as Props;
  const axis = { begin: Date.parse(begin), end: Date.parse(end), step: stepS * 1000 };
  const chart = place.querySelector<SVGSVGElement>("svg.chart");
  if (!chart || stepsOf(axis) < 1) return;
  const over = place.appendChild(document.createElement("div"));
  over.className = "brush-over";
  render(<Brush place={place} chart={chart} axis={axis} title={title} />, over);
};

function Brush({ place, chart, axis, title }: { place: HTMLElement; chart: SVGSVGElement; axis: Axis; title: string }) {
  const [chosen, choose] = useState<Chosen | null>(null);
  const latest = useRef<Chosen | null>(null); // what handlers see between two renderings
  const set = (next: Chosen | null) => {
    latest.current = next;
    choose(next);
  };
  const zoom = () => {
    const found = latest.current;
    set(null); // the page may come back as it was left
    if (found) location.assign(addressOf(location.href, stretchOf(axis, found.start, found.at)));
  };
  useLayoutEffect(() => listen(place, chart, set, zoom), []);
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 1 / stepsOf(axis);
    const by = { ArrowLeft: -step, ArrowRight: step, Home: -1, End: 1 }[event.key];
    if (by !== undefined) {
      const { start, at } = latest.current ?? { start: by < 0 ? 1 : 0, at: by < 0 ? 1 : 0 };
      const next = latest.current || event.shiftKey ? Math.min(Math.max(at + by, 0), 1) : at;
      set({ start: event.shiftKey ? start : next, at: next });
    } else if (event.key === "Enter" && latest.current) zoom();
    else if (event.key === "Escape" && latest.current) set(null);
    else return;
    event.preventDefault();
  };
  const stretch = chosen && stretchOf(axis, chosen.start, chosen.at);
  const box = chart.viewBox.baseVal;
  const inset = -box.x / box.width;
  const left = chosen ? (inset + Math.min(chosen.start, chosen.at) * (1 - 2 * inset)) * 100 : 0;
  const wide = chosen ? Math.abs(chosen.start - chosen.at) * (1 - 2 * inset) * 100 : 0;
  return (
    <>
      <button
        type="button"
        class="brush-keys"
        aria-label={`Choose a stretch of ${title}: arrow keys move, with Shift they stretch, Enter zooms, Escape lets go`}
        onKeyDown={onKey}
        onBlur={() => set(null)}
      />
      {chosen && (
        <svg class="brush-mark" preserveAspectRatio="none" viewBox="0 0 100 100" aria-hidden="true">
          <rect x={left} y="0" width={Math.max(wide, 0.4)} height="100" />
        </svg>
      )}
      <p class="brush-said" role="status">
        {stretch ? `${said(stretch.from)} to ${said(stretch.until)} UTC` : ""}
      </p>
    </>
  );
}

/** Let a mouse or pen drag over the chart; a press that hardly moves stays a click. */
function listen(place: HTMLElement, chart: SVGSVGElement, set: (next: Chosen | null) => void, zoom: () => void): () => void {
  let pressed: { x: number; start: number } | null = null;
  let isDragged = false;
  const end = () => {
    pressed = null;
    place.classList.remove("brushed");
  };
  const handlers: Partial<{ [Name in keyof DocumentEventMap]: (event: DocumentEventMap[Name]) => void }> = {
    pointermove: ({ clientX }) => {
      if (!pressed || (!isDragged && Math.abs(clientX - pressed.x) < LEAST_PX)) return;
      isDragged = true;
      place.classList.add("brushed");
      set({ start: pressed.start, at: partOf(chart, clientX) });
    },
    pointerup: () => {
      if (pressed && isDragged) zoom();
      end();
    },
    pointercancel: () => {
      if (pressed) set(null);
      end();
    },
    keydown: ({ key }) => {
      if (!pressed || key !== "Escape") return;
      set(null);
      end();
    },
  };
  chart.addEventListener("pointerdown", ({ button, pointerType, clientX }) => {
    isDragged = false;
    if (button === 0 && pointerType !== "touch") pressed = { x: clientX, start: partOf(chart, clientX) };
  });
  chart.addEventListener("dragstart", (event) => event.preventDefault()); // a point is a link, which a browser would drag away
  chart.addEventListener("click", (event) => isDragged && event.preventDefault());
  const all = Object.entries(handlers) as [string, EventListener][];
  for (const [name, handler] of all) document.addEventListener(name, handler);
  return () => all.forEach(([name, handler]) => document.removeEventListener(name, handler));
}

/** Return where on the axis of time a place of the window is: 0 at the first number, 1 at the last. */
function partOf(chart: SVGSVGElement, clientX: number): number {
  const { left, width } = chart.getBoundingClientRect();
  const box = chart.viewBox.baseVal;
  const inset = -box.x / box.width;
  return Math.min(Math.max(((clientX - left) / width - inset) / (1 - 2 * inset), 0), 1);
}
