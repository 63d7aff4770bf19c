import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

/** An HTTP server that takes OTLP as JSON. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  /** The bodies, by path: `/v1/metrics`, `/v1/traces`. */
  readonly bodies: { readonly path: string; readonly body: unknown }[];
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: { path: string; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    bodies.push({ path: request.url ?? "", body: await json(request) });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface DataPoint {
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly asDouble?: number;
  readonly asInt?: string | number;
  readonly count?: string | number;
  readonly sum?: number;
  readonly explicitBounds?: readonly number[];
  readonly bucketCounts?: readonly (string | number)[];
}

export interface Point {
  /** Of a histogram, the count. */
  readonly value: number;
  readonly sum: number;
  /** How many values are at most so large, for each bound of a histogram. */
  readonly upTo: readonly { readonly bound: number; readonly count: number }[];
}

/** One metric's points: its attributes as `key=value`, and its value, or what its histogram has. */
export function points({ bodies }: OtlpReceiver, name: string): Readonly<Record<string, Point>> {
  const metrics = bodies
    .filter(({ path }) => path === "/v1/metrics")
    .flatMap(({ body }) => find<{ name: string }>(body, (value) => Reflect.get(value, "name") === name));
  const [last] = metrics.slice(-1);
  const found = last ? find<DataPoint>(last, (value) => "timeUnixNano" in value) : [];
  return Object.fromEntries(
    found.map(({ attributes, asDouble, asInt, count, sum, explicitBounds = [], bucketCounts = [] }) => [
      attributes
        .map(({ key, value }) => `${key}=${Object.values(value)[0]}`)
        .sort()
        .join(" "),
      {
        value: Number(asDouble ?? asInt ?? count),
        sum: sum ?? 0,
        upTo: explicitBounds.map((bound, i) => ({
          bound,
          count: bucketCounts.slice(0, i + 1).reduce<number>((all, one) => all + Number(one), 0),
        })),
      },
    ]),
  );
}

/** Every span that was received. */
export function spans({ bodies }: OtlpReceiver) {
  return bodies
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ body }) =>
      find<{
        name: string;
        spanId: string;
        traceId: string;
        parentSpanId?: string;
        status: { code: number; message?: string };
      }>(body, (value) => "spanId" in value && "name" in value && "kind" in value),
    );
}

/** Every object in it for which `holds`, which says of what type they are. */
function find<T>(value: unknown, holds: (value: object) => boolean): T[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap((child) => find<T>(child, holds));
  return holds(value) ? [value as T, ...inside] : inside;
}
