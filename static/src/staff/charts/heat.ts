// Shades the cells of the table itself in five steps; each keeps its figure, so the shade says nothing new.
import { type Figures, shown } from "./table";

const SHADES = ["heat-1", "heat-2", "heat-3", "heat-4", "heat-5"];

/** The shades from 0 to the highest figure; each item of the list: its class and the figures that have it. */
export function shade(figures: Figures): [shade: string, range: string][] {
  const values = figures.series.flatMap((series) => series.points.flatMap(({ value }) => value ?? []));
  const highest = Math.max(0, ...values);
  if (!highest) return [];
  const share = figures.series.some((series) => series.share);
  // Whole figures have whole limits, so that the list says exactly what each shade holds.
  const whole = !share && values.every(Number.isInteger);
  const limits = SHADES.map((_, place) => ((place + 1) * highest) / SHADES.length);
  const tops = whole ? limits.map((limit) => Math.ceil(limit)) : limits;
  for (const series of figures.series) {
    series.points.forEach(({ value }, row) => {
      const found = value !== null && value > 0 ? tops.findIndex((top) => value <= top + 1e-9) : -1;
      series.cells[row]?.classList.remove(...SHADES);
      const name = SHADES[found];
      if (name) series.cells[row]?.classList.add(name);
    });
  }
  return SHADES.flatMap((name, place): [string, string][] => {
    const [top, before] = [tops[place] ?? 0, tops[place - 1] ?? 0];
    if (top === before) return [];
    const from = whole ? before + 1 : before;
    return [[name, from === top ? shown(top, share) : `${shown(from, share)} – ${shown(top, share)}`]];
  });
}
