// What is drawn over bars and lines: how sure a rate is, and the figure itself, so that nobody measures with a ruler.
import type { Chart, Plugin } from "chart.js";
import { colourOf, type Ink } from "./ink";
import { type Figures, shown } from "./table";

const CAP = 4;
const GAP = 6;
const LINE = 16;
const MOST_WHISKERS = 30;

type Place = { x: number; y: number; base?: number };

function placesOf(chart: Chart, series: number): Place[] {
  return chart.getDatasetMeta(series).data as unknown as Place[];
}

/** The interval of each rate: a line with caps along the bar or through the point. */
export function whiskers(figures: Figures, ink: Ink, across: boolean): Plugin {
  return {
    id: "whiskers",
    afterDatasetsDraw(chart) {
      const scale = chart.scales[across ? "x" : "y"];
      const pen = chart.ctx;
      pen.save();
      figures.series.forEach((series, number) => {
        if (!across && series.points.length > MOST_WHISKERS) return;
        placesOf(chart, number).forEach((place, row) => {
          const { low, high } = series.points[row] ?? {};
          if (!scale || low == null || high == null) return;
          const [from, to] = [scale.getPixelForValue(low), scale.getPixelForValue(high)];
          const middle = across ? place.y : place.x;
          const draw = (along1: number, off1: number, along2: number, off2: number): void => {
            pen.moveTo(across ? along1 : middle + off1, across ? middle + off1 : along1);
            pen.lineTo(across ? along2 : middle + off2, across ? middle + off2 : along2);
          };
          pen.beginPath();
          draw(from, 0, to, 0);
          draw(from, -CAP, from, CAP);
          draw(to, -CAP, to, CAP);
          // Over a bar as dark as itself it would not be seen.
          for (const [colour, wide] of [[ink.ground, 4], [ink.words, 1.5]] as const) {
            pen.strokeStyle = colour;
            pen.lineWidth = wide;
            pen.stroke();
          }
        });
      });
      pen.restore();
    },
  };
}

function pencil(chart: Chart, ink: Ink): CanvasRenderingContext2D {
  const pen = chart.ctx;
  pen.save();
  pen.fillStyle = ink.words;
  pen.font = `600 14px ${getComputedStyle(document.body).fontFamily}`;
  pen.textBaseline = "middle";
  return pen;
}

/** The figure behind each bar, beyond its whisker. */
export function besideBars(figures: Figures, ink: Ink): Plugin {
  return {
    id: "beside-bars",
    afterDatasetsDraw(chart) {
      const pen = pencil(chart, ink);
      const scale = chart.scales.x;
      figures.series.forEach((series, number) => {
        placesOf(chart, number).forEach((place, row) => {
          const { value = null, high = null } = series.points[row] ?? {};
          if (!scale) return;
          const end = Math.max(scale.getPixelForValue(0), scale.getPixelForValue(Math.max(value ?? 0, high ?? 0)));
          pen.fillText(shown(value, series.share), end + GAP, place.y);
        });
      });
      pen.restore();
    },
  };
}

/** In each part of a stacked bar its figure where it fits, and what all come to behind the bar. */
export function insideStacks(figures: Figures, ink: Ink): Plugin {
  return {
    id: "inside-stacks",
    afterDatasetsDraw(chart) {
      const pen = pencil(chart, ink);
      const share = figures.series.some((series) => series.share);
      figures.labels.forEach((_, row) => {
        let [total, end, middle] = [0, chart.chartArea.left, 0];
        figures.series.forEach((series, number) => {
          const place = placesOf(chart, number)[row];
          const value = series.points[row]?.value ?? 0;
          if (!place || value <= 0) return;
          const [text, from] = [shown(value, series.share), place.base ?? place.x];
          const wide = pen.measureText(text).width + 8;
          if (wide < Math.abs(place.x - from) - 2) {
            const centre = (place.x + from) / 2;
            pen.fillStyle = ink.ground;
            pen.fillRect(centre - wide / 2, place.y - LINE / 2, wide, LINE);
            pen.fillStyle = ink.words;
            pen.fillText(text, centre - wide / 2 + 4, place.y);
          }
          [total, end, middle] = [total + value, Math.max(end, place.x), place.y];
        });
        if (total) pen.fillText(shown(total, share), end + GAP, middle);
      });
      pen.restore();
    },
  };
}

/** The last figure of each line beside its end; where lines end close together they make room for each other. */
export function besideLines(figures: Figures, ink: Ink): Plugin {
  return {
    id: "beside-lines",
    afterDatasetsDraw(chart) {
      const pen = pencil(chart, ink);
      const ends = figures.series.flatMap((series, number) => {
        const last = series.points.map(({ value }) => value !== null).lastIndexOf(true);
        const place = placesOf(chart, number)[last];
        const text = shown(series.points[last]?.value ?? null, series.share);
        return place ? [{ x: place.x, y: place.y, text, number }] : [];
      });
      let lowest = -Infinity;
      for (const end of ends.sort((a, b) => a.y - b.y)) {
        const y = Math.max(end.y, lowest + LINE);
        pen.fillStyle = colourOf(ink, end.number);
        pen.fillText(end.text, end.x + 2 * GAP, y);
        lowest = y;
      }
      pen.restore();
    },
  };
}

/** Where there are too many points for whiskers: the interval as a band behind its line. */
export function bands(figures: Figures, ink: Ink): Plugin {
  return {
    id: "bands",
    beforeDatasetsDraw(chart) {
      const [pen, scale] = [chart.ctx, chart.scales.y];
      figures.series.forEach((series, number) => {
        if (!scale || series.points.length <= MOST_WHISKERS) return;
        const places = placesOf(chart, number);
        const known = series.points.flatMap(({ low, high }, row) => {
          const x = places[row]?.x;
          return low === null || high === null || x === undefined ? [] : [{ x, low, high }];
        });
        pen.save();
        pen.globalAlpha = 0.15;
        pen.fillStyle = colourOf(ink, number);
        pen.beginPath();
        for (const { x, high } of known) pen.lineTo(x, scale.getPixelForValue(high));
        for (const { x, low } of known.reverse()) pen.lineTo(x, scale.getPixelForValue(low));
        pen.fill();
        pen.restore();
      });
    },
  };
}
