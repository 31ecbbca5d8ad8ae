// Figures over the tables of reports, drawn from the tables themselves. Without this script the tables are all there is.
import type { Chart } from "chart.js";
import { shade } from "./charts/heat";
import { colourOf, dashOf, fillOf, type Ink, inkOf } from "./charts/ink";
import { draw, heightOf, type Kind, KINDS } from "./charts/kinds";
import { type Figures, figuresOf } from "./charts/table";

const MOST_ROWS = 30;
const MOST_POINTS = 400;
/** Of what is printed, in pixels: as wide as a sheet of A4 leaves. */
const PAPER = 680;

const drawn = new Map<HTMLElement, Chart>();
let onPaper = false;

function swatch(kind: Kind, ink: Ink, place: number): HTMLCanvasElement {
  const made = document.createElement("canvas");
  [made.width, made.height] = [56, 32];
  made.className = "chart__swatch";
  const pen = made.getContext("2d");
  if (!pen) return made;
  pen.scale(2, 2);
  pen.strokeStyle = colourOf(ink, place);
  if (kind === "line") {
    pen.lineWidth = 2.5;
    pen.setLineDash(dashOf(place));
    pen.moveTo(0, 8);
    pen.lineTo(28, 8);
    pen.stroke();
  } else {
    pen.fillStyle = fillOf(ink, place);
    pen.fillRect(1, 1, 26, 14);
    pen.strokeRect(1, 1, 26, 14);
  }
  return made;
}

function explain(figure: HTMLElement, items: [sign: HTMLElement, words: string][]): void {
  const list = figure.querySelector(".chart__legend");
  list?.replaceChildren(
    ...items.map(([sign, words]) => {
      const item = document.createElement("li");
      item.append(sign, words);
      return item;
    }),
  );
}

function shaded(figure: HTMLElement, figures: Figures): void {
  const shades = shade(figures);
  figure.hidden = shades.length === 0;
  explain(
    figure,
    shades.map(([name, range]) => {
      const sign = document.createElement("span");
      sign.className = `chart__swatch ${name}`;
      return [sign, range];
    }),
  );
}

function show(figure: HTMLElement): void {
  drawn.get(figure)?.destroy();
  drawn.delete(figure);
  const table = document.getElementById(figure.dataset.of ?? "");
  if (!(table instanceof HTMLTableElement)) return;
  const wanted = (figure.dataset.columns ?? "").split(" ").filter(Boolean);
  const kind = KINDS.find((name) => name === figure.dataset.chart);
  if (!kind) {
    if (figure.dataset.chart === "heat") shaded(figure, figuresOf(table, wanted, Infinity));
    return;
  }
  const figures = figuresOf(table, wanted, kind === "line" ? MOST_POINTS : MOST_ROWS);
  const canvas = figure.querySelector("canvas");
  const sheet = canvas?.parentElement;
  // A figure of nothing shows nothing.
  const something = figures.series.some((series) => series.points.some(({ value }) => value));
  if (!canvas || !sheet || !something) return;
  figure.hidden = false;
  figure.classList.toggle("chart--paper", onPaper);
  sheet.style.inlineSize = onPaper ? `${PAPER}px` : "";
  sheet.style.blockSize = `${heightOf(kind, figures, sheet.clientWidth)}px`;
  const ink = inkOf(figure);
  const names = figures.series.length > 1 ? figures.series : [];
  explain(figure, names.map((series, place) => [swatch(kind, ink, place), series.label]));
  const cut = figure.querySelector<HTMLElement>(".chart__cut");
  if (cut) cut.hidden = !figures.cut;
  drawn.set(figure, draw(kind, canvas, figures, ink, onPaper ? 3 : window.devicePixelRatio));
}

function showAll(): void {
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    chart.destroy();
    drawn.delete(figure);
  }
  for (const figure of document.querySelectorAll<HTMLElement>("figure[data-chart]")) {
    show(figure);
    if (!figure.hidden) watched.observe(figure);
  }
}

// Names take more lines where there is less room, and then the figure has to be higher.
const widths = new WeakMap<Element, number>();
const watched = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const before = widths.get(target);
    widths.set(target, contentRect.width);
    const changed = before !== undefined && before !== contentRect.width && contentRect.width > 0;
    if (changed && !onPaper && target instanceof HTMLElement) show(target);
  }
});

function print(begins: boolean): void {
  onPaper = begins;
  showAll();
}

showAll();
document.addEventListener("htmx:after:settle", showAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showAll);
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
