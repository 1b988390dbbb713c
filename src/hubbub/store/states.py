"""The heads the writer keeps in memory: channels, people and memberships as the open transaction leaves them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hubbub.domain.conversations import ChannelKind
from hubbub.domain.roles import Role
from hubbub.protocol.events import LastMessage, UserView


@dataclass(slots=True)
class ChannelState:
    """One channel. `number` is the newest message's, `newest` that of the newest which is no reply in a thread; `last`
    is that for lists, once `last_known`."""

    id: str
    stream: str
    name: str
    topic: str
    private: bool
    created_by: str
    created_at: int
    seq: int
    number: int
    members: int
    kind: ChannelKind = "channel"
    people_key: str | None = None
    newest: int = 0
    last: LastMessage | None = None
    last_known: bool = False
    dirty: bool = False


@dataclass(slots=True)
class UserState:
    """One account; `seq` is the head of the user's own stream."""

    id: str
    stream: str
    name: str
    role: Role
    disabled: bool
    seq: int
    view: UserView = field(init=False)
    dirty: bool = False

    def __post_init__(self) -> None:
        self.view = UserView(id=self.id, name=self.name)


@dataclass(slots=True)
class MemberState:
    """One user in one channel."""

    user: str
    channel: str
    joined_seq: int
    joined_user_seq: int
    position: int
    position_seq: int
    muted: bool = False
    pinned: bool = False
    hidden_below: int = 0
    dirty: bool = False
