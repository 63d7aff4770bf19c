import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommonJsProject, createCommonJsProject } from "./project.ts";

let project: CommonJsProject;

beforeAll(async () => {
  project = await createCommonJsProject();
});
afterAll(() => project?.[Symbol.asyncDispose]());

test.each([
  ["typescript-5.8", "nodenext"],
  ["typescript-5.9", "node20"],
  ["typescript-7.0", "node20"],
])(
  "%s compiles a CommonJS project with module %s",
  async (compiler, module) => {
    await project.compile(compiler, { module, noEmit: true });
  },
  120_000,
);

test.each([
  ["typescript-5.7", "nodenext"],
  ["typescript-5.9", "node16"],
])(
  "%s with module %s does not, as the README says",
  async (compiler, module) => {
    await expect(project.compile(compiler, { module, noEmit: true })).rejects.toThrow("TS1479");
  },
  120_000,
);
