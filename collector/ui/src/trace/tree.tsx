// The tree of a trace with its timeline: only the rows in sight are in the document, however many there are.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { showRow } from "./detail";
import { nextOf, opened, unfolded, WIDTH, type Step } from "./steps";
import { around, marksOf, moved, placed, WHOLE, zoomed, type Zoom } from "./zoom";

const ROW_PX = 28;
const SPARE = 8;
const SEARCH_MS = 250;
const INDENT_PX = 14;

interface Props {
  readonly steps: readonly Step[];
  readonly wholeS: number;
  /** The page of a row without its id, which comes last. */
  readonly address: string;
  /** Where the server looks for words in the text of the trace. */
  readonly search: string;
}

export function Tree({ steps, wholeS, address, search }: Props) {
  const [chosen, setChosen] = useState(() => chosenIn(steps));
  const [at, setAt] = useState(chosen);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [zoom, setZoom] = useState<Zoom>(WHOLE);
  const [words, setWords] = useState("");
  const matches = useMatches(steps, search, words);
  const shown = useMemo(() => unfolded(steps, folded), [steps, folded]);
  const scroll = useRef<HTMLDivElement>(null);
  const [first, count] = useSight(scroll, shown.length);

  const goTo = (next: number) => {
    if (next < 0) return;
    setAt(next);
    setFolded(opened(steps, folded, next));
  };
  const choose = (next: number, isNew = true) => {
    if (next < 0) return;
    goTo(next);
    setChosen(next);
    scroll.current?.focus({ preventScroll: true });
    if (isNew) history.pushState(null, "", address + encodeURIComponent(steps[next]!.id));
  };
  useShown(steps, chosen, address);
  useEffect(() => {
    const back = () => choose(chosenIn(steps), false);
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, [steps, folded]);
  useEffect(() => intoSight(scroll.current, shown.indexOf(at)), [at, shown]);

  const fold = (step: number, isFolded: boolean) => {
    const next = new Set(folded);
    if (isFolded) next.add(step);
    else next.delete(step);
    setFolded(next);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[at]!;
    const place = shown.indexOf(at);
    const hasParts = step.end > at + 1;
    const keys: Record<string, () => void> = {
      ArrowDown: () => goTo(shown[place + 1] ?? -1),
      ArrowUp: () => goTo(shown[place - 1] ?? -1),
      ArrowRight: () => (folded.has(at) ? fold(at, false) : hasParts && goTo(at + 1)),
      ArrowLeft: () => (hasParts && !folded.has(at) ? fold(at, true) : goTo(step.parent)),
      Home: () => goTo(0),
      End: () => goTo(shown[shown.length - 1] ?? -1),
      PageDown: () => goTo(shown[Math.min(place + count - 2 * SPARE, shown.length - 1)] ?? -1),
      PageUp: () => goTo(shown[Math.max(place - count + 2 * SPARE, 0)] ?? -1),
      Enter: () => choose(at),
      n: () => choose(nextOf(steps, at, 1, failed)),
      p: () => choose(nextOf(steps, at, -1, failed)),
      "+": () => setZoom(zoomed(zoom, 0.5)),
      "-": () => setZoom(zoomed(zoom, 2)),
      "0": () => setZoom(WHOLE),
      z: () => setZoom(around(step.left / WIDTH, (step.width ?? 0) / WIDTH)),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const onWheel = (event: WheelEvent) => {
    const bar = (event.target as Element).closest(".bar");
    if (!bar || !(event.ctrlKey || event.shiftKey)) return;
    event.preventDefault();
    const { left, width } = bar.getBoundingClientRect();
    const by = event.deltaY || event.deltaX;
    if (event.ctrlKey) setZoom(zoomed(zoom, by > 0 ? 1.25 : 0.8, (event.clientX - left) / width));
    else setZoom(moved(zoom, by / 500));
  };
  useWheel(scroll, onWheel);

  return (
    <>
      <div class="tree-tools">
        <input
          type="search"
          aria-label="Search within the trace"
          placeholder="Search within the trace"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !matches) return;
            event.preventDefault();
            goTo(nextOf(steps, at, event.shiftKey ? -1 : 1, (step) => matches.has(step.id)));
          }}
        />
        <span role="status">{matches ? `${matches.size} found` : ""}</span>
        {steps.some(failed) && (
          <button type="button" onClick={() => choose(nextOf(steps, at, 1, failed))}>
            Next error
          </button>
        )}
        <span class="zooms">
          <button type="button" aria-label="Zoom in" onClick={() => setZoom(zoomed(zoom, 0.5))}>+</button>
          <button type="button" aria-label="Zoom out" onClick={() => setZoom(zoomed(zoom, 2))}>−</button>
          <button type="button" onClick={() => setZoom(WHOLE)} disabled={zoom === WHOLE}>Whole</button>
        </span>
      </div>
      <Axis zoom={zoom} wholeS={wholeS} />
      <div
        ref={scroll}
        class="tree-rows"
        role="tree"
        tabIndex={0}
        aria-label="Steps of the trace"
        aria-activedescendant={`step-${at}`}
        style={{ height: `${shown.length * ROW_PX}px` }}
        onKeyDown={onKey}
      >
        <div class="tree-space" role="presentation" style={{ height: `${shown.length * ROW_PX}px` }}>
          {shown.slice(first, first + count).map((step, index) => (
            <Row
              key={step}
              step={steps[step]!}
              href={address + encodeURIComponent(steps[step]!.id)}
              at={step}
              place={first + index}
              zoom={zoom}
              isAt={step === at}
              isChosen={step === chosen}
              isFolded={folded.has(step)}
              isMatch={matches?.has(steps[step]!.id) ?? false}
              onChoose={() => choose(step)}
              onFold={() => fold(step, !folded.has(step))}
            />
          ))}
        </div>
      </div>
      <p class="quiet tree-keys">
        <kbd>↑</kbd> <kbd>↓</kbd> move, <kbd>←</kbd> <kbd>→</kbd> fold, <kbd>Enter</kbd> choose, <kbd>n</kbd> <kbd>p</kbd> errors,{" "}
        <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> <kbd>z</kbd> zoom
      </p>
    </>
  );
}

