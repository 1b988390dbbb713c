"use client";

import { Pencil, UserMinus, UserPlus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";

import { Avatar } from "@/components/avatar";
import { useSession } from "@/components/chat_provider";
import { ConfirmDialog } from "@/components/confirm_dialog";
import { FieldError } from "@/components/error_text";
import { PersonLink } from "@/components/people/person_link";
import { PresenceText } from "@/components/presence";
import { useShallowLink } from "@/components/shallow_link";
import { channelPath } from "@/lib/addresses";
import { callApi, codeOf, Refusal } from "@/lib/api_client";
import type { ClientState } from "@/lib/apply_event";
import { isConversation } from "@/lib/conversations";
import type { Room, UserView } from "@/lib/protocol.gen.ts";
import { mayChangeChannel, mayRemoveMembers } from "@/lib/state_views";

interface MembersPanelProps {
  room: Room;
  state: ClientState;
  /** What a form of the panel, sent without JavaScript, was answered with. */
  error: string | undefined;
}

/** Beside the room: what it is about, and who is in it. */
export function MembersPanel({ room, state, error }: MembersPanelProps) {
  const t = useTranslations("members");
  const close = useShallowLink(channelPath(room.channel.id));
  const direct = room.channel.kind === "direct";
  return (
    <aside className="panel" aria-label={t("title")}>
      <header className="panel-head">
        <h2>
          {t("title")} <span>{room.channel.members}</span>
        </h2>
        <a className="icon-button" {...close} aria-label={t("close")} title={t("close")}>
          <X aria-hidden />
        </a>
      </header>
      <div className="panel-body">
        {!direct && (
          <Topic room={room} mayChange={mayChangeChannel(state)} error={error === "bad_topic" ? error : undefined} />
        )}
        {room.member && !direct && state.user.role !== "guest" && (
          <AddMember room={room} error={error === "bad_topic" ? undefined : error} />
        )}
        {direct && state.user.role !== "guest" && (
          <p className="together">
            <Link className="button small" href={`/new/message?with=${room.channel.id}`} prefetch={false}>
              <UserPlus aria-hidden />
              {t("together")}
            </Link>
          </p>
        )}
        <MemberList room={room} state={state} />
        {room.member && <Leave room={room} />}
      </div>
    </aside>
  );
}

function Topic({ room, mayChange, error }: { room: Room; mayChange: boolean; error: string | undefined }) {
  const t = useTranslations("room");
  const words = useTranslations("settings");
  const session = useSession();
  const [open, setOpen] = useState(error !== undefined);
  const [code, setCode] = useState(error);
  const { id, topic } = room.channel;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const next = String(new FormData(event.currentTarget).get("topic") ?? "");
    try {
      await session?.run({ type: "channel.update", channel: id, topic: next });
      setOpen(false);
    } catch (error) {
      setCode(codeOf(error));
    }
  }

  return (
    <section className="topic">
      <h3>{t("topic")}</h3>
      <p className={topic ? undefined : "quiet"}>{topic ?? "–"}</p>
      {mayChange && (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>
            <Pencil aria-hidden />
            {topic ? t("topicEdit") : t("topicAdd")}
          </summary>
          <form method="post" action={`/forms/channels/${id}/topic`} onSubmit={submit}>
            <input
              className="input"
              name="topic"
              aria-label={t("topic")}
              defaultValue={topic}
              maxLength={250}
              key={topic}
            />
            <button className="button small">{words("save")}</button>
          </form>
          <FieldError id="topic-error" code={code} />
        </details>
      )}
    </section>
  );
}

function AddMember({ room, error }: { room: Room; error: string | undefined }) {
  const t = useTranslations("members");
  const session = useSession();
  const [found, setFound] = useState<UserView[]>([]);
  const [name, setName] = useState("");
  const [code, setCode] = useState(error);
  const inside = new Set(room.members?.map((member) => member.id));

  async function find(prefix: string): Promise<UserView[]> {
    const { users } = await callApi<{ users: UserView[] }>("GET", `/api/users?prefix=${encodeURIComponent(prefix)}`);
    return users;
  }

  function change(next: string) {
    setName(next);
    setCode(undefined);
    const prefix = next.trim();
    if (prefix) find(prefix).then(setFound, () => undefined);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      const wanted = keyOf(name);
      const user = (await find(name.trim())).find((each) => keyOf(each.name) === wanted);
      if (!user) throw new Refusal("no_such_user");
      await session?.run({ type: "member.add", channel: room.channel.id, user: user.id });
      setName("");
    } catch (error) {
      setCode(codeOf(error));
    }
  }

  return (
    <form className="add-member" method="post" action={`/forms/channels/${room.channel.id}/members`} onSubmit={submit}>
      <div className="field">
        <label htmlFor="add-name">{t("add")}</label>
        <div className="add-line">
          <input
            className="input"
            id="add-name"
            name="name"
            list="add-names"
            value={name}
            placeholder={t("addHint")}
            autoComplete="off"
            autoCapitalize="none"
            required
            aria-invalid={code !== undefined}
            aria-describedby={code && "add-error"}
            onChange={(event) => change(event.target.value)}
          />
          <button className="icon-button solid" aria-label={t("addSubmit")} title={t("addSubmit")}>
            <UserPlus aria-hidden />
          </button>
        </div>
        <datalist id="add-names">
          {found
            .filter((user) => !inside.has(user.id))
            .map((user) => (
              <option key={user.id} value={user.name} />
            ))}
        </datalist>
        <FieldError id="add-error" code={code} />
      </div>
    </form>
  );
}

