// What is proposed while a filter is typed: fields, operators behind a field, values behind an operator.

export type Fields = Readonly<Record<string, readonly string[]>>;

/** A word to put in the place of `from` to `to` of the text. */
export type Proposal = { text: string; from: number; to: number; kind: "field" | "operator" | "value" | "word" };

const MOST = 12;
const OPERATORS = ["=", "!=", ">", ">=", "<", "<=", "ILIKE", "IS NULL", "IS NOT NULL", "includes"];
const JOINING = ["and", "or"];
const BEHIND_OPERATOR = /([A-Za-z_][\w.]*)\s*(=|!=|>=|<=|>|<|\bILIKE|\bLIKE|\bincludes|\bin)\s*('(?:[^']|'')*|[\w.-]*)$/i;
const BEHIND_FIELD = /([A-Za-z_][\w.]*)\s+((?:IS\s+(?:NOT\s+)?)?[A-Za-z!=<>]*)$/i;
const BEHIND_VALUE = /(?:'(?:[^']|'')*'|\b\d[\d.]*|\bnull|\btrue|\bfalse)\s+([A-Za-z]*)$/i;
const FIELD = /([A-Za-z_][\w.]*)?$/;

/** Return what fits what stands before `caret`, the best first. */
export function proposalsAt(text: string, caret: number, fields: Fields): Proposal[] {
  const before = text.slice(0, caret);
  const value = BEHIND_OPERATOR.exec(before);
  if (value) return of("value", fields[value[1]!] ?? [], value[3]!, caret);
  const joining = BEHIND_VALUE.exec(before);
  if (joining) return of("word", JOINING, joining[1]!, caret);
  if (insideText(before)) return [];
  const behind = BEHIND_FIELD.exec(before);
  if (behind && behind[1]! in fields) return of("operator", OPERATORS, behind[2]!, caret);
  const typed = FIELD.exec(before)?.[1] ?? "";
  return of("field", Object.keys(fields), typed, caret);
}

function of(kind: Proposal["kind"], texts: readonly string[], typed: string, caret: number): Proposal[] {
  const wanted = typed.toLowerCase().replace(/^'/, "");
  const bare = (text: string) => text.toLowerCase().replace(/^'/, "");
  const begins = texts.filter((text) => bare(text).startsWith(wanted));
  const holds = texts.filter((text) => !bare(text).startsWith(wanted) && wanted && bare(text).includes(wanted));
  return [...begins, ...holds]
    .filter((text) => text !== typed)
    .slice(0, MOST)
    .map((text) => ({ text, from: caret - typed.length, to: caret, kind }));
}

const insideText = (before: string): boolean => (before.match(/'/g)?.length ?? 0) % 2 === 1;
