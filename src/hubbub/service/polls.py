"""Polls: voting in one, and ending one's own."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended, ClosePoll, VotePoll
from hubbub.service.ports import Clock, Log


@dataclass(frozen=True, slots=True)
class PollService:
    log: Log
    clock: Clock

    def vote(self, session: Session, channel: str, number: int, options: Sequence[int]) -> Future[Appended]:
        """What one votes for from now on, by the places of the options; none: nothing any more."""
        return self.log.append(VotePoll(session.user, channel, number, tuple(options), self.clock()))

    def close(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(ClosePoll(session.user, channel, number, self.clock()))
