/** A point of the chart: a way to show captions. */
export interface Point {
  readonly delayMs: number;
  readonly rewritten: number;
  readonly label: string;
}

/** Points of one recording, joined by a line. */
export interface Series {
  readonly name: string;
  readonly color: string;
  readonly points: readonly Point[];
}

const width = 860;
const height = 420;
const margin = { left: 70, right: 30, top: 50, bottom: 50 };

/** Draws rewritten words over delay, as an SVG document that is readable on light and dark pages. */
export function flickerChart(series: readonly Series[], goal: number): string {
  const all = series.flatMap(({ points }) => points);
  const mostDelay = 500 * Math.ceil(Math.max(...all.map(({ delayMs }) => delayMs)) / 500);
  const mostRewritten = 20 * Math.ceil(Math.max(...all.map(({ rewritten }) => rewritten)) / 20);
  const x = (delay: number) => margin.left + (delay / mostDelay) * (width - margin.left - margin.right);
  const y = (count: number) => height - margin.bottom - (count / mostRewritten) * (height - margin.top - margin.bottom);
  const range = (most: number, step: number) => Array.from({ length: most / step + 1 }, (_, i) => i * step);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    "<title>Rewritten words per minute over delay</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(margin.left, 26, "Words rewritten per minute, over the mean delay of a word in ms", "start", 14),
    ...range(mostDelay, 500).map(
      (at) => line(x(at), y(0), x(at), y(mostRewritten)) + text(x(at), height - 28, String(at), "middle"),
    ),
    ...range(mostRewritten, 20).map(
      (at) => line(x(0), y(at), x(mostDelay), y(at)) + text(margin.left - 8, y(at) + 4, String(at), "end"),
    ),
    line(x(0), y(goal), x(mostDelay), y(goal), "#cf222e", "6 4"),
    text(width - margin.right - 6, y(goal) - 6, `at most ${goal} a minute`, "end"),
    ...series.map(({ name, color, points }, i) => {
      const path = points.map(({ delayMs, rewritten }) => `${x(delayMs).toFixed(1)},${y(rewritten).toFixed(1)}`);
      const top = margin.top + 16 + 18 * i;
      return [
        `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${path.join(" ")}"/>`,
        ...points.map(
          ({ delayMs, rewritten, label }) =>
            `<circle cx="${x(delayMs).toFixed(1)}" cy="${y(rewritten).toFixed(1)}" r="3.5" fill="${color}"><title>${label}</title></circle>`,
        ),
        line(width - 240, top, width - 216, top, color),
        text(width - 208, top + 4, name, "start"),
      ].join("\n");
    }),
    "</svg>",
    "",
  ].join("\n");
}

function line(x1: number, y1: number, x2: number, y2: number, stroke = "#d8dee4", dashes = "none"): string {
  const points = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<path d="M${points[0]} ${points[1]}L${points[2]} ${points[3]}" stroke="${stroke}" stroke-dasharray="${dashes}"/>`;
}

function text(x: number, y: number, label: string, anchor: string, size = 12): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="#24292f" font-size="${size}" text-anchor="${anchor}">${label}</text>`;
}
