"""Texts as a company might have written them, in English, in Chinese and in both: the same ones every time.

Frequencies follow Zipf's law (G. K. Zipf, Human Behavior and the Principle of Least Effort, 1949): a few words are in
every other message, most are in next to none. Common words are real ones, so that stemming has its work; the rare ones
are made of syllables, and of characters, by lot.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

_Maker: TypeAlias = Callable[[random.Random], str]


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


SEED: Final = 20261123
RARE_WORDS: Final = 30_000
ENGLISH: Final = _split("""
the to and a of in is it for you that on with this we be are have not as can at will if or from but by just all they
was an so do has there what no when would about get out up one time now then need use work like new more some make good
know which than other only also into how our any been should see could after because think test build server deploy
deployed deploying release released branch merge merged review reviewed code error errors failing failed fixed bug bugs
ticket issue issues customer customers meeting meetings today tomorrow morning afternoon week monday friday schedule
scheduled report reports data database query queries index indexing search searching message messages channel channels
team teams design designs page pages phone desktop login password account accounts update updated updating version
config configuration setting settings log logs logging metrics latency memory disk network timeout retry retries queue
cluster node nodes backup backups restore migration migrations performance slow fast faster cache caching thread threads
""")
CHINESE: Final = _split("""
我们 你们 今天 明天 下午 上午 会议 发布 开会 问题 客户 产品 设计 服务 服务器 数据 数据库 搜索 消息 频道 部署 测试
代码 分支 合并 评审 错误 修复 上线 版本 更新 配置 日志 监控 延迟 内存 磁盘 网络 超时 重试 队列 集群 备份 恢复 迁移
性能 缓存 线程 登录 密码 账号 文档 计划 报告 时间 周一 周五 需求 功能 页面 手机 桌面 用户 团队 同事 老板 北京 上海
可以 需要 已经 没有 什么 怎么 为什么 谢谢 好的 收到 稍等 马上 开始 完成 一下 这个 那个 现在 以后 之前 因为 所以
但是 如果 还是 应该 觉得 知道 看看 确认 支持 解决 讨论 安排
""")
_SYLLABLES: Final = _split(
    "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo za bre cli dra fle gno pri stu tre"
)
_RARE: Final = (0x4E00, 0x8FFF)
_COMMON: Final = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"
    "同工也能下过子说产种面而方后多定行学法所民得经"
)


def make_texts(seed: int = SEED) -> Iterator[str]:
    """Endless: of five, two are English, two Chinese, one is both."""
    lot = random.Random(seed)
    english, chinese = _Words(lot, ENGLISH, _make_word, " "), _Words(lot, CHINESE, _make_characters, "")
    for kind in itertools.cycle("ecebc"):
        length = min(60, 1 + int(lot.expovariate(1 / 11)))
        if kind == "e":
            yield english.draw(length)
        elif kind == "c":
            yield chinese.draw(length)
        else:
            yield f"{chinese.draw(length // 2 + 1)} {english.draw(length // 2 + 1)}"


class _Words:
    """Words of one language by rank, and sentences of them."""

    def __init__(self, lot: random.Random, common: Sequence[str], make: _Maker, between: str) -> None:
        self._lot = lot
        self._between = between
        made = dict.fromkeys(common)
        while len(made) < RARE_WORDS:
            made[make(lot)] = None
        self._words = tuple(made)
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self._words))))

    def draw(self, count: int) -> str:
        return self._between.join(self._lot.choices(self._words, cum_weights=self._weights, k=count))


def _make_word(lot: random.Random) -> str:
    return "".join(lot.choices(_SYLLABLES, k=lot.randint(2, 4)))


def _make_characters(lot: random.Random) -> str:
    """Two or three, of which one may be any of the common block."""
    length = lot.randint(2, 3)
    return "".join(lot.choice(_COMMON) if lot.random() < 0.6 else chr(lot.randint(*_RARE)) for _ in range(length))
