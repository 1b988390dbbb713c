"""What the pages' forms send where JavaScript is off: urlencoded in, a redirect (303) out.

Invariants: each form calls the service function that its socket command and its route call; where one goes next is
computed here or is a path of ours, never an address that the form or Referer could choose freely; a refusal goes back
to the page with `?error=CODE`, and no password is ever in an address.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast, get_args
from urllib.parse import quote, urlencode

import msgspec
from litestar import Request, Response, Router, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency as Given
from litestar.handlers import HTTPRouteHandler

from hubbub.domain.accounts import Session
from hubbub.domain.conversations import MAX_PEOPLE
from hubbub.domain.names import name_key
from hubbub.domain.new_parts import MAX_OPTIONS, NewPoll
from hubbub.domain.notifications import Level, NotificationSettings
from hubbub.errors import Refused
from hubbub.http.auth import PUBLIC, Entrance, no_session_cookie, session_cookie, token_of
from hubbub.http.problems import headers_of, log_error, refused_of
from hubbub.http.requests import FORM_KEY, Number, StrictRequest, Ulid
from hubbub.http.visit import visit_of
from hubbub.service.messages import Said
from hubbub.service.services import Services

YEAR_SECONDS: Final = 365 * 86_400
PREFERENCES: Final = {
    "theme": frozenset({"light", "dark", "system"}),
    "locale": frozenset({"en", "zh-CN"}),
    "layout": frozenset({"bubbles", "lines"}),
    "density": frozenset({"comfortable", "compact"}),
    "contrast": frozenset({"system", "more"}),
    "keys": frozenset({"on", "off"}),
    "order": frozenset({"activity", "name"}),
    "previews": frozenset({"show", "hide"}),
}
# The page that each form without a channel stands on.
PAGES: Final = {
    "/forms/register": "/register",
    "/forms/login": "/login",
    "/forms/channels": "/new",
    "/forms/conversations": "/new/message",
    "/forms/preferences": "/settings",
    "/forms/logout": "/settings",
    "/forms/notifications": "/settings",
    "/forms/inbox/read": "/inbox/mine",
}
INBOX: Final = "/inbox/mine"
MAX_NEXT: Final = 500
# What may stand in an address as it is (RFC 3986, section 2.2); the rest is percent-encoded.
RESERVED: Final = "/?#&=%:@!$'()*+,;~-._"


def go_to(path: str, cookies: list[Cookie] | None = None, query: dict[str, str] | None = None) -> Response[None]:
    """See `path` (303, RFC 9110, section 15.4.4), with `query` before its fragment."""
    page, _, fragment = path.partition("#")
    if query:
        page += ("&" if "?" in page else "?") + urlencode(query)
    location = quote(page + (f"#{fragment}" if fragment else ""), safe=RESERVED)
    return Response(None, status_code=303, headers={"Location": location}, cookies=cookies)


def local_path(value: str | None, otherwise: str = "/") -> str:
    """`value` when it is a path on this server, as browsers read it: they take `//` and `/\\` for another host, and
    drop tabs and newlines before they look."""
    if not value or len(value) > MAX_NEXT or not value.startswith("/") or value.startswith("//"):
        return otherwise
    if "\\" in value or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in value):
        return otherwise
    return value


def room_path(channel: str) -> str:
    return f"/c/{channel}"


def members_path(channel: str) -> str:
    return f"{room_path(channel)}/members"


def thread_path(channel: str, number: int) -> str:
    return f"{room_path(channel)}/{number}/thread"


def thread_of(request: Request[Any, Any, State]) -> int | None:
    """The thread that the form, which was read, is for: what it says itself, or its address."""
    named = request.scope["state"].get(FORM_KEY, {}).get("thread")
    if named is None and request.scope["path"].endswith("/thread"):
        named = str(request.path_params.get("number", ""))
    return int(named) if named is not None and re.fullmatch(r"[1-9][0-9]{0,15}", named) else None


def page_of(request: Request[object, object, State]) -> str:
    """The page a form stands on, from the form's own address."""
    path, channel = request.scope["path"], request.path_params.get("channel")
    if not isinstance(channel, str):
        return PAGES.get(path, "/")
    thread = thread_of(request)
    if thread is not None:
        return thread_path(quote(channel, safe=""), thread)
    stands_beside_members = path.endswith("/topic") or "/members" in path
    return (members_path if stands_beside_members else room_path)(quote(channel, safe=""))


def answer_refused(request: Request[object, object, State], error: Exception) -> Response[None]:
    """Back to the page, which says it in the reader's language."""
    refused = refused_of(error)
    log_error(refused, error)
    page = page_of(request)
    if refused.code == "not_logged_in":
        return go_to("/login", query={"next": page})
    query = {"error": refused.code}
    if page in ("/login", "/register"):
        fields = request.scope["state"].get(FORM_KEY, {})
        query |= {key: fields[key] for key in ("name", "next") if fields.get(key) and len(fields[key]) <= MAX_NEXT}
    response = go_to(page, query=query)
    if "Retry-After" in (headers := headers_of(refused)):
        response.headers["Retry-After"] = headers["Retry-After"]
    return response


