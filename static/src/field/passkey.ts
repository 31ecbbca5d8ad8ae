// A passkey of this phone, for its fingerprint or face: it never signs in anywhere, it only gives the secret that opens
// the safe (WebAuthn Level 3, extension prf).
import { random } from "./sealed";

export interface Passkey {
  id: Uint8Array<ArrayBuffer>;
  secret: BufferSource;
}

const ALGORITHMS = [-7, -257];
const TIME = 60_000;

/** Whether this phone can open the safe by fingerprint or face. Where it does not say, trying will tell. */
export async function canPasskey(): Promise<boolean> {
  if (typeof PublicKeyCredential === "undefined") return false;
  if (!(await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())) return false;
  const able: Record<string, boolean> | undefined = await PublicKeyCredential.getClientCapabilities?.();
  return able?.["extension:prf"] ?? true;
}

/** Make a passkey; null when the phone's passkeys give no secret. Rejects with NotAllowedError when she does not want to. */
export async function makePasskey(name: string, salt: Uint8Array<ArrayBuffer>): Promise<Passkey | null> {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: random(32),
      rp: { name },
      user: { id: random(16), name, displayName: name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key" as const, alg })),
      authenticatorSelection: { authenticatorAttachment: "platform", userVerification: "required" },
      timeout: TIME,
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  if (!(made instanceof PublicKeyCredential)) return null;
  const prf = made.getClientExtensionResults().prf;
  if (!prf?.enabled) return null;
  const id = new Uint8Array(made.rawId);
  const secret = prf.results?.first ?? (await secretOf(id, salt));
  return secret ? { id, secret } : null;
}

/** The secret of a passkey, after her fingerprint or face. Rejects with NotAllowedError when that failed. */
export async function secretOf(
  id: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
): Promise<BufferSource | null> {
  const given = await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      allowCredentials: [{ type: "public-key", id, transports: ["internal"] }],
      userVerification: "required",
      timeout: TIME,
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  if (!(given instanceof PublicKeyCredential)) return null;
  return given.getClientExtensionResults().prf?.results?.first ?? null;
}
