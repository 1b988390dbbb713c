"""The services together, as routes and socket commands are given them."""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.service.accounts import AccountService
from hubbub.service.channels import ChannelService
from hubbub.service.files import FileService
from hubbub.service.inbox import InboxService
from hubbub.service.keeping import KeepingService
from hubbub.service.messages import MessageService
from hubbub.service.notifications import NotificationService
from hubbub.service.polls import PollService
from hubbub.service.presence import PresenceService
from hubbub.service.previews import PreviewService
from hubbub.service.search import SearchService
from hubbub.service.sessions import SessionService
from hubbub.service.threads import ThreadService


@dataclass(frozen=True, slots=True)
class Services:
    accounts: AccountService
    sessions: SessionService
    channels: ChannelService
    messages: MessageService
    threads: ThreadService
    presence: PresenceService
    search: SearchService
    files: FileService
    keeping: KeepingService
    polls: PollService
    inbox: InboxService
    notifications: NotificationService
    previews: PreviewService | None = None
