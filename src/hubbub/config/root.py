"""The whole of the settings: `Config`, and the list of its leaves."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal

import msgspec

from hubbub.config.checks import Network, check_host, check_networks, check_one_worker, check_origin, is_loopback
from hubbub.config.limits import Limits
from hubbub.config.sections import Archive, Files, Log, Messages, Metrics, Pages, Previews, Search, Session, Tls, Wire
from hubbub.config.settings import Port, Setting, about, settings_of

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")


class Config(msgspec.Struct, frozen=True, kw_only=True):
    host: Annotated[str, about("The address to listen on.", expect="an address or a host name", check=check_host)] = (
        "127.0.0.1"
    )
    port: Annotated[Port, about("The port to listen on; 0 takes a free one.")] = 8000
    data: Annotated[Path, about("The folder that holds everything; made when it is absent.")] = Path("hubbub-data")
    workers: Annotated[
        int, about("Processes that serve.", expect="1: this version runs in one process", check=check_one_worker)
    ] = 1
    public_url: Annotated[
        str | None,
        about(
            "The address people use, when a proxy stands in front.",
            expect="an origin such as https://chat.example.org",
            check=check_origin,
        ),
    ] = None
    registration: Annotated[
        Literal["auto", "open", "invite"],
        about("Who may register; auto is open on a loopback address and by invite otherwise."),
    ] = "auto"
    trusted_proxies: Annotated[
        tuple[str, ...],
        about(
            "Networks whose X-Forwarded-For and X-Forwarded-Proto are believed.",
            expect="networks such as 10.0.0.0/8",
            check=check_networks,
        ),
    ] = ()
    shutdown_seconds: Annotated[float, about("How long stopping may take.", gt=0, le=600)] = 10
    log: Log = Log()
    session: Session = Session()
    messages: Messages = Messages()
    tls: Tls = Tls()
    wire: Wire = Wire()
    pages: Pages = Pages()
    metrics: Metrics = Metrics()
    search: Search = Search()
    archive: Archive = Archive()
    files: Files = Files()
    previews: Previews = Previews()
    limits: Limits = Limits()

    @property
    def registration_open(self) -> bool:
        """Whether anybody who can reach the server may make an account."""
        return self.registration == "open" or (self.registration == "auto" and is_loopback(self.host))

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        return tuple(ipaddress.ip_network(value) for value in self.trusted_proxies)

    @property
    def preview_networks(self) -> tuple[Network, ...]:
        return tuple(ipaddress.ip_network(value) for value in self.previews.networks)

    @property
    def metrics_networks(self) -> tuple[Network, ...]:
        """Who may read `/metrics` without the token."""
        networks = self.metrics.networks
        if networks is None:
            networks = () if self.public_url else LOOPBACK
        return tuple(ipaddress.ip_network(value) for value in networks)


SETTINGS: Final = MappingProxyType({setting.key: setting for setting in settings_of(Config)})


def describe() -> list[Setting]:
    """Every setting, in the order of the documentation."""
    return list(SETTINGS.values())
