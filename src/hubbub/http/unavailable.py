"""The page shown while the pages' process is starting: one file, no script, no style that the policy would refuse."""

from __future__ import annotations

from typing import Final

UNAVAILABLE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="3">
<title>Hubbub</title>
<h1>The pages are starting</h1>
<p>This page reloads by itself in a moment. Messages are safe, and open rooms go on.</p>
<p lang="zh-CN">页面正在启动，稍后会自动刷新。消息没有丢失，已打开的房间不受影响。</p>
</html>
""".encode()
