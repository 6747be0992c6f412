// The field of the filter proposes words: a combobox, as the ARIA practices have it, over the field that the server rendered.
import { render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Mount } from "../islands";
import { proposalsAt, type Fields, type Proposal } from "./words";
import "./filter.css";

type Props = { words: string };

export const mount: Mount = (place, props) => {
  const input = place.querySelector<HTMLInputElement>("#filter");
  if (!input) throw new Error("there is no field");
  const list = document.createElement("div");
  list.className = "proposals";
  input.after(list);
  render(<Proposals input={input} address={(props as Props).words} />, list);
};

function Proposals({ input, address }: { input: HTMLInputElement; address: string }) {
  const [fields, setFields] = useState<Fields | null>(null);
  const [shown, show] = useState<Proposal[]>([]);
  const [at, choose] = useState(-1);

  useLayoutEffect(() => {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", "proposals");
    const load = () => void fetchFields(address).then(setFields, () => setFields({}));
    input.addEventListener("focus", load, { once: true });
    if (document.activeElement === input) load();
    return () => input.removeEventListener("focus", load);
  }, [input, address]);

  const propose = () => {
    choose(-1);
    show(fields ? proposalsAt(input.value, input.selectionStart ?? input.value.length, fields) : []);
  };
  const close = () => {
    choose(-1);
    show([]);
  };
  const take = (proposal: Proposal) => {
    input.setRangeText(`${proposal.text} `, proposal.from, proposal.to, "end");
    propose();
    input.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" && !shown.length) propose();
    else if (event.key === "ArrowDown") choose((at + 1) % shown.length);
    else if (event.key === "ArrowUp" && shown.length) choose((at <= 0 ? shown.length : at) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && shown[at]) take(shown[at]);
    else if (event.key === "Escape" && shown.length) close();
    else return;
    event.preventDefault();
  };

  useEffect(() => {
    if (input.value && document.activeElement === input) propose(); // somebody typed while they were fetched
  }, [fields]);

  // Before the next key, not after the next frame: who presses two keys within one would meet what was chosen before.
  useLayoutEffect(() => {
    input.setAttribute("aria-expanded", String(shown.length > 0));
    if (at >= 0) input.setAttribute("aria-activedescendant", `proposal-${at}`);
    else input.removeAttribute("aria-activedescendant");
    input.addEventListener("input", propose);
    input.addEventListener("keydown", onKey);
    input.addEventListener("blur", close);
    return () => {
      input.removeEventListener("input", propose);
      input.removeEventListener("keydown", onKey);
      input.removeEventListener("blur", close);
    };
  });

  return (
    <ul id="proposals" role="listbox" aria-label="Proposals" hidden={!shown.length} style={{ left: `${input.offsetLeft - (input.form?.offsetLeft ?? 0)}px` }}>
      {shown.map((proposal, index) => (
        <li
          id={`proposal-${index}`}
          role="option"
          aria-selected={index === at}
          onMouseDown={(event) => {
            event.preventDefault(); // the field keeps the focus
            take(proposal);
          }}
        >
          <code>{proposal.text}</code> <span class="quiet">{proposal.kind}</span>
        </li>
      ))}
    </ul>
  );
}

async function fetchFields(address: string): Promise<Fields> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return ((await answer.json()) as { fields: Fields }).fields;
}
