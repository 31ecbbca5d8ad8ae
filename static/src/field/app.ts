// The phone app: opens the safe, shows the round or a visit, and sends what is finished whenever there is a network.
import { type Hello, ask, hello, tellEmptied } from "./api";
import { type Bundle, erase, eraseWhenOld, fetchBundle, readBundle } from "./bundle";
import { begun, mend } from "./drafts";
import { door, lockWhenIdle } from "./lock";
import { type Stop, send, unsent } from "./outbox";
import { showRound } from "./round";
import * as safe from "./safe";
import { tellDoors } from "./safety";
import { type Waiting, changeAbout, dropAll, readAbout, readOutbox } from "./store";
import { askToBeWoken, watchVersions } from "./update";
import { showVisit } from "./visit";
import { clockTime, frame, one, word } from "./words";

const main = one<HTMLElement>(document, "#field");
const notes = one<HTMLElement>(document, "#notes");
const stateLine = one<HTMLElement>(document, "#state");
const sendNow = one<HTMLButtonElement>(document, "#send-now");
const more = one<HTMLDetailsElement>(document, "#more");

const MINUTE = 60_000;
const FRESH = 5 * MINUTE;
const CLOCK_OFF = 5 * MINUTE;
/** So long a warning counts as read when she taps once more. */
const SURE = 10_000;

let bundle: Bundle | null = null;
let trouble: "" | "offline" | "portal" | "signed-out" | "server" = "";
let flush: () => Promise<void> = async () => undefined;
let running: Promise<void> | null = null;
let asked = false;
let drawing: Promise<void> | null = null;
let changed = false;
let turn: Promise<void> = Promise.resolve();
let over = false;
const names = new Map<string, string>();

function note(sentence: string, tone: "ok" | "bad" | "info" = "info"): void {
  const box = document.createElement("div");
  box.className = `message message--${tone}`;
  box.textContent = sentence;
  notes.querySelectorAll(":scope > .message:not(:has(button))").forEach((each) => each.remove());
  notes.append(box);
}

async function showState(): Promise<void> {
  const waiting = await unsent();
  const { bundleAt } = await readAbout();
  const parts: string[] = [];
  if ((await safe.state()) === "locked") parts.push(word("locked"));
  if (waiting.length) parts.push(waiting.length === 1 ? word("to-send-one") : word("to-send", { number: waiting.length }));
  else if ((await safe.state()) === "open") parts.push(word("safe"));
  if (trouble) parts.push(word(trouble));
  else if (bundleAt) parts.push(word("updated", { time: clockTime(bundleAt) }));
  const text = parts.join(" · ");
  if (stateLine.textContent !== text) stateLine.textContent = text;
  stateLine.dataset.state = waiting.length ? "waiting" : "safe";
  sendNow.hidden = waiting.length === 0 || (await safe.state()) !== "open";
}

function visitInAddress(): string | null {
  return /^#visit\/([0-9a-f-]{36})$/.exec(location.hash)?.[1] ?? null;
}

const writing = (): boolean => main.querySelector("[data-form]:not([hidden])") !== null;

/** One drawing at a time: what was asked for first never comes over what was asked for last. */
function inTurn(work: () => Promise<void>): Promise<void> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

const showPage = (): Promise<void> => inTurn(drawPage);

async function drawPage(): Promise<void> {
  if ((await safe.state()) !== "open") return;
  await flush();
  flush = async () => undefined;
  const id = visitInAddress();
  if (id) {
    flush = await showVisit(id, bundle, { main, note, finished });
  } else {
    await showList();
  }
}

async function showList(): Promise<void> {
  const { erased } = await readAbout();
  const account = {
    outbox: await readOutbox(),
    names,
    erased: erased && bundle === null,
    mend: (report: Waiting) => void mendReport(report),
    again: () => void sync(true),
  };
  await showRound(main, bundle, account);
}

async function mendReport(report: Waiting): Promise<void> {
  location.hash = `visit/${await mend(report)}`;
}

