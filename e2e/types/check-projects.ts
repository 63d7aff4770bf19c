import { join } from "node:path";
import type typescript from "typescript";
import type { Checked, TypeProject } from "./type-project.ts";

/** The programs themselves, and the declarations of our packages. To check others' for every project costs ten times as much. */
const ours = /\/types\/typescript-[\d.]+\/\w+\.ts$|\/node_modules\/(voxpipe|@voxpipe\/\w+)\/dist\/.+\.d\.ts$/;

/**
 * Type-checks projects with the API of a compiler, which reads and binds each file once for all of them. Checked are the
 * programs and every declaration of ours that they lead to.
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

  function check({ programs, options: raw }: TypeProject): Checked {
    const { options, errors } = ts.convertCompilerOptionsFromJson(raw, folder);
    const program = ts.createProgram({
      rootNames: programs.map((file) => join(folder, file)),
      options,
      host: sharingHost(options),
    });
    const sources = program.getSourceFiles().filter(({ fileName }) => ours.test(fileName));
    const found = [
      ...errors,
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...sources.flatMap((source) => [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ]),
    ];
    // The programs, and the declarations of voxpipe and of its core at least.
    return { checked: sources.length >= programs.length + 2, said: ts.formatDiagnostics(found, formatting) };
  }

  function sharingHost(options: typescript.CompilerOptions): typescript.CompilerHost {
    const host = ts.createCompilerHost(options);
    return {
      ...host,
      getSourceFile(fileName, how, onError) {
        const format = typeof how === "object" ? how.impliedNodeFormat : undefined;
        // Read as a module of either kind, or of none in particular, as it is resolved.
        const key = `${format} ${fileName}`;
        if (!files.has(key)) files.set(key, host.getSourceFile(fileName, how, onError));
        return files.get(key);
      },
    };
  }
}
