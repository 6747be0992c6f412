// What of a long table is in the page: one body for each page of rows. A body far from the window gives its place to an empty row of its height.

const NEAR = "1500px 0px";

export class Window {
  private readonly kept = new Map<Element, { rows: Element[]; spacer: HTMLTableRowElement }>();
  private readonly near = new IntersectionObserver((seen) => this.onSeen(seen), { rootMargin: NEAR });
  private readonly end_ = document.createElement("div");
  private readonly atEnd = new IntersectionObserver((seen) => this.onEnd(seen), { rootMargin: NEAR });

  constructor(
    private readonly table: HTMLTableElement,
    private readonly more: () => Promise<void>,
  ) {
    (table.closest(".scroll") ?? table).after(this.end_);
    for (const body of table.tBodies) this.near.observe(body);
  }

  /** Ask for more as soon as the end comes near. */
  awaitMore(): void {
    this.atEnd.unobserve(this.end_); // tells anew where the end is, also if it has not moved
    this.atEnd.observe(this.end_);
  }

  append(rows: readonly HTMLTableRowElement[]): void {
    const body = this.table.createTBody();
    body.append(...rows);
    this.near.observe(body);
  }

  end(): void {
    this.near.disconnect();
    this.atEnd.disconnect();
    this.end_.remove();
  }

  private onEnd(seen: IntersectionObserverEntry[]): void {
    if (!seen.some((each) => each.isIntersecting)) return;
    this.atEnd.unobserve(this.end_);
    void this.more();
  }

  private onSeen(seen: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) this.restore(target);
      else if (target !== this.table.tBodies[0]) this.empty(target); // what arrives comes into the first one
    }
  }

  private empty(body: Element): void {
    // A tick counts, and a focus stays, only while its row is in the page.
    if (this.kept.has(body) || body.querySelector(":checked, :focus")) return;
    const height = body.getBoundingClientRect().height;
    const spacer = document.createElement("tr");
    spacer.append(document.createElement("td"));
    spacer.style.height = `${height}px`;
    this.kept.set(body, { rows: [...body.children], spacer });
    body.replaceChildren(spacer);
  }

  private restore(body: Element): void {
    const kept = this.kept.get(body);
    if (!kept) return;
    this.kept.delete(body);
    body.replaceChildren(...kept.rows);
  }
}
