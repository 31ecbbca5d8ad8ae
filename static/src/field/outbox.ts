// Sending finished reports: each by itself, a few side by side, so that a bad one keeps no other back; and keeping an honest account.
import { LONG, type Hello, ask } from "./api";
import type { Finished } from "./drafts";
import * as safe from "./safe";
import { type Waiting, changeWaiting, dropWaiting, readOutbox } from "./store";

const SECOND = 1000;
const FIRST_WAIT = 15 * SECOND;
const LONGEST_WAIT = 15 * 60 * SECOND;
const DAY = 24 * 3600 * SECOND;
/** On a slow line an answer is long under way. What a browser cannot send at once waits in the browser. */
const SIDE_BY_SIDE = 10;

/** Why sending stopped before the end; null when everything due was offered. */
export type Stop = "offline" | "portal" | "signed-out" | "revoked" | "locked" | null;

export const isUnsent = (one: Waiting): boolean => one.state === "waiting" || one.state === "refused";

export async function unsent(): Promise<Waiting[]> {
  return (await readOutbox()).filter(isUnsent);
}

/** Offer what is due (all that waits when `now`). One tab at a time; `changed` is called after each. */
export async function send(said: Hello, now: boolean, changed: () => Promise<void>): Promise<Stop> {
  const done = await navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => {
    if (!lock) return null;
    await forgetDelivered();
    const waiting = (await readOutbox()).filter((one) => one.state === "waiting");
    waiting.sort((a, b) => a.queuedAt - b.queuedAt);
    const due = waiting.filter((one) => now || one.nextAt <= Date.now());
    let stop: Stop = null;
    const sender = async (): Promise<void> => {
      for (let one = due.shift(); one && !stop; one = due.shift()) {
        stop = (await safe.state()) === "open" ? await offer(one, said.token ?? "") : "locked";
        void changed();
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, sender));
    return stop;
  });
  return done;
}

async function offer(one: Waiting, token: string): Promise<Stop> {
  if (!one.sealed) return null;
  const { body } = await safe.open<Finished>(one.sealed);
  const answer = await ask("PUT", `reports/${one.id}`, body, token, LONG);
  const at = Date.now();
  if (answer.kind === "offline" || answer.kind === "portal") {
    await later(one, "why-offline");
    return answer.kind;
  }
  if (answer.kind === "server") {
    await later(one, "why-server");
    return null;
  }
  const { status, body: said } = answer;
  if (status === 200 || status === 201) {
    await changeWaiting(one.id, { state: "delivered", sealed: null, why: "", what: [], at });
  } else if (status === 202) {
    await changeWaiting(one.id, { state: "parked", sealed: null, why: "", what: [], at });
  } else if (status === 401) {
    await changeWaiting(one.id, { why: "why-signed-out", at });
    return "signed-out";
  } else if (status === 403 && said.device === "revoked") {
    return "revoked";
  } else if (status === 409) {
    await changeWaiting(one.id, { state: "refused", why: "why-other", at });
  } else if (status === 413) {
    await changeWaiting(one.id, { state: "refused", why: "why-large", at });
  } else if (status === 422) {
    await changeWaiting(one.id, { state: "refused", why: "why-invalid", what: problems(said.errors), at });
  } else {
    await later(one, "why-server");
  }
  return null;
}

/** The server names fields and what is wrong with them; a sentence may hold nobody's name. */
function problems(errors: unknown): string[] {
  return Object.entries(errors ?? {}).map(([name, sentence]) => `${name}\t${String(sentence)}`);
}

async function later(one: Waiting, why: string): Promise<void> {
  const tries = one.tries + 1;
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries - 1, 10));
  // Not all phones that lost the network in one tunnel come back in the same second.
  const nextAt = Date.now() + wait * (0.75 + Math.random() / 2);
  await changeWaiting(one.id, { tries, nextAt, why, at: Date.now() });
}

/** What is safe on the server is named for a day, and then forgotten. */
async function forgetDelivered(): Promise<void> {
  for (const one of await readOutbox()) {
    if (!isUnsent(one) && Date.now() - one.at > DAY) await dropWaiting(one.id);
  }
}
