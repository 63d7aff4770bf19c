// src/routes/api/token/+server.ts
import { token } from "./token.ts";

export const POST = ({ request }: { request: Request }) => token(request);
export const OPTIONS = POST;
