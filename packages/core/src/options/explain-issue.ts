import type { BaseIssue } from "valibot";

/** What a schema rejects, and where in the value. For a union, what its last alternative says. */
export function explainIssue(issue: BaseIssue<unknown>): string {
  const deepest = issue.issues?.at(-1) ?? issue;
  const path = deepest.path?.map((item) => String(item.key)).join(".");
  return path ? `${path}: ${deepest.message}` : deepest.message;
}
