import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { tokenRoute } from "./token-route.ts";

export default defineConfig({ plugins: [react(), tokenRoute] });