function finished(): void {
  flush = async () => undefined;
  location.hash = "";
  void askToBeWoken();
  void sync(true);
}

async function read(): Promise<void> {
  bundle = await readBundle();
  for (const visit of bundle?.visits ?? []) names.set(visit.visit, visit.name);
}

/** Send what waits, then see what is new. One at a time; `now`: also what would be tried later, and once more when asked
 * meanwhile: what became finished during the last look is not left lying. */
function sync(now = false): Promise<void> {
  if (over) return Promise.resolve();
  if (running) {
    asked ||= now;
    return running;
  }
  running = once(now).finally(() => {
    running = null;
    const again = asked;
    asked = false;
    if (again) void sync(true);
  });
  return running;
}

async function once(now: boolean): Promise<void> {
  const said = await hello();
  if (typeof said === "string") {
    trouble = said;
    if (await eraseWhenOld()) await forgetVisits();
    return refresh();
  }
  if (said.device === "revoked") return empty(true);
  noteClock((await readAbout()).clockOff);
  if (!said.signed_in) {
    trouble = "signed-out";
    await eraseWhenOld().then((went) => (went ? forgetVisits() : undefined));
    return refresh();
  }
  if (!(await mine(said))) return;
  trouble = "";
  await tellDoors();
  await showState();
  const stop = await send(said, now, refresh);
  if (stop === "revoked") return empty(true);
  await after(stop, now);
}

async function after(stop: Stop, now: boolean): Promise<void> {
  if (stop && stop !== "locked" && stop !== "revoked") trouble = stop;
  const { bundleAt } = await readAbout();
  if (!stop && (await safe.state()) === "open" && (now || Date.now() - bundleAt > FRESH)) {
    const why = await fetchBundle();
    if (why === "revoked") return empty(true);
    if (why === "unknown") {
      await changeAbout({ device: "" });
      if (await known()) await fetchBundle();
    } else if (why) trouble = why as typeof trouble;
    await read();
  }
  return refresh();
}

/** Whether this phone's safe is of whoever is signed in; a colleague's work is never shown or sent by another. */
async function mine(said: Hello): Promise<boolean> {
  const { coach } = await readAbout();
  if (!coach || coach === said.coach) return true;
  trouble = "signed-out";
  await refresh();
  return false;
}

/** Make the phone known to the server; false when that did not work now. */
async function known(): Promise<boolean> {
  const { device } = await readAbout();
  if (device) return true;
  const said = await hello();
  if (typeof said === "string" || !said.token) return false;
  const answer = await ask("POST", "devices", { name: "" }, said.token);
  if (answer.kind !== "answer" || answer.status !== 201) return false;
  await changeAbout({ device: String(answer.body.secret), coach: said.coach ?? "" });
  return true;
}

async function forgetVisits(): Promise<void> {
  bundle = null;
  names.clear();
}

/** Show how things stand. While it is being drawn further changes are drawn once, after it. */
function refresh(): Promise<void> {
  if (drawing) {
    changed = true;
    return drawing;
  }
  drawing = inTurn(draw).finally(() => {
    drawing = null;
    const again = changed;
    changed = false;
    if (again) void refresh();
  });
  return drawing;
}

async function draw(): Promise<void> {
  await showState();
  if ((await safe.state()) === "open" && !visitInAddress()) await showList();
}

function noteClock(off: number): void {
  if (Math.abs(off) > CLOCK_OFF) note(word("clock", { minutes: Math.round(Math.abs(off) / MINUTE) }));
}

/** Empty the phone. When it was reported lost the server hears that it is done. */
async function empty(lost: boolean): Promise<void> {
  const { device } = await readAbout();
  await safe.eraseAll();
  await dropAll();
  bundle = null;
  names.clear();
  flush = async () => undefined;
  if (!lost) return;
  over = true;
  await tellEmptied(device);
  more.hidden = true;
  main.replaceChildren(frame("emptied"));
  stateLine.textContent = "";
}

