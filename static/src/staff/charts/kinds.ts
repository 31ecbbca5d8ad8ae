// Bars, stacked bars and lines by Chart.js: only the parts that are used, so that the rest is left out of the bundle.
// Nothing moves and nothing is asked of the mouse: the figures stand beside what is drawn, and in the table below.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
} from "chart.js";
import { colourOf, dashOf, fillOf, type Ink, markOf } from "./ink";
import { bands, besideBars, besideLines, insideStacks, whiskers } from "./marks";
import { type Figures, shown } from "./table";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement, PointElement);

export const KINDS = ["bars", "stacked", "line"] as const;
export type Kind = (typeof KINDS)[number];

const BAR = 20;
const LINE = 18;
/** Below this many pixels names stand above their bars, which then have the whole width. */
const NARROW = 560;
const ROOM_FOR_FIGURE = 64;

Chart.defaults.font.size = 14;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
const ruler = document.createElement("canvas").getContext("2d");
if (ruler) ruler.font = `14px ${Chart.defaults.font.family}`;

function fits(words: string, room: number): boolean {
  return !ruler || ruler.measureText(words).width <= room;
}

/** A name in lines that fit; only a word that is too long by itself is broken. */
export function wrapped(name: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of name.split(" ")) {
    const joined = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (fits(joined, room)) lines.splice(-1, 1, joined);
    else {
      let rest = "";
      for (const letter of word) {
        if (fits(rest + letter, room)) rest += letter;
        else {
          lines.push(rest);
          rest = letter;
        }
      }
      lines.push(rest);
    }
  }
  return lines;
}

function roomForNames(width: number): number {
  return width < NARROW ? width - 8 : Math.min(320, width * 0.36);
}

/** How high a figure of this width has to be for all its rows. */
export function heightOf(kind: Kind, figures: Figures, width: number): number {
  if (kind === "line") return Math.max(220, Math.min(360, width * 0.6));
  const bars = kind === "stacked" ? 1 : figures.series.length;
  const most = Math.max(...figures.labels.map((label) => wrapped(label, roomForNames(width)).length));
  // A bar stands in the middle of its row: what is above it for its name is free below it.
  const row = width < NARROW ? bars * BAR + 2 * most * LINE : Math.max(bars * BAR + 12, most * LINE + 8);
  return figures.labels.length * row + 40;
}

/** The name of each row above its bars. */
function namesAbove(figures: Figures, ink: Ink, stacked: boolean): Plugin {
  return {
    id: "names-above",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx;
      pen.save();
      pen.font = `14px ${Chart.defaults.font.family}`;
      pen.textBaseline = "bottom";
      const half = ((stacked ? 1 : figures.series.length) * BAR) / 2 + 1;
      figures.labels.forEach((label, row) => {
        const lines = wrapped(label, roomForNames(chart.width));
        const foot = (chart.scales.y?.getPixelForValue(row) ?? 0) - half;
        lines.forEach((words, place) => {
          const y = foot - (lines.length - 1 - place) * LINE;
          // No line of the grid runs through a name.
          pen.fillStyle = ink.ground;
          pen.fillRect(chart.chartArea.left + 1, y - LINE, pen.measureText(words).width, LINE);
          pen.fillStyle = ink.words;
          pen.fillText(words, chart.chartArea.left, y);
        });
      });
      pen.restore();
    },
  };
}

/** The axis along which figures are read: it holds the intervals too, and a rate's ends where no rate can be. */
function axis(figures: Figures, ink: Ink) {
  const share = figures.series.some((series) => series.share);
  const points = figures.series.flatMap((series) => series.points);
  const whole = !share && points.every(({ value }) => Number.isInteger(value ?? 0));
  const highest = Math.max(share ? 0.1 : 1, ...points.map(({ value, high }) => Math.max(value ?? 0, high ?? 0)));
  return {
    beginAtZero: true,
    suggestedMax: highest,
    ...(share && highest > 0.8 && highest <= 1 ? { max: 1 } : {}),
    grid: { color: ink.line },
    border: { display: false },
    ticks: {
      color: ink.quiet,
      maxTicksLimit: 6,
      maxRotation: 0,
      precision: whole ? 0 : undefined,
      callback: (value: number | string) => shown(Number(value), share),
    },
  };
}

function bars(figures: Figures, ink: Ink, stacked: boolean, width: number): ChartConfiguration {
  const narrow = width < NARROW;
  const fills = figures.series.map((_, place) => fillOf(ink, place));
  const marks = stacked ? [insideStacks(figures, ink)] : [whiskers(figures, ink, true), besideBars(figures, ink)];
  return {
    type: "bar",
    data: {
      labels: figures.labels,
      datasets: figures.series.map((series, place) => ({
        label: series.label,
        data: series.points.map(({ value }) => value),
        backgroundColor: fills[place],
        borderColor: colourOf(ink, place),
        // A plain bar with an edge of its own colour would show a seam.
        borderWidth: typeof fills[place] === "string" ? 0 : 1.5,
        borderSkipped: false,
        barThickness: stacked ? BAR : BAR - 4,
      })),
    },
    options: {
      indexAxis: "y",
      layout: { padding: { right: ROOM_FOR_FIGURE } },
      scales: {
        x: { ...axis(figures, ink), ...(stacked ? { max: undefined } : {}), stacked },
        y: {
          stacked,
          grid: { display: false },
          border: { color: ink.line },
          ticks: {
            display: !narrow,
            color: ink.words,
            autoSkip: false,
            callback: (_, place) => wrapped(figures.labels[place] ?? "", roomForNames(width)),
          },
        },
      },
    },
    plugins: narrow ? [...marks, namesAbove(figures, ink, stacked)] : marks,
  };
}

function line(figures: Figures, ink: Ink): ChartConfiguration {
  const points = figures.labels.length <= 30 ? 4 : 0;
  return {
    type: "line",
    data: {
      labels: figures.labels,
      datasets: figures.series.map((series, place) => ({
        label: series.label,
        data: series.points.map(({ value }) => value),
        borderColor: colourOf(ink, place),
        backgroundColor: colourOf(ink, place),
        borderWidth: 2.5,
        borderDash: dashOf(place),
        pointStyle: markOf(place),
        pointRadius: points,
      })),
    },
    options: {
      layout: { padding: { right: ROOM_FOR_FIGURE, top: 8 } },
      scales: {
        x: {
          grid: { display: false },
          border: { color: ink.line },
          ticks: { color: ink.quiet, maxRotation: 0, autoSkipPadding: 16 },
        },
        y: axis(figures, ink),
      },
    },
    plugins: [bands(figures, ink), whiskers(figures, ink, false), besideLines(figures, ink)],
  };
}

/** Draws into the canvas; `sharpness` is pixels of the picture for each of the page. */
export function draw(kind: Kind, canvas: HTMLCanvasElement, figures: Figures, ink: Ink, sharpness: number): Chart {
  const width = canvas.parentElement?.clientWidth ?? canvas.width;
  const made = kind === "line" ? line(figures, ink) : bars(figures, ink, kind === "stacked", width);
  return new Chart(canvas, {
    ...made,
    options: {
      ...made.options,
      animation: false,
      events: [],
      maintainAspectRatio: false,
      devicePixelRatio: sharpness,
    },
  });
}
