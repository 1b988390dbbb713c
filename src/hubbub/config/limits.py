"""`limits`: how much of what, and how often. Rates can be lifted (`limits.enabled`), sizes and queues hold always."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hubbub.config.settings import about


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    enabled: Annotated[bool, about("Whether rates are limited. Sizes and queues always are.")] = True
    commands_per_second: Annotated[float, about("Commands and requests of one user.", gt=0)] = 20
    commands_burst: Annotated[int, about("… and how many at once.", ge=1)] = 100
    address_commands_per_second: Annotated[float, about("Commands and requests from one address.", gt=0)] = 200
    address_commands_burst: Annotated[int, about("… and how many at once.", ge=1)] = 1000
    login_tries: Annotated[int, about("Wrong passwords in a row, for a name or from an address.", ge=1)] = 10
    login_seconds: Annotated[float, about("… within this long; each wrong one is forgiven after it.", gt=0)] = 300
    accounts_per_hour: Annotated[int, about("Accounts made from one address.", ge=1)] = 60
    password_checks: Annotated[int, about("Passwords hashed at once; each takes a core and 20 MiB.", ge=1, le=64)] = 2
    posts_queue: Annotated[int, about("Changes waiting to be stored; beyond it the answer is busy.", ge=1)] = 4096
    connections: Annotated[int, about("Open sockets altogether.", ge=1)] = 50_000
    connections_per_user: Annotated[int, about("Open sockets of one user.", ge=1)] = 50
    connections_per_address: Annotated[int, about("Open sockets from one address.", ge=1)] = 2000
    text_characters: Annotated[int, about("Characters in a message.", ge=1, le=1_000_000)] = 10_000
    message_bytes: Annotated[int, about("Bytes in a socket message, inflated.", ge=1024, le=64 << 20)] = 128 << 10
    fragments: Annotated[int, about("Fragments in a socket message.", ge=1)] = 1024
    body_bytes: Annotated[int, about("Bytes in the body of a request.", ge=1024, le=64 << 20)] = 1 << 20
    head_bytes: Annotated[int, about("Bytes in the head of a request.", ge=1024, le=1 << 20)] = 16 << 10
    head_seconds: Annotated[float, about("A request's head must be there after this long.", gt=0)] = 10
    page_size: Annotated[int, about("Messages on one page of history.", ge=1, le=1000)] = 100
    resume_events: Annotated[int, about("Missed events sent for one stream; more is a reset.", ge=1)] = 1000
    resumes_per_second: Annotated[
        float, about("Connections greeted in a second; more wait, so that whoever is there is served.", gt=0)
    ] = 2000
    resumes_at_once: Annotated[int, about("Connections being sent what they missed.", ge=1)] = 32
    resumes_waiting: Annotated[
        int, about("Connections that may wait for their greeting; beyond it the answer is busy.", ge=1)
    ] = 20_000
    unsent_bytes: Annotated[int, about("Bytes waiting for a slow reader before it is cut.", ge=64 << 10)] = 1 << 20
    unsent_total_bytes: Annotated[
        int, about("… and for all slow readers together; beyond it, whoever needs more is cut.", ge=1 << 20)
    ] = 256 << 20
    channels_per_user: Annotated[int, about("Channels one user is in.", ge=1)] = 500
    threads_followed: Annotated[
        int, about("Threads one user follows; beyond it the one followed for longest ends.", ge=1, le=1000)
    ] = 200
    reactions_per_message: Annotated[int, about("Different emoji on one message.", ge=1)] = 20
    mention_everyone_members: Annotated[
        int, about("Members of a channel beyond which only its maker and moderators call everybody.", ge=0)
    ] = 200
    pins_per_channel: Annotated[int, about("Pinned messages of one channel.", ge=1, le=1000)] = 50
    votes_per_poll: Annotated[
        int,
        about("People who vote in one open poll, where all are named.", ge=1, le=10_000),
    ] = 1000
    saved_per_user: Annotated[int, about("Messages one user has saved.", ge=1, le=5000)] = 500
    typing_seconds: Annotated[float, about("Who writes is forgotten after this long in silence.", ge=1, le=60)] = 8
    typing_listeners: Annotated[
        int, about("Members online in a channel beyond which nobody hears who writes.", ge=0)
    ] = 200
    presence_watch: Annotated[int, about("People whose presence one connection watches.", ge=0, le=1000)] = 200
    presence_grace_seconds: Annotated[
        float, about("Who has closed their last connection is offline after this long.", ge=0, le=600)
    ] = 10
    receipt_members: Annotated[
        int, about("Members of a channel beyond which nobody is told how far others have read.", ge=0, le=1000)
    ] = 50
