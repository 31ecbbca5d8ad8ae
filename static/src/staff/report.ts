// A report of a visit on a page: what is not asked after what was answered is hidden, and not sent. Without this script
// all of it is shown, each question with the sentence that says when it is asked.
import { type Answers, type Asked, relevant } from "../field/relevance";

type Field = HTMLInputElement | HTMLTextAreaElement;

function fieldsIn(place: HTMLElement): Field[] {
  return [...place.querySelectorAll<Field>("input, textarea")];
}

function valuesIn(place: HTMLElement): string[] {
  return fieldsIn(place)
    .filter((field) => !(field instanceof HTMLInputElement && /^(radio|checkbox)$/.test(field.type)) || field.checked)
    .map((field) => field.value)
    .filter((value) => value !== "");
}

function answersIn(questions: HTMLElement[]): Answers {
  const found: Answers = {};
  for (const question of questions) found[question.dataset.question ?? ""] = valuesIn(question);
  return found;
}

function rulesOf(questions: HTMLElement[]): Asked[] {
  return questions.map((question) => ({
    id: question.dataset.question ?? "",
    when: JSON.parse(question.dataset.when ?? "{}") as Record<string, string[]>,
  }));
}

function show(place: HTMLElement, shown: boolean): void {
  place.hidden = !shown;
  for (const field of fieldsIn(place)) field.disabled = !shown;
}

function begin(form: HTMLFormElement): void {
  const all = <T extends HTMLElement>(selector: string): T[] => [...form.querySelectorAll<T>(selector)];
  const questions = all("[data-question]");
  const parts = all("[data-section]").filter((part) => part.querySelector("[data-question]"));
  const rules = rulesOf(questions);
  const chosen = (name: string): string => form.querySelector<HTMLInputElement>(`[name=${name}]:checked`)?.value ?? "";
  for (const sentence of all("[data-condition]")) sentence.hidden = true;
  const update = (): void => {
    const asked = relevant(rules, answersIn(questions));
    for (const question of questions) show(question, asked.has(question.dataset.question ?? ""));
    for (const part of parts) part.hidden = !part.querySelector("[data-question]:not([hidden])");
    for (const part of all("[data-when-outcome]")) {
      show(part, (part.dataset.whenOutcome ?? "").split(" ").includes(chosen("outcome")));
    }
    for (const part of all("[data-when-next]")) {
      show(part, (part.dataset.whenNext ?? "").split(" ").includes(chosen("next_kind")));
    }
  };
  form.addEventListener("change", update);
  update();
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-checklist]")) begin(form);
