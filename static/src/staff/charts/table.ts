// The figures of a table, as a chart needs them. The table is the one source: what is drawn is what it says.
//
// Cells with a figure carry `data-value` (empty: it cannot be told), those with an interval `data-low` and `data-high`
// too. Headings may carry `data-key` (to choose columns by) and `data-kind` ("rate" and "share" run from 0 to 1).
// The columns before the first one with figures name the rows.

export interface Point {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Series {
  label: string;
  /** From 0 to 1, shown as a percentage. */
  share: boolean;
  points: Point[];
  cells: (HTMLTableCellElement | null)[];
}

export interface Figures {
  labels: string[];
  series: Series[];
  /** There are more rows than were asked for. */
  cut: boolean;
}

/** The words of a cell, without those that are for the eye on a phone or for the ear alone. */
function words(cell: Element): string {
  const copy = cell.cloneNode(true) as Element;
  copy.querySelectorAll('[aria-hidden="true"], .visually-hidden').forEach((extra) => extra.remove());
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

function number(text: string | undefined): number | null {
  return text ? Number(text) : null;
}

function isFigure(cell: HTMLTableCellElement | null | undefined): boolean {
  return cell?.dataset.value !== undefined;
}

/** What a row is called: the words before its figures, and a word that comes twice once. */
function labelOf(row: HTMLTableRowElement, named: number): string {
  const names = [...row.cells].slice(0, named).map(words);
  return names.filter((name, place) => name && name !== names[place - 1]).join(", ");
}

/** The columns with figures: those in `wanted` by their keys, else the shares where there are any, else all. */
export function figuresOf(table: HTMLTableElement, wanted: string[], most: number): Figures {
  const all = [...table.tBodies].flatMap((body) => [...body.rows]);
  const rows = all.filter((row) => row.querySelector("[data-value]")).slice(0, most);
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  // The first column names the row, also where it is a number, as of days.
  const first = headings.findIndex((_, place) => place > 0 && rows.some((row) => isFigure(row.cells[place])));
  const columns = headings.flatMap((heading, place): (Series & { key: string })[] => {
    const cells = rows.map((row) => row.cells[place] ?? null);
    if (place === 0 || !cells.some(isFigure)) return [];
    const { kind = "", key = "" } = heading.dataset;
    const share = kind === "rate" || kind === "share" || cells.some((cell) => cell?.dataset.low);
    const points = cells.map((cell) => ({
      value: number(cell?.dataset.value),
      low: number(cell?.dataset.low),
      high: number(cell?.dataset.high),
    }));
    return [{ label: words(heading), key, share, points, cells }];
  });
  const chosen = wanted.length
    ? wanted.flatMap((key) => columns.filter((column) => column.key === key))
    : columns.filter((column) => column.share || !columns.some((other) => other.share));
  return { labels: rows.map((row) => labelOf(row, first)), series: chosen, cut: all.length > rows.length };
}

const counts = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

/** A figure as the pages write it: 1.250, or 39 %. A half goes to the even side, as on the server. */
export function shown(value: number | null, share: boolean): string {
  if (value === null) return "–";
  if (!share) return counts.format(value);
  const percents = Number((100 * value).toFixed(6));
  const rounded = Math.round(percents);
  const even = rounded - percents === 0.5 && rounded % 2 ? rounded - 1 : rounded;
  return `${counts.format(even)}\u00a0%`;
}
