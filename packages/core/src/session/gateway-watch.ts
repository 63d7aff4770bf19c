import type { ServerEvent } from "../protocol/messages.ts";

/** Final turns without any answer until the user is warned. */
const patience = 3;

/**
 * Notices that the LLM gateway stays silent: the service ignores `llm_gateway`, without an error or a warning, if the account
 * has no access to it.
 */
export class GatewayWatch {
  readonly #warnOnce: (topic: string, message: string) => void;
  #unanswered = 0;
  #answered = false;

  constructor(warnOnce: (topic: string, message: string) => void) {
    this.#warnOnce = warnOnce;
  }

  /** An event that is new to the reader. An answer may come behind its turn, so the third turn has until the fourth. */
  saw(event: ServerEvent): void {
    if (event.type === "LLMGatewayResponse") this.#answered = true;
    else if (event.type === "Termination") this.#check();
    else if (event.type === "Turn" && event.end_of_turn && event.transcript !== "") {
      this.#check();
      this.#unanswered++;
    }
  }

  #check(): void {
    if (this.#answered || this.#unanswered < patience) return;
    this.#warnOnce(
      "llmGateway",
      `llmGateway: ${this.#unanswered} final turns got no LLMGatewayResponse. The service ignores it if the account has no access.`,
    );
  }
}
