"""What somebody is told of, and which settings are taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hubbub.domain.notifications import (
    MAX_KEYWORDS,
    Notifications,
    NotificationSettings,
    QuietHours,
    check_settings,
    wants_notice,
)
from hubbub.errors import Refused

CASES = json.loads((Path(__file__).parents[2] / "support" / "notice_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_what_is_told(case: dict[str, Any]) -> None:
    settings = msgspec.convert(case["settings"], Notifications)
    assert wants_notice(settings, **case["occasion"]) is case["told"]


def test_keywords_are_kept_once_and_tidy() -> None:
    kept = check_settings(NotificationSettings(keywords=["  release  day ", "Release Day", "", "发布"]))
    assert kept.keywords == ["release day", "发布"]


def test_hours_that_begin_as_they_end_are_none() -> None:
    assert check_settings(NotificationSettings(quiet_hours=QuietHours(start=60, end=60))).quiet_hours is None


@pytest.mark.parametrize(
    "settings",
    [
        NotificationSettings(keywords=[f"word {number}" for number in range(MAX_KEYWORDS + 1)]),
        NotificationSettings(keywords=["x" * 51]),
        NotificationSettings(keywords=["a\u202eb"]),
        NotificationSettings(quiet_until=-1),
        NotificationSettings(quiet_hours=QuietHours(start=0, end=1, zone="../../etc/passwd")),
        NotificationSettings(quiet_hours=QuietHours(start=0, end=1, zone="Nowhere/Town")),
    ],
)
def test_what_is_beyond_its_bounds_is_refused(settings: NotificationSettings) -> None:
    with pytest.raises(Refused) as refused:
        check_settings(settings)
    assert refused.value.code == "bad_request"
