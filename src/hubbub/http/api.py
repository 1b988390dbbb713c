"""The API and the forms as one Litestar application, from their routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from litestar import Litestar, get
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from hubbub.config import Config
from hubbub.http import (
    accounts,
    channels,
    conversations,
    days,
    event_stream,
    events,
    forms,
    inbox,
    members,
    messages,
    notifications,
    pins,
    polls,
    positions,
    presence,
    previews,
    reactions,
    saved,
    search,
    sessions,
    snapshot,
    threads,
    uploads,
    users,
)
from hubbub.http.auth import PUBLIC, Entrance, make_entrance, make_session_guard, session_of
from hubbub.http.docs import docs_routes, openapi_config
from hubbub.http.health import Health, fetch_health
from hubbub.http.problems import answer_error, refusals
from hubbub.http.requests import StrictRequest
from hubbub.service.services import Services

Ready: TypeAlias = Callable[[], Awaitable[dict[str, str] | None]]

ROUTES: tuple[HTTPRouteHandler, ...] = (
    accounts.register,
    sessions.log_in,
    sessions.log_out,
    sessions.fetch_me,
    snapshot.fetch_snapshot,
    snapshot.fetch_room,
    channels.list_channels,
    channels.create_channel,
    channels.fetch_channel,
    channels.update_channel,
    conversations.open_conversation,
    members.list_members,
    members.add_member,
    members.remove_member,
    members.update_membership,
    uploads.create_upload,
    uploads.fetch_upload,
    uploads.append_upload,
    uploads.remove_upload,
    messages.list_messages,
    messages.post_message,
    messages.edit_message,
    messages.delete_message,
    messages.fetch_history,
    previews.remove_previews,
    days.find_day,
    reactions.add_reaction,
    reactions.remove_reaction,
    polls.vote,
    polls.close_poll,
    pins.list_pins,
    pins.pin_message,
    pins.unpin_message,
    saved.list_saved,
    saved.save_message,
    saved.unsave_message,
    positions.set_position,
    threads.list_threads,
    threads.fetch_thread,
    threads.follow_thread,
    threads.unfollow_thread,
    threads.read_thread,
    presence.start_typing,
    presence.stop_typing,
    presence.fetch_presence,
    presence.list_receipts,
    events.list_events,
    event_stream.make_cursor,
    users.find_users,
    search.search_messages,
    inbox.fetch_inbox,
    notifications.update_notifications,
    notifications.set_level,
    fetch_health,
)


class Api(Litestar):
    """Litestar without its plugins for pydantic and attrs, which it loads wherever these are installed: a fifth of a
    second of every start and 9 MB, and nothing here speaks either."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def make_api(services: Services, config: Config, *, clock: Callable[[], int], ready: Ready) -> Litestar:
    """Everything under /api and /forms, and the probes."""
    entrance = make_entrance(services, config, clock)

    def provide_services() -> Services:
        return services

    def provide_entrance() -> Entrance:
        return entrance

    def provide_days() -> int:
        return config.session.days

    @get("/readyz", opt=PUBLIC, tags=["health"], summary="The store answers", responses=refusals("store_failed"))
    async def fetch_readiness() -> Health:
        return Health(status="ok", parts=await ready() or {})

    return Api(
        [*ROUTES, fetch_readiness, *docs_routes(), forms.make_router()],
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "entrance": Provide(provide_entrance, sync_to_thread=False),
            "days": Provide(provide_days, sync_to_thread=False),
            "session": Provide(session_of),
        },
        guards=[make_session_guard(services, config, clock)],
        exception_handlers={Exception: answer_error},
        request_class=StrictRequest,
        request_max_body_size=config.limits.body_bytes,
        openapi_config=openapi_config(),
        logging_config=None,
        debug=False,
    )
