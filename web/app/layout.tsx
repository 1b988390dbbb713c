import type { Metadata, Viewport } from "next";
import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";

import { TimeZone } from "@/components/time_zone";
import { readNonce } from "@/lib/nonce";
import { readPreferences, SIDE_DEFAULT } from "@/lib/preferences";
import "./globals.css";

// No page is prerendered: every script has to carry the nonce of the request it answers.
export const dynamic = "force-dynamic";

export const metadata: Metadata = {
  title: { default: "Hubbub", template: "%s · Hubbub" },
  icons: { icon: "/icon.svg" },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  interactiveWidget: "resizes-content",
  colorScheme: "light dark",
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [{ locale, theme, layout, density, contrast, keys, previews, timeZone, side }, nonce] = await Promise.all([
    readPreferences(),
    readNonce(),
  ]);
  return (
    <html
      lang={locale}
      data-theme={theme}
      data-layout={layout}
      data-density={density}
      data-contrast={contrast}
      data-keys={keys}
      data-previews={previews}
      suppressHydrationWarning
    >
      <head>
        {/* Libraries that add a style element at run time look here for the nonce. */}
        <meta property="csp-nonce" nonce={nonce} suppressHydrationWarning />
        {side !== SIDE_DEFAULT && <style nonce={nonce} suppressHydrationWarning>{`:root{--side:${side}px}`}</style>}
      </head>
      <body>
        <NextIntlClientProvider>
          <TimeZone served={timeZone}>{children}</TimeZone>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