@post("/register", opt=PUBLIC)
async def register(request: StrictRequest, entrance: Given[Entrance], days: Given[int]) -> Response[None]:
    fields, visit = await request.form_fields(), visit_of(request.scope)
    new = await entrance.register(visit, fields.get("name", ""), fields.get("password", ""), token_of(request))
    return go_to(local_path(fields.get("next")), [session_cookie(visit, new.token, days)])


@post("/login", opt=PUBLIC)
async def log_in(request: StrictRequest, entrance: Given[Entrance], days: Given[int]) -> Response[None]:
    fields, visit = await request.form_fields(), visit_of(request.scope)
    new = await entrance.log_in(visit, fields.get("name", ""), fields.get("password", ""), token_of(request))
    return go_to(local_path(fields.get("next")), [session_cookie(visit, new.token, days)])


@post("/logout", opt=PUBLIC)
async def log_out(request: StrictRequest, services: Given[Services]) -> Response[None]:
    await services.sessions.log_out(token_of(request) or "")
    return go_to("/login", [no_session_cookie(visit_of(request.scope))])


@post("/preferences", opt=PUBLIC)
async def set_preferences(request: StrictRequest) -> Response[None]:
    """How the pages look, kept for a year in cookies that scripts may read: they hold nothing secret."""
    fields = await request.form_fields()
    for name, choices in PREFERENCES.items():
        if name in fields and fields[name] not in choices:
            raise Refused("bad_request", f"{name}: one of {', '.join(sorted(choices))}.")
    secure = visit_of(request.scope).secure
    cookies = [
        Cookie(key=name, value=fields[name], path="/", max_age=YEAR_SECONDS, samesite="lax", secure=secure)
        for name in PREFERENCES
        if name in fields
    ]
    return go_to(local_path(fields.get("next")), cookies)


@post("/channels")
async def create_channel(request: StrictRequest, services: Given[Services], session: Given[Session]) -> Response[None]:
    fields = await request.form_fields()
    channel, _ = await services.channels.create_channel(
        session, fields.get("name", ""), fields.get("topic", ""), fields.get("private") == "on"
    )
    return go_to(room_path(channel))


@post("/conversations")
async def open_conversation(
    request: StrictRequest, services: Given[Services], session: Given[Session]
) -> Response[None]:
    """`names`: whose, with commas or spaces between, and `users`: the ids of others, with spaces between; or `user`:
    the id of one person alone."""
    fields = await request.form_fields()
    users = [user] if (user := fields.get("user")) else fields.get("users", "").split()
    if len(users) > MAX_PEOPLE:
        raise Refused("too_many_people")
    names = fields.get("names", "")
    if not users or (names.strip() and not user):
        users += await find_people(services, session, names)
    channel, _ = await services.channels.open_conversation(session, users)
    return go_to(room_path(channel))


async def find_people(services: Services, session: Session, names: str) -> list[str]:
    """The ids of those who are named in full; raises `no_such_user`, `too_many_people`."""
    wanted = re.split(r"[\s,;，、；]+", names.strip(" \t\r\n,;，、；"))
    if len(wanted) > MAX_PEOPLE:
        raise Refused("too_many_people")
    return [await find_person(services, session, name) for name in wanted]


async def find_person(services: Services, session: Session, name: str) -> str:
    """The id of who has exactly this name, in whatever letters; raises `no_such_user`."""
    wanted = name_key(name.strip())
    found = await services.accounts.find_users(session, wanted)
    user = next((user.id for user in found if name_key(user.name) == wanted), None)
    if user is None:
        raise Refused("no_such_user")
    return user


@post("/channels/{channel:str}/membership")
async def update_membership(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid
) -> Response[None]:
    """`muted`, `pinned`, `hidden`: `on` or `off`; what is not named stays."""
    fields = await request.form_fields()
    wanted = {name: fields[name] == "on" for name in ("muted", "pinned", "hidden") if name in fields}
    await services.channels.update_membership(session, channel, **wanted)
    return go_to(local_path(fields.get("next")))


@post("/channels/{channel:str}/position")
async def set_position(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid
) -> Response[None]:
    """Read up to `number`."""
    fields = await request.form_fields()
    number = fields.get("number", "")
    if not re.fullmatch(r"[0-9]{1,15}", number, re.ASCII):
        raise Refused("bad_request", "number: of the newest message that was read.")
    await services.messages.set_position(session, channel, int(number))
    return go_to(local_path(fields.get("next"), room_path(channel)))


