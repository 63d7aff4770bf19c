import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportedFiles, publicPackages, root } from "../workspace.ts";

/** Each declaration file that a public package exports, and the name of its report under `e2e/api/`. */
const surfaces = publicPackages().flatMap(({ folder, manifest }) => {
  const exported = exportedFiles(manifest.exports).map(({ file }) => file);
  const declarations = [...new Set(exported.filter((file) => file.endsWith(".d.ts")))];
  return declarations.map((file) => ({
    name: declarations.length === 1 ? folder : `${folder}-${basename(file, ".d.ts")}`,
    packageFolder: join(root, "packages", folder),
    file,
  }));
});

type Surface = (typeof surfaces)[number];

let reports: string;
/** All surfaces' types, read once. */
let types: CompilerState;
beforeAll(async () => {
  reports = await mkdtemp(join(tmpdir(), "voxpipe-api-"));
  const [first] = surfaces;
  if (!first) throw new Error("No public package exports declarations.");
  // Its tsconfig has those of all.
  types = CompilerState.create(configure(first));
});
afterAll(() => rm(reports, { recursive: true, force: true }));

test.each(surfaces)("the public surface of $name is the one in its report", async (surface) => {
  const report = await readSurface(surface);
  const message = "The public surface differs from its report. Review it; `pnpm api:accept` writes the new one.";
  await expect(report, message).toMatchFileSnapshot(`../api/${surface.name}.api.md`);
});

test("there is no report but theirs", async () => {
  const names = surfaces.map(({ name }) => `${name}.api.md`);
  const message = "A public surface has come or gone. Review it; a report that is no longer needed goes by hand.";
  expect(await readdir(join(root, "e2e/api")), message).toEqual([...names, "exports.json"].sort());
});

test("the public packages and what they export are those of e2e/api/exports.json", async () => {
  const exported = Object.fromEntries(publicPackages().map(({ manifest }) => [manifest.name, manifest.exports ?? {}]));
  const message = "What the packages export has changed. Review it; `pnpm api:accept` writes the new list.";
  await expect(`${JSON.stringify(exported, undefined, 2)}\n`, message).toMatchFileSnapshot("../api/exports.json");
});

function configure({ name, packageFolder, file }: Surface): ExtractorConfig {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(packageFolder, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: join(packageFolder, file),
      newlineKind: "lf",
      compiler: { tsconfigFilePath: join(root, "e2e/checks/api.tsconfig.json") },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: reports,
        reportTempFolder: join(reports, "temp"),
      },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          "ae-missing-release-tag": { logLevel: ExtractorLogLevel.None },
          "ae-undocumented": { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
}

async function readSurface(surface: Surface): Promise<string> {
  const errors: string[] = [];
  Extractor.invoke(configure(surface), {
    compilerState: types,
    localBuild: true,
    messageCallback(message) {
      if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.text);
      message.handled = true;
    },
  });
  expect(errors).toEqual([]);
  return readFile(join(reports, `${surface.name}.api.md`), "utf8");
}
