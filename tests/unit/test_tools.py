"""The tools that decide what gets built and installed."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tools import build_web, check
from tools.lock_web import complete, find_missing, platform_of


def entry(version: str = "1.0.0", **optional: str) -> dict[str, Any]:
    return {"version": version, "optionalDependencies": optional} if optional else {"version": version}


def test_a_binary_that_npm_left_out_gets_its_exact_version_and_platform() -> None:
    packages = {"": {}, "node_modules/swift": entry("2.0.0", **{"@swift/darwin-arm64": "2.0.0"})}
    assert complete(packages) == 1
    assert packages["node_modules/@swift/darwin-arm64"] == {
        "version": "2.0.0",
        "cpu": ["arm64"],
        "optional": True,
        "os": ["darwin"],
    }
    assert list(find_missing(packages)) == []


def test_two_versions_of_one_binary_stand_apart() -> None:
    packages = {
        "": {},
        "node_modules/a": entry("1.0.0", **{"x-linux-x64": "1.0.0"}),
        "node_modules/b": entry("2.0.0", **{"x-linux-x64": "2.0.0"}),
    }
    complete(packages)
    assert packages["node_modules/x-linux-x64"]["version"] == "1.0.0"
    assert packages["node_modules/b/node_modules/x-linux-x64"]["version"] == "2.0.0"
    assert list(find_missing(packages)) == []


def test_a_range_is_met_by_what_npm_chose() -> None:
    packages = {"": {}, "node_modules/a": entry("1.0.0", sharp="^0.34"), "node_modules/sharp": entry("0.35.0")}
    assert complete(packages) == 0


def test_a_range_that_npm_left_open_is_not_guessed() -> None:
    with pytest.raises(build_web.BuildError, match="exact version"):
        complete({"": {}, "node_modules/a": entry("1.0.0", sharp="^0.34")})


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("@img/sharp-win32-ia32", {"cpu": ["ia32"], "optional": True, "os": ["win32"]}),
        ("@x/binding-linux-arm-gnueabihf", {"cpu": ["arm"], "optional": True, "os": ["linux"]}),
        ("@x/oxide-wasm32-wasi", {"cpu": ["wasm32"], "optional": True}),
    ],
)
def test_a_platform_is_read_from_the_name(name: str, platform: dict[str, Any]) -> None:
    assert platform_of(name) == platform


def test_the_lock_of_the_pages_is_complete() -> None:
    lock = json.loads((build_web.WEB / "package-lock.json").read_text(encoding="utf-8"))
    assert [missing.name for missing in find_missing(lock["packages"])] == []


def test_an_address_in_a_lock_file_is_found() -> None:
    assert check.ADDRESS.search('"resolved": "https://registry.example/a/-/a-1.0.0.tgz",')
    assert not check.ADDRESS.search('"url": "https://opencollective.com/a"')


def test_what_the_tools_make_is_no_source_of_the_pages(tmp_path: Path) -> None:
    for name in (
        "app/page.tsx",
        "node_modules/a/index.js",
        ".next/x",
        "next-env.d.ts",
        "a.tsbuildinfo",
        "package.json",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    found = [str(path.relative_to(tmp_path)) for path in build_web.source_files(tmp_path)]
    assert found == ["app/page.tsx", "package.json"]


def test_a_compressed_copy_is_kept_only_where_it_is_smaller(tmp_path: Path) -> None:
    repetitive, short = tmp_path / "a.js", tmp_path / "b.js"
    repetitive.write_bytes(b"hubbub" * 1000)
    short.write_bytes(b"x")
    for file in (repetitive, short):
        build_web.compress(file)
    assert gzip.GzipFile(fileobj=io.BytesIO((tmp_path / "a.js.gz").read_bytes())).read() == repetitive.read_bytes()
    assert (tmp_path / "a.js.br").exists()
    assert not list(tmp_path.glob("b.js.*"))


def test_a_failed_step_is_told_with_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    step = check.Step("odd", check.python("-c", "print('why'); raise SystemExit(3)"))
    (result,) = check.run_all([step], check.show)
    assert not result.ok
    assert "FAILED odd" in (out := capsys.readouterr().out)
    assert "why" in out
