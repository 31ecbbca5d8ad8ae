// Today's visits: fetched, sealed, read, and thrown away when the phone had no contact for too long.
import { ask } from "./api";
import * as safe from "./safe";
import { changeAbout, dropSealed, readAbout, readSealed, writeSealed } from "./store";

export interface Visit {
  visit: string;
  case: string;
  at: string;
  minutes: number;
  name: string;
  checklist: string;
  card: string;
  warnings: string;
  html: string;
}

export interface Form {
  title: string;
  about: string;
  html: string;
}

export interface Bundle {
  format: number;
  made_at: string;
  keep_hours: number;
  coach: { id: string; name: string };
  day: string;
  colleague: { name: string; phone: string } | null;
  visits: Visit[];
  checklists: Record<string, Form>;
  outcomes: string;
}

const KEY = "bundle";
const HOUR = 3_600_000;

/** Fetch and keep the visits; gives why it did not work, or null. */
export async function fetchBundle(): Promise<string | null> {
  const answer = await ask("GET", "bundle");
  if (answer.kind !== "answer") return answer.kind;
  if (answer.status === 401) return "signed-out";
  if (answer.status === 403 && answer.body.device === "revoked") return "revoked";
  if (answer.status === 409) return "unknown";
  if (answer.status !== 200 || !Array.isArray(answer.body.visits)) return "server";
  const bundle = answer.body as unknown as Bundle;
  await writeSealed(KEY, await safe.seal(bundle));
  await changeAbout({
    coach: bundle.coach.id,
    bundleAt: Date.now(),
    contactAt: Date.now(),
    keepHours: bundle.keep_hours,
    erased: false,
  });
  return null;
}

export async function readBundle(): Promise<Bundle | null> {
  const sealed = await readSealed(KEY);
  return sealed ? safe.open<Bundle>(sealed) : null;
}

/** Without contact for too long nobody's name stays here; what was not sent yet does. True when they went now. */
export async function eraseWhenOld(): Promise<boolean> {
  const { contactAt, bundleAt, keepHours } = await readAbout();
  // A clock that was set back is no contact either.
  const unheard = Math.abs(Date.now() - contactAt);
  if (!bundleAt || unheard < keepHours * HOUR) return false;
  await erase();
  return true;
}

export async function erase(): Promise<void> {
  await dropSealed(KEY);
  await changeAbout({ bundleAt: 0, erased: true });
}
