"""One believable value of each Struct, encoded by the server's own encoder for the documents."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from hubbub.domain import new_parts, notifications
from hubbub.domain.roles import Role
from hubbub.protocol import codec, commands, events, history, inbox, kept, parts, replies, search

ANA = "01K6ZJ4T9BX2QH6Z8M5V7R3NAE"
BO = "01K6ZJ5C0SW1FYD3E9K4T8P2GQ"
CHANNEL = "01K6ZJ60M7J8A5RVN2H3C4D1XW"
KEY = "0f8c1c2e-6a55-4e0b-9a5f-0d6a7f1f6c11"
EPOCH = "01K6ZJ3Y5F0GQ7T2W9R8S1N4VD"
FILE = "01K6ZJ7QW2E4R6T8Y0A1S3D5FG"
POSTER = "01K6ZJ7XW2E4R6T8Y0A1S3D5FH"
NOON = 1_765_432_100_123

_ana = events.UserView(id=ANA, name="ana")
_bo = events.UserView(id=BO, name="bo")
_me = replies.Me(id=ANA, name="ana", role=Role.OWNER)
_limits = replies.Limits(text_characters=8000, message_bytes=65536, page_size=50)
_thumb = parts.Thumb(width=320, height=240)
_poster = parts.Picture(file=POSTER, width=1280, height=720, blur="UklGRh4AAABXRUJQVlA4", thumbs=[_thumb])
_photo = parts.PhotoPart(
    file=FILE,
    name="beach.jpg",
    size=248_113,
    media_type="image/jpeg",
    width=1600,
    height=1200,
    blur="UklGRh4AAABXRUJQVlA4",
    thumbs=[_thumb, parts.Thumb(width=1280, height=960)],
    alt="The beach at low tide",
)
_picture = parts.picture_of(_photo)
assert _picture is not None
_mention = events.Mention(text="@bo", user=BO)
_preview = parts.PreviewPart(
    url="https://example.org/tides", title="Tides", text="When the water comes.", site="example.org"
)
_reaction = events.Reaction(emoji="🎉", users=[BO, ANA])
_posted = events.MessagePosted(
    seq=44, at=NOON, channel=CHANNEL, number=17, author=ANA, text="The tests are green.", key=KEY
)
_last = events.LastMessage(number=17, author=ANA, at=NOON, text="The tests are green.")
_summary = events.ChannelSummary(
    id=CHANNEL,
    name="release",
    topic="What goes out on Friday",
    created_by=BO,
    created_at=NOON - 86_400_000,
    seq=44,
    number=17,
    members=2,
    position=15,
    position_seq=40,
    unread=[16, 17],
    last=_last,
)
_joined = events.MemberJoined(seq=2, at=NOON, channel=CHANNEL, by=BO, user=_ana)
_replies = events.Replies(count=2, last=2, at=NOON + 60_000, people=[BO, ANA])
_root = msgspec.structs.replace(_posted, replies=_replies)
_reply = events.MessagePosted(
    seq=52, at=NOON + 60_000, channel=CHANNEL, number=18, author=BO, text="At last!", thread=17, place=2
)
_follow = events.FollowedThread(channel=CHANNEL, number=17, since=44, position=17, position_seq=44, unread=[18])
_room = replies.Room(
    channel=_summary, member=True, lines=[_joined, _posted], older=True, members=[_bo, _ana], pins=[16]
)
_ballot = events.Ballot(user=BO, options=[1])
_answer = replies.PollAnswer(channel=CHANNEL, number=16, options=[1])
_version = history.Version(at=NOON, text="The tests are green.")
_pin = kept.Pin(message=_posted, by=BO, at=NOON)
_excerpt = [search.ExcerptPart(text="The "), search.ExcerptPart(text="tests", hit=True)]
_excerpt.append(search.ExcerptPart(text=" are green."))
_channel_name = search.ChannelName(id=CHANNEL, name="release", private=False)
_hit = search.SearchHit(message=_posted, channel=_channel_name, excerpt=_excerpt)
_saved = kept.SavedMessage(channel=CHANNEL, number=17, at=NOON, name=_channel_name, message=_posted)
_hours = notifications.QuietHours(start=1320, end=420, zone="Asia/Shanghai")
_settings = notifications.NotificationSettings(keywords=["release"], quiet_hours=_hours)
_notifications = notifications.Notifications(keywords=["release"], quiet_hours=_hours, channels={CHANNEL: "all"})
_inbox_item = inbox.InboxItem(message=_posted, channel=_channel_name, reasons=["mention"], unread=True)
_channel_count = search.ChannelCount(id=CHANNEL, name="release", count=1)
_author_count = search.AuthorCount(id=ANA, name="ana", count=1)
_month_count = search.MonthCount(month="2025-12", count=1)
_facets = search.Facets(channels=[_channel_count], authors=[_author_count], months=[_month_count])

EXAMPLES: tuple[msgspec.Struct, ...] = (
    events.ChannelCreated(seq=1, at=NOON, channel=CHANNEL, by=BO, name="release", topic="What goes out on Friday"),
    events.ChannelRenamed(seq=45, at=NOON, channel=CHANNEL, by=BO, name="releases"),
    events.TopicChanged(seq=46, at=NOON, channel=CHANNEL, by=BO, topic="What goes out, and when"),
    _joined,
    events.MemberLeft(seq=47, at=NOON, channel=CHANNEL, by=ANA, user=_ana),
    _posted,
    events.MessageEdited(seq=48, at=NOON, channel=CHANNEL, number=17, by=ANA, text="All tests are green."),
    events.MessageDeleted(seq=49, at=NOON, channel=CHANNEL, number=17, by=ANA),
    events.MessagePreviewed(seq=52, at=NOON, channel=CHANNEL, number=17, previews=[_preview]),
    events.ReactionAdded(seq=50, at=NOON, channel=CHANNEL, number=16, by=BO, emoji="🎉"),
    events.ReactionRemoved(seq=51, at=NOON, channel=CHANNEL, number=16, by=BO, emoji="🎉"),
    events.MessagePinned(seq=52, at=NOON, channel=CHANNEL, number=16, by=BO),
    events.MessageUnpinned(seq=53, at=NOON, channel=CHANNEL, number=16, by=ANA),
    events.PollVoted(seq=54, at=NOON, channel=CHANNEL, number=16, by=BO, options=[1]),
    events.PollCounted(seq=55, at=NOON, channel=CHANNEL, number=17, votes=[3, 1], voters=4),
    events.PollAnswered(seq=13, at=NOON, user=ANA, channel=CHANNEL, number=17, options=[0]),
    events.PollClosed(seq=55, at=NOON, channel=CHANNEL, number=16, by=ANA),
    events.MembershipStarted(seq=7, at=NOON, user=ANA, channel=_summary, channel_seq=44),
    events.MembershipChanged(seq=10, at=NOON, user=ANA, channel=CHANNEL, pinned=True, hidden_below=18),
    events.MembershipEnded(seq=8, at=NOON, user=ANA, channel=CHANNEL, channel_seq=47),
    events.MessageSaved(seq=11, at=NOON, user=ANA, channel=CHANNEL, number=16),
    events.MessageUnsaved(seq=12, at=NOON, user=ANA, channel=CHANNEL, number=16),
    events.PositionSet(seq=9, at=NOON, user=ANA, channel=CHANNEL, number=17, channel_seq=46),
    events.ThreadFollowed(
        seq=11, at=NOON, user=ANA, channel=CHANNEL, number=17, channel_seq=52, position=17, unread=[18]
    ),
    events.ThreadRead(seq=12, at=NOON, user=ANA, channel=CHANNEL, number=17, position=18, channel_seq=52),
    events.ThreadUnfollowed(seq=13, at=NOON, user=ANA, channel=CHANNEL, number=17),
    commands.Hello(streams={f"channel:{CHANNEL}": 41, f"user:{ANA}": 7}, epoch=EPOCH),
    commands.Ping(id=1),
    commands.MessagePost(id=2, channel=CHANNEL, text="The tests are green.", key=KEY),
    commands.MessageEdit(id=3, channel=CHANNEL, number=17, text="All tests are green."),
    commands.MessageDelete(id=4, channel=CHANNEL, number=17),
    commands.PreviewRemove(id=22, channel=CHANNEL, number=17),
    commands.ReactionAdd(id=5, channel=CHANNEL, number=16, emoji="🎉"),
    commands.ReactionRemove(id=6, channel=CHANNEL, number=16, emoji="🎉"),
    commands.MessagePin(id=22, channel=CHANNEL, number=16),
    commands.MessageUnpin(id=23, channel=CHANNEL, number=16),
    commands.MessageSave(id=24, channel=CHANNEL, number=16),
    commands.MessageUnsave(id=25, channel=CHANNEL, number=16),
    commands.PollVote(id=26, channel=CHANNEL, number=16, options=[1]),
    commands.PollClose(id=27, channel=CHANNEL, number=16),
    commands.PositionUpdate(id=7, channel=CHANNEL, number=17),
    commands.ThreadFollow(id=22, channel=CHANNEL, number=17),
    commands.ThreadUnfollow(id=23, channel=CHANNEL, number=17),
    commands.ThreadReadTo(id=24, channel=CHANNEL, number=17, position=18),
    commands.ChannelCreate(id=8, name="release", topic="What goes out on Friday", private=True),
    commands.ChannelUpdate(id=9, channel=CHANNEL, topic="What goes out, and when"),
    commands.ChannelJoin(id=10, channel=CHANNEL),
    commands.ChannelLeave(id=11, channel=CHANNEL),
    commands.ConversationOpen(id=20, users=[BO]),
    commands.MembershipUpdate(id=21, channel=CHANNEL, muted=True),
    commands.MemberAdd(id=12, channel=CHANNEL, user=BO),
    commands.MemberRemove(id=13, channel=CHANNEL, user=BO),
    commands.MemberList(id=14, channel=CHANNEL, after=BO),
    commands.TypingStart(id=15, channel=CHANNEL),
    commands.TypingStop(id=16, channel=CHANNEL),
    commands.PresenceSet(id=17, status="away"),
    commands.PresenceWatch(id=18, users=[BO]),
    commands.ReceiptList(id=19, channel=CHANNEL),
    replies.Welcome(user=_me, epoch=EPOCH, streams={f"channel:{CHANNEL}": 44, f"user:{ANA}": 7}, limits=_limits),
    replies.Ok(id=2, seq=44, number=17),
    replies.Failure(
        id=2,
        code="rate_limited",
        message="Too many requests.",
        advice="Wait as long as retry_after says.",
        retry=True,
        retry_after=1.5,
    ),
    replies.Reset(stream=f"channel:{CHANNEL}"),
    replies.Typing(channel=CHANNEL, users=[BO, ANA]),
    replies.Presence(users={BO: "away"}),
    replies.Receipts(channel=CHANNEL, positions={BO: 17}),
    new_parts.NewPhoto(file=FILE, alt="The beach at low tide"),
    new_parts.NewFile(file=FILE),
    new_parts.NewVideo(file=FILE, poster=POSTER, width=1280, height=720, duration=12_500),
    new_parts.NewAudio(file=FILE),
    new_parts.NewVoice(file=FILE, duration=4200, waveform=[3, 40, 71, 66, 12]),
    new_parts.NewLocation(latitude=57.0488, longitude=9.9217, name="The harbour"),
    new_parts.NewMeeting(subject="Release", url="https://meet.example.org/release", at=NOON, minutes=30, people=[BO]),
    new_parts.NewPoll(question="Tea or coffee?", options=["Tea", "Coffee"]),
    new_parts.Forwarded(channel=CHANNEL, number=17),
    _photo,
    parts.FilePart(file=FILE, name="plan.pdf", size=90_112, media_type="application/pdf"),
    parts.VideoPart(
        file=FILE,
        name="waves.mp4",
        size=3_145_728,
        media_type="video/mp4",
        width=1280,
        height=720,
        duration=12_500,
        poster=_poster,
    ),
    parts.AudioPart(
        file=FILE, name="song.mp3", size=4_194_304, media_type="audio/mpeg", duration=181_000, title="Song"
    ),
    parts.VoicePart(
        file=FILE, name="voice.webm", size=38_400, media_type="audio/webm", duration=4200, waveform=[3, 40, 71, 66, 12]
    ),
    parts.LocationPart(latitude=57.0488, longitude=9.9217, name="The harbour"),
    parts.PollPart(question="Tea or coffee?", options=["Tea", "Coffee"], closes_at=NOON + 3_600_000),
    parts.MeetingPart(subject="Release", url="https://meet.example.org/release", at=NOON, minutes=30, people=[_bo]),
    _preview,
    _picture,
    _thumb,
    parts.Quote(number=16, author=_bo, text="Are the tests green?"),
    parts.Origin(author=_bo, at=NOON, channel=CHANNEL, number=16),
    parts.Upload(id=FILE, name="beach.jpg", size=248_113, offset=248_113, state="ready", part=_photo),
    _ana,
    _me,
    _reaction,
    _mention,
    _replies,
    _last,
    _summary,
    _follow,
    _limits,
    _room,
    replies.RoomView(epoch=EPOCH, room=_room, users=[_ana, _bo]),
    replies.Thread(root=_root, lines=[_reply], older=True),
    replies.ThreadNews(follow=_follow, root=_root, lines=[_reply]),
    replies.Snapshot(
        epoch=EPOCH,
        user=_me,
        seq=7,
        channels=[_summary],
        room=_room,
        saved={CHANNEL: [16]},
        users=[_ana, _bo],
        limits=_limits,
    ),
    _pin,
    kept.PinList(pins=[_pin], users=[_ana, _bo]),
    _ballot,
    events.PollState(ballots=[_ballot]),
    _answer,
    _version,
    history.MessageHistory(number=17, author=_ana, versions=[_version, _version]),
    _saved,
    kept.SavedList(saved=[_saved], users=[_ana], next=9),
    _excerpt[1],
    _channel_name,
    _hit,
    _channel_count,
    _author_count,
    _month_count,
    _facets,
    search.SearchResult(hits=[_hit], total=1, exact=True, facets=_facets, users=[_ana], engine="sqlite"),
    _inbox_item,
    _hours,
    _settings,
    _notifications,
    events.NotificationsSet(seq=11, at=NOON, user=ANA, settings=_notifications),
    commands.NotificationsUpdate(id=22, settings=_settings),
    commands.ChannelNotify(id=23, channel=CHANNEL, level="all"),
    inbox.Inbox(items=[_inbox_item], cursor="1765432100123-1", users=[_ana]),
)


def example_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The example of `struct` as JSON; commands leave out what has its default, as a client would."""
    (value,) = (example for example in EXAMPLES if type(example) is struct)
    encoded: dict[str, Any] = json.loads(codec.encode(value))
    if isinstance(value, commands.Command):
        defaults = {field.name: field.default for field in msgspec.structs.fields(struct) if not field.required}
        encoded = {name: given for name, given in encoded.items() if defaults.get(name, ...) != given}
    return encoded
