import { join } from "node:path";
import type typescript from "typescript";
import type { Checked, TypeProject } from "./type-project.ts";

/** Checking these costs ten times what all else does, for every project anew, and finds nothing of ours. */
const nodesOwnTypes = /\/node_modules\/(@types\/node|undici-types)\//;

/**
 * Type-checks projects with the API of a compiler, which reads and binds each file once for all of them. Checked are the
 * programs and every declaration that they lead to, but for those of TypeScript and of Node itself.
 */
export function checkProjects(
  ts: typeof typescript,
  folder: string,
  projects: readonly TypeProject[],
): ReadonlyMap<string, Checked> {
  const files = new Map<string, typescript.SourceFile | undefined>();
  const formatting: typescript.FormatDiagnosticsHost = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => folder,
    getNewLine: () => "\n",
  };
  return new Map(projects.map((project): [string, Checked] => [project.name, check(project)]));

  function check({ file, options: raw }: TypeProject): Checked {
    const { options, errors } = ts.convertCompilerOptionsFromJson(raw, folder);
    const program = ts.createProgram({ rootNames: [join(folder, file)], options, host: sharingHost(options) });
    const sources = program.getSourceFiles();
    const ours = sources.filter(
      (source) => !program.isSourceFileDefaultLibrary(source) && !nodesOwnTypes.test(source.fileName),
    );
    const found = [
      ...errors,
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...ours.flatMap((source) => [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ]),
    ];
    const checked = ours.some(({ fileName }) => /\/node_modules\/voxpipe\/dist\/.+\.d\.ts$/.test(fileName));
    return { checked, said: ts.formatDiagnostics(found, formatting) };
  }

  function sharingHost(options: typescript.CompilerOptions): typescript.CompilerHost {
    const host = ts.createCompilerHost(options);
    return {
      ...host,
      getSourceFile(fileName, how, onError) {
        const format = typeof how === "object" ? how.impliedNodeFormat : undefined;
        // What a file is depends on how its imports are resolved, too.
        const key = `${options.moduleResolution} ${format} ${fileName}`;
        if (!files.has(key)) files.set(key, host.getSourceFile(fileName, how, onError));
        return files.get(key);
      },
    };
  }
}
