// Safety at the door: checking in and out and asking for help, told to the server as soon as there is one.
import { ask, hello } from "./api";
import type { Visit } from "./bundle";
import { type Door, dropDoor, readDoors, writeDoor } from "./store";
import { clockTime, frame, one, word } from "./words";

const MINUTE = 60_000;
const MORE = 15;
const PATIENCE = 8000;

interface Colleague {
  name: string;
  phone: string;
}

/** What the server said of the last call for help: how many devices hear of it, and whom to call. */
interface Told {
  told: number;
  colleague: Colleague | null;
}

export function safety(holder: HTMLElement, visit: Visit, colleague: Colleague | null): void {
  holder.replaceChildren(frame("safety"));
  const told = one<HTMLElement>(holder, "[data-told]");
  let here: Door | null = null;

  const show = (): void => {
    const open = here !== null && here.endedAt === null;
    one<HTMLElement>(holder, "[data-checked-out]").hidden = open;
    one<HTMLElement>(holder, "[data-checked-in]").hidden = !open;
    if (!here || !open) return;
    const until = word("until", { time: clockTime(here.at + here.minutes * MINUTE) });
    one(holder, "[data-until]").textContent = `${until} ${word(here.known ? "known" : "not-known")}`;
  };
  const say = async (door: Door): Promise<void> => {
    here = { ...door, known: false };
    await writeDoor(here);
    show();
    const answer = await tell(here);
    here = { ...here, known: answer !== null };
    if (here.helpAt !== null && here.endedAt === null) help(answer);
    show();
  };
  const help = (answer: Told | null): void => {
    told.textContent = word(answer === null ? "help-offline" : answer.told > 0 ? "told" : "nobody");
    const whom = answer?.colleague ?? colleague;
    const call = one<HTMLElement>(holder, "[data-call]");
    call.hidden = !whom?.phone;
    if (!whom?.phone) return;
    const link = document.createElement("a");
    link.className = "utrecht-link";
    link.href = `tel:${whom.phone.replace(/[^+\d]/g, "")}`;
    link.textContent = word("call", { name: whom.name });
    call.replaceChildren(link);
  };
  const fresh = (): Door => ({
    id: crypto.randomUUID(),
    visit: visit.visit,
    caseId: visit.case,
    at: Date.now(),
    minutes: visit.minutes,
    endedAt: null,
    helpAt: null,
    known: false,
  });
  const open = (): Door => (here && here.endedAt === null ? here : fresh());
  const on = (name: string, make: () => Door): void =>
    one(holder, name).addEventListener("click", () => void say(make()));
  on("[data-check-in]", open);
  on("[data-check-out]", () => ({ ...open(), endedAt: Date.now() }));
  on("[data-more]", () => {
    const door = open();
    return { ...door, minutes: Math.ceil((Date.now() - door.at) / MINUTE) + MORE };
  });
  on("[data-help]", () => ({ ...open(), helpAt: open().helpAt ?? Date.now() }));
  void readDoors().then((doors) => {
    here = doors.find((door) => door.visit === visit.visit && door.endedAt === null) ?? null;
    show();
  });
}

/** Tell the server of a check-in; null when it does not know of it yet. */
async function tell(door: Door): Promise<Told | null> {
  const said = await hello();
  if (typeof said === "string" || !said.token) return null;
  const body = {
    visit: door.visit,
    case: door.caseId,
    at: new Date(door.at).toISOString(),
    minutes: Math.max(5, Math.min(240, door.minutes)),
    ended_at: door.endedAt === null ? null : new Date(door.endedAt).toISOString(),
    help_at: door.helpAt === null ? null : new Date(door.helpAt).toISOString(),
  };
  const answer = await ask("PUT", `check-ins/${door.id}`, body, said.token, PATIENCE);
  if (answer.kind !== "answer" || answer.status >= 500 || answer.status === 401) return null;
  // What the server will never take is not offered for ever.
  if (answer.status >= 400 || door.endedAt !== null) await dropDoor(door.id);
  else await writeDoor({ ...door, known: true });
  const { told, colleague } = answer.body as unknown as Told;
  return { told: told ?? 0, colleague: colleague ?? null };
}

/** Tell the server what it does not know yet, when there is reception again. */
export async function tellDoors(): Promise<void> {
  for (const door of await readDoors()) if (!door.known) await tell(door);
}
