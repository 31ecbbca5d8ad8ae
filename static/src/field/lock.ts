// The doors of the safe: choosing a passphrase, opening, and locking after a while without a touch.
import * as safe from "./safe";
import { frame, one, word } from "./words";

const IDLE = 10 * 60 * 1000;
const GLANCE = 5000;

/** Show the right door and come back when the safe is open. `unsent` reports wait behind it. */
export function door(main: HTMLElement, state: "new" | "locked", unsent: number, eraseVisits: () => Promise<void>): Promise<"open" | "anew"> {
  const page = frame(state === "new" ? "lock-new" : "lock-open");
  main.replaceChildren(page);
  const says = one<HTMLElement>(main, "[data-lock-says]");
  const say = (sentence: string): void => {
    says.textContent = sentence;
  };
  one<HTMLElement>(main, "h1").focus({ preventScroll: true });
  return new Promise((open) => {
    if (state === "new") choose(main, say, () => open("open"));
    else unlock(main, say, unsent, eraseVisits, open);
  });
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  return one<HTMLInputElement>(form, `[name="${name}"]`);
}

function choose(main: HTMLElement, say: (sentence: string) => void, open: () => void): void {
  const form = one<HTMLFormElement>(main, "[data-lock=new]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [first, again] = [field(form, "passphrase"), field(form, "passphrase-again")];
    if (first.value !== again.value) {
      say(word("unequal"));
      again.focus();
      return;
    }
    busy(form, safe.create(first.value)).then(open, (error: unknown) => {
      if (error instanceof safe.WeakPassphrase) say(word("weak"));
      else say(word("not-saved"));
      first.focus();
    });
  });
}

function unlock(
  main: HTMLElement,
  say: (sentence: string) => void,
  unsent: number,
  eraseVisits: () => Promise<void>,
  open: (how: "open" | "anew") => void,
): void {
  const form = one<HTMLFormElement>(main, "[data-lock=open]");
  const waits = one<HTMLElement>(main, "[data-lock-unsent]");
  waits.hidden = unsent === 0;
  waits.textContent = word("unsent", { number: unsent });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(form, safe.unlock(field(form, "passphrase").value)).then(
      () => open("open"),
      (error: unknown) => void refused(error, say, eraseVisits).then(() => field(form, "passphrase").select()),
    );
  });
  const passkey = one<HTMLFormElement>(main, "[data-lock=passkey]");
  void safe.hasPasskey().then((there) => (passkey.hidden = !there));
  passkey.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(passkey, safe.unlockWithPasskey()).then(() => open("open"), () => say(word("no-passkey")));
  });
  const anew = one<HTMLFormElement>(main, "[data-lock=anew]");
  let sure = unsent === 0;
  anew.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sure) open("anew");
    sure = true;
    say(word("sure", { number: unsent }));
  });
}

async function refused(error: unknown, say: (sentence: string) => void, eraseVisits: () => Promise<void>): Promise<void> {
  if (!(error instanceof safe.WrongPassphrase)) {
    say(word("no-passkey"));
    return;
  }
  if (error.erase) {
    await eraseVisits();
    say(word("erased"));
  } else {
    const wait = error.waitSeconds > 0 ? ` ${word("wait", { seconds: error.waitSeconds })}` : "";
    say(word("wrong", { left: error.left }) + wait);
  }
}

/** Deriving the key takes a moment on a cheap phone: a second tap does nothing meanwhile. */
async function busy<T>(form: HTMLFormElement, work: Promise<T>): Promise<T> {
  const button = one<HTMLButtonElement>(form, "button");
  button.disabled = true;
  try {
    return await work;
  } finally {
    button.disabled = false;
  }
}

/** Lock after ten minutes without a touch, also those that passed while the phone slept. */
export function lockWhenIdle(before: () => Promise<void>): void {
  let touched = Date.now();
  const touch = (): void => {
    touched = Date.now();
  };
  for (const event of ["pointerdown", "keydown", "input"]) addEventListener(event, touch, { passive: true });
  const look = (): void => {
    if (Date.now() - touched < IDLE) return;
    touched = Date.now();
    void before().finally(() => safe.lock());
  };
  setInterval(look, GLANCE);
  document.addEventListener("visibilitychange", look);
}
