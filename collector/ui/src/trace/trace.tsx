// The island of a trace: the whole tree from the server, in the place of the window of it that the page came with.
import { render } from "preact";
import type { Mount } from "../islands";
import { readSteps } from "./steps";
import { Tree } from "./tree";
import "./trace.css";

interface Props {
  readonly steps: string;
  readonly row: string;
}

export const mount: Mount = (place, props) => {
  load(place, props as Props).catch((error) => console.error("the trace stays as it is:", error));
};

async function load(place: HTMLElement, { steps, row }: Props): Promise<void> {
  const answer = await fetch(steps);
  if (!answer.ok) throw new Error(`the steps of the trace: ${answer.status}`);
  const told = await answer.json();
  const read = readSteps(told.steps);
  place.replaceChildren();
  place.removeAttribute("tabindex"); // what scrolls is inside now
  place.classList.add("live");
  render(<Tree steps={read} wholeS={told.whole_s} address={row} search={steps} />, place);
}
