// The part of the time of a trace that its timeline shows, as parts of the whole: from 0 to 1.

export interface Zoom {
  readonly from: number;
  readonly to: number;
}

export const WHOLE: Zoom = { from: 0, to: 1 };
const NEAREST = 1e-6;
const ROUND = [1, 2, 5, 10];
const MARKS = 4;
const LAST_LABEL = 0.9;

/** Zoom by a factor around a place of what is shown, from 0 to 1; a factor below 1 goes nearer. */
export function zoomed({ from, to }: Zoom, factor: number, around = 0.5): Zoom {
  const span = Math.min(Math.max((to - from) * factor, NEAREST), 1);
  return within(from + (to - from - span) * around, span);
}

/** Move what is shown by a part of itself. */
export function moved({ from, to }: Zoom, by: number): Zoom {
  return within(from + (to - from) * by, to - from);
}

/** Return the zoom that shows a part of the time with some room around it. */
export function around(left: number, width: number): Zoom {
  const span = Math.min(Math.max(width * 1.2, NEAREST), 1);
  return within(left + width / 2 - span / 2, span);
}

/** Return where a bar stands in what is shown, in percent; null where it does not. */
export function placed({ from, to }: Zoom, left: number, width: number): { x: number; width: number } | null {
  const x = ((left - from) / (to - from)) * 100;
  const wide = (width / (to - from)) * 100;
  if (x + wide < 0 || x > 100) return null;
  const begin = Math.max(x, 0);
  return { x: begin, width: Math.max(Math.min(x + wide, 100) - begin, 0.1) };
}

/** Return the times of the axis: where each stands, in percent, and what it says. */
export function marksOf({ from, to }: Zoom, wholeS: number): { x: number; label: string }[] {
  const spanS = wholeS * (to - from);
  if (!(spanS > 0) || !Number.isFinite(spanS)) return [];
  const unit = 10 ** Math.floor(Math.log10(spanS / MARKS));
  const stepS = unit * ROUND.find((each) => spanS / MARKS <= unit * each * (1 + 1e-9))!;
  const marks = [];
  for (let each = Math.ceil((wholeS * from) / stepS); each * stepS <= wholeS * from + spanS * LAST_LABEL; each++) {
    marks.push({ x: ((each * stepS - wholeS * from) / spanS) * 100, label: timeLabel(each * stepS) });
  }
  return marks;
}

function timeLabel(atS: number): string {
  if (atS === 0) return "0";
  return atS < 1 ? `${Number((atS * 1000).toPrecision(6))} ms` : `${Number(atS.toPrecision(6))} s`;
}

function within(from: number, span: number): Zoom {
  const begin = Math.min(Math.max(from, 0), 1 - span);
  return { from: begin, to: begin + span };
}
