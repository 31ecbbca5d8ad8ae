// What is being filled in: kept sealed on every change, with the form it was begun on, until it is a finished report.
import type { Form, Visit } from "./bundle";
import * as safe from "./safe";
import { type Waiting, dropSealed, finish, readSealed, reopen, sealedKeys, writeSealed } from "./store";

export interface Picture {
  kind: "note" | "signature";
  type: string;
  data: string;
  /** The question that it answers; of a signature alone. */
  name?: string;
}

/** Its report's id is fixed from the beginning, so that two taps or two tabs never make two of it. */
export interface Draft {
  reportId: string;
  visit: string;
  case: string;
  name: string;
  checklist: string;
  form: Form;
  outcomes: string;
  beganAt: string;
  section: number;
  values: [string, string][];
  pictures: Picture[];
  /** What the server found wrong: field to sentence. */
  wrong: Record<string, string>;
}

/** The body of a report and the draft that it was made of, for mending it. */
export interface Finished {
  body: unknown;
  draft: Draft;
}

const PREFIX = "draft:";
const key = (visit: string): string => PREFIX + visit;

export async function readDraft(visit: string): Promise<Draft | null> {
  const sealed = await readSealed(key(visit));
  return sealed ? safe.open<Draft>(sealed) : null;
}

/** The draft of this visit; a second tab gets the one that the first began. */
export function beginDraft(visit: Visit, checklist: string, form: Form, outcomes: string): Promise<Draft> {
  return navigator.locks.request(`begin ${visit.visit}`, async () => {
    const there = await readDraft(visit.visit);
    if (there) return there;
    const draft: Draft = {
      reportId: crypto.randomUUID(),
      visit: visit.visit,
      case: visit.case,
      name: visit.name,
      checklist,
      form,
      outcomes,
      beganAt: new Date().toISOString(),
      section: 0,
      values: [],
      pictures: [],
      wrong: {},
    };
    await keepDraft(draft);
    return draft;
  });
}

export async function keepDraft(draft: Draft): Promise<void> {
  await writeSealed(key(draft.visit), await safe.seal(draft));
}

export const dropDraft = (visit: string): Promise<void> => dropSealed(key(visit));

/** The visits of which something was begun. */
export async function begun(): Promise<Set<string>> {
  const keys = await sealedKeys();
  return new Set(keys.filter((each) => each.startsWith(PREFIX)).map((each) => each.slice(PREFIX.length)));
}

/** The draft is a report from now on. False when another tab was first. */
export async function hand(draft: Draft, body: unknown): Promise<boolean> {
  const now = Date.now();
  const finished: Finished = { body, draft };
  const report: Waiting = {
    id: draft.reportId,
    visit: draft.visit,
    sealed: await safe.seal(finished),
    state: "waiting",
    queuedAt: now,
    tries: 0,
    nextAt: now,
    why: "",
    what: [],
    at: now,
  };
  return finish(key(draft.visit), report);
}

/** A report that the server could not use is a draft again, under the same number: the server kept nothing of it. */
export async function mend(waiting: Waiting): Promise<string> {
  if (!waiting.sealed) throw new Error("nothing is kept of a delivered report");
  const { draft } = await safe.open<Finished>(waiting.sealed);
  const sealed = await safe.seal({ ...draft, wrong: Object.fromEntries(waiting.what.map((line) => split(line))) });
  await reopen(waiting.id, key(draft.visit), sealed);
  return draft.visit;
}

function split(line: string): [string, string] {
  const at = line.indexOf("\t");
  return [line.slice(0, at), line.slice(at + 1)];
}
