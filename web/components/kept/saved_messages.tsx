"use client";

import { ArrowLeft, ArrowRight, BookmarkX, Hash, Lock } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { useLiveView, useSession } from "@/components/chat_provider";
import { FieldError } from "@/components/error_text";
import { KeptMessage } from "@/components/kept/kept_message";
import { HitTime } from "@/components/time";
import { savedPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import type { ChannelName, SavedList, SavedMessage } from "@/lib/protocol.gen.ts";

/** A page of what one has saved. What is removed meanwhile, here or elsewhere, is gone from it. */
export function SavedMessages({ page, first }: { page: SavedList; first: boolean }) {
  const t = useTranslations("saved");
  const someone = useTranslations("message")("someone");
  const session = useSession();
  const now = useLiveView()?.state.saved;
  const [code, setCode] = useState<string>();
  const names = new Map(page.users.map((user) => [user.id, user.name]));
  const view = useLiveView();
  const shown = page.saved.filter(({ channel, number }) => !view || now?.[channel]?.includes(number));

  function remove({ channel, number }: SavedMessage) {
    session?.run({ type: "message.unsave", channel, number }).then(
      () => setCode(undefined),
      (error) => setCode(codeOf(error)),
    );
  }

  return (
    <>
      <FieldError id="saved-error" code={code} />
      <ol className="kept-list" aria-label={t("list")}>
        {shown.map((each) => (
          <li key={`${each.channel} ${each.number}`}>
            {each.message ? (
              <KeptMessage
                message={each.message}
                author={names.get(each.message.author) ?? someone}
                place={each.name && <Place name={each.name} />}
              >
                <Foot each={each} onRemove={remove} />
              </KeptMessage>
            ) : (
              <article className="kept">
                <p className="gone">
                  <Missing each={each} />
                </p>
                <Foot each={each} onRemove={remove} />
              </article>
            )}
          </li>
        ))}
      </ol>
      {(page.next !== undefined || !first) && (
        <nav className="search-pages" aria-label={t("pages")}>
          {!first && (
            <Link className="button" href={savedPath()} prefetch={false}>
              <ArrowLeft aria-hidden />
              {t("first")}
            </Link>
          )}
          {page.next !== undefined && (
            <Link className="button" href={savedPath(page.next)} prefetch={false} rel="next">
              {t("next")}
              <ArrowRight aria-hidden />
            </Link>
          )}
        </nav>
      )}
    </>
  );
}

/** Why nothing of it is shown. */
function Missing({ each }: { each: SavedMessage }) {
  const t = useTranslations("saved");
  const words = useTranslations("message");
  if (!each.name) return t("unreadable");
  return each.deleted ? words("deleted") : t("archived");
}

function Place({ name }: { name: ChannelName }) {
  return (
    <span className="hit-channel">
      {name.private ? <Lock aria-hidden /> : <Hash aria-hidden />}
      <span>{name.name}</span>
    </span>
  );
}

function Foot({ each, onRemove }: { each: SavedMessage; onRemove(each: SavedMessage): void }) {
  const t = useTranslations("saved");
  return (
    <div className="kept-foot">
      <span>
        {t("title")} <HitTime at={each.at} />
      </span>
      <form
        method="post"
        action={`/forms/channels/${each.channel}/messages/${each.number}/save`}
        onSubmit={(event) => {
          event.preventDefault();
          onRemove(each);
        }}
      >
        <input type="hidden" name="remove" value="1" />
        <input type="hidden" name="next" value={savedPath()} />
        <button className="tool" aria-label={t("remove")} title={t("remove")}>
          <BookmarkX aria-hidden />
        </button>
      </form>
    </div>
  );
}
