import { expect, test } from "vitest";
import { nextOf, opened, readSteps, unfolded } from "../src/trace/steps";
import { around, marksOf, moved, placed, WHOLE, zoomed } from "../src/trace/zoom";

const steps = readSteps(
  [0, 1, 2, 1, 0].map((depth, at) => [`s${at}`, `step ${at}`, "task", depth, 0, 1, "", "", "", at === 2 || at === 4]),
);

test("a step knows what is under it and what is above", () => {
  expect(steps.map((step) => [step.parent, step.end])).toEqual([[-1, 4], [0, 3], [1, 3], [0, 4], [-1, 5]]);
});

test("what is under a folded step is not shown", () => {
  expect(unfolded(steps, new Set([1]))).toEqual([0, 1, 3, 4]);
  expect(unfolded(steps, new Set([0, 1]))).toEqual([0, 4]);
});

test("a step that is gone to is opened from above", () => {
  expect([...opened(steps, new Set([0, 1, 3]), 2)]).toEqual([3]);
});

test("the next error is searched in both directions and around", () => {
  const failed = (step: { failed: boolean }) => step.failed;
  expect([nextOf(steps, 0, 1, failed), nextOf(steps, 4, 1, failed), nextOf(steps, 0, -1, failed)]).toEqual([2, 2, 4]);
  expect(nextOf(steps, 0, 1, () => false)).toBe(-1);
});

test("a zoom goes nearer around a place and never beyond the whole", () => {
  expect(zoomed(WHOLE, 0.5, 0)).toEqual({ from: 0, to: 0.5 });
  expect(zoomed({ from: 0, to: 0.5 }, 4)).toEqual(WHOLE);
  expect(moved({ from: 0, to: 0.5 }, 9)).toEqual({ from: 0.5, to: 1 });
  expect(around(0.5, 0.1).to - around(0.5, 0.1).from).toBeCloseTo(0.12);
});

test("a bar has its place in what is shown", () => {
  expect(placed({ from: 0.5, to: 1 }, 0.75, 0.25)).toEqual({ x: 50, width: 50 });
  expect(placed({ from: 0.5, to: 1 }, 0, 0.1)).toBeNull();
  expect(placed({ from: 0.5, to: 1 }, 0, 1)).toEqual({ x: 0, width: 100 });
});

test("marks are round times of what is shown", () => {
  expect(marksOf(WHOLE, 6.5).map((mark) => mark.label)).toEqual(["0", "2 s", "4 s"]);
  expect(marksOf({ from: 0.5, to: 0.6 }, 10).map((mark) => mark.label)).toEqual(["5 s", "5.5 s"]);
  expect(marksOf(WHOLE, 0)).toEqual([]);
});
