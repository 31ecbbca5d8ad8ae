// Colours and patterns of a figure. Colours are the page's own (figures.css), as they are where the figure stands: in
// daylight, in the dark, in a region's theme or on paper. No two series differ by colour alone.

export interface Ink {
  words: string;
  quiet: string;
  line: string;
  ground: string;
  series: string[];
}

const COLOURS = 3;

/** What the custom properties come to; only an element's own colour is given back worked out. */
export function inkOf(figure: HTMLElement): Ink {
  const probe = figure.appendChild(document.createElement("span"));
  const colour = (name: string): string => {
    probe.style.color = `var(--chart-${name})`;
    return getComputedStyle(probe).color;
  };
  const ink = {
    words: colour("words"),
    quiet: colour("quiet"),
    line: colour("line"),
    ground: colour("ground"),
    series: Array.from({ length: COLOURS }, (_, place) => colour(`${place + 1}`)),
  };
  probe.remove();
  return ink;
}

export function colourOf(ink: Ink, place: number): string {
  return ink.series[place % ink.series.length] ?? ink.words;
}

type Stroke = [x1: number, y1: number, x2: number, y2: number];

/** Lines on a tile of 8 by 8, for the second series and on; the first is plain. */
const PATTERNS: Stroke[][] = [
  [],
  [[-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]],
  [[4, 0, 4, 8]],
  [[-2, -2, 10, 10], [6, -2, 10, 2], [-2, 6, 2, 10]],
  [[0, 4, 8, 4]],
  [[0, 4, 8, 4], [4, 0, 4, 8]],
];

/** What a bar of this series is filled with. */
export function fillOf(ink: Ink, place: number): string | CanvasPattern {
  const colour = colourOf(ink, place);
  const strokes = PATTERNS[place % PATTERNS.length] ?? [];
  if (!strokes.length) return colour;
  const sharp = Math.max(2, window.devicePixelRatio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8 * sharp;
  const pen = tile.getContext("2d");
  if (!pen) return colour;
  pen.scale(sharp, sharp);
  pen.fillStyle = ink.ground;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour;
  pen.lineWidth = 2.5;
  for (const [x1, y1, x2, y2] of strokes) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }
  const pattern = pen.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / sharp));
  return pattern ?? colour;
}

/** How the line of this series is broken, and what marks its points. */
export function dashOf(place: number): number[] {
  return [[], [8, 4], [2, 3], [12, 3, 2, 3]][place % 4] ?? [];
}

export function markOf(place: number): "circle" | "rect" | "triangle" | "rectRot" {
  return (["circle", "rect", "triangle", "rectRot"] as const)[place % 4] ?? "circle";
}
