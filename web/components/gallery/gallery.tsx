"use client";

import { type ReactNode, useState } from "react";

import { Avatar, ChannelAvatar } from "@/components/avatar";
import { ConfirmDialog } from "@/components/confirm_dialog";
import { FieldError } from "@/components/error_text";
import { ComposerSamples } from "@/components/gallery/composer_part";
import { PART_SAMPLES } from "@/components/gallery/part_samples";
import {
  ANN,
  CHANNELS,
  FOUND,
  LONG,
  ME,
  NAMES,
  NOTHING,
  type Sample,
  SAMPLES,
  WANG,
} from "@/components/gallery/samples";
import { PresenceMark } from "@/components/presence";
import { DownButton } from "@/components/room/down_button";
import { EmojiPicker } from "@/components/room/emoji_picker";
import { MessageRow } from "@/components/room/message_row";
import { StatusNotice } from "@/components/room/status_notice";
import { TypingDots, useTypingText } from "@/components/room/typing_line";
import { Filters } from "@/components/search/filters";
import { Results } from "@/components/search/results";
import { SearchTrouble } from "@/components/search/search_trouble";
import { ChannelRow } from "@/components/side/channel_row";
import { useCalendar } from "@/components/time";

const nothing = () => undefined;
const EXAMPLES = { me: "ann", channel: "design", today: "2026-11-23" };
const nameOf = (id: string) => NAMES[id] ?? id;

export function Gallery() {
  const [layout, setLayout] = useState("bubbles");
  return (
    <main className="gallery">
      <h1>Gallery</h1>
      <Part title="Buttons and fields">
        <div className="choices">
          <button className="button primary">Primary</button>
          <button className="button">Plain</button>
          <button className="button danger">Dangerous</button>
          <button className="button quiet">Quiet</button>
          <button className="button" disabled>
            Disabled
          </button>
        </div>
        <div className="field">
          <label htmlFor="gallery-name">A field</label>
          <input className="input" id="gallery-name" placeholder="Placeholder" />
        </div>
        <div className="field">
          <label htmlFor="gallery-wrong">A field with an error</label>
          <input
            className="input"
            id="gallery-wrong"
            aria-invalid
            aria-describedby="gallery-error"
            defaultValue="ann"
          />
          <FieldError id="gallery-error" code="name_taken" />
        </div>
        <ConfirmSample />
      </Part>
      <Part title="Avatars">
        <div className="choices">
          {Object.entries(NAMES).map(([id, name]) => (
            <Avatar key={id} id={id} name={name} />
          ))}
          {Array.from({ length: 12 }, (_, index) => (
            <Avatar key={index} id={String(index)} name={String.fromCharCode(65 + index)} size="small" />
          ))}
          {(["online", "away", "offline"] as const).map((status) => (
            <span className="avatar-place" key={status}>
              <Avatar id={status} name={status} />
              <PresenceMark status={status} />
            </span>
          ))}
          <ChannelAvatar id="a" locked={false} />
          <ChannelAvatar id="b" locked />
        </div>
      </Part>
      <Part title="Channels">
        <ul className="gallery-side">
          {CHANNELS.map((channel, index) => (
            <ChannelRow
              key={channel.id}
              channel={channel}
              open={index === 0}
              me={ME}
              author={channel.last && nameOf(channel.last.author)}
            />
          ))}
        </ul>
      </Part>
      <Part title="Notices">
        <div className="gallery-status">
          <StatusNotice connection="waiting" stale={false} />
        </div>
        <div className="gallery-status">
          <StatusNotice connection="open" stale />
        </div>
        <TypingSample writers={[ANN]} />
        <TypingSample writers={[ANN, WANG]} />
        <TypingSample writers={[ANN, WANG, LONG, ME]} />
        <div className="gallery-down">
          <DownButton shown count={0} onPress={nothing} />
        </div>
        <div className="gallery-down">
          <DownButton shown count={12} onPress={nothing} />
        </div>
      </Part>
      <Part title="Search">
        <div className="gallery-search search">
          <Filters q="tea from:ann -in:release on:2026-11" />
          <SearchTrouble q="before:soon" code="bad_query" again="" />
          <SearchTrouble q="tea" code="search_slow" again="" />
          <Results asked={{ q: "tea" }} answer={FOUND} examples={EXAMPLES} />
          <Results asked={{ q: "tae" }} answer={NOTHING} examples={EXAMPLES} />
        </div>
      </Part>
      <Part title="Emoji">
        <EmojiPicker onPick={nothing} />
      </Part>
      <Part title="Around the compose box">
        <ComposerSamples />
      </Part>
      <Part title="Messages">
        <div className="choices">
          {["bubbles", "lines"].map((each) => (
            <button key={each} className="button small" aria-pressed={each === layout} onClick={() => setLayout(each)}>
              {each}
            </button>
          ))}
        </div>
        <div data-layout={layout}>
          <Messages samples={SAMPLES} />
          <Messages samples={PART_SAMPLES} />
        </div>
      </Part>
    </main>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="gallery-part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function TypingSample({ writers }: { writers: readonly string[] }) {
  const say = useTypingText(nameOf);
  return (
    <p className="typing">
      <TypingDots />
      <span className="typing-text">{say(writers)}</span>
    </p>
  );
}

function ConfirmSample() {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button className="button" onClick={() => setOpen(true)}>
        Ask
      </button>
      <ConfirmDialog
        open={open}
        title="Delete this message?"
        lead="Its text is gone for everyone and cannot be brought back."
        action="Delete"
        onConfirm={nothing}
        onClose={() => setOpen(false)}
      />
    </div>
  );
}

function Messages({ samples }: { samples: readonly Sample[] }) {
  const calendar = useCalendar();
  return (
    <ol className="lines">
      {samples.flatMap((sample) => [
        sample.first !== false && (
          <li key={`${sample.name} title`} className="gallery-title">
            {sample.name}
          </li>
        ),
        <MessageRow
          key={sample.name}
          rowKey={sample.name}
          message={sample.message}
          item={sample.item}
          sign={sample.sign}
          mine={sample.message.author === ME}
          first={sample.first ?? true}
          last={sample.last ?? true}
          author={nameOf(sample.message.author)}
          me={ME}
          nameOf={nameOf}
          calendar={calendar}
          tabStop
          targeted={sample.targeted ?? false}
          editing={sample.editing ?? false}
          mayDelete
          mayReact
          pinned={false}
          saved={false}
          answer={sample.answer}
          run={nothing}
        />,
      ])}
    </ol>
  );
}
