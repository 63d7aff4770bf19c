/** One line of a chart. */
export interface Curve {
  readonly label: string;
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** One chart; charts are stacked. */
export interface Panel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** A level to mark. */
  readonly limit?: { readonly y: number; readonly label: string };
  /** The side of the curves' names. */
  readonly legend: "left" | "right";
  readonly curves: readonly Curve[];
}

const chartWidth = 860;
const chartHeight = 380;
const margin = { left: 64, right: 20, top: 40, bottom: 34 };
const inkColour = "#24292f";
const gridColour = "#d8dee4";

/** Draws the panels below one another, as an SVG document that is readable on light and dark pages. */
export function renderChart(title: string, panels: readonly Panel[]): string {
  const height = chartHeight * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${chartWidth} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${chartWidth}" height="${height}" fill="#ffffff"/>`,
    ...panels.map((panel, i) => `<g transform="translate(0 ${i * chartHeight})">${renderPanel(panel)}</g>`),
    "</svg>",
    "",
  ].join("\n");
}

function renderPanel({ title, x, y, limit, legend, curves }: Panel): string {
  const right = chartWidth - margin.right;
  const bottom = chartHeight - margin.bottom;
  const atX = scale(x, margin.left, right);
  const atY = scale(y, bottom, margin.top);
  return [
    label(margin.left, 24, title, "start", 14),
    ...ticks(x).map(
      (at) => line(atX(at), margin.top, atX(at), bottom) + label(atX(at), bottom + 18, tick(at), "middle"),
    ),
    ...ticks(y).map((at) => line(margin.left, atY(at), right, atY(at)) + label(56, atY(at) + 4, tick(at), "end")),
    ...curves.map(({ color, points }) => {
      const path = points.map((point) => {
        const shown = Math.min(Math.max(point.y, y.from), y.to);
        return `${atX(point.x).toFixed(1)},${atY(shown).toFixed(1)}`;
      });
      return `<polyline fill="none" stroke="${color}" stroke-width="1.2" points="${path.join(" ")}"/>`;
    }),
    limit === undefined ? "" : line(margin.left, atY(limit.y), right, atY(limit.y), "#cf222e", "6 4"),
    limit === undefined ? "" : label(right - 8, atY(limit.y) - 6, limit.label, "end"),
    ...curves.map((curve, i) => {
      const top = margin.top + 20 + 18 * i;
      const left = legend === "left" ? margin.left + 20 : right - 170;
      return line(left, top, left + 24, top, curve.color) + label(left + 32, top + 4, curve.label, "start");
    }),
  ].join("\n");
}

function scale(axis: Axis, low: number, high: number): (value: number) => number {
  return (value) => low + ((value - axis.from) / (axis.to - axis.from)) * (high - low);
}

function ticks({ from, to, step }: Axis): number[] {
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
}

function tick(value: number): string {
  return String(Number(value.toFixed(6)));
}

function line(x1: number, y1: number, x2: number, y2: number, stroke = gridColour, dashes = "none"): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${stroke}" stroke-dasharray="${dashes}"/>`;
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end", size = 12): string {
  return `<text x="${x}" y="${y}" fill="${inkColour}" font-size="${size}" text-anchor="${anchor}">${text}</text>`;
}
