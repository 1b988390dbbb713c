"""Every fault there is, a few times each, against a real server with people in it; `make faults` is the long form."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.harness.plan import BESIDE, NEED_DISK, Blow, Scale
from tests.faults.harness.report import draw, tell, write_results
from tests.faults.harness.run import run
from tests.faults.harness.summary import summarize

SCALE = Scale(posts=1200, kills=3, troubles=40, people=7)


@pytest.mark.slow
async def test_nothing_is_lost_doubled_or_overheard_whatever_strikes() -> None:
    seed = 1 if os.environ.get("CI") else int(os.environ.get("HUBBUB_TEST_SEED") or random.randrange(1 << 32))
    result = await run(seed, SCALE)
    summary = summarize(result)
    assert summary["ok"], f"HUBBUB_TEST_SEED={seed}\n{tell(summary)}"
    assert len(result.history.acknowledged) >= SCALE.posts
    assert result.kills == SCALE.kills
    assert {Blow.REST, *BESIDE} - NEED_DISK <= result.done.keys()
    assert summary["network_faults"] >= SCALE.troubles * 3 // 4
    assert result.history.compared >= 2 * SCALE.people
    assert summary["resumed"] > SCALE.people
    assert "SIGKILL" in "".join(write_results(summary)) + draw(summary)
