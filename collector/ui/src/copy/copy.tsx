// A button that copies the text of a `pre`.
import { render } from "preact";
import { useState } from "preact/hooks";
import type { Mount } from "../islands";
import "./copy.css";

export const mount: Mount = (place) => {
  const text = place.querySelector("pre")?.textContent ?? "";
  const bar = place.appendChild(document.createElement("div"));
  bar.className = "copy";
  render(<Copy text={text} />, bar);
};

function Copy({ text }: { text: string }) {
  const [said, say] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      say("The browser does not let a page copy here: select the text instead");
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>
      <span role="status" class="quiet">
        {said}
      </span>
    </>
  );
}
