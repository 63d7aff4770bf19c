import { type Credentials, longestSession } from "./credentials.ts";

/** The two shapes in which the token endpoint was seen to refuse (protocol.md section 7). */
export type TokenErrorShape = "error" | "detail";

export interface JsonReply {
  readonly status: number;
  readonly body: unknown;
}

/** Answers `GET /v3/token`. */
export function answerTokenRequest(
  query: URLSearchParams,
  authorization: string | undefined,
  credentials: Credentials,
  shape: TokenErrorShape,
): JsonReply {
  const expires = readNumber(query, "expires_in_seconds", 1, 600);
  const longest = readNumber(query, "max_session_duration_seconds", 60, longestSession, longestSession);
  const problems = [expires, longest].flatMap((result) => ("problem" in result ? [result.problem] : []));
  if (authorization === undefined) {
    if (shape === "error") return unauthorized;
    return refusal([...problems, { type: "missing", loc: ["header", "authorization"], ...missing }], shape);
  }
  if ("problem" in expires || "problem" in longest) return refusal(problems, shape);
  // Here, unlike on the WebSocket, a key may come as a bearer token.
  if (!credentials.acceptsKey(authorization.replace(/^bearer\s+/i, ""))) return unauthorized;
  const token = credentials.mint(expires.value, longest.value);
  return { status: 200, body: { token, expires_in_seconds: expires.value } };
}

const unauthorized: JsonReply = { status: 401, body: { error: "Unauthorized", code: "unauthorized" } };

const missing = { msg: "Field required", input: null } as const;

interface Problem {
  readonly type: string;
  readonly loc: readonly string[];
  readonly msg: string;
  readonly input: string | null;
  readonly ctx?: Readonly<Record<string, number>>;
}

function readNumber(
  query: URLSearchParams,
  name: string,
  min: number,
  max: number,
  fallback?: number,
): { readonly value: number } | { readonly problem: Problem } {
  const input = query.get(name);
  const loc = ["query", name];
  if (input === null) {
    if (fallback !== undefined) return { value: fallback };
    return { problem: { type: "missing", loc, ...missing } };
  }
  const value = /^[+-]?\d+$/.test(input.trim()) ? Number(input) : Number.NaN;
  if (Number.isNaN(value)) {
    const msg = "Input should be a valid integer, unable to parse string as an integer";
    return { problem: { type: "int_parsing", loc, msg, input } };
  }
  if (value < min) {
    const msg = `Input should be greater than or equal to ${min}`;
    return { problem: { type: "greater_than_equal", loc, msg, input, ctx: { ge: min } } };
  }
  if (value > max) {
    const msg = `Input should be less than or equal to ${max}`;
    return { problem: { type: "less_than_equal", loc, msg, input, ctx: { le: max } } };
  }
  return { value };
}

function refusal(problems: readonly Problem[], shape: TokenErrorShape): JsonReply {
  if (shape === "detail") return { status: 422, body: { detail: problems } };
  const error = problems.map(({ loc, msg }) => `${loc.at(-1)}: ${msg}`).join("; ");
  return { status: 400, body: { error, code: "invalid_request" } };
}
