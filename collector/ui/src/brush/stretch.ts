// From a part of a chart to the stretch of time that it shows. Numbers are about a step of time each, from their own time on.

export interface Axis {
  /** Times of the first and the last number, in ms. */
  readonly begin: number;
  readonly end: number;
  /** Time that one number is about, in ms. */
  readonly step: number;
}

export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** Return how many steps there are from the first number to the last. */
export function stepsOf({ begin, end, step }: Axis): number {
  return Math.max(Math.round((end - begin) / step), 0);
}

/** Return the stretch of the numbers between two places of a chart, from 0 to 1; of the one before both where there is none between. */
export function stretchOf(axis: Axis, one: number, other: number): Stretch {
  const steps = stepsOf(axis);
  const left = Math.min(Math.max(Math.min(one, other), 0), 1) * steps;
  const right = Math.min(Math.max(Math.max(one, other), 0), 1) * steps;
  const last = Math.floor(right + 1e-9);
  const first = Math.min(Math.ceil(left - 1e-9), last);
  return { from: axis.begin + first * axis.step, until: axis.begin + (last + 1) * axis.step };
}

/** Return the address that shows a stretch, with all else that an address asks for; ranges do not count beside it. */
export function addressOf(href: string, { from, until }: Stretch): string {
  const url = new URL(href);
  url.searchParams.delete("since");
  url.searchParams.set("from", written(from));
  url.searchParams.set("until", written(until));
  return url.href;
}

/** Write a time as the page does: in UTC, to the second. */
export function said(time: number): string {
  return written(time).replace("T", " ");
}

function written(time: number): string {
  return new Date(time).toISOString().slice(0, 19);
}
