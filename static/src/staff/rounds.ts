// The order of a day round: rows are dragged, or moved by their buttons, and the times stay in the order of the day.
const list = document.querySelector<HTMLElement>("[data-round]");

function rows(): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
}

function time(row: HTMLElement): HTMLInputElement | null {
  return row.querySelector<HTMLInputElement>("input[type=time]");
}

/** Rows with a time first, the soonest above: the round as it will be walked. */
function sort(): void {
  const sorted = rows().sort((a, b) => (time(a)?.value || "99").localeCompare(time(b)?.value || "99"));
  list?.append(...sorted);
}

/** Put a row in another place; the times stay where they are, so that the visits change places. */
function place(row: HTMLElement, before: HTMLElement | null): void {
  const timed = rows().filter((each) => time(each)?.value);
  const times = timed.map((each) => time(each)?.value ?? "");
  list?.insertBefore(row, before);
  rows()
    .filter((each) => timed.includes(each))
    .forEach((each, position) => {
      const field = time(each);
      if (field) field.value = times[position] ?? "";
    });
}

function button(label: string, tap: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "utrecht-button utrecht-button--subtle";
  made.textContent = label;
  made.addEventListener("click", tap);
  return made;
}

function arm(row: HTMLElement, here: HTMLElement): void {
  const up = button(here.dataset.up ?? "", () => {
    const before = row.previousElementSibling;
    if (before instanceof HTMLElement) place(row, before);
    up.focus();
  });
  const down = button(here.dataset.down ?? "", () => {
    const after = row.nextElementSibling;
    if (after instanceof HTMLElement) place(row, after.nextElementSibling as HTMLElement | null);
    down.focus();
  });
  const both = document.createElement("div");
  both.className = "button-row";
  both.append(up, down);
  row.append(both);
  row.draggable = true;
  // Not from a field: there one selects text.
  row.addEventListener("pointerdown", (event) => {
    row.draggable = !(event.target as Element).closest("input, select, button");
  });
  row.addEventListener("dragstart", (event) => {
    row.dataset.dragged = "";
    event.dataTransfer?.setData("text/plain", "");
  });
  row.addEventListener("dragend", () => delete row.dataset.dragged);
  row.addEventListener("dragover", (event) => event.preventDefault());
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    const dragged = here.querySelector<HTMLElement>("[data-dragged]");
    if (!dragged || dragged === row) return;
    const down = rows().indexOf(dragged) < rows().indexOf(row);
    place(dragged, down ? (row.nextElementSibling as HTMLElement | null) : row);
  });
}

if (list) {
  sort();
  for (const row of rows()) arm(row, list);
}
