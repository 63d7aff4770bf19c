/**
 * What a test tries: `few` in `test`, `many` in `test:all`. Name the file `*.sized.test.ts`, so that `test:all` runs it again
 * at its full size.
 */
export function cases<T>(few: T, many: T): T {
  return process.env.VOXPIPE_CASES === "many" ? many : few;
}
