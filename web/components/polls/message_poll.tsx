"use client";

import { PollCard } from "@/components/polls/lazy";
import type { MessageAction } from "@/components/room/use_message_actions";
import type { PartOf } from "@/lib/parts";
import type { MessagePosted } from "@/lib/protocol.gen.ts";

interface MessagePollProps {
  part: PartOf<"poll">;
  message: MessagePosted;
  me: string;
  answer: readonly number[] | undefined;
  nameOf(id: string): string;
  /** It is posted, and one is in the channel. */
  mayVote: boolean;
  run(action: MessageAction): void;
}

/** A message's poll, where one votes in it. */
export function MessagePoll({ part, message, me, answer, nameOf, mayVote, run }: MessagePollProps) {
  const { channel, number } = message;
  return (
    <PollCard
      part={part}
      state={message.poll}
      me={me}
      answer={answer}
      nameOf={nameOf}
      action={mayVote ? `/forms/channels/${channel}/messages/${number}/vote` : undefined}
      mine={message.author === me}
      onVote={(options) => run({ type: "vote", message, options })}
      onClose={() => run({ type: "close-poll", message })}
    />
  );
}
