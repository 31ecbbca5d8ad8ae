// Words and frames stand in the page, translated; script only chooses among them.

export function frame(id: string): DocumentFragment {
  const found = document.getElementById(id);
  if (!(found instanceof HTMLTemplateElement)) throw new Error(`there is no frame ${id}`);
  return document.importNode(found.content, true);
}

const known = new Map<string, string>();

/** The sentence of that name, its {places} filled in. */
export function word(name: string, values: Record<string, string | number> = {}): string {
  if (known.size === 0) {
    for (const id of ["words", "lock-words", "safety-words"]) {
      for (const each of frame(id).querySelectorAll<HTMLElement>("[data-word]")) {
        known.set(each.dataset.word ?? "", each.textContent ?? "");
      }
    }
  }
  return (known.get(name) ?? name).replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** A moment as people say it: '14.00', with the day when it is another one. */
export function clockTime(at: number): string {
  const when = new Date(at);
  const time = `${String(when.getHours()).padStart(2, "0")}.${String(when.getMinutes()).padStart(2, "0")}`;
  if (when.toDateString() === new Date().toDateString()) return time;
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "long" });
  return `${day.format(when)}, ${time}`;
}

export function one<T extends Element>(inside: ParentNode, selector: string): T {
  const found = inside.querySelector<T>(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}
