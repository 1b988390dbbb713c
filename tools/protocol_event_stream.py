"""What docs/protocol.md says about server-sent events."""

from __future__ import annotations

from typing import Final

EVENT_STREAM: Final = """\
## Without a WebSocket: server-sent events

Where a proxy lets no WebSocket through, `GET /api/events` sends the same frames as a stream of server-sent events
([WHATWG HTML, section 9.2](https://html.spec.whatwg.org/multipage/server-sent-events.html)): what `EventSource` reads.
The session's cookie (or `Authorization: Bearer`) says who is listening; commands are HTTP requests then. Nothing has to
be said first: whoever connects is greeted.

```
POST /api/events/cursor   {"epoch":"01K6…","streams":{"channel:01K6…":41,"user:01K6…":7}}   →   {"cursor":"AWx0…"}
GET  /api/events?cursor=AWx0…
```

```
retry: 3170

data: {"type":"hello","user":{…},"epoch":"01K6…","streams":{…},"limits":{…}}

data: {"type":"message.posted","seq":42,…}

id: AWx0…

data: {"type":"message.posted","seq":43,…}

event: heartbeat
data:

event: close
data: {"code":1012,"reason":"restarting"}
```

1. `POST /api/events/cursor` takes what hello takes, `streams` and `epoch`, and answers with these positions as a
   **cursor**, an opaque text that is no secret. `GET /api/events?cursor=…` begins after them, exactly like a hello with
   the same positions: first `hello`, then `reset` for each stream that cannot be resumed, then everything missed, then
   what happens from now on, without a gap. Without a cursor every stream is heard from its head. A cursor that is not
   (or no longer) understood resets every stream; it is never an error.
2. Each frame is one event of the default name (`message`), its `data` one JSON object. There are no `ok` and `error`:
   these are the answers to the requests.
3. `id` lines come alone, after what was missed and then every few seconds if anything was sent. A browser keeps the
   last one and sends it as `Last-Event-ID` when it connects again by itself; that comes before `?cursor=`. Events since
   the last `id` then come again: apply those whose `seq` is above what you have, and leave out the others.
4. `heartbeat` (its data is empty) comes at least every fifth of `wire.ping_seconds + wire.pong_seconds`, 13 seconds
   unless set otherwise, when nothing else was sent. After two and a half of these without a word, the connection is
   dead: close it and connect anew.
5. `close` comes last, when the server still can say why: its `code` and what to do are those of the table of close
   codes below. Call `close()` on the `EventSource`; else it connects again after `retry` milliseconds.
6. What is refused is refused before the stream begins, with a status and problem details: `not_logged_in`,
   `too_many_connections`, `busy`, `shutting_down` … After that an `EventSource` stays closed (`readyState` 2) and shows
   no status; the answer of `POST /api/events/cursor`, which says the same, does. So the simplest good client asks for a
   cursor and opens a new `EventSource` each time, with its own pauses in between, as it would with a socket.
"""
