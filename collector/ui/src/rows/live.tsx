// Listens for changes while the page is in view, and lets somebody pause that.
import { useEffect, useRef, useState } from "preact/hooks";

type Props = { address: string; refresh: () => Promise<number> };

/** Between two refreshes lies at least this, and four times what the last one took: a slow filter does not fill the server. */
const PAUSE_MS = 1000;

export function Live({ address, refresh }: Props) {
  const [isOn, turn] = useState(true);
  const [state, say] = useState("");
  const [isVisible, show] = useState(!document.hidden);
  const news = useRef(0);

  useEffect(() => {
    const look = () => show(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);

  useEffect(() => {
    if (!isOn || !isVisible) return;
    const stop = follow(address, async () => {
      news.current += await refresh();
      say(news.current ? `${news.current} new` : "");
    }, say);
    return stop;
  }, [isOn, isVisible, address]);

  return (
    <>
      <button type="button" aria-pressed={isOn} onClick={() => turn(!isOn)}>
        <span class="dot" aria-hidden="true" /> Live
      </button>
      <span role="status" class="quiet">
        {isOn ? state : "paused"}
      </span>
    </>
  );
}

/** Call `refresh` after changes, one call at a time; returns what ends it. */
export function follow(address: string, refresh: () => Promise<void>, say: (text: string) => void): () => void {
  const source = new EventSource(address);
  let isWaiting = false;
  let isRunning = false;
  let timer = 0;
  const run = async () => {
    if (isRunning) return;
    isRunning = true;
    isWaiting = false;
    const began = performance.now();
    try {
      await refresh();
    } catch {
      say("not reached");
    }
    timer = window.setTimeout(() => {
      isRunning = false;
      if (isWaiting) void run();
    }, Math.max(PAUSE_MS, 4 * (performance.now() - began)));
  };
  source.addEventListener("changed", () => {
    isWaiting = true;
    void run();
  });
  source.addEventListener("error", () => say(source.readyState === EventSource.CLOSED ? "not live" : "reconnecting"));
  return () => {
    source.close();
    window.clearTimeout(timer);
  };
}
