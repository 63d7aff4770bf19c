const users = new Set(["ada", "grace"]);

/** Replace this with your own sessions. Here: a cookie `session=<user>`, or `session=<user>.<unix ms>`, valid until then. */
export function userOf(request: Request): string | undefined {
  const cookie = request.headers.get("cookie") ?? "";
  const [, user = "", end] = /(?:^|;\s*)session=(\w+)(?:\.(\d+))?/.exec(cookie) ?? [];
  return users.has(user) && (end === undefined || Number(end) > Date.now()) ? user : undefined;
}
