"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

/** Code in a box of its own, which scrolls where it is long or wide. */
export function CodeBlock({ text, language }: { text: string; language: string | undefined }) {
  const t = useTranslations("message");
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  }
  return (
    <div className="code">
      <div className="code-head">
        <span>{language?.slice(0, 30)}</span>
        <button type="button" className="needs-js" aria-label={copied ? t("copied") : t("copyCode")} onClick={copy}>
          {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
        </button>
      </div>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </div>
  );
}
