// The round of today, and an honest account of the reports on this phone.
import type { Bundle } from "./bundle";
import { begun } from "./drafts";
import type { Waiting } from "./store";
import { clockTime, frame, one, word } from "./words";

export interface Account {
  outbox: Waiting[];
  names: Map<string, string>;
  erased: boolean;
  mend: (one: Waiting) => void;
  again: () => void;
}

export async function showRound(main: HTMLElement, bundle: Bundle | null, account: Account): Promise<void> {
  const drafts = await begun();
  const page = frame("round");
  one(page, "[data-day]").textContent = bundle ? dayOf(bundle.day) : word("today");
  const list = one(page, "[data-list]");
  list.innerHTML = bundle?.visits.map((visit) => visit.card).join("") ?? "";
  const last = new Map(account.outbox.map((each) => [each.visit, each]));
  for (const card of list.querySelectorAll<HTMLElement>("[data-visit]")) {
    const id = card.dataset.visit ?? "";
    const report = last.get(id);
    if (report) mark(card, word("done"), "done");
    else if (drafts.has(id)) mark(card, word("begun"), "begun");
  }
  one<HTMLElement>(page, "[data-empty]").hidden = bundle === null || bundle.visits.length > 0;
  one<HTMLElement>(page, "[data-old]").hidden = !account.erased;
  one<HTMLElement>(page, "[data-sent-title]").hidden = account.outbox.length === 0;
  const newest = [...account.outbox].sort((a, b) => b.queuedAt - a.queuedAt);
  one(page, "[data-sent]").append(...newest.map((each) => item(each, account)));
  main.replaceChildren(page);
}

function dayOf(day: string): string {
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
  const text = when.format(new Date(`${day}T12:00:00`));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function mark(card: HTMLElement, text: string, state: string): void {
  card.classList.add(`round-card--${state}`);
  const said = document.createElement("span");
  said.className = "round-card__mark";
  said.textContent = text;
  (card.querySelector("a") ?? card).append(said);
}

function item(report: Waiting, account: Account): DocumentFragment {
  const made = frame("sent-item");
  one(made, "[data-name]").textContent = account.names.get(report.visit) ?? word("elsewhere");
  const state = one<HTMLElement>(made, "[data-state]");
  state.textContent = word(`state-${report.state}`);
  state.className = `state state--${report.state}`;
  one(made, "[data-when]").textContent = why(report);
  const actions = one(made, "[data-actions]");
  if (report.state === "refused" && report.why !== "why-other") actions.append(button("mend-button", () => account.mend(report)));
  if (report.state === "waiting") actions.append(button("again-button", account.again));
  return made;
}

function why(report: Waiting): string {
  if (report.state === "delivered" || report.state === "parked" || !report.why) {
    return word("at", { time: clockTime(report.at) });
  }
  const what = report.what.map((line) => line.slice(line.indexOf("\t") + 1)).join(" ");
  return word(report.why, { time: clockTime(report.at), next: clockTime(report.nextAt), what });
}

function button(id: string, tap: () => void): DocumentFragment {
  const made = frame(id);
  one(made, "button").addEventListener("click", tap);
  return made;
}
