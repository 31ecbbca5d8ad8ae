// Sealing and opening of bytes: AES-GCM with a fresh 96-bit nonce each time (NIST SP 800-38D).

/** What lies on the phone: unreadable without the key, and noticed when it was changed. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

const CIPHER = "AES-GCM";
const NONCE = 12;

export function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

export async function sealBytes(key: CryptoKey, bytes: BufferSource): Promise<Sealed> {
  const iv = random(NONCE);
  return { iv, data: await crypto.subtle.encrypt({ name: CIPHER, iv }, key, bytes) };
}

/** Rejects with an OperationError when the key is another one or the bytes were changed. */
export function openBytes(key: CryptoKey, { iv, data }: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: CIPHER, iv }, key, data);
}

/** A key that no script can read out again. */
export function cipherKey(raw: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, CIPHER, false, ["encrypt", "decrypt"]);
}

export function newDeviceKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
}

/** From a passphrase: PBKDF2-SHA256; `rounds` makes each guess cost what one opening costs. */
export async function keyOfPassphrase(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  rounds: number,
): Promise<CryptoKey> {
  const typed = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
}

/** From the secret that a passkey gives (WebAuthn PRF): HKDF-SHA256. */
export async function keyOfSecret(secret: BufferSource, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode("outreach safe") };
  return crypto.subtle.deriveKey(how, base, { name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
}
