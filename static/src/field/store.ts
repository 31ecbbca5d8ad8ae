// What lies on the phone. Whatever says something about anybody is sealed (safe.ts); readable are only ids, times and
// states, by which the app knows what waits while it is locked.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Sealed } from "./safe";

export type State = "waiting" | "refused" | "parked" | "delivered";

/** A finished report. `why` is a code of words.ts, `what` the fields that the server named. */
export interface Waiting {
  id: string;
  visit: string;
  sealed: Sealed | null;
  state: State;
  queuedAt: number;
  tries: number;
  nextAt: number;
  why: string;
  what: string[];
  at: number;
}

/** A check-in at a door, to be told to the server until it knows the newest of it. It names nobody. */
export interface Door {
  id: string;
  visit: string;
  caseId: string;
  at: number;
  minutes: number;
  endedAt: number | null;
  helpAt: number | null;
  known: boolean;
}

export interface About {
  device: string;
  coach: string;
  /** When the server was last spoken to, and when the visits came; milliseconds of the phone's clock. */
  contactAt: number;
  bundleAt: number;
  keepHours: number;
  /** How far the phone's clock is ahead of the server's, in milliseconds. */
  clockOff: number;
  erased: boolean;
}

interface Field extends DBSchema {
  sealed: { key: string; value: Sealed };
  outbox: { key: string; value: Waiting };
  doors: { key: string; value: Door };
  about: { key: string; value: About };
}

const NAME = "outreach-field";
export type Database = IDBPDatabase<Field>;
type Store = "sealed" | "outbox" | "doors" | "about";

let opened: Promise<Database> | null = null;

function database(): Promise<Database> {
  opened ??= openDB<Field>(NAME, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("sealed");
      fresh.createObjectStore("outbox", { keyPath: "id" });
      fresh.createObjectStore("doors", { keyPath: "id" });
      fresh.createObjectStore("about");
    },
    blocking: forget,
    terminated: () => void (opened = null),
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

function forget(): void {
  void opened?.then((there) => there.close());
  opened = null;
}

/** WebKit closes connections behind a page's back; then the same is asked once more on a new one. */
async function ask<T>(question: (there: Database) => Promise<T>): Promise<T> {
  try {
    return await question(await database());
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
    opened = null;
    return question(await database());
  }
}

export const readSealed = (key: string): Promise<Sealed | undefined> => ask((there) => there.get("sealed", key));

export const writeSealed = (key: string, sealed: Sealed): Promise<unknown> =>
  ask((there) => there.put("sealed", sealed, key));

export const dropSealed = (key: string): Promise<void> => ask((there) => there.delete("sealed", key));

export const sealedKeys = (): Promise<string[]> => ask((there) => there.getAllKeys("sealed"));

export const readOutbox = (): Promise<Waiting[]> => ask((there) => there.getAll("outbox"));

export const readWaiting = (id: string): Promise<Waiting | undefined> => ask((there) => there.get("outbox", id));

export const dropWaiting = (id: string): Promise<void> => ask((there) => there.delete("outbox", id));

/** A draft becomes a report: both in one transaction, and never twice. False when another tab was first. */
export function finish(draftKey: string, report: Waiting): Promise<boolean> {
  return ask(async (there) => {
    const transaction = there.transaction(["sealed", "outbox"], "readwrite", { durability: "strict" });
    const drafts = transaction.objectStore("sealed");
    const outbox = transaction.objectStore("outbox");
    const fresh = (await drafts.get(draftKey)) !== undefined && (await outbox.get(report.id)) === undefined;
    if (fresh) {
      await outbox.put(report);
      await drafts.delete(draftKey);
    }
    await transaction.done;
    return fresh;
  });
}

/** A refused report becomes a draft again, to be mended: both in one transaction. */
export function reopen(id: string, draftKey: string, draft: Sealed): Promise<void> {
  return ask(async (there) => {
    const transaction = there.transaction(["sealed", "outbox"], "readwrite", { durability: "strict" });
    await transaction.objectStore("sealed").put(draft, draftKey);
    await transaction.objectStore("outbox").delete(id);
    await transaction.done;
  });
}

/** Change what is known of a waiting report; undefined when it is gone. */
export function changeWaiting(id: string, change: Partial<Waiting>): Promise<Waiting | undefined> {
  return ask(async (there) => {
    const transaction = there.transaction("outbox", "readwrite");
    const found = await transaction.store.get(id);
    const changed = found && { ...found, ...change };
    if (changed) await transaction.store.put(changed);
    await transaction.done;
    return changed;
  });
}

export const readDoors = (): Promise<Door[]> => ask((there) => there.getAll("doors"));

export const writeDoor = (door: Door): Promise<unknown> => ask((there) => there.put("doors", door));

export const dropDoor = (id: string): Promise<void> => ask((there) => there.delete("doors", id));

const NOTHING: About = {
  device: "",
  coach: "",
  contactAt: 0,
  bundleAt: 0,
  keepHours: 48,
  clockOff: 0,
  erased: false,
};

export const readAbout = async (): Promise<About> => (await ask((there) => there.get("about", "about"))) ?? NOTHING;

export function changeAbout(change: Partial<About>): Promise<About> {
  return ask(async (there) => {
    const transaction = there.transaction("about", "readwrite");
    const changed = { ...((await transaction.store.get("about")) ?? NOTHING), ...change };
    await transaction.store.put(changed, "about");
    await transaction.done;
    return changed;
  });
}

/** Throw everything away. */
export function dropAll(): Promise<void> {
  return ask(async (there) => {
    const stores: Store[] = ["sealed", "outbox", "doors", "about"];
    const transaction = there.transaction(stores, "readwrite", { durability: "strict" });
    await Promise.all(stores.map((name) => transaction.objectStore(name).clear()));
    await transaction.done;
  });
}
