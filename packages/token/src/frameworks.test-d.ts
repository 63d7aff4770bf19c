import type { ActionFunction, LoaderFunction } from "@remix-run/server-runtime";
import type { RequestHandler } from "@sveltejs/kit";
import { describe, expectTypeOf, it } from "vitest";
import * as next from "../test/examples/next.ts";
import * as remix from "../test/examples/remix.ts";
import * as sveltekit from "../test/examples/sveltekit.ts";

describe("the README's routes are what their frameworks call", () => {
  it("SvelteKit, by its own types", () => {
    expectTypeOf(sveltekit.POST).toExtend<RequestHandler>();
    expectTypeOf(sveltekit.OPTIONS).toExtend<RequestHandler>();
  });

  it("Remix, by its own types", () => {
    expectTypeOf(remix.action).toExtend<ActionFunction>();
    expectTypeOf(remix.loader).toExtend<LoaderFunction>();
  });

  it("Next, by the signature it documents: its own Request, and the route's parameters", () => {
    interface NextRequest extends Request {
      readonly nextUrl: URL;
    }
    type RouteHandler = (
      request: NextRequest,
      context: { params: Promise<Record<string, string | string[] | undefined>> },
    ) => Promise<Response | undefined> | Response | undefined;
    expectTypeOf(next.POST).toExtend<RouteHandler>();
    expectTypeOf(next.OPTIONS).toExtend<RouteHandler>();
  });

  it("and would not be, if the handler wanted more than a request", () => {
    expectTypeOf<(event: { request: Request; more: string }) => Promise<Response>>().not.toExtend<RequestHandler>();
  });
});
