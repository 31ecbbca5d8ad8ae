// One visit: what is needed at the door, then the questions, then what came of it.
import type { Bundle } from "./bundle";
import { type Draft, beginDraft, hand, keepDraft, readDraft } from "./drafts";
import { VisitForm } from "./form";
import { reduced } from "./photo";
import { safety } from "./safety";
import { scanInto } from "./scanning";
import { clockTime, frame, one, word } from "./words";

/** What the page of a visit asks of the app. */
export interface Surroundings {
  main: HTMLElement;
  note: (sentence: string, tone?: "ok" | "bad" | "info") => void;
  finished: () => void;
}

const SOON = 250;

export async function showVisit(id: string, bundle: Bundle | null, around: Surroundings): Promise<() => Promise<void>> {
  const draft = await readDraft(id);
  const visit = bundle?.visits.find((each) => each.visit === id);
  const page = frame("visit");
  const facts = one<HTMLElement>(page, "[data-facts]");
  const name = visit?.name ?? draft?.name;
  if (name === undefined) {
    location.hash = "";
    return async () => undefined;
  }
  one(page, "[data-name]").textContent = name;
  if (visit) {
    facts.innerHTML = visit.html;
    one(page, "[data-warnings]").innerHTML = visit.warnings;
  }
  const begin = one<HTMLElement>(page, "[data-begin]");
  const form = one<HTMLFormElement>(page, "[data-form]");
  if (visit) safety(one<HTMLElement>(page, "[data-safety]"), visit, bundle?.colleague ?? null);
  around.main.replaceChildren(page);
  let flush = async (): Promise<void> => undefined;
  const open = (kept: Draft): void => {
    begin.hidden = true;
    one<HTMLDetailsElement>(around.main, "[data-fold]").open = false;
    form.hidden = false;
    flush = fill(form, kept, around);
  };
  if (draft) {
    one<HTMLElement>(around.main, "[data-kept]").hidden = false;
    open(draft);
  } else if (visit && bundle) {
    const choice = one<HTMLSelectElement>(begin, "[data-checklists]");
    for (const [key, each] of Object.entries(bundle.checklists)) choice.add(new Option(each.title, key));
    choice.value = visit.checklist;
    one(begin, "[data-start]").addEventListener("click", () => {
      const chosen = bundle.checklists[choice.value];
      if (!chosen) return;
      beginDraft(visit, choice.value, chosen, bundle.outcomes).then(open, () => around.note(word("not-saved"), "bad"));
    });
  }
  one<HTMLElement>(around.main, draft ? "[data-kept]" : "h1").focus({ preventScroll: true });
  return () => flush();
}

/** Fill the form from the draft and keep every change; gives what keeps the last one at once. */
function fill(form: HTMLFormElement, draft: Draft, around: Surroundings): () => Promise<void> {
  let timer = 0;
  let keeping: Promise<void> = Promise.resolve();
  let over = false;
  const saved = one(form, "[data-saved]");
  const keep = (): Promise<void> => {
    clearTimeout(timer);
    timer = 0;
    keeping = keeping.then(async () => {
      if (over) return;
      try {
        await keepDraft(draft);
        saved.textContent = word("saved", { time: clockTime(Date.now()) });
      } catch {
        around.note(word("not-saved"), "bad");
      }
    });
    return keeping;
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void keep(), SOON);
  };
  const done = async (body: unknown): Promise<void> => {
    await keep();
    over = true;
    try {
      await hand(draft, body);
    } catch {
      over = false;
      around.note(word("not-saved"), "bad");
      return;
    }
    around.finished();
  };
  new VisitForm(form, { draft, changed, done: (body) => void done(body) });
  photos(form, draft, changed, around);
  scanInto(form, changed);
  return () => (timer ? keep() : keeping);
}

function photos(form: HTMLFormElement, draft: Draft, changed: () => void, around: Surroundings): void {
  const field = form.querySelector<HTMLInputElement>("[data-photo] input[type=file]");
  const shown = form.querySelector<HTMLElement>("[data-photo-shown]");
  if (!field || !shown) return;
  const show = (): void => {
    const mine = draft.pictures.filter((picture) => picture.kind === "note");
    shown.replaceChildren(
      ...mine.map((picture, place) => {
        const figure = document.createElement("figure");
        const image = new Image();
        image.src = `data:${picture.type};base64,${picture.data}`;
        image.alt = word("photo", { number: place + 1 });
        const out = document.createElement("button");
        out.type = "button";
        out.className = "utrecht-button utrecht-button--subtle";
        out.textContent = word("take-out");
        out.addEventListener("click", () => {
          draft.pictures = draft.pictures.filter((each) => each !== picture);
          changed();
          show();
        });
        figure.append(image, out);
        return figure;
      }),
    );
  };
  field.addEventListener("change", () => {
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    reduced(file).then(
      (picture) => {
        draft.pictures = [...draft.pictures, { kind: "note", ...picture }];
        changed();
        show();
      },
      () => around.note(word("bad-photo"), "bad"),
    );
  });
  show();
}
