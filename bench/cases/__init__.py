"""What can be asked of Hubbub alone: posting, coming in and back, pages, idling. Each module is one case."""

from typing import Final

from bench.case import Case
from bench.cases import breath, connect, everyone, idle, pages, posts, resume, seam, search
from bench.cases import list as message_list

CASES: Final[tuple[Case, ...]] = (
    posts.CASE,
    connect.CASE,
    resume.CASE,
    breath.CASE,
    everyone.CASE,
    idle.CASE,
    pages.CASE,
    message_list.CASE,
    search.CASE,
    seam.CASE,
)
