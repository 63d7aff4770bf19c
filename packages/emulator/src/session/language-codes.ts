/** What `language_codes` may hold (protocol.md section 11). */
export const languageCodes =
  "en es de fr it pt tr nl sv no da fi hi vi ar he ja ur zh ru ko ca gl ro et fa yue af mr zu xh nn multi".split(" ");

/** How many codes a session may name. */
export const mostLanguageCodes = 10;
