/**
 * The fenced blocks of one language in a Markdown text, in order.
 *
 * @param language what follows the opening fence, such as `ts`
 */
export function codeBlocks(markdown: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...markdown.matchAll(fence)].map(([, code = ""]) => code);
}