@post("/notifications")
async def set_notifications(
    request: StrictRequest, services: Given[Services], session: Given[Session]
) -> Response[None]:
    """`level`, `keywords` (a line each), `quiet_from` and `quiet_to` (22:00) in the zone `zone`, `sound`; `pause`:
    minutes without any from now on."""
    fields = await request.form_fields()
    hours = [_read_minute(fields.get(name, "")) for name in ("quiet_from", "quiet_to")]
    quiet = None if None in hours else {"start": hours[0], "end": hours[1], "zone": fields.get("zone") or "UTC"}
    pause = fields.get("pause", "0")
    if pause not in ("0", "30", "60", "240", "1440", "keep"):
        raise Refused("bad_request", "pause: one of the choices.")
    kept = fields.get("quiet_until", "0")
    until = int(kept) if pause == "keep" and re.fullmatch(r"[0-9]{1,15}", kept, re.ASCII) else 0
    if pause not in ("0", "keep"):
        until = services.notifications.clock() + int(pause) * 60_000
    try:
        settings = msgspec.convert(
            {
                "level": fields.get("level", "mentions"),
                "keywords": fields.get("keywords", "").splitlines(),
                "quiet_until": until,
                "quiet_hours": quiet,
                "sound": fields.get("sound") == "on",
            },
            NotificationSettings,
        )
    except msgspec.ValidationError as error:
        raise Refused("bad_request") from error
    await services.notifications.update(session, settings)
    return go_to("/settings#notifications")


def _read_minute(written: str) -> int | None:
    """Minutes after midnight of "22:00"; None where nothing is written."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-9]{2})?", written, re.ASCII)
    if found is None and written:
        raise Refused("bad_request", "Write the time as 22:00.")
    return int(found[1]) * 60 + int(found[2]) if found else None


@post("/channels/{channel:str}/notifications")
async def set_level(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid
) -> Response[None]:
    """`level`: `all`, `mentions`, `nothing`, or `default`."""
    fields = await request.form_fields()
    level = fields.get("level", "default")
    if level not in ("default", *get_args(Level)):
        raise Refused("bad_request", "level: one of the choices.")
    await services.notifications.set_level(session, channel, None if level == "default" else cast("Level", level))
    return go_to(local_path(fields.get("next"), members_path(channel)))


@post("/inbox/read")
async def read_inbox(request: StrictRequest, services: Given[Services], session: Given[Session]) -> Response[None]:
    """All that the inbox has unread on its first page, and what stands before it there, was read."""
    fields = await request.form_fields()
    unread = await services.inbox.fetch_inbox(session, "unread")
    newest: dict[str, int] = {}
    for item in unread.items:
        newest[item.channel.id] = max(newest.get(item.channel.id, 0), item.message.number)
    for channel, number in newest.items():
        await services.messages.set_position(session, channel, number)
    return go_to(local_path(fields.get("next"), INBOX))


@post("/channels/{channel:str}/messages")
async def post_message(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid
) -> Response[None]:
    """`thread`: the number of the message in whose thread it is a reply."""
    fields = await request.form_fields()
    text, key = fields.get("text", ""), fields.get("key") or None
    thread = thread_of(request)
    if thread is None and "thread" in fields:
        raise Refused("bad_request", "thread: the number of a message.")
    if thread is None:
        await services.messages.post_message(session, channel, text, key)
        return go_to(room_path(channel) + "#end")
    await services.messages.post_message(session, channel, Said(text, thread=thread), key)
    return go_to(thread_path(channel, thread) + "#thread-end")


@post("/channels/{channel:str}/messages/{number:str}/thread")
async def follow_thread(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid, number: Number
) -> Response[None]:
    """`follow`: `on` or `off`."""
    follow = (await request.form_fields()).get("follow") != "off"
    await services.threads.follow_thread(session, channel, number, follow=follow)
    return go_to(thread_path(channel, number))


@post("/channels/{channel:str}/polls")
async def post_poll(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid
) -> Response[None]:
    """`option0`, `option1` and so on: those left empty are none."""
    fields = await request.form_fields()
    written = [fields.get(f"option{place}", "").strip() for place in range(MAX_OPTIONS)]
    said = {
        "kind": "poll",
        "question": fields.get("question", ""),
        "options": [text for text in written if text],
        "multiple": bool(fields.get("multiple")),
        "anonymous": bool(fields.get("anonymous")),
    }
    try:
        poll = msgspec.convert(said, NewPoll)
    except msgspec.ValidationError as error:
        raise Refused("bad_part", f"A poll: {error}.") from error
    await services.messages.post_message(session, channel, Said("", (poll,)), fields.get("key") or None)
    return go_to(room_path(channel) + "#end")


@post("/channels/{channel:str}/messages/{number:str}/edit")
async def edit_message(
    request: StrictRequest,
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    number: Number,
) -> Response[None]:
    fields = await request.form_fields()
    await services.messages.edit_message(session, channel, number, fields.get("text", ""))
    return go_to(message_path(channel, number))


@post("/channels/{channel:str}/messages/{number:str}/delete")
async def delete_message(
    services: Given[Services], session: Given[Session], channel: Ulid, number: Number
) -> Response[None]:
    await services.messages.delete_message(session, channel, number)
    return go_to(message_path(channel, number))


@post("/channels/{channel:str}/messages/{number:str}/react")
async def react(
    request: StrictRequest,
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    number: Number,
) -> Response[None]:
    """`emoji`, and `remove` (any value) to take it back."""
    fields = await request.form_fields()
    change = services.messages.remove_reaction if fields.get("remove") else services.messages.add_reaction
    await change(session, channel, number, fields.get("emoji", ""))
    return go_to(message_path(channel, number))


@post("/channels/{channel:str}/messages/{number:str}/pin")
async def pin(
    request: StrictRequest,
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    number: Number,
) -> Response[None]:
    """`remove` (any value) takes the pin away; `next`: where to go then."""
    fields = await request.form_fields()
    change = services.keeping.unpin_message if fields.get("remove") else services.keeping.pin_message
    await change(session, channel, number)
    return go_to(local_path(fields.get("next"), message_path(channel, number)))


@post("/channels/{channel:str}/messages/{number:str}/vote")
async def vote(
    request: StrictRequest,
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    number: Number,
) -> Response[None]:
    """`option`: the place of one, or `option0`, `option1` and so on, each with any value; none of them, or `withdraw`,
    takes the vote back. `close` ends one's own poll."""
    fields = await request.form_fields()
    if fields.get("close"):
        await services.polls.close(session, channel, number)
    else:
        places = [place for place in range(MAX_OPTIONS) if fields.get(f"option{place}")]
        if one := fields.get("option", ""):
            # What is no number is no option either, and is refused as that.
            places.append(int(one) if one.isascii() and one.isdigit() and len(one) < 3 else MAX_OPTIONS)
        await services.polls.vote(session, channel, number, [] if fields.get("withdraw") else places)
    return go_to(message_path(channel, number))


