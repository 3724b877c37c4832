"""A secret goes where the person bound it, and nowhere else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from studio.support import keys
from studio.support.errors import NodeError, UsageError
from studio.tools.secrets import bind, bindings, bindings_file, command_place, secret_for, unbind

VALUE = "canary-value-0123456789"


@pytest.fixture(autouse=True)
def the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEATHER_PASS", VALUE)


def test_a_bound_secret_is_given_for_its_origin() -> None:
    assert bind("WEATHER_PASS", "HTTPS://Api.Example.org:443/v1?x=y") == "https://api.example.org"

    assert secret_for("WEATHER_PASS", "https://api.example.org", keyring=False) == VALUE


@pytest.mark.parametrize(
    "origin",
    [
        "http://api.example.org", "https://api.example.org:8443", "https://example.org", "https://evil.example",
        "https://api.example.org.evil.example", "http://127.0.0.1:8000", "", "command: cat in /",
    ],
)  # fmt: skip
def test_no_other_origin_gets_it(origin: str) -> None:
    bind("WEATHER_PASS", "https://api.example.org")

    with pytest.raises(NodeError, match="not bound") as told:
        secret_for("WEATHER_PASS", origin, keyring=False)

    assert VALUE not in str(told.value)
    assert "studio secrets bind WEATHER_PASS" in told.value.hint


def test_an_unbound_secret_goes_nowhere() -> None:
    with pytest.raises(NodeError, match="not bound"):
        secret_for("WEATHER_PASS", "https://api.example.org", keyring=False)


def test_the_scrubber_knows_a_secret_from_then_on_whatever_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_remembered", {})
    bind("WEATHER_PASS", "https://api.example.org")
    assert VALUE in keys.scrub(f"x {VALUE}")  # the control: the name does not say that it is a secret

    secret_for("WEATHER_PASS", "https://api.example.org", keyring=False)

    assert keys.scrub(f"x {VALUE}") == "x [secret:WEATHER_PASS]"


def test_a_secret_that_is_not_set_or_too_short_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bind("WEATHER_PASS", "https://api.example.org")
    monkeypatch.setenv("WEATHER_PASS", "short")
    with pytest.raises(NodeError, match="shorter than 8"):
        secret_for("WEATHER_PASS", "https://api.example.org", keyring=False)

    monkeypatch.delenv("WEATHER_PASS")
    with pytest.raises(NodeError, match="is not set"):
        secret_for("WEATHER_PASS", "https://api.example.org", keyring=False)


def test_bindings_are_taken_away_one_by_one_or_all() -> None:
    for origin in ("https://a.example", "https://b.example", "https://c.example"):
        bind("WEATHER_PASS", origin)
    bind("OTHER", "https://a.example")

    assert unbind("WEATHER_PASS", "https://b.example/x") == 1
    assert bindings()["WEATHER_PASS"] == ("https://a.example", "https://c.example")
    assert unbind("WEATHER_PASS") == 2
    assert bindings() == {"OTHER": ("https://a.example",)}
    with pytest.raises(UsageError, match="not bound"):
        unbind("WEATHER_PASS")


def test_the_file_holds_no_value_and_is_read_by_this_person_only() -> None:
    bind("WEATHER_PASS", "https://api.example.org")

    assert VALUE not in bindings_file().read_text()
    if os.name == "posix":
        assert stat.S_IMODE(bindings_file().stat().st_mode) == 0o600
    assert [path.name for path in bindings_file().parent.iterdir()] == [bindings_file().name]


@pytest.mark.parametrize("text", ["[bindings\n", "bindings = 3\n", "[bindings]\nA = 'x'\n", "[bindings]\nA = [1]\n"])
def test_a_file_that_is_not_well_formed_grants_nothing(text: str) -> None:
    bindings_file().parent.mkdir(parents=True, exist_ok=True)
    bindings_file().write_text(text)

    with pytest.raises(UsageError):
        secret_for("WEATHER_PASS", "https://api.example.org", keyring=False)


@pytest.mark.parametrize("name", ["", "1A", "A B", "A-B", "A\n", "x" * 101, "Ä"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        bind(name, "https://api.example.org")
    with pytest.raises(NodeError):
        secret_for(name, "https://api.example.org", keyring=False)


def test_what_is_no_origin_is_not_bound() -> None:
    for place in ("", "api.example.org", "https://u:p@api.example.org", "http://2130706433"):
        with pytest.raises(UsageError):
            bind("WEATHER_PASS", place)

    assert bindings() == {}


def test_a_command_is_bound_with_its_folder_and_every_argument(tmp_path: Path) -> None:
    place = command_place(["python", "my server.py"], tmp_path)
    bind("WEATHER_PASS", place)

    assert secret_for("WEATHER_PASS", place, keyring=False) == VALUE
    (tmp_path / "other").mkdir()
    for argv, folder in ((["python", "my server.py"], tmp_path / "other"), (["python", "my", "server.py"], tmp_path)):
        with pytest.raises(NodeError, match="not bound"):
            secret_for("WEATHER_PASS", command_place(argv, folder), keyring=False)
