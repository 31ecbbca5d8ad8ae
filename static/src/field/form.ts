// A checklist on the phone: one part at a time, what is not asked hidden, every change told to whoever keeps it.
import type { Draft, Picture } from "./drafts";
import { pad } from "./signature";
import { type Answers, relevant } from "./relevance";
import { one, word } from "./words";

type Values = [string, string][];

/** What the form needs of its surroundings. */
interface Keeper {
  draft: Draft;
  changed: () => void;
  done: (body: unknown) => void;
}

export class VisitForm {
  private readonly parts: HTMLElement[];
  private readonly questions: HTMLElement[];
  private readonly places: HTMLElement;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly keeper: Keeper,
  ) {
    this.places = one<HTMLElement>(form, "[data-parts]");
    this.places.innerHTML = keeper.draft.form.html + keeper.draft.outcomes;
    this.parts = [...this.places.querySelectorAll<HTMLElement>("[data-section]")];
    this.questions = [...this.places.querySelectorAll<HTMLElement>("[data-question]")];
    this.fill(keeper.draft.values);
    this.sign();
    form.addEventListener("input", () => this.onChange());
    form.addEventListener("change", () => this.onChange());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.finish();
    });
    one(form, "[data-previous]").addEventListener("click", () => this.go(-1));
    one(form, "[data-next]").addEventListener("click", () => this.go(1));
    this.update();
    this.show(keeper.draft.section, false);
    this.complain(keeper.draft.wrong);
  }

  private fill(values: Values): void {
    const left = new Map<string, string[]>();
    for (const [name, value] of values) left.set(name, [...(left.get(name) ?? []), value]);
    for (const field of this.fields()) {
      const mine = left.get(field.name) ?? [];
      if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
        field.checked = mine.includes(field.value);
      } else if (mine[0] !== undefined) {
        field.value = mine[0];
      }
    }
  }

  private fields(): (HTMLInputElement | HTMLTextAreaElement)[] {
    return [...this.places.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input[name], textarea[name]")];
  }

  /** Names and values as a form sends them, what is hidden as well: she may come back to it. */
  values(): Values {
    const found: Values = [];
    for (const field of this.fields()) {
      const ticked = field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox");
      if (ticked ? field.checked : field.value !== "") found.push([field.name, field.value]);
    }
    return found;
  }

  private onChange(): void {
    this.keeper.draft.values = this.values();
    this.update();
    this.keeper.changed();
  }

  /** Of the present answers: what is asked and what belongs to the outcome. */
  private update(): void {
    const asked = this.asked();
    for (const question of this.questions) question.hidden = !asked.has(question.dataset.question ?? "");
    const outcome = this.chosen("outcome");
    const next = this.chosen("next_kind");
    for (const each of this.places.querySelectorAll<HTMLElement>("[data-when-outcome]")) {
      each.hidden = !(each.dataset.whenOutcome ?? "").split(" ").includes(outcome);
    }
    for (const each of this.places.querySelectorAll<HTMLElement>("[data-when-next]")) {
      each.hidden = !(each.dataset.whenNext ?? "").split(" ").includes(next);
    }
  }

  private asked(): Set<string> {
    const rules = this.questions.map((question) => ({
      id: question.dataset.question ?? "",
      when: JSON.parse(question.dataset.when ?? "{}") as Record<string, string[]>,
    }));
    return relevant(rules, this.answers());
  }

  private chosen(name: string): string {
    return this.places.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value ?? "";
  }

  private text(name: string): string {
    const field = this.places.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="${name}"]`);
    return field?.closest("[hidden]") ? "" : (field?.value.trim() ?? "");
  }

  private answers(): Answers {
    const found: Answers = {};
    for (const question of this.questions) {
      const id = question.dataset.question ?? "";
      const values = this.values()
        .filter(([name]) => name === `a.${id}`)
        .map(([, value]) => value);
      if (question.dataset.kind === "many") found[id] = values;
      else if (values[0]?.trim()) found[id] = values[0].trim();
    }
    for (const picture of this.keeper.draft.pictures) {
      if (picture.name?.startsWith("a.")) found[picture.name.slice(2)] = "signed";
    }
    return found;
  }

  private go(step: number): void {
    // What must be answered hangs on what comes of the visit, which she says at the end: nothing holds her up before.
    const here = this.keeper.draft.section;
    let there = here + step;
    while (there > 0 && there < this.parts.length - 1 && this.nothingAsked(there)) there += step;
    this.show(there, true);
    this.keeper.changed();
  }

  private nothingAsked(section: number): boolean {
    const asked = this.asked();
    const questions = [...(this.parts[section]?.querySelectorAll<HTMLElement>("[data-question]") ?? [])];
    return questions.length > 0 && questions.every((question) => !asked.has(question.dataset.question ?? ""));
  }

  private show(section: number, move: boolean): void {
    const last = this.parts.length - 1;
    const here = Math.max(0, Math.min(section, last));
    this.keeper.draft.section = here;
    this.parts.forEach((part, place) => (part.hidden = place !== here));
    one<HTMLElement>(this.form, "[data-previous]").hidden = here === 0;
    one<HTMLElement>(this.form, "[data-next]").hidden = here === last;
    one<HTMLElement>(this.form, "[data-done]").hidden = here !== last;
    one(this.form, "[data-progress]").textContent = word("part", { part: here + 1, parts: last + 1 });
    if (!move) return;
    const heading = this.parts[here]?.querySelector<HTMLElement>("h2");
    heading?.focus({ preventScroll: true });
    this.form.scrollIntoView({ block: "start" });
  }

  /** Whether she spoke to somebody: only then questions must be answered. */
  private spoke(): boolean {
    return ["", "met", "refused"].includes(this.chosen("outcome"));
  }

  /** Whether all that must be answered in this part is; else it says what, beside the question and above. */
  private check(section: number): boolean {
    const asked = this.asked();
    const answers = this.answers();
    const wrong: Record<string, string> = {};
    for (const question of this.parts[section]?.querySelectorAll<HTMLElement>("[data-question]") ?? []) {
      const id = question.dataset.question ?? "";
      const given = answers[id];
      const empty = given === undefined || given.length === 0;
      if (this.spoke() && asked.has(id) && "required" in question.dataset && empty) wrong[`answers.${id}`] = word("answer");
    }
    if (section === this.parts.length - 1 && !this.chosen("outcome")) wrong.outcome = word("outcome");
    const next = this.chosen("next_kind");
    if (section === this.parts.length - 1 && next && next !== "none" && !this.text("next_on")) wrong["next.on"] = word("day");
    this.complain(wrong);
    return Object.keys(wrong).length === 0;
  }

  private complain(wrong: Record<string, string>): void {
    const box = one<HTMLElement>(this.form, "[data-wrong]");
    const list = one(box, "[data-wrong-list]");
    this.places.querySelectorAll("[data-complaint]").forEach((each) => each.remove());
    this.places.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
    list.replaceChildren();
    for (const [name, sentence] of Object.entries(wrong)) {
      const place = this.placeOf(name);
      const label = place?.querySelector("legend, label")?.firstChild?.textContent?.trim();
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.className = "utrecht-link";
      link.href = "#";
      link.textContent = label ? `${label}: ${sentence}` : sentence;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.reveal(place);
      });
      line.append(link);
      list.append(line);
      if (place) this.mark(place, sentence);
    }
    box.hidden = list.childElementCount === 0;
    if (!box.hidden) box.focus();
  }

  private placeOf(name: string): HTMLElement | null {
    if (name.startsWith("answers.")) {
      return this.questions.find((question) => question.dataset.question === name.slice(8)) ?? null;
    }
    const field = name === "outcome" ? "outcome" : name.replace(".", "_");
    return this.places.querySelector<HTMLElement>(`[name="${field}"]`)?.closest("fieldset, .field, .choice") ?? null;
  }

  private mark(place: HTMLElement, sentence: string): void {
    const said = document.createElement("div");
    said.className = "utrecht-form-field-error-message";
    said.dataset.complaint = "";
    said.id = `wrong-${place.dataset.question ?? place.id ?? "field"}`;
    said.textContent = sentence;
    const field = place.querySelector<HTMLElement>("input, textarea");
    field?.setAttribute("aria-invalid", "true");
    field?.setAttribute("aria-describedby", said.id);
    (place.querySelector("legend, label") ?? place).after(said);
  }

  private reveal(place: HTMLElement | null): void {
    const part = place?.closest<HTMLElement>("[data-section]");
    if (part) this.show(this.parts.indexOf(part), false);
    place?.querySelector<HTMLElement>("input, textarea")?.focus();
  }

  private sign(): void {
    for (const holder of this.places.querySelectorAll<HTMLElement>("[data-signature]")) {
      const name = holder.dataset.signature ?? "";
      const pictures = this.keeper.draft.pictures;
      const there = pictures.find((picture) => picture.name === name);
      pad(holder, there ? `data:${there.type};base64,${there.data}` : null, (drawn) => {
        const others = this.keeper.draft.pictures.filter((picture) => picture.name !== name);
        const mine: Picture[] = drawn ? [{ kind: "signature", name, ...drawn }] : [];
        this.keeper.draft.pictures = [...others, ...mine];
        this.onChange();
      });
    }
  }

  private finish(): void {
    const { draft } = this.keeper;
    for (let section = 0; section < this.parts.length; section++) {
      if (this.check(section)) continue;
      this.show(section, false);
      one<HTMLElement>(this.form, "[data-wrong]").focus();
      return;
    }
    const kind = this.chosen("next_kind");
    const asked = this.asked();
    const [checklist, version] = draft.checklist.split("@");
    const answers = Object.entries(this.answers()).filter(([id, given]) => asked.has(id) && given.length > 0);
    const shown = (name: string): boolean =>
      this.places.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.closest("[hidden]") === null;
    this.keeper.done({
      visit: draft.visit,
      case: draft.case,
      checklist,
      version: Number(version),
      began_at: draft.beganAt,
      ended_at: new Date().toISOString(),
      outcome: this.chosen("outcome"),
      answers: Object.fromEntries(answers),
      note: this.text("note"),
      card_left: shown("card_left"),
      card_code: this.text("card_code"),
      next: kind && this.text("next_on") ? { kind, on: this.text("next_on") } : null,
      plan: shown("plan") ? "stop" : null,
      pictures: draft.pictures.map(({ kind: what, type, data }) => ({ kind: what, type, data })),
    });
  }
}
