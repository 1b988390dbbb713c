import { ChevronLeft } from "lucide-react";
import Link from "next/link";
import { getTranslations } from "next-intl/server";

/** Over the panes that are not rooms: the way back where only one fits. */
export async function PaneHead({ title }: { title: string }) {
  const t = await getTranslations("room");
  return (
    <header className="bar">
      <div className="bar-start">
        <Link className="icon-button back" href="/inbox" prefetch={false} aria-label={t("back")}>
          <ChevronLeft aria-hidden />
        </Link>
      </div>
      <div className="bar-title">
        <p className="bar-name">{title}</p>
      </div>
      <div className="bar-end" />
    </header>
  );
}
