// The table of logs: it grows downwards as somebody scrolls, upwards as rows arrive, and keeps in the page what is near the window.
import { render } from "preact";
import type { Mount } from "../islands";
import { Live } from "./live";
import { mergeNewest } from "./merge";
import { fetchRows, keyOf, rowsIn, type RowsPage } from "./page";
import { Window } from "./window";
import "./rows.css";

type Props = { live: string };

export const mount: Mount = (place, props) => {
  const rows = new Rows(place);
  const { live } = props as Props;
  if (live) {
    const bar = document.createElement("div");
    bar.className = "live";
    place.before(bar);
    render(<Live address={live} refresh={() => rows.refresh()} />, bar);
  }
};

class Rows {
  private readonly known = new Map<string, HTMLTableRowElement>();
  private window: Window | null = null;
  private next: string | null = null;

  constructor(private readonly place: HTMLElement) {
    this.take(rowsIn(document));
  }

  /** Ask for the newest rows of what the address says; return how many are new. */
  async refresh(): Promise<number> {
    const page = await fetchRows(location.href);
    const table = this.place.querySelector<HTMLTableElement>("table.rows");
    const added = table && mergeNewest(table, page.rows, this.known);
    if (added !== null) return added;
    if (!page.place || (!table && !page.table)) return 0;
    this.place.replaceChildren(...page.place.childNodes);
    this.known.clear();
    this.take(rowsIn(document));
    return page.rows.length;
  }

  private take(page: RowsPage): void {
    this.window?.end();
    this.window = null;
    this.next = page.next;
    if (!page.table) return;
    this.know(page.rows);
    this.window = new Window(page.table, () => this.older());
    if (this.next) this.window.awaitMore();
    this.place.querySelector<HTMLElement>('a[rel="next"]')?.closest("p")?.setAttribute("hidden", "");
  }

  private async older(): Promise<void> {
    if (!this.next) return;
    try {
      const page = await fetchRows(new URL(this.next, location.href).href);
      const fresh = page.rows.filter((row) => !this.known.has(keyOf(row))).map((row) => document.adoptNode(row));
      this.next = page.next;
      this.know(fresh);
      this.window?.append(fresh);
      if (this.next) this.window?.awaitMore();
    } catch {
      // The link of the server leads on.
      this.place.querySelector<HTMLElement>('a[rel="next"]')?.closest("p")?.removeAttribute("hidden");
    }
  }

  private know(rows: readonly HTMLTableRowElement[]): void {
    for (const row of rows) this.known.set(keyOf(row), row);
  }
}
