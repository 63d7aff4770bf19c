import { findProgram, type ProgramName, provideCommand } from "@voxpipe/testing";

/**
 * The path of a program that a browser's tests need.
 *
 * @throws Error that says how to install it.
 */
export function programPath(name: ProgramName): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed. Install it: ${provideCommand}`);
  return path;
}