interface RowProps {
  readonly step: Step;
  readonly href: string;
  readonly at: number;
  readonly place: number;
  readonly zoom: Zoom;
  readonly isAt: boolean;
  readonly isChosen: boolean;
  readonly isFolded: boolean;
  readonly isMatch: boolean;
  readonly onChoose: () => void;
  readonly onFold: () => void;
}

function Row({ step, href, at, place, zoom, isAt, isChosen, isFolded, isMatch, onChoose, onFold }: RowProps) {
  const hasParts = step.end > at + 1;
  const bar = step.width === null ? null : placed(zoom, step.left / WIDTH, step.width / WIDTH);
  const look = ["step", step.failed && "failed", isChosen && "here", isAt && "at", isMatch && "match"].filter(Boolean).join(" ");
  return (
    <div
      id={`step-${at}`}
      class={look}
      role="treeitem"
      aria-level={step.depth + 1}
      aria-selected={isChosen}
      aria-expanded={hasParts ? !isFolded : undefined}
      style={{ transform: `translateY(${place * ROW_PX}px)` }}
      onClick={(event) => isPlain(event) && onChoose()}
    >
      <span class="what" style={{ paddingLeft: `${22 + step.depth * INDENT_PX}px` }}>
        {hasParts && (
          <span
            class="fold"
            style={{ left: `${step.depth * INDENT_PX + 2}px` }}
            onClick={(event) => {
              event.stopPropagation();
              onFold();
            }}
          >
            {isFolded ? "▸" : "▾"}
          </span>
        )}
        <a href={href} tabIndex={-1} onClick={keepPage}>
          <bdi>{step.name}</bdi>
        </a>{" "}
        {step.failed && <strong class="mark">error </strong>}
        <span class={`type t-${step.type}`}>{step.type}</span>
      </span>
      {bar ? (
        <svg class="bar" aria-hidden="true">
          <rect class={`t-${step.type}`} x={`${bar.x}%`} y="4" width={`${bar.width}%`} height="12" />
        </svg>
      ) : (
        <span class="bar" />
      )}
      <span class="n">{step.time}</span>
      <span class="n t">{step.tokens}</span>
      <span class="n c">{step.cost}</span>
    </div>
  );
}

