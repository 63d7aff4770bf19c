// app/routes/api.token.ts
import { token } from "./token.ts";

export const action = ({ request }: { request: Request }) => token(request);
export const loader = action;