function keyOf(name: string): string {
  return name.trim().normalize("NFKC").toLowerCase();
}

function MemberList({ room, state }: { room: Room; state: ClientState }) {
  const t = useTranslations("members");
  const session = useSession();
  const [more, setMore] = useState<UserView[]>([]);
  const [removing, setRemoving] = useState<UserView>();
  const [code, setCode] = useState<string>();
  const first = room.members ?? [];
  const seen = new Set(first.map((member) => member.id));
  const members = [...first, ...more.filter((member) => !seen.has(member.id))];
  const removable = room.member && room.channel.kind !== "direct" && mayRemoveMembers(state);

  async function loadMore() {
    const after = members.at(-1)?.id;
    const { members: next = [] } = (await session?.run({ type: "member.list", channel: room.channel.id, after })) ?? {};
    setMore([...more, ...next]);
  }

  function remove(user: UserView) {
    const command = { type: "member.remove", channel: room.channel.id, user: user.id } as const;
    session?.run(command).then(
      () => setMore(more.filter((each) => each.id !== user.id)),
      (error) => setCode(codeOf(error)),
    );
  }

  return (
    <>
      <ul className="members">
        {members.map((member) => (
          <li key={member.id}>
            <Avatar id={member.id} name={member.name} size="small" presence />
            <span className="member-name">
              <PersonLink id={member.id}>{member.name}</PersonLink>
              <PresenceText user={member.id} />
              {member.id === state.user.id && <span className="quiet"> ({t("you")})</span>}
            </span>
            {removable && member.id !== state.user.id && (
              <form
                method="post"
                action={`/forms/channels/${room.channel.id}/members/${member.id}/remove`}
                onSubmit={(event) => {
                  event.preventDefault();
                  setRemoving(member);
                }}
              >
                <button
                  className="tool"
                  aria-label={t("remove", { name: member.name })}
                  title={t("remove", { name: member.name })}
                >
                  <UserMinus aria-hidden />
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <FieldError id="members-error" code={code} />
      {members.length < room.channel.members && members.length >= 200 && (
        <button type="button" className="button small needs-js" onClick={loadMore}>
          {t("more")}
        </button>
      )}
      <ConfirmDialog
        open={removing !== undefined}
        title={t("removeTitle", { name: removing?.name ?? "" })}
        lead={t("removeLead")}
        action={t("removeSubmit")}
        onClose={() => setRemoving(undefined)}
        onConfirm={() => removing && remove(removing)}
      />
    </>
  );
}

function Leave({ room }: { room: Room }) {
  const t = useTranslations("members");
  const session = useSession();
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const direct = room.channel.kind === "direct";
  const talk = isConversation(room.channel);
  const [code, setCode] = useState<string>();

  async function leave() {
    try {
      await session?.run({ type: "channel.leave", channel: room.channel.id });
      router.push("/inbox");
    } catch (error) {
      setCode(codeOf(error));
    }
  }

  return (
    <form
      className="leave"
      method="post"
      action={`/forms/channels/${room.channel.id}/leave`}
      onSubmit={(event) => {
        event.preventDefault();
        // What is only hidden comes back with the next message: nothing to ask.
        if (direct) void leave();
        else setAsking(true);
      }}
    >
      <button className="button small quiet danger-text">
        {direct ? t("hide") : talk ? t("leaveGroup") : t("leave")}
      </button>
      <FieldError id="leave-error" code={code} />
      <ConfirmDialog
        open={asking}
        title={t("leaveTitle", { channel: room.channel.name })}
        lead={talk ? t("leaveGroupLead") : t("leaveLead")}
        action={t("leaveSubmit")}
        onClose={() => setAsking(false)}
        onConfirm={() => void leave()}
      />
    </form>
  );
}
