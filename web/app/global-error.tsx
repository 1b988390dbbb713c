"use client";

import "./globals.css";

/** Stands in for the root layout itself, where no translation can be had. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="stage">
          <div className="card" role="alert">
            <h1>That did not work</h1>
            <p className="lead">The page could not be made. Try again in a moment.</p>
            <button className="button primary" onClick={() => retry()}>
              Try again
            </button>
          </div>
        </main>
      </body>
    </html>
  );
}