function Axis({ zoom, wholeS }: { zoom: Zoom; wholeS: number }) {
  return (
    <div class="step axis" aria-hidden="true">
      <span>Span</span>
      <svg class="bar">
        {marksOf(zoom, wholeS).map(({ x, label }) => (
          <g key={label}>
            <line x1={`${x}%`} x2={`${x}%`} y1="0" y2="100%" />
            <text x={`${x}%`} y="12">{label}</text>
          </g>
        ))}
      </svg>
      <span class="n">Time</span>
      <span class="n t">Tokens</span>
      <span class="n c">Cost</span>
    </div>
  );
}

/** A click that asks for another tab or window is the browser's. */
const isPlain = (event: MouseEvent) => !(event.ctrlKey || event.metaKey || event.shiftKey);

function keepPage(event: MouseEvent): void {
  if (isPlain(event)) event.preventDefault();
}

const failed = (step: Step) => step.failed;

function chosenIn(steps: readonly Step[]): number {
  const named = new URLSearchParams(location.search).get("id");
  return Math.max(steps.findIndex((step) => step.id === named), 0);
}

/** Return the index of the first row to be drawn, and how many. */
function useSight(scroll: { current: HTMLDivElement | null }, total: number): [number, number] {
  const [sight, setSight] = useState<[number, number]>([0, 60]);
  useEffect(() => {
    const place = scroll.current;
    if (!place) return;
    const look = () => {
      const first = Math.max(Math.floor(place.scrollTop / ROW_PX) - SPARE, 0);
      const count = Math.ceil(place.clientHeight / ROW_PX) + 2 * SPARE;
      setSight((before) => (before[0] === first && before[1] === count ? before : [first, count]));
    };
    look();
    const sized = new ResizeObserver(look);
    sized.observe(place);
    place.addEventListener("scroll", look, { passive: true });
    return () => {
      sized.disconnect();
      place.removeEventListener("scroll", look);
    };
  }, [total]);
  return sight;
}

function intoSight(place: HTMLDivElement | null, row: number): void {
  if (!place || row < 0) return;
  const top = row * ROW_PX;
  if (top < place.scrollTop) place.scrollTop = top;
  else if (top + ROW_PX > place.scrollTop + place.clientHeight) place.scrollTop = top + ROW_PX - place.clientHeight;
}

/** Show the row of the chosen step, unless the page came with it; one that is chosen meanwhile ends the wait for it. */
function useShown(steps: readonly Step[], chosen: number, address: string): void {
  const shown = useRef(chosen);
  useEffect(() => {
    if (shown.current === chosen) return;
    shown.current = chosen;
    const ended = new AbortController();
    const page = address + encodeURIComponent(steps[chosen]!.id);
    showRow(page, ended.signal).then(
      (isShown) => isShown || location.assign(page),
      (error) => ended.signal.aborted || (console.error("the row is not shown:", error), location.assign(page)),
    );
    return () => ended.abort();
  }, [chosen]);
}

/** Return the ids of the steps that have the words: in their names at once, in their text when the server has looked. */
function useMatches(steps: readonly Step[], search: string, words: string): ReadonlySet<string> | null {
  const [inText, setInText] = useState<{ words: string; ids: string[] }>({ words: "", ids: [] });
  const asked = words.trim();
  useEffect(() => {
    if (!asked) return;
    const ended = new AbortController();
    const later = setTimeout(async () => {
      try {
        const answer = await fetch(`${search}&search=${encodeURIComponent(asked)}`, { signal: ended.signal });
        if (answer.ok) setInText({ words: asked, ids: (await answer.json()).ids });
      } catch (error) {
        if (!ended.signal.aborted) console.error("the search failed:", error);
      }
    }, SEARCH_MS);
    return () => {
      clearTimeout(later);
      ended.abort();
    };
  }, [asked, search]);
  return useMemo(() => {
    if (!asked) return null;
    const lower = asked.toLowerCase();
    const named = steps.filter((step) => step.name.toLowerCase().includes(lower) || step.type === lower);
    return new Set([...named.map((step) => step.id), ...(inText.words === asked ? inText.ids : [])]);
  }, [steps, asked, inText]);
}

/** Listen to the wheel so that it can be kept from scrolling, which Preact's own listener cannot. */
function useWheel(scroll: { current: HTMLDivElement | null }, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel);
  latest.current = onWheel;
  useEffect(() => {
    const place = scroll.current;
    if (!place) return;
    const listen = (event: WheelEvent) => latest.current(event);
    place.addEventListener("wheel", listen, { passive: false });
    return () => place.removeEventListener("wheel", listen);
  }, []);
}
