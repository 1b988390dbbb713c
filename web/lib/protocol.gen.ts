/* Generated from src/hubbub/protocol and src/hubbub/errors.py by tools/gen_protocol.py. Do not edit: `make protocol`.
   A field with `?` is left out when it has its default (false, empty or none), never null. */

/**
 * A message. In listings the same object carries its present state: the text as last edited, `edited_at`,
 * `deleted` (then without text and parts), `reactions`, `previews`, `unpreviewed`, and how its `poll` stands
 * (left
 * out: nobody votes in it, and it is not closed).
 *
 * `text` may be empty when there are `parts`. When the message that `reply` quotes is deleted, the quote is,
 * here as
 * in every log: a client that hears of the deletion keeps of it `number` and `deleted`.
 *
 * With `thread` it is a reply in the thread of that message, and no line of the room: `place` counts the replies
 * there
 * (1, 2, 3 …), so that people call it 17.1. It has a `number` as every message does, by which all commands name
 * it.
 * `replies` stands on the message a thread hangs on, in listings alone.
 */
export interface MessagePosted {
  type: "message.posted";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who wrote the message */
  author: string;
  /** the text; newlines are \n */
  text?: string;
  /** idempotency key: 1 to 64 letters, digits, _ or -; a UUID does */
  key?: string;
  /** when the text was last edited, if ever */
  edited_at?: number;
  /** true: only a tombstone is left */
  deleted?: boolean;
  /** true: the content was removed for ever */
  redacted?: boolean;
  /** emoji under the message, in the order first used */
  reactions?: Reaction[];
  /** what it has besides the text, in the order of the post */
  parts?: (PhotoPart | FilePart | VideoPart | AudioPart | VoicePart | LocationPart | MeetingPart | PreviewPart | PollPart)[];
  /** the message it answers */
  reply?: Quote;
  /** where a forwarded message is from */
  forward?: Origin;
  /** whom and what the text names */
  mentions?: Mention[];
  /** what its links lead to, as far as the server has looked */
  previews?: PreviewPart[];
  /** true: somebody took the previews away, and none come again */
  unpreviewed?: boolean;
  /** how its poll stands; left out: nobody votes in it, and it is not closed */
  poll?: PollState;
  /** the number of the message it is a reply to, in the thread of that */
  thread?: number;
  /** where it stands among the replies of its thread, from 1 */
  place?: number;
  /** of the thread that hangs on it, once there is one */
  replies?: Replies;
}

/**
 * The first event of every channel. One of another `kind` is a conversation, which begins without a name;
 * `people` are the ids of all who are in it from the beginning, each of whom joins by an event that follows.
 */
export interface ChannelCreated {
  type: "channel.created";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** who did it */
  by: string;
  /** as it is shown */
  name: string;
  /** one line on what the channel is about */
  topic?: string;
  /** true: only members see that it exists */
  private?: boolean;
  /** `channel`, or a conversation: `direct` between two people, `group` between a few more */
  kind?: "channel" | "direct" | "group";
  /** who is in a conversation from its beginning, by id */
  people?: string[];
}

/** The channel has the new `name` from here on. */
export interface ChannelRenamed {
  type: "channel.renamed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** who did it */
  by: string;
  /** as it is shown */
  name: string;
}

/** The channel has the new `topic` from here on; empty or left out: none. */
export interface TopicChanged {
  type: "topic.changed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** who did it */
  by: string;
  /** one line on what the channel is about */
  topic?: string;
}

/** `by` is who put them in, or the user's own id. */
export interface MemberJoined {
  type: "member.joined";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** who did it */
  by: string;
  /** the person */
  user: UserView;
}

/** `by` is who took them out, or the user's own id. */
export interface MemberLeft {
  type: "member.left";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** who did it */
  by: string;
  /** the person */
  user: UserView;
}

/** `by` pinned message `number` of the channel; the newest pin is the last one. A line of the room, too. */
export interface MessagePinned {
  type: "message.pinned";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
}

/**
 * A message has the new `text`, which may be empty when it has parts; those stay. `mentions` are those of it.
 * `thread`: it is a reply in that one.
 */
export interface MessageEdited {
  type: "message.edited";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
  /** the text; newlines are \n */
  text?: string;
  /** whom and what the text names */
  mentions?: Mention[];
  /** true: the content was removed for ever */
  redacted?: boolean;
  /** it is a reply in the thread of the message of this number */
  thread?: number;
}

/** A message is gone; a tombstone with its number stays in listings. `thread`: it was a reply in that one. */
export interface MessageDeleted {
  type: "message.deleted";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
  /** it was a reply in the thread of the message of this number */
  thread?: number;
}

/**
 * What the links of a message lead to, all of it: what was shown before is replaced. It comes when the server
 * has
 * looked, and when an edit took such a link away. With `by`, somebody took the previews away, for good.
 */
export interface MessagePreviewed {
  type: "message.previewed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** what its links lead to, as far as the server has looked */
  previews?: PreviewPart[];
  /** who took the previews away, if somebody did */
  by?: string;
  /** true: the content was removed for ever */
  redacted?: boolean;
}

/** `by` put an `emoji` under a message; the emoji is left out once the message was deleted. */
export interface ReactionAdded {
  type: "reaction.added";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
  /** one emoji */
  emoji?: string;
  /** true: the content was removed for ever */
  redacted?: boolean;
}

/** `by` took their `emoji` away again. */
export interface ReactionRemoved {
  type: "reaction.removed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
  /** one emoji */
  emoji?: string;
  /** true: the content was removed for ever */
  redacted?: boolean;
}

/** The message is pinned no more. One that is deleted is not either, without this event. */
export interface MessageUnpinned {
  type: "message.unpinned";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
}

/**
 * All that `by` votes for in the open poll of a message, by the places of its options; none: the vote is
 * withdrawn.
 */
export interface PollVoted {
  type: "poll.voted";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
  /** places of the poll's options, from 0 */
  options?: number[];
  /** true: the content was removed for ever */
  redacted?: boolean;
}

/**
 * Somebody has voted in the anonymous poll of a message: how many people now vote for each of its options, and
 * how
 * many do at all.
 */
export interface PollCounted {
  type: "poll.counted";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** how many people vote for each option */
  votes?: number[];
  /** how many people vote */
  voters?: number;
  /** true: the content was removed for ever */
  redacted?: boolean;
}

/** The author of the message has ended its poll. */
export interface PollClosed {
  type: "poll.closed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** who did it */
  by: string;
}

/**
 * The user is now in a channel, and hears its events after `channel_seq` (that of their own member.joined).
 *
 * `channel` shows the channel as it was right after that event; the read position starts at its newest message.
 */
export interface MembershipStarted {
  type: "membership.started";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel as it was right after the user joined */
  channel: ChannelSummary;
  /** the channel's seq this refers to */
  channel_seq: number;
}

/** The user is no longer in a channel and hears nothing of it after `channel_seq`. */
export interface MembershipEnded {
  type: "membership.ended";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the channel's seq this refers to */
  channel_seq: number;
}

/**
 * What the user has made of their own place in a channel, all of it: what is left out is false, or 0.
 *
 * `hidden_below`: it is out of their list while its newest message has a lower number.
 */
export interface MembershipChanged {
  type: "membership.changed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** whether its messages are counted and announced to the user no more */
  muted?: boolean;
  /** whether it stands at the top of the user's list */
  pinned?: boolean;
  /** it is out of the user's list while its newest message has a lower number */
  hidden_below?: number;
}

/**
 * The user has read `channel` up to message `number`.
 *
 * `channel_seq` is the channel's head at that moment. One's own post moves the position too, without an event of
 * this
 * kind: of the two, the one with the higher channel seq holds, and on a tie this one.
 */
export interface PositionSet {
  type: "position.set";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** the channel's seq this refers to */
  channel_seq: number;
}

