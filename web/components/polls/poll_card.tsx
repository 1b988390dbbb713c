"use client";

import { useNow, useTranslations } from "next-intl";
import { type FormEvent, useEffect, useState } from "react";

import { PollOption } from "@/components/polls/poll_option";
import { PollVoters } from "@/components/polls/poll_voters";
import { useCalendar } from "@/components/time";
import type { PartOf } from "@/lib/parts";
import { ownVote, sameChoice, share, tallyOf } from "@/lib/polls";
import type { PollState } from "@/lib/protocol.gen.ts";
import { meetingTime } from "@/lib/times";

export interface PollCardProps {
  part: PartOf<"poll">;
  state?: PollState | undefined;
  me?: string;
  /** What one's own log says of an anonymous poll. */
  answer?: readonly number[] | undefined;
  nameOf?(id: string): string;
  /** Where its form goes to without JavaScript; left out where one only looks at it. */
  action?: string | undefined;
  /** It is one's own. */
  mine?: boolean;
  onVote?(options: number[]): void;
  onClose?(): void;
}

/** A question and its options: how they stand, and, where one may, the form to vote with. */
export function PollCard(props: PollCardProps) {
  const { part, state, me = "", nameOf, action, mine } = props;
  const t = useTranslations("poll");
  const calendar = useCalendar();
  const over = useIsOver(part.closes_at) || state?.closed_at !== undefined;
  const own = ownVote(part, state, me, props.answer);
  const [draft, setDraft] = useState<readonly number[]>();
  const [voted, setVoted] = useState(false);
  const { votes, voters, leading } = tallyOf(part, state);
  const open = !over && action !== undefined;
  const chosen = (open && draft) || own;
  const results = part.options.map((text, place) => t("result", { text, count: votes[place] ?? 0 })).join(", ");

  function choose(place: number, yes: boolean) {
    if (!part.multiple) return setDraft([place]);
    setDraft(yes ? [...chosen, place].sort((one, other) => one - other) : chosen.filter((each) => each !== place));
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const button = (event.nativeEvent as SubmitEvent).submitter?.getAttribute("name");
    if (button === "close") return props.onClose?.();
    setVoted(true);
    setDraft(undefined);
    props.onVote?.(button === "withdraw" ? [] : [...chosen]);
  }

  return (
    <section className="part-card poll" aria-label={t("label", { question: part.question })}>
      <form method="post" action={action} onSubmit={submit}>
        <fieldset>
          <legend className="card-title">{part.question}</legend>
          <p className="card-note">
            {[part.multiple ? t("several") : t("one"), part.anonymous && t("anonymous")].filter(Boolean).join(" · ")}
          </p>
          {part.options.map((text, place) => (
            <PollOption
              key={place}
              text={text}
              place={place}
              multiple={part.multiple ?? false}
              open={open}
              chosen={chosen.includes(place)}
              count={votes[place] ?? 0}
              share={share(votes[place] ?? 0, voters)}
              leading={leading.includes(place)}
              onChoose={choose}
            />
          ))}
        </fieldset>
        <p className="card-note poll-foot">
          {t("voters", { count: voters })}
          {over ? (
            <span>{t("closed")}</span>
          ) : (
            part.closes_at !== undefined && (
              <span suppressHydrationWarning>{t("closes", { time: meetingTime(part.closes_at, 0, calendar) })}</span>
            )
          )}
        </p>
        {/* What one's own vote led to, and how it ended: said aloud when it changes, and not with each vote of others. */}
        <p className="unseen" role="status">
          {over ? t("ended", { results }) : voted && own.length > 0 ? t("voted", { results }) : voted && t("withdrawn")}
        </p>
        {open && (
          <div className="poll-actions">
            <button
              className={own.length > 0 && (!draft || sameChoice(draft, own)) ? "button small" : "button small primary"}
            >
              {own.length > 0 ? t("change") : t("vote")}
            </button>
            {own.length > 0 && (
              <button className="button small quiet" name="withdraw" value="1" formNoValidate>
                {t("withdraw")}
              </button>
            )}
            {mine && (
              <button className="button small quiet" name="close" value="1" formNoValidate>
                {t("close")}
              </button>
            )}
          </div>
        )}
      </form>
      {nameOf && !part.anonymous && voters > 0 && <PollVoters part={part} state={state} nameOf={nameOf} />}
    </section>
  );
}

/** The longest a timer waits. */
const TIMER_MS = 2 ** 31 - 1;

/** Whether the time has come. */
function useIsOver(at: number | undefined): boolean {
  const now = useNow().getTime();
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (at === undefined) return;
    const wait = Math.min(Math.max(at - Date.now(), 0), TIMER_MS);
    const timer = setTimeout(() => setOver(Date.now() >= at), wait);
    return () => clearTimeout(timer);
  }, [at]);
  return at !== undefined && (over || at <= now);
}
