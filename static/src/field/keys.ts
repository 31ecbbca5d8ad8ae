// Where the keys of the safe lie: a database of their own, so that emptying the phone begins with throwing them away.
// What lies here is wrapped; without the passphrase or the passkey it opens nothing.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Sealed } from "./sealed";

/** A way to the data key: the key wrapped by a secret that is not on the phone, and that by a key that never leaves it. */
export interface Wrapped {
  salt: Uint8Array<ArrayBuffer>;
  rounds: number;
  key: Sealed;
}

/** `wrong` counts passphrases that did not fit, `waitUntil` (milliseconds of the phone's clock) is when the next may be tried. */
export interface KeyRing {
  device: CryptoKey;
  passphrase: Wrapped;
  passkey?: Wrapped & { id: Uint8Array<ArrayBuffer> };
  wrong: number;
  waitUntil: number;
}

interface Keys extends DBSchema {
  rings: { key: "ring"; value: KeyRing };
}

const NAME = "outreach-keys";
let opened: Promise<IDBPDatabase<Keys>> | null = null;

function database(): Promise<IDBPDatabase<Keys>> {
  opened ??= openDB<Keys>(NAME, 1, {
    upgrade: (fresh) => void fresh.createObjectStore("rings"),
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
async function ask<T>(question: (there: IDBPDatabase<Keys>) => Promise<T>): Promise<T> {
  try {
    return await question(await database());
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
    opened = null;
    return question(await database());
  }
}

export const readRing = (): Promise<KeyRing | undefined> => ask((there) => there.get("rings", "ring"));

export const writeRing = (ring: KeyRing): Promise<unknown> => ask((there) => there.put("rings", ring, "ring"));

export const dropRing = (): Promise<unknown> => ask((there) => there.clear("rings"));

/** Change the ring in one transaction, so that two tabs never count the same try once. */
export function changeRing(change: (ring: KeyRing) => KeyRing): Promise<KeyRing> {
  return ask(async (there) => {
    const transaction = there.transaction("rings", "readwrite", { durability: "strict" });
    const ring = await transaction.store.get("ring");
    if (!ring) throw new Error("there is no safe yet");
    const changed = change(ring);
    await transaction.store.put(changed, "ring");
    await transaction.done;
    return changed;
  });
}