/** The user has saved message `number` of `channel` for themselves; the newest is the last one. */
export interface MessageSaved {
  type: "message.saved";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** The user has saved it no more. */
export interface MessageUnsaved {
  type: "message.unsaved";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/**
 * The user votes in the anonymous poll of a message, by the places of its options; none: the vote is withdrawn.
 * Nobody else is ever told.
 */
export interface PollAnswered {
  type: "poll.answered";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** places of the poll's options, from 0 */
  options?: number[];
}

/**
 * From now on the user is told of replies in the thread of message `number`: who begins a thread or writes in it
 * follows it, and whoever asks to.
 *
 * As of the channel's event `channel_seq` the user has read up to the message `position`; `unread` are the
 * numbers of
 * others' replies above it.
 */
export interface ThreadFollowed {
  type: "thread.followed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the number of the message the thread hangs on */
  number: number;
  /** the channel's seq this refers to */
  channel_seq: number;
  /** the number of the newest message the user has read there */
  position: number;
  /** the newest (at most 101) numbers of others' undeleted replies above `position` */
  unread?: number[];
}

/** The user follows the thread of message `number` no more. Leaving the channel ends it as well, without this. */
export interface ThreadUnfollowed {
  type: "thread.unfollowed";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the number of the message the thread hangs on */
  number: number;
}

/**
 * Of the thread of message `number`, which they follow, the user has read up to the message `position`.
 *
 * `channel_seq` is the channel's head at that moment. One's own reply moves the position too, without an event
 * of this
 * kind: of the two, the one with the higher channel seq holds, and on a tie this one.
 */
export interface ThreadRead {
  type: "thread.read";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** the channel */
  channel: string;
  /** the number of the message the thread hangs on */
  number: number;
  /** the number of the newest message the user has read there */
  position: number;
  /** the channel's seq this refers to */
  channel_seq: number;
}

/** What the user wants to be told of, all of it, from here on. */
export interface NotificationsSet {
  type: "notifications.set";
  /** the event's number within its stream, gapless from 1 */
  seq: number;
  /** when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the person */
  user: string;
  /** what one wants to be told of */
  settings: Notifications;
}

/**
 * The first frame, once. `streams` maps a stream to the last seq the client has; what came after it is sent.
 *
 * `epoch` is the one the positions belong to (from an earlier hello or page); another one resets every stream.
 */
export interface Hello {
  type: "hello";
  /** the last seq the client has of each stream */
  streams?: Record<string, number>;
  /** the epoch the positions belong to */
  epoch?: string;
}

/** Answered by ok: for clients that cannot send a WebSocket ping, as browsers cannot. */
export interface Ping {
  type: "ping";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
}

/**
 * Post a message. With a `key` it is stored once for ever: the same key again gets the first answer again.
 *
 * With `parts` the text may be empty. `reply` is the number of the message it answers, in the same channel. With
 * `forward` text and parts are those of that message, and none may be given. With `thread` it is a reply in the
 * thread
 * of that message (or of the thread in which that one is a reply itself), which one follows from then on.
 */
export interface MessagePost {
  type: "message.post";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the text; newlines are \n */
  text?: string;
  /** idempotency key: 1 to 64 letters, digits, _ or -; a UUID does */
  key?: string;
  /** what it has besides the text, in the order of the post */
  parts?: (NewPhoto | NewFile | NewVideo | NewAudio | NewVoice | NewLocation | NewMeeting | NewPoll)[];
  /** the number of the message it answers */
  reply?: number;
  /** the message to forward */
  forward?: Forwarded;
  /** the number of the message in whose thread it is a reply */
  thread?: number;
}

/** Replace the text of one's own message. */
export interface MessageEdit {
  type: "message.edit";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** the text; newlines are \n */
  text: string;
}

/** Delete a message: one's own, or anybody's as a moderator. Its text is then gone from the log too. */
export interface MessageDelete {
  type: "message.delete";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** Take the previews of links away from one's own message, or from anybody's as a moderator. None come again. */
export interface PreviewRemove {
  type: "preview.remove";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** Put an emoji under a message. Already there: nothing changes. */
export interface ReactionAdd {
  type: "reaction.add";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** one emoji */
  emoji: string;
}

/** Take one's own emoji away again. Not there: nothing changes. */
export interface ReactionRemove {
  type: "reaction.remove";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** one emoji */
  emoji: string;
}

/** Pin a message of a channel one is in. Pinned already: nothing changes. */
export interface MessagePin {
  type: "message.pin";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** Take a pin away, whoever set it. Not pinned: nothing changes. */
export interface MessageUnpin {
  type: "message.unpin";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** Save a message that one may read, for oneself. Saved already: nothing changes. */
export interface MessageSave {
  type: "message.save";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** Save it no more, wherever it is. Not saved: nothing changes. */
export interface MessageUnsave {
  type: "message.unsave";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/**
 * Vote in a message's poll, by the places of its options: this replaces what one voted before. None of them
 * withdraws it.
 */
export interface PollVote {
  type: "poll.vote";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** places of the poll's options, from 0 */
  options: number[];
}

/** End the poll of one's own message. Closed already: nothing changes. */
export interface PollClose {
  type: "poll.close";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** Read up to `number`; lower than before marks as unread. */
export interface PositionUpdate {
  type: "position.set";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the newest message read; 0 for none */
  number: number;
}

/**
 * Be told of replies in the thread of a message. Followed already: nothing changes. Beyond `threads_followed` of
 * them, the one followed for longest ends.
 */
export interface ThreadFollow {
  type: "thread.follow";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** Be told of them no more. Not followed: nothing changes. */
export interface ThreadUnfollow {
  type: "thread.unfollow";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/**
 * Of the thread of message `number`, read up to the message `position`; lower than before marks as unread. Not
 * followed: nothing changes.
 */
export interface ThreadReadTo {
  type: "thread.read";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** the number of the newest message the user has read there */
  position: number;
}

/** Make a channel, with oneself as its first member. Answered by ok with the new `channel`. */
export interface ChannelCreate {
  type: "channel.create";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** as it is shown */
  name: string;
  /** one line on what the channel is about */
  topic?: string;
  /** true: only members see that it exists */
  private?: boolean;
}

/** Rename a channel or set its topic; what is left out stays as it is. */
export interface ChannelUpdate {
  type: "channel.update";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the new name; left out: unchanged */
  name?: string;
  /** the new topic, may be empty; left out: unchanged */
  topic?: string;
}

/** Join a public channel. */
export interface ChannelJoin {
  type: "channel.join";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
}

/** Leave a channel. A private one cannot be found again without being put in. */
export interface ChannelLeave {
  type: "channel.leave";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
}

/**
 * The conversation with these people (oneself may be left out): a new one, or the one there is. Nobody else:
 * notes
 * to oneself. Answered by ok with its `channel`.
 */
export interface ConversationOpen {
  type: "conversation.open";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** with whom; oneself may be left out */
  users: string[];
}

/** Mute a channel, pin it in one's list, or hide it there until its next message; what is left out stays. */
export interface MembershipUpdate {
  type: "membership.update";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** whether its messages are counted and announced to the user no more */
  muted?: boolean;
  /** whether it stands at the top of the user's list */
  pinned?: boolean;
  /** whether it is out of the user's list until its next message */
  hidden?: boolean;
}

/** What one wants to be told of, but for the levels of single channels: all of it, as it is to be from now on. */
export interface NotificationsUpdate {
  type: "notifications.update";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** what one wants to be told of */
  settings: NotificationSettings;
}

/** The level of one channel; left out: that of all others. */
export interface ChannelNotify {
  type: "channel.notify";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** what one is told of: `all`, `mentions` (what names or answers one, and conversations), `nothing` */
  level?: "all" | "mentions" | "nothing";
}

/** Put somebody into a channel one is in. */
export interface MemberAdd {
  type: "member.add";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the person */
  user: string;
}

/** Take somebody out of a channel. They hear nothing more of it after this event. */
export interface MemberRemove {
  type: "member.remove";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the person */
  user: string;
}

/** Answered by ok with `members` (at most 200, in the order they joined, after the user `after`). */
export interface MemberList {
  type: "member.list";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
  /** the last user of the page before */
  after?: string;
}

/**
 * One is writing in a channel: to be repeated every `typing_seconds` / 2 while one is, or it is forgotten after
 * `typing_seconds`. Posting there ends it too. In channels with many listeners nobody is told.
 */
export interface TypingStart {
  type: "typing.start";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
}

/** One is writing no more. Was not: nothing changes. */
export interface TypingStop {
  type: "typing.stop";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
}

/**
 * Whether somebody sits before this connection; a new one is online. A user is online while one of their
 * connections is, away while all are away, and offline some seconds after the last one ended.
 */
export interface PresenceSet {
  type: "presence.set";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** `away`: nobody sits before it */
  status: "away" | "online";
}

/**
 * From now on this connection is told of these people (at most `presence_watch`), and of nobody it watched
 * before.
 * Answered by ok with their `presence` now. Who is in no channel with the user looks offline.
 */
export interface PresenceWatch {
  type: "presence.watch";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** whom to watch; none: nobody any more */
  users: string[];
}

/**
 * Answered by ok with the `positions` of the channel's members; with none of them where there are more than
 * `receipt_members`.
 */
export interface ReceiptList {
  type: "receipt.list";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the channel */
  channel: string;
}

/** The answer to hello: who you are, and each stream's head, up to which missed events follow next. */
export interface Welcome {
  type: "hello";
  /** who you are */
  user: Me;
  /** the log's identity; positions of another epoch mean nothing */
  epoch: string;
  /** each stream's head: what is missed follows next, up to there */
  streams: Record<string, number>;
  /** bounds a client should know before it runs into them */
  limits: Limits;
}

/**
 * A command was carried out, and what it changed is stored. `seq` is its event's, `number` its message's,
 * `channel`
 * a new one's; the rest is what was asked for.
 */
export interface Ok {
  type: "ok";
  /** the command's number, chosen by the client, repeated in the answer */
  id: number;
  /** the seq of the command's event, or the head where nothing had to change */
  seq?: number;
  /** the message's number */
  number?: number;
  /** the new channel */
  channel?: string;
  /** people, in the order they joined */
  members?: UserView[];
  /** for each person asked for, whether they are there */
  presence?: Record<string, "away" | "offline" | "online">;
  /** for each person, the number of the newest message they have read */
  positions?: Record<string, number>;
}

/**
 * A command was refused. `retry` true: the same command may succeed later (after `retry_after` seconds).
 *
 * Without an `id` the frame itself could not be understood.
 */
export interface Failure {
  type: "error";
  /** the command's number; absent when the frame could not be understood */
  id?: number;
  /** one of the codes under Errors */
  code: string;
  /** what is wrong, for a person */
  message: string;
  /** what the client should do, for a person */
  advice: string;
  /** true: the same command may succeed later */
  retry?: boolean;
  /** seconds to wait before that */
  retry_after?: number;
}

/** The position cannot be resumed: fetch this stream's state afresh (GET /api/snapshot), then go on from it. */
export interface Reset {
  type: "reset";
  /** `channel:<id>` or `user:<id>` */
  stream: string;
}

/**
 * Everybody who is writing in a channel now, oneself included; at most 20 of them.
 *
 * Sent at most once a second for a channel: when it has changed, and again every `typing_seconds` / 2 while
 * there is
 * anybody. A client forgets it `typing_seconds` after the last one, so that a lost one does no harm.
 */
export interface Typing {
  type: "typing";
  /** the channel */
  channel: string;
  /** who is writing, the first to begin first */
  users: string[];
}

/** What became of people whom this connection watches, since it was last told: at most one a tick of 2 s. */
export interface Presence {
  type: "presence";
  /** for each person of whom there is news, whether they are there */
  users: Record<string, "away" | "offline" | "online">;
}

/**
 * How far members have now read in a small conversation, oneself included; at most once a second for a channel.
 * Only those who moved.
 */
export interface Receipts {
  type: "receipts";
  /** the channel */
  channel: string;
  /** for each person, the number of the newest message they have read */
  positions: Record<string, number>;
}

/** A person as others see them. */
export interface UserView {
  /** the person */
  id: string;
  /** as it is shown */
  name: string;
}

/** The logged-in user. */
export interface Me {
  /** the user */
  id: string;
  /** as it is shown */
  name: string;
  /** the user's role on the server */
  role: Role;
}

/** One emoji under a message, with who chose it, in the order they did. */
export interface Reaction {
  /** one emoji */
  emoji: string;
  /** who chose it, in the order they did */
  users: string[];
}

/**
 * Whom or what a text names, as the server found it when that was written: a member of the channel (`user`), a
 * public channel (`channel`), or everybody in this one (`wide`; `here`: but only those who are there are
 * called).
 *
 * `text` is what stands in the message, its sign included; it means the same wherever it stands there.
 */
export interface Mention {
  /** as it stands in the text, sign included */
  text: string;
  /** the person who is named */
  user?: string;
  /** the public channel that is named */
  channel?: string;
  /** `channel`: everybody in the channel; `here`: those of them who are there */
  wide?: "channel" | "here";
}

/**
 * What a message shows of the thread that hangs on it: how many replies there are (`count`, without deleted
 * ones),
 * the place of the newest (`last`) and when it was posted (`at`), deleted or not, and the ids of those who took
 * part
 * last, the newest first, at most 3.
 */
export interface Replies {
  /** how many there are, without deleted ones */
  count: number;
  /** the place of the newest */
  last: number;
  /** when the newest was posted, in milliseconds since 1970 (UTC) */
  at: number;
  /** who took part last, by id, the newest first; at most 3 */
  people: string[];
}

/** Every day from `start` to `end`, in minutes after midnight in the zone; over midnight where `end` is earlier. */
export interface QuietHours {
  /** in minutes after midnight */
  start: number;
  /** in minutes after midnight */
  end: number;
  /** an IANA time zone */
  zone?: string;
}

/**
 * What one is told of in all channels: `level` holds for those that have none of their own. `keywords`: words
 * and
 * phrases that are as good as one's name. `quiet_until`: nothing before that time. `sound`: notices may be
 * heard.
 */
export interface NotificationSettings {
  /** what one is told of: `all`, `mentions` (what names or answers one, and conversations), `nothing` */
  level?: "all" | "mentions" | "nothing";
  /** words and phrases that are as good as one's name */
  keywords?: string[];
  /** nothing is told before this, in milliseconds since 1970 (UTC); 0 for none */
  quiet_until?: number;
  /** every day nothing is told then */
  quiet_hours?: QuietHours;
  /** whether notices may be heard */
  sound?: boolean;
}

/** The same, and the levels of the channels that have one of their own, by id. */
export interface Notifications {
  /** what one is told of: `all`, `mentions` (what names or answers one, and conversations), `nothing` */
  level?: "all" | "mentions" | "nothing";
  /** words and phrases that are as good as one's name */
  keywords?: string[];
  /** nothing is told before this, in milliseconds since 1970 (UTC); 0 for none */
  quiet_until?: number;
  /** every day nothing is told then */
  quiet_hours?: QuietHours;
  /** whether notices may be heard */
  sound?: boolean;
  /** levels of single channels, by id */
  channels?: Record<string, "all" | "mentions" | "nothing">;
}

/** An uploaded picture; `alt` says what is on it. */
export interface NewPhoto {
  /** what kind of part it is */
  kind: "photo";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** what is to be seen, for those who do not see it */
  alt?: string;
}

/** An uploaded file of any type, to be downloaded. */
export interface NewFile {
  /** what kind of part it is */
  kind: "file";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
}

/**
 * An uploaded video. `poster` is an uploaded picture, made by the client of one of its frames; the measures are
 * the
 * client's too, and hints: they are shown until the player knows.
 */
export interface NewVideo {
  /** what kind of part it is */
  kind: "video";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** an uploaded picture: one of its frames */
  poster?: string;
  /** in pixels, 0 for unknown */
  width?: number;
  /** in pixels, 0 for unknown */
  height?: number;
  /** in milliseconds, 0 for unknown */
  duration?: number;
  /** what is to be seen, for those who do not see it */
  alt?: string;
}

/** An uploaded recording or piece of music. `duration` is a hint, taken where the file itself does not tell. */
export interface NewAudio {
  /** what kind of part it is */
  kind: "audio";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** in milliseconds, 0 for unknown */
  duration?: number;
}

/** Something said, recorded by the client: `waveform` has its loudness, 0 to 100, at equal distances. */
export interface NewVoice {
  /** what kind of part it is */
  kind: "voice";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** in milliseconds, 0 for unknown */
  duration?: number;
  /** loudness at equal distances, 0 to 100; at most 100 of them */
  waveform?: number[];
}

/** A place (WGS 84, in degrees), perhaps with a name. */
export interface NewLocation {
  /** what kind of part it is */
  kind: "location";
  /** in degrees, north is positive */
  latitude: number;
  /** in degrees, east is positive */
  longitude: number;
  /** as it is shown */
  name?: string;
}

/**
 * A meeting to join at `url` (http or https). `at`: when it begins, left out: now; `minutes`: how long it takes,
 * 0
 * for unknown.
 */
export interface NewMeeting {
  /** what kind of part it is */
  kind: "meeting";
  /** one line on what it is about */
  subject: string;
  /** an address (http or https) */
  url?: string;
  /** when it begins, in milliseconds since 1970 (UTC); left out: now */
  at?: number;
  /** how long it takes, 0 for unknown */
  minutes?: number;
  /** who is invited */
  people?: string[];
}

/**
 * A question, and 2 to 10 different options to choose from: one, or with `multiple` any of them. `anonymous`:
 * nobody is told who chose what, but only how many. `closes_at`, which lies ahead: from then on nobody votes any
 * more.
 * One message has at most one poll.
 */
export interface NewPoll {
  /** what kind of part it is */
  kind: "poll";
  /** what is asked */
  question: string;
  /** what there is to choose from */
  options: string[];
  /** whether several options may be chosen */
  multiple?: boolean;
  /** whether nobody is told who votes for what */
  anonymous?: boolean;
  /** when it ends by itself, in milliseconds since 1970 (UTC) */
  closes_at?: number;
}

/** The message to forward: one that the poster may read. */
export interface Forwarded {
  /** where the message is */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
}

/** A picture: see Picture. */
export interface PhotoPart {
  /** what kind of part it is */
  kind: "photo";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** as it is shown */
  name: string;
  /** in bytes */
  size: number;
  /** as the content is (RFC 6838) */
  media_type: string;
  /** in pixels, 0 for unknown */
  width: number;
  /** in pixels, 0 for unknown */
  height: number;
  /** a tiny WebP in base64, to be stretched over the place until the picture is there */
  blur?: string;
  /** smaller copies, the smallest first, at `/files/{file}/thumbs/{width}` */
  thumbs?: Thumb[];
  /** true: it moves */
  animated?: boolean;
  /** what is to be seen, for those who do not see it */
  alt?: string;
}

/** A file to download; no browser opens it in place. */
export interface FilePart {
  /** what kind of part it is */
  kind: "file";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** as it is shown */
  name: string;
  /** in bytes */
  size: number;
  /** as the content is (RFC 6838) */
  media_type: string;
}

/** A video, which can be sought in (range requests). What is not known is 0 or left out. */
export interface VideoPart {
  /** what kind of part it is */
  kind: "video";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** as it is shown */
  name: string;
  /** in bytes */
  size: number;
  /** as the content is (RFC 6838) */
  media_type: string;
  /** in pixels, 0 for unknown */
  width?: number;
  /** in pixels, 0 for unknown */
  height?: number;
  /** in milliseconds, 0 for unknown */
  duration?: number;
  /** a picture of one frame */
  poster?: Picture;
  /** what is to be seen, for those who do not see it */
  alt?: string;
}

/** A recording or a piece of music, with what its own tags say. */
export interface AudioPart {
  /** what kind of part it is */
  kind: "audio";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** as it is shown */
  name: string;
  /** in bytes */
  size: number;
  /** as the content is (RFC 6838) */
  media_type: string;
  /** in milliseconds, 0 for unknown */
  duration?: number;
  /** as it calls itself */
  title?: string;
  /** who made it, by its own tags */
  artist?: string;
}

/** Something said. */
export interface VoicePart {
  /** what kind of part it is */
  kind: "voice";
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** as it is shown */
  name: string;
  /** in bytes */
  size: number;
  /** as the content is (RFC 6838) */
  media_type: string;
  /** in milliseconds, 0 for unknown */
  duration?: number;
  /** loudness at equal distances, 0 to 100; at most 100 of them */
  waveform?: number[];
}

/** A place (WGS 84, in degrees). */
export interface LocationPart {
  /** what kind of part it is */
  kind: "location";
  /** in degrees, north is positive */
  latitude: number;
  /** in degrees, east is positive */
  longitude: number;
  /** as it is shown */
  name?: string;
}

/** A meeting to join. */
export interface MeetingPart {
  /** what kind of part it is */
  kind: "meeting";
  /** one line on what it is about */
  subject: string;
  /** an address (http or https) */
  url?: string;
  /** when it begins, in milliseconds since 1970 (UTC) */
  at: number;
  /** how long it takes, 0 for unknown */
  minutes?: number;
  /** who is invited */
  people?: UserView[];
}

/**
 * What a link in the text leads to, as that page describes itself; only the server adds it (message.previewed).
 * `url` is the link as it stands in the text, `picture` is a file of ours.
 */
export interface PreviewPart {
  /** what kind of part it is */
  kind: "preview";
  /** an address (http or https) */
  url: string;
  /** as it calls itself */
  title: string;
  /** what the page says about itself */
  text?: string;
  /** the site's name */
  site?: string;
  /** what a small view shows of it */
  picture?: Picture;
}

/** A question with options to vote for, by their places; how it stands is the message's `poll`. */
export interface PollPart {
  /** what kind of part it is */
  kind: "poll";
  /** what is asked */
  question: string;
  /** what there is to choose from */
  options: string[];
  /** whether several options may be chosen */
  multiple?: boolean;
  /** whether nobody is told who votes for what */
  anonymous?: boolean;
  /** when it ends by itself, in milliseconds since 1970 (UTC) */
  closes_at?: number;
}

/**
 * A picture as it is drawn: upright, `width` by `height`. `blur` is a tiny WebP in base64, to be stretched over
 * the
 * picture's place until the picture is there; `thumbs` are the smaller copies, the smallest first.
 */
export interface Picture {
  /** the file's id: it is at `/files/{file}/{name}` */
  file: string;
  /** in pixels, 0 for unknown */
  width: number;
  /** in pixels, 0 for unknown */
  height: number;
  /** a tiny WebP in base64, to be stretched over the place until the picture is there */
  blur?: string;
  /** smaller copies, the smallest first, at `/files/{file}/thumbs/{width}` */
  thumbs?: Thumb[];
}

/** A smaller copy of a picture, WebP, at `/files/{file}/thumbs/{width}`. */
export interface Thumb {
  /** in pixels, 0 for unknown */
  width: number;
  /** in pixels, 0 for unknown */
  height: number;
}

/**
 * The message that another answers, as it was when it was answered: its first 140 characters, and of its first
 * part the kind and a picture. `deleted`: it is gone, and of the quote its number alone is left; `seq` is then
 * that of
 * the message.deleted which emptied the quote, left out where the message was gone before it was answered.
 */
export interface Quote {
  /** the quoted message's number */
  number: number;
  /** who wrote the message */
  author?: UserView;
  /** its first 140 characters (code points) when it was answered */
  text?: string;
  /** the kind of its first part, if it has any */
  kind?: "audio" | "file" | "location" | "meeting" | "photo" | "poll" | "preview" | "video" | "voice";
  /** what a small view shows of it */
  picture?: Picture;
  /** true: the message is gone, and its content from here too */
  deleted?: boolean;
  /** the seq of the message.deleted that emptied it */
  seq?: number;
}

/**
 * Where a forwarded message is from: who wrote it, and when. `channel` and `number` are there only when
 * everybody
 * who may read the forwarded one could find the first one too.
 */
export interface Origin {
  /** who wrote the message */
  author: UserView;
  /** when it was first posted, in milliseconds since 1970 (UTC) */
  at: number;
  /** where, if all who may read this could look there */
  channel?: string;
  /** its number there */
  number?: number;
}

/**
 * A file on its way up: the server has `offset` of its `size` bytes. `state`: `open` while some are missing,
 * `checking` while the content is looked at, `ready` when it can be posted; then `part` shows it as a message of
 * its
 * own kind would.
 */
export interface Upload {
  /** the file */
  id: string;
  /** as it is shown */
  name: string;
  /** in bytes */
  size: number;
  /** how many of its bytes the server has */
  offset: number;
  /** `open`: bytes are missing; `checking`: the content is looked at; `ready`: it can be posted */
  state: "checking" | "open" | "ready";
  /** as a message of its own kind would show it, once it is ready */
  part?: PhotoPart | FilePart | VideoPart | AudioPart | VoicePart | LocationPart | MeetingPart | PreviewPart | PollPart;
}

/**
 * The newest message of a channel that is no reply in a thread, for lists of channels; `text` is its first 140
 * characters (code points), `kind` that of its first part.
 */
export interface LastMessage {
  /** the message's number within its channel, from 1 */
  number: number;
  /** who wrote the message */
  author: string;
  /** when it was posted, in milliseconds since 1970 (UTC) */
  at: number;
  /** its first 140 characters (code points) */
  text?: string;
  /** the kind of its first part, if it has any */
  kind?: "audio" | "file" | "location" | "meeting" | "photo" | "poll" | "preview" | "video" | "voice";
  /** true: only a tombstone is left */
  deleted?: boolean;
}

/**
 * A channel as one of its members sees it in a list, as of its event `seq`.
 *
 * `unread` holds the newest (at most 101) numbers of others' undeleted messages above `position`, without
 * replies in
 * threads; a longer list than 100 is shown as "99+". `mentioned`: those of all such that name the user or
 * everybody
 * (as many at most). `position_seq` is the channel's seq at which the position was last set.
 *
 * A conversation (another `kind`) also has its `people`, all of them, in the order they joined; `unnamed`: its
 * `name`
 * is made of theirs, but for the reader's own. `muted`, `pinned`, `hidden_below`: as in membership.changed.
 */
export interface ChannelSummary {
  /** the channel */
  id: string;
  /** as it is shown */
  name: string;
  /** one line on what the channel is about */
  topic?: string;
  /** true: only members see that it exists */
  private?: boolean;
  /** who made it */
  created_by: string;
  /** when it was made, in milliseconds since 1970 (UTC) */
  created_at: number;
  /** the event as of which this is shown */
  seq: number;
  /** the number of its newest message, 0 for none */
  number: number;
  /** how many people are in it */
  members: number;
  /** the number of the newest message the user has read, 0 for none */
  position: number;
  /** the channel's seq at which the position was last set */
  position_seq: number;
  /** the newest (at most 101) numbers of others' undeleted messages above `position` */
  unread?: number[];
  /** the newest message */
  last?: LastMessage;
  /** `channel`, or a conversation: `direct` between two people, `group` between a few more */
  kind?: "channel" | "direct" | "group";
  /** who is in a conversation, in the order they joined */
  people?: UserView[];
  /** true: its `name` is made of the others' names */
  unnamed?: boolean;
  /** whether its messages are counted and announced to the user no more */
  muted?: boolean;
  /** whether it stands at the top of the user's list */
  pinned?: boolean;
  /** it is out of the user's list while its newest message has a lower number */
  hidden_below?: number;
  /** those numbers (at most 101) above `position` whose messages name the user or everybody */
  mentioned?: number[];
}

/**
 * A thread that the user follows, by its channel and the `number` of the message it hangs on.
 *
 * `unread` holds the newest (at most 101) numbers of others' undeleted replies above `position`. `since`: the
 * channel's seq at which they began to follow it; `position_seq`: at which the position was last set.
 */
export interface FollowedThread {
  /** the channel */
  channel: string;
  /** the number of the message the thread hangs on */
  number: number;
  /** the channel's seq at which the user began to follow it */
  since: number;
  /** the number of the newest message the user has read there */
  position: number;
  /** the channel's seq at which the position was last set */
  position_seq: number;
  /** the newest (at most 101) numbers of others' undeleted replies above `position` */
  unread?: number[];
}

/** Bounds a client should know before it runs into them. Characters are Unicode code points. */
export interface Limits {
  /** the longest text, in Unicode code points */
  text_characters: number;
  /** the largest frame a client may send, in bytes */
  message_bytes: number;
  /** how many lines a page holds */
  page_size: number;
  /** who is writing is forgotten after so long, unless it is said again */
  typing_seconds?: number;
  /** how many people one connection may watch */
  presence_watch?: number;
  /** in channels with more members nobody is told how far others have read */
  receipt_members?: number;
  /** how many people a conversation has room for */
  conversation_people?: number;
  /** how many parts one message may have */
  parts?: number;
  /** whether members are shown what a message said before */
  edit_history?: boolean;
  /** the largest file, in bytes */
  file_bytes?: number;
}

/** What somebody votes for, by the places of the poll's options, in order. */
export interface Ballot {
  /** the person */
  user: string;
  /** places of the poll's options, from 0 */
  options: number[];
}

/**
 * How a message's poll stands. Of an open one: who votes for what, whoever voted first being the first. Of an
 * anonymous one: how many people vote for each option, and how many do at all. `closed_at`: once its author
 * ended it.
 */
export interface PollState {
  /** who votes for what, whoever voted first being the first */
  ballots?: Ballot[];
  /** how many people vote for each option */
  votes?: number[];
  /** how many people vote */
  voters?: number;
  /** when its author has ended it, in milliseconds since 1970 (UTC) */
  closed_at?: number;
}

/** What oneself votes for in an anonymous poll, by the places of its options; none: the vote was withdrawn. */
export interface PollAnswer {
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** places of the poll's options, from 0 */
  options?: number[];
}

/**
 * One channel opened: a window of its lines, oldest first, and its members (at most 200).
 *
 * `older` and `newer` say whether there are lines before and after the window. `member` false: a public channel
 * one
 * only looks at; its summary is then here, and in no list. `pins`: the numbers of its pinned messages, the
 * newest pin
 * last.
 */
export interface Room {
  /** the channel, as of its `seq` */
  channel: ChannelSummary;
  /** whether the user is in the channel */
  member: boolean;
  /** messages and system lines, oldest first */
  lines: (MessagePosted | ChannelCreated | ChannelRenamed | TopicChanged | MemberJoined | MemberLeft | MessagePinned)[];
  /** whether there are lines before these */
  older?: boolean;
  /** whether there are lines after these */
  newer?: boolean;
  /** people, in the order they joined */
  members?: UserView[];
  /** the numbers of the pinned messages, in the order they were pinned */
  pins?: number[];
}

/**
 * One channel opened and nothing besides, for a page that has a snapshot already. `users` names everyone the
 * room
 * refers to; `epoch` as in the snapshot.
 */
export interface RoomView {
  /** the log's identity; positions of another epoch mean nothing */
  epoch: string;
  /** the channel, as of its `seq` */
  room: Room;
  /** everyone the room refers to */
  users?: UserView[];
}

/**
 * One thread opened: the message it hangs on (a tombstone, perhaps), and a window of its replies, oldest first.
 *
 * `older` and `newer` say whether there are replies before and after the window.
 */
export interface Thread {
  /** the message it hangs on */
  root: MessagePosted;
  /** the replies in the window, oldest first */
  lines: MessagePosted[];
  /** whether there are lines before these */
  older?: boolean;
  /** whether there are lines after these */
  newer?: boolean;
}

/** A followed thread in the list of them: where it is, what it hangs on, and its newest replies, oldest first. */
export interface ThreadNews {
  /** where the user is in it */
  follow: FollowedThread;
  /** the message it hangs on */
  root: MessagePosted;
  /** its newest replies, oldest first */
  lines: MessagePosted[];
}

/**
 * Everything a page needs, read in one transaction; applying every later event to it gives the next snapshot.
 *
 * `seq` is the position in the user's own stream; each channel's is in its summary. `users` names everyone the
 * rest
 * refers to. `saved`: the numbers of the messages the user has saved, by channel, in the order they were saved.
 * `answers`: what the user votes for in anonymous polls, the newest vote last. `thread` is one of the room's
 * channel,
 * `threads` are those the user follows, in the order they began to.
 */
export interface Snapshot {
  /** the log's identity; positions of another epoch mean nothing */
  epoch: string;
  /** the logged-in user */
  user: Me;
  /** the position in the user's own stream */
  seq: number;
  /** the channels the user is in, each as of its own `seq` */
  channels: ChannelSummary[];
  /** the opened channel */
  room?: Room;
  /** the numbers of the messages the user has saved, by channel, in the order they were saved */
  saved?: Record<string, number[]>;
  /** what the user votes for in anonymous polls, the newest vote last */
  answers?: PollAnswer[];
  /** the opened thread, of the room's channel */
  thread?: Thread;
  /** the threads the user follows, in the order they began to */
  threads?: FollowedThread[];
  /** what the user wants to be told of */
  notifications?: Notifications;
  /** everyone the rest refers to */
  users?: UserView[];
  /** bounds a client should know before it runs into them */
  limits: Limits;
  /** the server's name */
  server?: string;
}

/** A text, and since when it was the message's. */
export interface Version {
  /** since when, in milliseconds since 1970 (UTC) */
  at: number;
  /** the text; newlines are \n */
  text?: string;
}

/**
 * A message's texts, the first one first and the present one last. `cut`: there were more between the first one
 * and
 * the others.
 */
export interface MessageHistory {
  /** the message's number within its channel, from 1 */
  number: number;
  /** who wrote the message */
  author: UserView;
  /** its texts, the present one last */
  versions: Version[];
  /** true: there were more between the first one and the others */
  cut?: boolean;
}

/** A pinned message in its present state, and who pinned it when. */
export interface Pin {
  /** the message in its present state, as in listings */
  message: MessagePosted;
  /** who pinned it */
  by: string;
  /** when it was pinned, in milliseconds since 1970 (UTC) */
  at: number;
}

/** All pins of a channel, the newest first. `partial`: some are in the archive, which does not answer. */
export interface PinList {
  /** the pinned messages, the newest pin first */
  pins: Pin[];
  /** everyone they refer to */
  users: UserView[];
  /** some of what was found is in the archive, which does not answer right now, and is left out */
  partial?: boolean;
}

/**
 * Saved at `at`. What is known of it is here only as long as the user may read the channel: without `name` they
 * may
 * not; without `message` it was `deleted`, or is in the archive, which does not answer.
 */
export interface SavedMessage {
  /** the channel */
  channel: string;
  /** the message's number within its channel, from 1 */
  number: number;
  /** when it was saved, in milliseconds since 1970 (UTC) */
  at: number;
  /** the channel, as long as the user may read it */
  name?: ChannelName;
  /** the message in its present state, as in listings */
  message?: MessagePosted;
  /** true: only a tombstone is left */
  deleted?: boolean;
}

/** A page of what the user has saved, the newest first; `next`: give it as `before` to get the page behind it. */
export interface SavedList {
  /** what the user has saved, the newest first */
  saved: SavedMessage[];
  /** everyone these refer to */
  users: UserView[];
  /** to be given as `before` for the page behind this one; absent on the last one */
  next?: number;
}

/**
 * A piece of a text, with `hit` where it is what was searched for. The pieces in a row are the excerpt; `…`
 * stands
 * at an end that was cut.
 */
export interface ExcerptPart {
  /** a piece of the text */
  text: string;
  /** true: this is what was searched for */
  hit?: boolean;
}

/** A channel or a conversation (another `kind`), as far as a hit shows it. */
export interface ChannelName {
  /** the channel */
  id: string;
  /** as it is shown */
  name: string;
  /** true: only members see that it exists */
  private: boolean;
  /** `channel`, or a conversation: `direct` or `group` */
  kind?: "channel" | "direct" | "group";
}

/**
 * A message that was found: the same object as in listings, where it is, and the part of its text that shows
 * why.
 */
export interface SearchHit {
  /** the message in its present state, as in listings */
  message: MessagePosted;
  /** where it is */
  channel: ChannelName;
  /** the part of its text that shows why it was found */
  excerpt: ExcerptPart[];
}

/** How many were found in one channel. */
export interface ChannelCount {
  /** the channel */
  id: string;
  /** as it is shown */
  name: string;
  /** how many were found */
  count: number;
}

/** How many were found by one author. */
export interface AuthorCount {
  /** the author */
  id: string;
  /** as it is shown */
  name: string;
  /** how many were found */
  count: number;
}

/** How many were found in one month of the asker's zone. */
export interface MonthCount {
  /** year and month in the asker's zone, as in 2026-11 */
  month: string;
  /** how many were found */
  count: number;
}

/** How what was found is spread; at most 20 of a kind, channels and authors by count, months newest first. */
export interface Facets {
  /** in which channels, the most frequent first */
  channels: ChannelCount[];
  /** by whom, the most frequent first */
  authors: AuthorCount[];
  /** in which month, newest first */
  months: MonthCount[];
}

/**
 * One page of what was found. `exact` false: there are at least `total`. `cursor` is there when there is more;
 * `suggestion` is a query that finds something where this one found nothing. `partial`: some of it is left out,
 * since
 * the archive does not answer.
 */
export interface SearchResult {
  /** what was found, in the order asked for */
  hits: SearchHit[];
  /** how many were found on all pages */
  total: number;
  /** false: there are at least `total` */
  exact: boolean;
  /** some of what was found is in the archive, which does not answer right now, and is left out */
  partial?: boolean;
  /** opaque: with it the next page is fetched; absent on the last one */
  cursor?: string;
  /** a query that finds something, where this one found nothing */
  suggestion?: string;
  /** how what was found is spread */
  facets: Facets;
  /** everyone the messages refer to */
  users: UserView[];
  /** what has searched */
  engine: "elasticsearch" | "opensearch" | "sqlite";
}

/** A message addressed to the user, as it is now, and why it is. `unread`: it is above the user's read position. */
export interface InboxItem {
  /** what is wrong, for a person */
  message: MessagePosted;
  /** the channel */
  channel: ChannelName;
  /** why it is addressed to the user: it names them, it answers them */
  reasons: ("mention" | "reply")[];
  /** true: it is above the user's read position */
  unread?: boolean;
}

/**
 * One page of what is addressed to the user. `cursor` is there when there is more; `partial`: some of it is left
 * out, since the archive does not answer.
 */
export interface Inbox {
  /** the messages, newest first */
  items: InboxItem[];
  /** opaque: with it the next page is fetched; absent on the last one */
  cursor?: string;
  /** some of what was found is in the archive, which does not answer right now, and is left out */
  partial?: boolean;
  /** people, by id */
  users?: UserView[];
}

/** A user's role on the whole server, strongest first. The first account is the owner. */
export type Role = "admin" | "guest" | "member" | "moderator" | "owner";

/** What a room shows one below the other, ordered by seq: messages, and system lines (which have no number). */
export type Line =
  | MessagePosted
  | ChannelCreated
  | ChannelRenamed
  | TopicChanged
  | MemberJoined
  | MemberLeft
  | MessagePinned;

/** Every event of a stream `channel:…`. */
export type AnyChannelEvent =
  | MessagePosted
  | ChannelCreated
  | ChannelRenamed
  | TopicChanged
  | MemberJoined
  | MemberLeft
  | MessagePinned
  | MessageEdited
  | MessageDeleted
  | MessagePreviewed
  | ReactionAdded
  | ReactionRemoved
  | MessageUnpinned
  | PollVoted
  | PollCounted
  | PollClosed;

/** Every event of a stream `user:…`. */
export type AnyUserEvent =
  | MembershipStarted
  | MembershipEnded
  | MembershipChanged
  | PositionSet
  | MessageSaved
  | MessageUnsaved
  | PollAnswered
  | ThreadFollowed
  | ThreadUnfollowed
  | ThreadRead
  | NotificationsSet;

/** Every durable event. */
export type AnyEvent =
  | MessagePosted
  | ChannelCreated
  | ChannelRenamed
  | TopicChanged
  | MemberJoined
  | MemberLeft
  | MessagePinned
  | MessageEdited
  | MessageDeleted
  | MessagePreviewed
  | ReactionAdded
  | ReactionRemoved
  | MessageUnpinned
  | PollVoted
  | PollCounted
  | PollClosed
  | MembershipStarted
  | MembershipEnded
  | MembershipChanged
  | PositionSet
  | MessageSaved
  | MessageUnsaved
  | PollAnswered
  | ThreadFollowed
  | ThreadUnfollowed
  | ThreadRead
  | NotificationsSet;

/** Every command that is answered. */
export type AnyNumbered =
  | Ping
  | MessagePost
  | MessageEdit
  | MessageDelete
  | PreviewRemove
  | ReactionAdd
  | ReactionRemove
  | MessagePin
  | MessageUnpin
  | MessageSave
  | MessageUnsave
  | PollVote
  | PollClose
  | PositionUpdate
  | ThreadFollow
  | ThreadUnfollow
  | ThreadReadTo
  | ChannelCreate
  | ChannelUpdate
  | ChannelJoin
  | ChannelLeave
  | ConversationOpen
  | MembershipUpdate
  | NotificationsUpdate
  | ChannelNotify
  | MemberAdd
  | MemberRemove
  | MemberList
  | TypingStart
  | TypingStop
  | PresenceSet
  | PresenceWatch
  | ReceiptList;

/** Everything a client sends. */
export type AnyCommand =
  | Hello
  | Ping
  | MessagePost
  | MessageEdit
  | MessageDelete
  | PreviewRemove
  | ReactionAdd
  | ReactionRemove
  | MessagePin
  | MessageUnpin
  | MessageSave
  | MessageUnsave
  | PollVote
  | PollClose
  | PositionUpdate
  | ThreadFollow
  | ThreadUnfollow
  | ThreadReadTo
  | ChannelCreate
  | ChannelUpdate
  | ChannelJoin
  | ChannelLeave
  | ConversationOpen
  | MembershipUpdate
  | NotificationsUpdate
  | ChannelNotify
  | MemberAdd
  | MemberRemove
  | MemberList
  | TypingStart
  | TypingStop
  | PresenceSet
  | PresenceWatch
  | ReceiptList;

/** Answers to hello and to commands, and resets. */
export type AnyReply =
  | Welcome
  | Ok
  | Failure
  | Reset;

/** What is never stored, has no seq, and may be lost. */
export type AnyEphemeral =
  | Typing
  | Presence
  | Receipts;

/** What a client posts besides the text, by `kind`. */
export type NewPart =
  | NewPhoto
  | NewFile
  | NewVideo
  | NewAudio
  | NewVoice
  | NewLocation
  | NewMeeting
  | NewPoll;

/** What a message has besides its text, by `kind`. */
export type Part =
  | PhotoPart
  | FilePart
  | VideoPart
  | AudioPart
  | VoicePart
  | LocationPart
  | MeetingPart
  | PreviewPart
  | PollPart;

/** Everything the server sends. */
export type AnyFrame =
  | MessagePosted
  | ChannelCreated
  | ChannelRenamed
  | TopicChanged
  | MemberJoined
  | MemberLeft
  | MessagePinned
  | MessageEdited
  | MessageDeleted
  | MessagePreviewed
  | ReactionAdded
  | ReactionRemoved
  | MessageUnpinned
  | PollVoted
  | PollCounted
  | PollClosed
  | MembershipStarted
  | MembershipEnded
  | MembershipChanged
  | PositionSet
  | MessageSaved
  | MessageUnsaved
  | PollAnswered
  | ThreadFollowed
  | ThreadUnfollowed
  | ThreadRead
  | NotificationsSet
  | Welcome
  | Ok
  | Failure
  | Reset
  | Typing
  | Presence
  | Receipts;

/** The types of all channel events. */
export const CHANNEL_EVENT_TYPES = [
  "message.posted",
  "channel.created",
  "channel.renamed",
  "topic.changed",
  "member.joined",
  "member.left",
  "message.pinned",
  "message.edited",
  "message.deleted",
  "message.previewed",
  "reaction.added",
  "reaction.removed",
  "message.unpinned",
  "poll.voted",
  "poll.counted",
  "poll.closed",
] as const;

/** The types of all user events. */
export const USER_EVENT_TYPES = [
  "membership.started",
  "membership.ended",
  "membership.changed",
  "position.set",
  "message.saved",
  "message.unsaved",
  "poll.answered",
  "thread.followed",
  "thread.unfollowed",
  "thread.read",
  "notifications.set",
] as const;

/** How many unread numbers a summary keeps. */
export const UNREAD_KEPT = 101;

/** How many of the user's votes in anonymous polls a snapshot has. */
export const ANSWERS_KEPT = 100;

/** How many of those who took part last a message shows of its thread. */
export const REPLY_PEOPLE = 3;

/** How many code points of the newest message a summary shows. */
export const LAST_TEXT = 140;

/** How many parts a message has at most. */
export const MAX_PARTS = 10;

/** In code points. */
export const MAX_FILE_NAME = 200;

/** In code points. */
export const MAX_ALT = 1000;

/** How many levels a waveform has at most. */
export const MAX_WAVEFORM = 100;

/** In code points. */
export const MAX_USER_NAME = 40;

/** In code points. */
export const MAX_CHANNEL_NAME = 60;

/** In code points. */
export const MAX_TOPIC = 250;

/** In code points. */
export const MIN_PASSWORD = 8;

/** In code points. */
export const MAX_PASSWORD = 1024;

/** Every error code: its HTTP status, whether the same again may succeed later, and what to tell a person. */
export const ERRORS = {
  bad_json: {
    status: 400,
    retry: false,
    message: "This is not valid JSON.",
    advice: "Send one JSON object.",
  },
  bad_command: {
    status: 400,
    retry: false,
    message: "This command is not known or has wrong fields.",
    advice: "See the protocol reference.",
  },
  bad_request: {
    status: 400,
    retry: false,
    message: "The request has wrong or missing fields.",
    advice: "See the API reference.",
  },
  hello_expected: {
    status: 400,
    retry: false,
    message: "The first frame must be hello.",
    advice: "Send hello first, once.",
  },
  too_large: {
    status: 413,
    retry: false,
    message: "That is larger than the server accepts.",
    advice: "Send less.",
  },
  unsupported_media_type: {
    status: 415,
    retry: false,
    message: "This address takes JSON only.",
    advice: "Send application/json.",
  },
  method_not_allowed: {
    status: 405,
    retry: false,
    message: "This address does not take that method.",
    advice: "See the API reference.",
  },
  not_logged_in: {
    status: 401,
    retry: false,
    message: "You are not logged in.",
    advice: "Log in, then try again.",
  },
  wrong_credentials: {
    status: 401,
    retry: false,
    message: "The name or the password is wrong.",
    advice: "Check both and try again.",
  },
  foreign_origin: {
    status: 403,
    retry: false,
    message: "The request comes from another site.",
    advice: "Use this server's own pages.",
  },
  registration_closed: {
    status: 403,
    retry: false,
    message: "Registration is by invitation here.",
    advice: "Ask an administrator.",
  },
  forbidden: {
    status: 403,
    retry: false,
    message: "Your role does not allow this.",
    advice: "Ask an administrator.",
  },
  bad_name: {
    status: 422,
    retry: false,
    message: "This name cannot be used.",
    advice: "Use 1 to 40 letters, digits, . _ or -.",
  },
  name_taken: {
    status: 409,
    retry: false,
    message: "This name is taken.",
    advice: "Choose another name.",
  },
  bad_password: {
    status: 422,
    retry: false,
    message: "This password is too short or too common.",
    advice: "Use 8 characters or more.",
  },
  bad_channel_name: {
    status: 422,
    retry: false,
    message: "This channel name cannot be used.",
    advice: "Use 1 to 60 characters on one line.",
  },
  bad_topic: {
    status: 422,
    retry: false,
    message: "This topic cannot be used.",
    advice: "Use at most 250 characters on one line.",
  },
  bad_text: {
    status: 422,
    retry: false,
    message: "The message is empty or holds characters that cannot be stored.",
    advice: "Write something.",
  },
  text_too_long: {
    status: 422,
    retry: false,
    message: "The message is too long.",
    advice: "Split it.",
  },
  bad_emoji: {
    status: 422,
    retry: false,
    message: "This is not an emoji.",
    advice: "Send one emoji.",
  },
  bad_key: {
    status: 422,
    retry: false,
    message: "The key is not valid.",
    advice: "Use 1 to 64 letters, digits, _ or -.",
  },
  no_such_channel: {
    status: 404,
    retry: false,
    message: "There is no such channel.",
    advice: "Check the address.",
  },
  no_such_message: {
    status: 404,
    retry: false,
    message: "There is no such message.",
    advice: "It may have been deleted.",
  },
  no_such_user: {
    status: 404,
    retry: false,
    message: "There is no such user.",
    advice: "Check the name.",
  },
  not_found: {
    status: 404,
    retry: false,
    message: "There is nothing at this address.",
    advice: "Check the address.",
  },
  not_a_member: {
    status: 403,
    retry: false,
    message: "You are not a member of this channel.",
    advice: "Join it first.",
  },
  not_yours: {
    status: 403,
    retry: false,
    message: "Only its author may do this.",
    advice: "Ask the author.",
  },
  already_deleted: {
    status: 409,
    retry: false,
    message: "This message was deleted.",
    advice: "Nothing to do.",
  },
  history_off: {
    status: 403,
    retry: false,
    message: "This server does not show earlier texts.",
    advice: "Ask an administrator.",
  },
  too_many_reactions: {
    status: 409,
    retry: false,
    message: "This message has as many reactions as it can hold.",
    advice: "Use one of them.",
  },
  no_poll: {
    status: 404,
    retry: false,
    message: "This message has no poll.",
    advice: "Check the number.",
  },
  poll_closed: {
    status: 409,
    retry: false,
    message: "This poll is closed.",
    advice: "Nothing to do.",
  },
  bad_vote: {
    status: 422,
    retry: false,
    message: "This cannot be voted for here.",
    advice: "Choose from the poll's options.",
  },
  too_many_votes: {
    status: 409,
    retry: false,
    message: "This poll has as many votes as it can hold.",
    advice: "Ask its author.",
  },
  too_many_pins: {
    status: 409,
    retry: false,
    message: "This channel has as many pins as it can hold.",
    advice: "Unpin a message first.",
  },
  too_many_saved: {
    status: 409,
    retry: false,
    message: "You have saved as many messages as you may.",
    advice: "Remove one first.",
  },
  too_many_channels: {
    status: 409,
    retry: false,
    message: "You are in as many channels as allowed.",
    advice: "Leave one first.",
  },
  too_many_people: {
    status: 422,
    retry: false,
    message: "A conversation has room for 10 people.",
    advice: "Make a channel instead.",
  },
  direct_conversation: {
    status: 409,
    retry: false,
    message: "This stays between the two of you.",
    advice: "Open a conversation with all of you.",
  },
  last_owner: {
    status: 409,
    retry: false,
    message: "The last owner cannot leave or be removed.",
    advice: "Make someone else owner first.",
  },
  rate_limited: {
    status: 429,
    retry: true,
    message: "Too many requests.",
    advice: "Wait as long as retry_after says.",
  },
  busy: {
    status: 503,
    retry: true,
    message: "The server is busy.",
    advice: "Try again in a moment.",
  },
  too_many_connections: {
    status: 503,
    retry: true,
    message: "Too many connections.",
    advice: "Close some, then try again.",
  },
  store_failed: {
    status: 503,
    retry: true,
    message: "The server could not store this.",
    advice: "Try again; use the same key.",
  },
  shutting_down: {
    status: 503,
    retry: true,
    message: "The server is restarting.",
    advice: "Try again in a moment.",
  },
  pages_unavailable: {
    status: 503,
    retry: true,
    message: "The pages are starting.",
    advice: "Reload in a moment.",
  },
  internal: {
    status: 500,
    retry: true,
    message: "Something went wrong on the server.",
    advice: "Try again; tell us the request id.",
  },
  archive_unavailable: {
    status: 503,
    retry: true,
    message: "This is in the archive, which does not answer.",
    advice: "Try again in a moment.",
  },
  bad_part: {
    status: 422,
    retry: false,
    message: "A part of the message cannot be posted as it is.",
    advice: "See the protocol reference.",
  },
  bad_forward: {
    status: 422,
    retry: false,
    message: "A forwarded message brings its own text and parts.",
    advice: "Send forward alone.",
  },
  no_such_file: {
    status: 404,
    retry: false,
    message: "There is no such file.",
    advice: "It may have been deleted, or never finished.",
  },
  file_not_ready: {
    status: 409,
    retry: true,
    message: "The file is not there yet as a whole.",
    advice: "Wait until it is ready.",
  },
  bad_file_name: {
    status: 422,
    retry: false,
    message: "This file name cannot be used.",
    advice: "Use at most 200 characters on one line.",
  },
  file_too_big: {
    status: 413,
    retry: false,
    message: "The file is larger than this server accepts.",
    advice: "Send a smaller one.",
  },
  bad_image: {
    status: 422,
    retry: false,
    message: "This image is damaged, or of a kind that cannot be shown.",
    advice: "Try another form.",
  },
  image_too_big: {
    status: 422,
    retry: false,
    message: "This image has more pixels than this server accepts.",
    advice: "Make it smaller first.",
  },
  quota_exceeded: {
    status: 409,
    retry: false,
    message: "Your files take as much room as they may.",
    advice: "Delete some first.",
  },
  too_many_uploads: {
    status: 409,
    retry: false,
    message: "You have as many unfinished uploads as you may.",
    advice: "Finish or cancel one.",
  },
  wrong_offset: {
    status: 409,
    retry: false,
    message: "The upload does not go on there.",
    advice: "Ask for its offset, and go on from that.",
  },
  bad_upload_version: {
    status: 412,
    retry: false,
    message: "Only tus 1.0.0 is spoken here.",
    advice: "Send Tus-Resumable: 1.0.0.",
  },
  bad_range: {
    status: 416,
    retry: false,
    message: "The file has no such range.",
    advice: "Ask for a range within its size.",
  },
  no_room: {
    status: 507,
    retry: true,
    message: "The server has no room for this file.",
    advice: "Ask an administrator.",
  },
  storage_failed: {
    status: 503,
    retry: true,
    message: "The place where files are kept does not answer.",
    advice: "Try again.",
  },
  bad_query: {
    status: 400,
    retry: false,
    message: "This search cannot be understood.",
    advice: "See the list of operators.",
  },
  search_slow: {
    status: 503,
    retry: true,
    message: "The search took too long.",
    advice: "Ask for something narrower, or again.",
  },
  search_failed: {
    status: 503,
    retry: true,
    message: "The search does not answer.",
    advice: "Try again in a moment.",
  },
  bad_handshake: {
    status: 400,
    retry: false,
    message: "This is not a WebSocket handshake.",
    advice: "See RFC 6455, section 4.1.",
  },
  bad_version: {
    status: 426,
    retry: false,
    message: "Only WebSocket version 13 is spoken here.",
    advice: "Use version 13.",
  },
  head_too_large: {
    status: 431,
    retry: false,
    message: "The request's head is too large.",
    advice: "Send fewer or shorter headers.",
  },
  head_too_slow: {
    status: 408,
    retry: true,
    message: "The request's head took too long.",
    advice: "Try again.",
  },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Whether a code is one of those above; a newer server may send others. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Every WebSocket close code the server sends, and whether to connect again (and resume) after it. */
export const CLOSE_CODES = {
  NORMAL: {
    code: 1000,
    reconnect: false,
    meaning: "The client closed the connection, and the server agreed.",
  },
  GOING_AWAY: {
    code: 1001,
    reconnect: true,
    meaning: "The server is stopping.",
  },
  PROTOCOL_ERROR: {
    code: 1002,
    reconnect: false,
    meaning: "The client broke the rules of RFC 6455.",
  },
  UNSUPPORTED_DATA: {
    code: 1003,
    reconnect: false,
    meaning: "The client sent a binary frame; commands are text.",
  },
  INVALID_DATA: {
    code: 1007,
    reconnect: false,
    meaning: "The client sent text that is not UTF-8, or wrongly compressed data.",
  },
  POLICY: {
    code: 1008,
    reconnect: false,
    meaning: "The client broke a rule of this protocol, such as: hello is the first frame.",
  },
  TOO_BIG: {
    code: 1009,
    reconnect: false,
    meaning: "The client sent a message larger than `limits.message_bytes`.",
  },
  INTERNAL: {
    code: 1011,
    reconnect: true,
    meaning: "Something went wrong on the server.",
  },
  RESTART: {
    code: 1012,
    reconnect: true,
    meaning: "The server is restarting.",
  },
  TRY_AGAIN_LATER: {
    code: 1013,
    reconnect: true,
    meaning: "The server has too much to do.",
  },
  SESSION_ENDED: {
    code: 4001,
    reconnect: false,
    meaning: "The session ended: log in again.",
  },
  TOO_SLOW: {
    code: 4008,
    reconnect: true,
    meaning: "The client did not read fast enough; nothing is lost: resume.",
  },
} as const;

export type CloseName = keyof typeof CLOSE_CODES;
