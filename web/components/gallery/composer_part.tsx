"use client";

import { TRAY } from "@/components/gallery/part_samples";
import { ANN } from "@/components/gallery/samples";
import { CompletionList } from "@/components/composer/completion_list";
import { EditingNote, ReplyNote, WritingPreview } from "@/components/composer/notes";
import { RecorderBar } from "@/components/composer/recorder_bar";
import { Tray } from "@/components/composer/tray";
import type { Completion } from "@/components/composer/use_completion";
import type { Recorder } from "@/components/composer/use_recorder";

const nothing = () => undefined;
const ACTIONS = { blobOf: nothing, describe: nothing, move: nothing, retry: nothing, remove: nothing };
const RECORDER: Recorder = {
  state: "recording",
  trouble: undefined,
  elapsed: 7_400,
  level: 0.6,
  start: nothing,
  finish: nothing,
  cancel: nothing,
};
const QUOTE = { number: 3, author: { id: ANN, name: "Ann" }, text: "When is the tea?" };

function completion(id: string, trigger: "@" | ":" | "/", options: Completion["options"]): Completion {
  const none = { choose: nothing, press: () => false, look: nothing, close: nothing, leave: nothing };
  return { ...none, id, active: 0, completing: { trigger, from: 0, to: 1, prefix: "" }, options };
}

const LISTS = [
  completion("gallery-people", "@", [
    { key: "1", insert: "", label: "Ann", user: ANN },
    { key: "2", insert: "", label: "王小明", user: "W" },
  ]),
  completion("gallery-emoji", ":", [
    { key: "1", insert: "", label: ":tada:", emoji: "🎉" },
    { key: "2", insert: "", label: ":tea:", emoji: "🍵" },
  ]),
  completion("gallery-commands", "/", [
    { key: "1", insert: "", label: "/topic words", note: "Sets the topic; alone, removes it" },
    { key: "2", insert: "", label: "/invite @name", note: "Adds somebody to the channel" },
  ]),
];

/** What stands around the compose box, in every state. */
export function ComposerSamples() {
  return (
    <div className="gallery-composer">
      <EditingNote onCancel={nothing} />
      <ReplyNote quote={QUOTE} onCancel={nothing} />
      <WritingPreview text={"```py\nprint('tea')\n```\n> a quotation"} />
      <Tray items={TRAY} actions={ACTIONS} sending />
      <RecorderBar recorder={RECORDER} />
      {LISTS.map((list) => (
        <div className="gallery-suggestions" key={list.id}>
          <CompletionList completion={list} />
        </div>
      ))}
    </div>
  );
}
