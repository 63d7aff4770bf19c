/** A message of a conversation, as chat endpoints take it. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

const { LLM_URL = "http://localhost:11434/v1/chat/completions", LLM_MODEL = "llama3.2", LLM_KEY } = process.env;

/** The answer of a language model, sentence by sentence, as it comes. The endpoint is any that speaks OpenAI's protocol. */
export async function* answer(messages: readonly Message[], signal: AbortSignal): AsyncGenerator<string> {
  const response = await fetch(LLM_URL, {
    method: "POST",
    headers: { "content-type": "application/json", ...(LLM_KEY && { authorization: `Bearer ${LLM_KEY}` }) },
    body: JSON.stringify({ model: LLM_MODEL, messages, stream: true }),
    signal,
  });
  if (!response.ok || response.body === null) throw new Error(`${LLM_URL} answered HTTP ${response.status}.`);
  let text = "";
  for await (const piece of pieces(response.body)) {
    text += piece;
    for (let end = endOfSentence(text); end > 0; end = endOfSentence(text)) {
      yield text.slice(0, end).trim();
      text = text.slice(end);
    }
  }
  if (text.trim() !== "") yield text.trim();
}

/** The text in the endpoint's server-sent events. */
async function* pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const data = line.replace(/^data: ?/, "").trim();
      if (line.startsWith("data:") && data !== "[DONE]") yield JSON.parse(data).choices?.[0]?.delta?.content ?? "";
    }
  }
}

function endOfSentence(text: string): number {
  return text.search(/[.!?]\s/) + 1;
}