@post("/channels/{channel:str}/messages/{number:str}/save")
async def save(
    request: StrictRequest,
    services: Given[Services],
    session: Given[Session],
    channel: Ulid,
    number: Number,
) -> Response[None]:
    """`remove` (any value) saves it no more; `next`: where to go then."""
    fields = await request.form_fields()
    change = services.keeping.unsave_message if fields.get("remove") else services.keeping.save_message
    await change(session, channel, number)
    return go_to(local_path(fields.get("next"), message_path(channel, number)))


@post("/channels/{channel:str}/join")
async def join(services: Given[Services], session: Given[Session], channel: Ulid) -> Response[None]:
    await services.channels.join(session, channel)
    return go_to(room_path(channel))


@post("/channels/{channel:str}/leave")
async def leave(services: Given[Services], session: Given[Session], channel: Ulid) -> Response[None]:
    await services.channels.leave(session, channel)
    return go_to("/")


@post("/channels/{channel:str}/topic")
async def set_topic(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid
) -> Response[None]:
    fields = await request.form_fields()
    await services.channels.update_channel(session, channel, topic=fields.get("topic", ""))
    return go_to(members_path(channel))


@post("/channels/{channel:str}/members")
async def add_member(
    request: StrictRequest, services: Given[Services], session: Given[Session], channel: Ulid
) -> Response[None]:
    """`name`: exactly one person's."""
    user = await find_person(services, session, (await request.form_fields()).get("name", ""))
    await services.channels.add_member(session, channel, user)
    return go_to(members_path(channel))


@post("/channels/{channel:str}/members/{user:str}/remove")
async def remove_member(
    services: Given[Services], session: Given[Session], channel: Ulid, user: Ulid
) -> Response[None]:
    await services.channels.remove_member(session, channel, user)
    return go_to(members_path(channel))


def message_path(channel: str, number: int) -> str:
    """The page around one message, and the message on it."""
    return f"{room_path(channel)}/{number}#m{number}"


FORMS: tuple[HTTPRouteHandler, ...] = (
    register,
    log_in,
    log_out,
    set_preferences,
    create_channel,
    open_conversation,
    update_membership,
    set_position,
    read_inbox,
    set_notifications,
    set_level,
    post_message,
    follow_thread,
    post_poll,
    edit_message,
    delete_message,
    react,
    pin,
    vote,
    save,
    join,
    leave,
    set_topic,
    add_member,
    remove_member,
)


def make_router() -> Router:
    return Router(
        "/forms", route_handlers=list(FORMS), include_in_schema=False, exception_handlers={Exception: answer_refused}
    )
