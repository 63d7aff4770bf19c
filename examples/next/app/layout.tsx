import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";

export const metadata: Metadata = { title: "Live captions" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">Captions</Link> <Link href="/about">About</Link>
        </nav>
        {children}
      </body>
    </html>
  );
}
