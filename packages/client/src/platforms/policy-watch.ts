/** Detects whether the page's Content-Security-Policy blocks a URL, on platforms that have events for it. */
export class PolicyWatch {
  readonly #url: string;
  readonly #onBlocked: () => void;

  constructor(url: string, onBlocked: () => void) {
    this.#url = url;
    this.#onBlocked = onBlocked;
    // Pages and workers have it; React Native and some test environments do not.
    if (typeof globalThis.addEventListener === "function")
      globalThis.addEventListener("securitypolicyviolation", this.#onViolation);
  }

  stop(): void {
    if (typeof globalThis.removeEventListener === "function")
      globalThis.removeEventListener("securitypolicyviolation", this.#onViolation);
  }

  /** Browsers report the whole URL, its origin or its scheme. A policy in report-only mode blocks nothing. */
  readonly #onViolation = (event: Event): void => {
    const blockedUri: unknown = Reflect.get(event, "blockedURI");
    if (Reflect.get(event, "disposition") === "report" || typeof blockedUri !== "string" || blockedUri === "") return;
    if (!this.#url.startsWith(blockedUri.replace(/\/$/, ""))) return;
    this.#onBlocked();
  };
}
