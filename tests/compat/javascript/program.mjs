// The `braintrust` package of npm, unmodified, against the sidecar of BRAINTRUST_API_URL: every check asserts for itself.
import assert from "node:assert/strict";
import * as braintrust from "braintrust";

const API = process.env.BRAINTRUST_API_URL;
const PROJECT = `javascript-${process.pid}-${Date.now()}`;
const logger = braintrust.initLogger({ projectName: PROJECT });

async function call(method, path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
  assert.equal(response.status, 200, `${method} ${path}`);
  return response.json();
}

async function query(text) {
  return (await call("POST", "/btql", { query: text, fmt: "json" })).data;
}

async function logs(condition = "true") {
  await braintrust.flush();
  return query(`select: * | from: project_logs('${await logger.id}') | filter: ${condition} | sort: created asc`);
}

async function all(records) {
  const found = [];
  for await (const record of records) found.push(record);
  return found;
}

let exported;
let dataset;

const checks = {
  async "a trace becomes a tree"() {
    await logger.traced(
      async (span) => {
        span.log({ input: { q: 1 }, metadata: { user: "u" } });
        exported = await span.export();
        await braintrust.traced(async (inner) => inner.log({ output: 2, scores: { good: 0.5 }, tags: ["x"] }), {
          name: "inner",
          type: "tool",
        });
      },
      { name: "outer" },
    );
    const [outer, inner] = await logs();
    assert.deepEqual([outer.is_root, outer.input, outer.span_attributes.type], [true, { q: 1 }, "task"]);
    assert.deepEqual(inner.span_parents, [outer.span_id]);
    assert.deepEqual([inner.output, inner.scores, inner.tags], [2, { good: 0.5 }, ["x"]]);
  },

  async "an error is kept"() {
    const failing = logger.traced(
      async () => {
        throw new Error("boom");
      },
      { name: "failing" },
    );
    await assert.rejects(failing);
    const [row] = await logs("name = 'failing'");
    assert.match(row.error, /boom/);
  },

  async "a span is updated and hung under from elsewhere"() {
    braintrust.updateSpan({ exported, output: "later", metadata: { more: 1 } });
    await braintrust.traced(async () => 1, { name: "below", parent: exported });
    const [outer] = await logs("name = 'outer'");
    const [below] = await logs("name = 'below'");
    assert.deepEqual([outer.output, outer.metadata], ["later", { user: "u", more: 1 }]);
    assert.deepEqual([below.span_parents, below.root_span_id], [[outer.span_id], outer.root_span_id]);
  },

  async "feedback is part of its row"() {
    const [{ id }] = await logs("name = 'outer'");
    logger.logFeedback({ id, scores: { thumbs: 1 }, comment: "nice", expected: "e", tags: ["seen"], metadata: { by: "u" } });
    const [outer] = await logs("name = 'outer'");
    assert.deepEqual([outer.scores, outer.expected, outer.tags], [{ thumbs: 1 }, "e", ["seen"]]);
    assert.deepEqual(outer.comments.map((comment) => comment.comment.text), ["nice"]);
    assert.equal(outer.metadata.by, undefined);
  },

  async "experiments are compared"() {
    const first = braintrust.init(PROJECT, { experiment: "first", metadata: { a: 1 } });
    first.log({ input: 1, output: 1, expected: 1, scores: { exact: 1 } });
    first.log({ input: 2, output: 1, expected: 2, scores: { exact: 0 } });
    assert.equal((await first.summarize()).scores.exact.score, 0.5);
    const second = braintrust.init(PROJECT, { experiment: "second", baseExperiment: "first" });
    const rated = second.log({ input: 1, output: 1, expected: 1, scores: { exact: 0.5 } });
    second.logFeedback({ id: rated, scores: { human: 1 }, comment: "hm" });
    const { scores, comparisonExperimentName } = await second.summarize();
    assert.equal(comparisonExperimentName, "first");
    assert.deepEqual([scores.exact.diff, scores.exact.regressions, scores.human.score], [-0.5, 1, 1]);
    assert.equal((await second.fetchBaseExperiment()).name, "first");
    assert.notEqual(await braintrust.init(PROJECT, { experiment: "first" }).name, "first");
  },

  async "an experiment is opened again"() {
    const open = braintrust.init(PROJECT, { experiment: "first", open: true });
    assert.deepEqual((await all(open.fetch())).map((row) => row.input).sort(), [1, 2]);
    assert.equal((await all(open.asDataset())).length, 2);
    const update = braintrust.init(PROJECT, { experiment: "first", update: true });
    assert.equal(await update.id, await open.id);
  },

  async "a dataset keeps its versions"() {
    dataset = braintrust.initDataset(PROJECT, { dataset: "cases" });
    dataset.insert({ id: "a", input: 1, expected: 2, metadata: { k: 1 }, tags: ["t"] });
    dataset.insert({ id: "b", input: 3 });
    await dataset.flush();
    const version = await dataset.version();
    await dataset.createSnapshot({ name: "before" });
    dataset.update({ id: "a", metadata: { z: 1 } });
    dataset.delete("b");
    await dataset.flush();
    const [now] = await all(braintrust.initDataset(PROJECT, { dataset: "cases" }).fetch());
    assert.deepEqual([now.id, now.metadata], ["a", { k: 1, z: 1 }]);
    for (const chosen of [{ version }, { snapshotName: "before" }]) {
      const then = await all(braintrust.initDataset(PROJECT, { dataset: "cases", ...chosen }).fetch());
      assert.deepEqual(then.map((record) => [record.id, record.metadata]).sort(), [["a", { k: 1 }], ["b", null]]);
    }
    assert.deepEqual(await dataset.restorePreview({ version }), { rows_to_restore: 2, rows_to_delete: 0 });
    assert.equal((await dataset.summarize()).dataSummary.totalRecords, 1);
  },

  async "an evaluation scores a dataset with what its spans say"() {
    const ran = await braintrust.Eval(
      PROJECT,
      {
        experimentName: "evaluated",
        data: braintrust.initDataset(PROJECT, { dataset: "cases" }),
        task: () => braintrust.traced(async (span) => {
          span.log({ input: [{ role: "user", content: "one and one?" }], output: "2" });
          return 2;
        }, { name: "inside", type: "llm" }),
        scores: [
          ({ output, expected }) => ({ name: "exact", score: output === expected ? 1 : 0 }),
          async ({ trace }) => ({ name: "traced", score: (await trace.getSpans()).length > 1 ? 1 : 0 }),
          async ({ trace }) => ({ name: "told", score: (await trace.getThread()).length === 2 ? 1 : 0 }),
        ],
        trialCount: 2,
      },
      { reporter: { name: "quiet", reportEval: () => true, reportRun: () => true } },
    );
    assert.deepEqual(ran.results.map((result) => result.scores), [{ exact: 1, traced: 1, told: 1 }, { exact: 1, traced: 1, told: 1 }]);
    const roots = await query(`select: * | from: experiment('${ran.summary.experimentId}') | filter: is_root`);
    assert.deepEqual(roots.map((root) => [root.origin.object_type, root.origin.id]), [["dataset", "a"], ["dataset", "a"]]);
  },

  async "a prompt is loaded by version and by environment"() {
    const content = (text) => ({ prompt: { type: "chat", messages: [{ role: "user", content: text }] }, options: { model: "m" } });
    const fields = { project_id: await logger.id, name: "P", slug: "p", prompt_data: content("hi {{x}}") };
    const made = await call("POST", "/v1/prompt", fields);
    await call("PATCH", `/v1/prompt/${made.id}`, { prompt_data: content("bye {{x}}") });
    await call("PUT", `/environment-object/prompt/${made.id}/production`, { object_version: made._xact_id });
    const text = async (chosen) => (await braintrust.loadPrompt({ projectName: PROJECT, slug: "p", ...chosen })).build({ x: "you" }).messages[0].content;
    assert.equal(await text({}), "bye you");
    assert.equal(await text({ version: made._xact_id }), "hi you");
    assert.equal(await text({ environment: "production" }), "hi you");
    assert.equal((await braintrust.getPromptVersions(await logger.id, made.id)).length, 2);
  },

  async "parameters are loaded"() {
    const schema = { type: "object", properties: { tone: { type: "string", default: "dry" } } };
    const function_data = { type: "parameters", __schema: schema, data: { tone: "warm" } };
    await call("POST", "/v1/function", { project_id: await logger.id, name: "P", slug: "tone", function_data });
    assert.deepEqual((await braintrust.loadParameters({ projectName: PROJECT, slug: "tone" })).data, { tone: "warm" });
  },

  async "attachments come back"() {
    const text = new braintrust.Attachment({ data: new Blob(["hello"]), filename: "a.txt", contentType: "text/plain" });
    const json = new braintrust.JSONAttachment({ deep: [1, 2] });
    logger.log({ id: "attached", input: { text, json } }, { allowConcurrentWithSpans: true });
    const [row] = await logs("id = 'attached'");
    const read = async (reference) => (await new braintrust.ReadonlyAttachment(reference).data()).text();
    assert.equal(await read(row.input.text), "hello");
    assert.equal(await read(row.input.json), '{"deep":[1,2]}');
  },

  async "a row above the limit takes the way round"() {
    logger.log({ id: "large", input: "x".repeat(7 * 1024 * 1024) }, { allowConcurrentWithSpans: true });
    await braintrust.flush();
    const [row] = await query(`select: len(input) as n | from: project_logs('${await logger.id}') | filter: id = 'large'`);
    assert.equal(row.n, 7 * 1024 * 1024);
  },

  async "functions are invoked, whole and as a stream"() {
    const named = { globalFunction: "Levenshtein", input: { output: "a", expected: "ab" } };
    const value = { name: "Levenshtein", score: 0.5, metadata: {} };
    assert.deepEqual(await braintrust.invoke(named), value);
    assert.deepEqual(await (await braintrust.invoke({ ...named, stream: true })).finalValue(), value);
    await assert.rejects(braintrust.invoke({ ...named, input: { output: "a" } }), /requires an expected value/);
  },

  async "a function that cannot run says so"() {
    await assert.rejects(braintrust.invoke({ projectName: PROJECT, slug: "none", input: 1 }), /404/);
  },
};

let failures = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
process.exit(failures ? 1 : 0);
