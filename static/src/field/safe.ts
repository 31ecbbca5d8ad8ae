// The safe: what is kept on the phone is sealed with a data key that lies there only wrapped. It is wrapped by a key from
// her passphrase (or her passkey) and once more by a key that no script can read, so that neither a copied profile nor
// the passphrase alone opens it, and another passphrase strands nothing.
import { type KeyRing, type Wrapped, changeRing, dropRing, readRing, writeRing } from "./keys";
import { makePasskey, secretOf } from "./passkey";
import {
  type Sealed,
  cipherKey,
  keyOfPassphrase,
  keyOfSecret,
  newDeviceKey,
  openBytes,
  random,
  sealBytes,
} from "./sealed";

export { canPasskey } from "./passkey";
export type { Sealed } from "./sealed";

export const SHORTEST = 8;
const DIFFERENT = 4;
const ROUNDS = 600_000;

/** So many wrong passphrases are free; each further one doubles the wait, from a minute to an hour. */
const FREE = 5;
/** After so many the visits must be thrown away; what was not sent yet stays, sealed. */
const MOST = 10;
const MINUTE = 60;
const HOUR = 3600;

export class WrongPassphrase extends Error {
  /** `left`: tries until the visits are thrown away; `waitSeconds` until the next may be made; `erase`: now is that time. */
  constructor(
    readonly left: number,
    readonly waitSeconds: number,
    readonly erase: boolean,
  ) {
    super("the passphrase does not fit");
  }
}

export class WeakPassphrase extends Error {}

let dataKey: CryptoKey | null = null;
const listeners = new Set<() => void>();

export async function state(): Promise<"new" | "locked" | "open"> {
  if (dataKey) return "open";
  return (await readRing()) ? "locked" : "new";
}

/** Make the safe and open it. Rejects with WeakPassphrase, or when there is one already. */
export async function create(passphrase: string): Promise<void> {
  if (await readRing()) throw new Error("there is a safe already");
  checked(passphrase);
  const raw = random(32);
  const device = await newDeviceKey();
  await writeRing({ device, passphrase: await byPassphrase(device, passphrase, raw), wrong: 0, waitUntil: 0 });
  dataKey = await used(raw);
}

/** Open the safe. Rejects with WrongPassphrase; while one has to wait nothing is tried. */
export async function unlock(passphrase: string): Promise<void> {
  dataKey = await used(await rawKey(passphrase));
}

export async function unlockWithPasskey(): Promise<void> {
  const { device, passkey } = await ring();
  if (!passkey) throw new Error("there is no passkey for this safe");
  const secret = await secretOf(passkey.id, passkey.salt);
  if (!secret) throw new Error("the passkey gave no secret");
  dataKey = await used(await unwrapped(device, await keyOfSecret(secret, passkey.salt), passkey));
  await changeRing((now) => ({ ...now, wrong: 0, waitUntil: 0 }));
}

/** Forget the key until she opens the safe again. */
export function lock(): void {
  if (!dataKey) return;
  dataKey = null;
  for (const listener of listeners) listener();
}

/** Be told when the safe is locked; gives the way to stop listening. */
export function onLock(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Another passphrase for the same key: all that was sealed opens as before. */
export async function change(old: string, fresh: string): Promise<void> {
  checked(fresh);
  const raw = await rawKey(old);
  const { device } = await ring();
  const passphrase = await byPassphrase(device, fresh, raw);
  await changeRing((now) => ({ ...now, passphrase }));
  raw.fill(0);
}

/** Let fingerprint or face open the safe too; false when this phone's passkeys cannot. */
export async function addPasskey(passphrase: string, name: string): Promise<boolean> {
  const raw = await rawKey(passphrase);
  const salt = random(32);
  const made = await makePasskey(name, salt);
  if (!made) return false;
  const { device } = await ring();
  const key = await wrapped(device, await keyOfSecret(made.secret, salt), raw);
  raw.fill(0);
  await changeRing((now) => ({ ...now, passkey: { id: made.id, salt, rounds: 0, key } }));
  return true;
}

export async function hasPasskey(): Promise<boolean> {
  return (await readRing())?.passkey !== undefined;
}

export async function removePasskey(): Promise<void> {
  await changeRing(({ passkey: _gone, ...rest }) => rest);
}

/** Throw the keys away: whatever was sealed can never be read again. */
export async function eraseAll(): Promise<void> {
  lock();
  await dropRing();
}

export async function seal(value: unknown): Promise<Sealed> {
  return sealBytes(opened(), new TextEncoder().encode(JSON.stringify(value)));
}

/** Rejects when the safe is locked, and with an OperationError when the bytes were changed. */
export async function open<T>(sealed: Sealed): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await openBytes(opened(), sealed))) as T;
}

function opened(): CryptoKey {
  if (!dataKey) throw new Error("the safe is locked");
  return dataKey;
}

async function ring(): Promise<KeyRing> {
  const found = await readRing();
  if (!found) throw new Error("there is no safe yet");
  return found;
}

function checked(passphrase: string): void {
  if ([...passphrase].length < SHORTEST || new Set(passphrase).size < DIFFERENT) throw new WeakPassphrase();
}

async function byPassphrase(
  device: CryptoKey,
  passphrase: string,
  raw: Uint8Array<ArrayBuffer>,
): Promise<Wrapped> {
  const salt = random(16);
  const key = await wrapped(device, await keyOfPassphrase(passphrase, salt, ROUNDS), raw);
  return { salt, rounds: ROUNDS, key };
}

interface Inner {
  iv: number[];
  data: number[];
}

async function wrapped(device: CryptoKey, key: CryptoKey, raw: Uint8Array<ArrayBuffer>): Promise<Sealed> {
  const { iv, data } = await sealBytes(key, raw);
  const inner: Inner = { iv: [...iv], data: [...new Uint8Array(data)] };
  return sealBytes(device, new TextEncoder().encode(JSON.stringify(inner)));
}

async function unwrapped(device: CryptoKey, key: CryptoKey, way: Wrapped): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextDecoder().decode(await openBytes(device, way.key));
  const { iv, data } = JSON.parse(text) as Inner;
  const raw = await openBytes(key, { iv: Uint8Array.from(iv), data: Uint8Array.from(data).buffer });
  return new Uint8Array(raw);
}

/** The bytes become a key that no script can read; they themselves are wiped. */
async function used(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const key = await cipherKey(raw);
  raw.fill(0);
  return key;
}

/** The data key by the passphrase. A try is counted before it is made, so that closing the app gives none for free. */
async function rawKey(passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  const waits = Math.ceil(((await ring()).waitUntil - Date.now()) / 1000);
  if (waits > 0) throw new WrongPassphrase(left((await ring()).wrong), waits, false);
  const counted = await changeRing((now) => ({
    ...now,
    wrong: now.wrong + 1,
    waitUntil: Date.now() + waitAfter(now.wrong + 1) * 1000,
  }));
  const key = await keyOfPassphrase(passphrase, counted.passphrase.salt, counted.passphrase.rounds);
  let raw: Uint8Array<ArrayBuffer>;
  try {
    raw = await unwrapped(counted.device, key, counted.passphrase);
  } catch {
    throw new WrongPassphrase(left(counted.wrong), waitAfter(counted.wrong), counted.wrong >= MOST);
  }
  await changeRing((now) => ({ ...now, wrong: 0, waitUntil: 0 }));
  return raw;
}

function left(wrong: number): number {
  return Math.max(0, MOST - wrong);
}

function waitAfter(wrong: number): number {
  return wrong < FREE ? 0 : Math.min(HOUR, MINUTE * 2 ** (wrong - FREE));
}
