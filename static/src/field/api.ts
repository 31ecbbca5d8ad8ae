// Speaking to the server. A network that answers something else than our server is told apart from the server itself, so
// that nothing is taken for delivered that was not.
import { changeAbout, readAbout } from "./store";

export interface Hello {
  app: "outreach";
  now: string;
  signed_in: boolean;
  coach: string | null;
  token: string | null;
  device: "ok" | "revoked" | "unknown";
}

/** What came of asking: an answer of our server, or why there is none. */
export type Answer =
  | { kind: "answer"; status: number; body: Record<string, unknown> }
  | { kind: "offline" }
  | { kind: "portal" }
  | { kind: "server" };

const PATIENCE = 20_000;
/** A report with photos on a slow line. */
export const LONG = 120_000;

export async function hello(): Promise<Hello | "offline" | "portal" | "server"> {
  const asked = Date.now();
  const answer = await ask("GET", "hello");
  if (answer.kind !== "answer") return answer.kind;
  const body = answer.body;
  if (answer.status !== 200 || body.app !== "outreach") return answer.status >= 500 ? "server" : "portal";
  const said = body as unknown as Hello;
  // The answer was on its way as long as the question.
  const clockOff = Math.round((asked + Date.now()) / 2 - Date.parse(said.now));
  // Only who is signed in has contact: else a phone that somebody found would keep its visits as long as it is on.
  await changeAbout(said.signed_in ? { contactAt: Date.now(), clockOff } : { clockOff });
  return said;
}

/** A phone that was reported lost is empty now; its secret, which it forgets by this, says which phone it is. */
export async function tellEmptied(device: string): Promise<void> {
  const headers = { "X-Device": device };
  await fetch("/field/api/devices/emptied", { method: "POST", headers }).catch(() => undefined);
}

export async function ask(method: string, path: string, body?: unknown, token = "", patience = PATIENCE): Promise<Answer> {
  const { device } = await readAbout();
  const headers: Record<string, string> = { "X-Phone-Time": new Date().toISOString(), Accept: "application/json" };
  if (device) headers["X-Device"] = device;
  if (token) headers["X-CSRFToken"] = token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/field/api/${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    return { kind: "offline" };
  }
  return read(response);
}

async function read(response: Response): Promise<Answer> {
  if (response.type === "opaqueredirect" || response.status === 0) return { kind: "portal" };
  if (response.status === 204) return { kind: "answer", status: 204, body: {} };
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null) {
      return { kind: "answer", status: response.status, body: body as Record<string, unknown> };
    }
  } catch {
    // Not JSON: not from our server, or from a server in front of it that has trouble.
  }
  return { kind: response.status >= 500 || response.status === 413 ? "server" : "portal" };
}
