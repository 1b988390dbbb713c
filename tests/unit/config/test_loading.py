"""Where settings come from, which wins, and that nothing wrong gets past the start."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.config import SETTINGS, Config, find_config_file, load_config
from hubbub.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    file = folder / "hubbub.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(
    flags: dict[str, object] | None = None, environ: dict[str, str] | None = None, file: Path | None = None
) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(flags or {}, environ or {}, file)
    return str(caught.value)


def test_with_nothing_given_the_defaults_hold() -> None:
    assert load_config({}, {}) == Config()


def test_the_file_beats_the_default_the_variable_the_file_and_the_flag_the_variable(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 1")
    assert load_config({}, {}, file).port == 1
    assert load_config({}, {"HUBBUB_PORT": "2"}, file).port == 2
    assert load_config({"port": 3}, {"HUBBUB_PORT": "2"}, file).port == 3


def test_a_flag_of_none_is_not_given() -> None:
    assert load_config({"port": None}, {"HUBBUB_PORT": "2"}).port == 2


def test_an_empty_variable_is_not_given() -> None:
    assert load_config({}, {"HUBBUB_PUBLIC_URL": ""}).public_url is None


def test_two_underscores_reach_into_a_table(tmp_path: Path) -> None:
    assert load_config({}, {"HUBBUB_LIMITS__ENABLED": "false"}).limits.enabled is False
    file = written(tmp_path, "[limits]\nenabled = false\n[log]\nlevel = 'debug'")
    config = load_config({}, {}, file)
    assert (config.limits.enabled, config.log.level) == (False, "debug")


def test_one_value_of_a_table_leaves_the_others_at_their_defaults(tmp_path: Path) -> None:
    config = load_config({"limits.login_tries": 3}, {"HUBBUB_LIMITS__FRAGMENTS": "7"}, written(tmp_path, "port = 1"))
    assert (config.limits.login_tries, config.limits.fragments) == (3, 7)
    assert config.limits.page_size == Config().limits.page_size


@pytest.mark.parametrize(
    ("variable", "value", "key", "expected"),
    [
        ("HUBBUB_PORT", "many", "port", "a whole number, at least 0, at most 65535"),
        ("HUBBUB_PORT", "70000", "port", "at most 65535"),
        ("HUBBUB_LIMITS__ENABLED", "maybe", "limits.enabled", "true or false"),
        ("HUBBUB_LIMITS__LOGIN_SECONDS", "0", "limits.login_seconds", "more than 0"),
        ("HUBBUB_LIMITS__LOGIN_SECONDS", "nan", "limits.login_seconds", "more than 0"),
        ("HUBBUB_LIMITS__LOGIN_SECONDS", "inf", "limits.login_seconds", "more than 0"),
        ("HUBBUB_LOG__FORMAT", "xml", "log.format", "one of auto, console, json"),
        ("HUBBUB_DATA", "~nobody-of-this-name/x", "data", "a path"),
        ("HUBBUB_WORKERS", "4", "workers", "one process"),
        ("HUBBUB_HOST", "http://x", "host", "an address or a host name"),
        ("HUBBUB_HOST", "127.0.0.1:80", "host", "an address or a host name"),
        ("HUBBUB_TRUSTED_PROXIES", "10.0.0.1/8", "trusted_proxies", "networks such as"),
        ("HUBBUB_PUBLIC_URL", "chat.example.org", "public_url", "an origin such as"),
        ("HUBBUB_PUBLIC_URL", "https://chat.example.org/chat", "public_url", "an origin such as"),
        ("HUBBUB_PUBLIC_URL", "https://me@chat.example.org", "public_url", "an origin such as"),
        ("HUBBUB_PUBLIC_URL", "https://chat.example.org:x", "public_url", "an origin such as"),
    ],
)
def test_a_wrong_variable_is_refused_with_its_name_and_what_is_expected(
    variable: str, value: str, key: str, expected: str
) -> None:
    text = refusal(environ={variable: value})
    for part in (key, variable, repr(value), expected):
        assert part in text


@pytest.mark.parametrize("token", ["short", "with a space in between", "ümlaut-ümlaut-ümlaut", "x" * 257])
def test_a_secret_that_is_refused_is_not_shown(token: str) -> None:
    text = refusal(environ={"HUBBUB_METRICS__TOKEN": token})
    assert "16 to 256 visible ASCII characters" in text
    assert token not in text


def test_a_list_that_may_be_absent_is_text_in_a_variable_too(tmp_path: Path) -> None:
    assert load_config({}, {"HUBBUB_METRICS__NETWORKS": "10.0.0.0/8, ::1"}).metrics.networks == (
        "10.0.0.0/8",
        "::1/128",
    )
    assert load_config({}, {}, written(tmp_path, "[metrics]\nnetworks = []")).metrics.networks == ()


def test_a_wrong_value_in_the_file_is_refused_with_the_file(tmp_path: Path) -> None:
    text = refusal(file=written(tmp_path, "port = '8000'"))
    assert "port" in text
    assert "hubbub.toml" in text


def test_a_wrong_flag_is_refused_with_the_flag() -> None:
    assert "--limits-login-tries" in refusal({"limits.login_tries": 0})


@pytest.mark.parametrize(
    ("environ", "near"),
    [({"HUBBUB_PROT": "1"}, "HUBBUB_PORT"), ({"HUBBUB_LIMIT__ENABLED": "1"}, "HUBBUB_LIMITS__ENABLED")],
)
def test_an_unknown_variable_is_refused_and_the_nearest_named(environ: dict[str, str], near: str) -> None:
    assert f"did you mean {near}?" in refusal(environ=environ)


def test_an_unknown_setting_in_the_file_is_refused_and_the_nearest_named(tmp_path: Path) -> None:
    assert "did you mean limits.enabled?" in refusal(file=written(tmp_path, "[limits]\nenable = true"))


def test_a_table_where_a_value_belongs_is_refused(tmp_path: Path) -> None:
    assert "port" in refusal(file=written(tmp_path, "[port]\nnumber = 1"))
    assert "limits" in refusal(file=written(tmp_path, "limits = 1"))


def test_variables_of_other_programs_and_of_the_tests_are_let_alone() -> None:
    load_config({}, {"PATH": "/bin", "HUBBUB_TEST_CHROMIUM": "/x", "HUBBUB_CONFIG": "x.toml"})


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"])
def test_a_file_that_cannot_be_understood_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "hubbub.toml"
    file.write_bytes(content)
    assert "not valid TOML" in refusal(file=file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(file=tmp_path / "absent.toml")


def test_the_file_is_the_one_the_variable_names_or_the_usual_one(tmp_path: Path) -> None:
    assert find_config_file({}, tmp_path) is None
    usual = written(tmp_path, "")
    assert find_config_file({}, tmp_path) == usual
    assert find_config_file({"HUBBUB_CONFIG": "other.toml"}, tmp_path) == Path("other.toml")


def test_a_relative_path_in_the_file_is_relative_to_the_file(tmp_path: Path) -> None:
    assert load_config({}, {}, written(tmp_path, "data = 'rooms'")).data == tmp_path / "rooms"
    assert load_config({"data": Path("rooms")}, {}, written(tmp_path, "data = 'x'")).data == Path("rooms")


@pytest.mark.parametrize(
    ("given_", "origin"),
    [
        ("https://Chat.Example.org/", "https://chat.example.org"),
        ("https://chat.example.org:443", "https://chat.example.org"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_kept_in_its_one_spelling(given_: str, origin: str) -> None:
    assert load_config({}, {"HUBBUB_PUBLIC_URL": given_}).public_url == origin


def test_proxies_are_a_list_in_the_file_and_text_in_a_variable(tmp_path: Path) -> None:
    file = written(tmp_path, "trusted_proxies = ['10.0.0.0/8', '::1']")
    assert load_config({}, {}, file).trusted_proxies == ("10.0.0.0/8", "::1/128")
    config = load_config({}, {"HUBBUB_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7"})
    assert [str(network) for network in config.trusted_networks] == ["10.0.0.0/8", "192.0.2.7/32"]


def test_a_certificate_needs_its_key() -> None:
    assert "tls.key" in refusal({"tls.certificate": Path("a.pem")})
    assert "tls.certificate" in refusal({"tls.key": Path("a.pem")})
    load_config({"tls.certificate": Path("a.pem"), "tls.key": Path("b.pem")}, {})


def test_the_longest_text_fits_into_a_message_however_it_is_spelled() -> None:
    assert "limits.message_bytes" in refusal({"limits.text_characters": 20_000})


@given(st.sampled_from(sorted(SETTINGS)), st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_in_any_variable_is_taken_or_refused(key: str, text: str) -> None:
    # Anything but a ConfigError would fail this test.
    with contextlib.suppress(ConfigError):
        load_config({}, {SETTINGS[key].variable: text})
