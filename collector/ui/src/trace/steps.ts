// The steps of a trace as the server tells them (`ui/steps.py`), and which of them are to be seen. No element is touched here.

/** Where the server's axis ends; bars are given in its units. */
export const WIDTH = 1000;

type Told = [string, string, string, number, number, number | null, string, string, string, boolean];

/** One step; `end` is the index behind the last step under it. */
export interface Step {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  readonly left: number;
  readonly width: number | null;
  readonly time: string;
  readonly tokens: string;
  readonly cost: string;
  readonly failed: boolean;
  readonly end: number;
  readonly parent: number;
}

/** Return steps in the order of their tree, each with what is under it. */
export function readSteps(told: readonly Told[]): Step[] {
  const ends = new Array<number>(told.length).fill(told.length);
  const parents = new Array<number>(told.length).fill(-1);
  const path: number[] = [];
  told.forEach((each, at) => {
    while (path.length && told[path[path.length - 1]!]![3] >= each[3]) ends[path.pop()!] = at;
    parents[at] = path[path.length - 1] ?? -1;
    path.push(at);
  });
  return told.map(([id, name, type, depth, left, width, time, tokens, cost, failed], at) => ({
    id, name, type, depth, left, width, time, tokens, cost, failed, end: ends[at]!, parent: parents[at]!,
  }));
}

/** Return the indexes of the steps that no folded one hides. */
export function unfolded(steps: readonly Step[], folded: ReadonlySet<number>): number[] {
  const shown: number[] = [];
  for (let at = 0; at < steps.length; at = folded.has(at) ? steps[at]!.end : at + 1) shown.push(at);
  return shown;
}

/** Return the next step that fits, from `at` on in a direction and around; -1 where there is none. */
export function nextOf(steps: readonly Step[], at: number, by: 1 | -1, fits: (step: Step) => boolean): number {
  for (let passed = 1; passed <= steps.length; passed++) {
    const next = (((at + by * passed) % steps.length) + steps.length) % steps.length;
    if (fits(steps[next]!)) return next;
  }
  return -1;
}

/** Return what is folded once every step above `at` is open. */
export function opened(steps: readonly Step[], folded: ReadonlySet<number>, at: number): ReadonlySet<number> {
  const open = new Set(folded);
  for (let above = steps[at]?.parent ?? -1; above >= 0; above = steps[above]!.parent) open.delete(above);
  return open.size === folded.size ? folded : open;
}