async function open(): Promise<void> {
  const state = await safe.state();
  if (state === "new" && !(await firstTime())) return;
  if (state !== "open") {
    await showState();
    more.hidden = true;
    const how = await door(main, state, await unsentWork(), async () => {
      await erase();
      await forgetVisits();
    });
    if (how === "anew") {
      await empty(false);
      return open();
    }
  }
  more.hidden = false;
  void navigator.storage?.persist?.().catch(() => false);
  await known();
  await read();
  await showPage();
  await showState();
  void showStorage();
  void offerPasskey();
  await sync(true);
}

/** The first time there must be a network and somebody who is signed in. */
async function firstTime(): Promise<boolean> {
  const said = await hello();
  if (typeof said !== "string" && said.signed_in) return true;
  main.replaceChildren(frame(typeof said === "string" ? "no-start" : "signed-out"));
  main.querySelector("[data-again]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    location.reload();
  });
  return false;
}

async function showStorage(): Promise<void> {
  const estimate = await navigator.storage?.estimate?.();
  if (!estimate) return;
  const mega = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  const used = mega(estimate.usage ?? 0);
  const left = Math.round(mega((estimate.quota ?? 0) - (estimate.usage ?? 0)));
  const lasting = await navigator.storage.persisted();
  const lines = [word("storage", { used, left }), word(lasting ? "storage-lasting" : "storage-fleeting")];
  one(document, "#storage").textContent = lines.join(" ");
}

async function offerPasskey(): Promise<void> {
  const button = one<HTMLButtonElement>(document, "#add-passkey");
  button.hidden = (await safe.hasPasskey()) || !(await safe.canPasskey());
  const form = one<HTMLFormElement>(document, "#passkey-form");
  const field = one<HTMLInputElement>(form, "input");
  button.onclick = () => {
    form.hidden = false;
    field.focus();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    safe
      .addPasskey(field.value, "Outreach")
      .catch(() => false)
      .then((done) => {
        field.value = "";
        form.hidden = button.hidden = done;
        if (!done) note(word("no-passkey"), "bad");
      });
  };
}

/** Finished reports that wait, and what is being filled in. */
async function unsentWork(): Promise<number> {
  return (await unsent()).length + (await begun()).size;
}

async function leave(sure: boolean): Promise<void> {
  await flush();
  const waiting = await unsentWork();
  if (waiting && !sure) {
    note(word("unsent-leave", { number: waiting }), "bad");
    return;
  }
  const said = await hello();
  await empty(false);
  if (typeof said !== "string" && said.token) await signOut(said.token);
  location.assign("/sign-in?next=/field/");
}

async function signOut(token: string): Promise<void> {
  const body = new URLSearchParams({ csrf_token: token });
  await fetch("/sign-out", { method: "POST", body, redirect: "manual" }).catch(() => undefined);
}

function listen(): void {
  let sure = false;
  one(document, "#leave").addEventListener("click", () => {
    void leave(sure);
    sure = true;
    setTimeout(() => (sure = false), SURE);
  });
  one(document, "#lock-now").addEventListener("click", () => void flush().finally(() => safe.lock()));
  sendNow.addEventListener("click", () => void sync(true));
  addEventListener("hashchange", () => void showPage());
  addEventListener("online", () => void sync(true));
  addEventListener("offline", () => void sync());
  addEventListener("pagehide", () => void flush());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void flush();
    else void sync();
  });
  navigator.serviceWorker?.addEventListener("message", (event) => {
    if (event.data === "send") void sync(true);
  });
  setInterval(() => void sync(), MINUTE);
  lockWhenIdle(() => flush());
  safe.onLock(() => {
    bundle = null;
    names.clear();
    flush = async () => undefined;
    more.open = false;
    void open();
  });
}

async function start(): Promise<void> {
  if (await eraseWhenOld()) await forgetVisits();
  listen();
  void watchVersions(notes, writing).catch(() => undefined);
  await open();
}

void start();
