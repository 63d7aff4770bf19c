/**
 * What a test tries: `few` in `test`, `many` in `test:all`, and with `VOXPIPE_CASES=all` `all`, which is too long for CI. Name
 * the file `*.sized.test.ts`, so that `test:all` runs it again.
 */
export function cases<T>(few: T, many: T, all: T = many): T {
  const size = process.env.VOXPIPE_CASES;
  return size === "all" ? all : size === "many" ? many : few;
}
