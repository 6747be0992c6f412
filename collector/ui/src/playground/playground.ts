// The playground shows what a run gives as it comes; the page that the server makes in the end is that without script.
import { mountIslands, type Mount } from "../islands";
import { eventsOf } from "./events";
import "./playground.css";

export const mount: Mount = (place) => {
  const form = place.querySelector("form"); // no island by itself: its fields hide what an element has of the same names
  if (!form) throw new Error("there is no form");
  form.addEventListener("submit", (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    if (!runsOnce(form, button?.value ?? "enter")) return;
    event.preventDefault();
    void run(form, button);
  });
};

/** Tell whether a step runs each variant once; on a dataset only the whole table is of use. */
function runsOnce(form: HTMLFormElement, step: string): boolean {
  const dataset = form.querySelector<HTMLSelectElement>("#dataset");
  return step === "run" || (step === "enter" && !dataset?.value);
}

async function run(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
  const stop = new AbortController();
  const bar = barOf(() => stop.abort());
  const buttons = [...form.querySelectorAll<HTMLButtonElement>("button:not([disabled])")];
  const given = new URLSearchParams([...new FormData(form, button)].map(([name, value]) => [name, String(value)]));
  buttons.forEach((each) => (each.disabled = true));
  form.prepend(bar);
  bar.querySelector("button")?.focus();
  try {
    await show(form, await fetch(form.action, { method: "POST", body: given, headers: { "x-otel-bridge-part": "run" }, signal: stop.signal }));
  } catch {
    buttons.forEach((each) => (each.disabled = false));
    form.querySelectorAll("[aria-busy]").forEach((each) => each.removeAttribute("aria-busy"));
    say(bar, stop.signal.aborted ? "Stopped: this is what came until then." : "The connection broke: this is what came until then.");
  }
}

async function show(form: HTMLFormElement, answer: Response): Promise<void> {
  if (!answer.body || !answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    return replacePage(await answer.text());
  }
  form.querySelectorAll("[data-variant]").forEach((each) => empty(each));
  for await (const { name, data } of eventsOf(answer.body)) {
    const told = JSON.parse(data) as { variant: string; text: string; html: string };
    if (name === "page") return replacePage(told.html);
    form.querySelector(`[data-variant="${told.variant}"] pre`)?.append(told.text);
  }
  throw new Error("the stream ended before the page");
}

/** Put an empty answer in the place of the one before. */
function empty(variant: Element): void {
  variant.querySelector('[role="group"]')?.remove();
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", `${variant.getAttribute("aria-label")} gives`);
  group.setAttribute("aria-busy", "true");
  group.className = "coming";
  group.append(Object.assign(document.createElement("pre"), { dir: "auto" }));
  variant.append(group);
}

function barOf(stop: () => void): HTMLElement {
  const bar = document.createElement("p");
  bar.className = "does";
  const said = Object.assign(document.createElement("span"), { textContent: "Running …" });
  said.setAttribute("role", "status");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Stop", onclick: stop });
  bar.append(said, " ", button);
  return bar;
}

function say(bar: HTMLElement, text: string): void {
  bar.querySelector("button")?.remove();
  const said = bar.querySelector("span");
  if (said) said.textContent = text;
}

async function replacePage(html: string): Promise<void> {
  const page = new DOMParser().parseFromString(html, "text/html");
  const [main, made] = [document.querySelector("main"), page.querySelector("main")];
  if (!main || !made) throw new Error("there is no page");
  main.replaceChildren(...[...made.childNodes].map((each) => document.adoptNode(each)));
  document.title = page.title;
  await mountIslands(main);
  (main.querySelector<HTMLElement>("[autofocus]") ?? main.querySelector<HTMLElement>('button[value="run"]') ?? main).focus({ preventScroll: true });
}
