"""`studio secrets`: names and places are shown, values never."""

from __future__ import annotations

import keyring
import keyring.backend
import pytest

from studio.support import keys
from tests.cli.conftest import Cli

VALUE = "canary-value-0123456789"


class MemoryKeyring(keyring.backend.KeyringBackend):  # type: ignore[misc]
    """A keyring for one test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    made = MemoryKeyring()
    monkeypatch.setattr(keys, "_remembered", {})
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(keyring, "get_password", made.get_password)
    monkeypatch.setattr(keyring, "set_password", made.set_password)
    monkeypatch.setattr(keyring, "delete_password", made.delete_password)
    return made


def test_a_secret_is_set_bound_listed_and_taken_away(cli: Cli, ring: MemoryKeyring) -> None:
    told = [
        cli("secrets"),
        cli("secrets", "set", "WEATHER_PASS", stdin=f"{VALUE}\n"),
        cli("secrets", "bind", "WEATHER_PASS", "https://Api.example.org/v1"),
        cli("secrets"),
    ]

    assert [one.code for one in told] == [0, 0, 0, 0]
    assert list(ring.kept.values()) == [VALUE]
    assert "https://api.example.org" in told[3].out
    assert "keyring" in told[3].out
    shown = cli("secrets", "--json")
    assert shown.json == {"WEATHER_PASS": {"bound_to": ["https://api.example.org"], "value": "keyring"}}
    assert not any(VALUE in one.out + one.err for one in (*told, shown))
    assert cli("secrets", "unbind", "WEATHER_PASS").code == 0
    assert cli("secrets", "remove", "WEATHER_PASS").code == 0
    assert ring.kept == {}


@pytest.mark.parametrize(
    "words",
    [
        ("bind",), ("bind", "A_TOKEN"), ("bind", "A_TOKEN", "nonsense"), ("bind", "A B", "https://x.org"),
        ("unbind", "A_TOKEN"), ("set",), ("set", "A_TOKEN", VALUE), ("remove", "A B"), ("list", "A_TOKEN"),
        ("steal", "A_TOKEN"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told(cli: Cli, ring: MemoryKeyring, words: tuple[str, ...]) -> None:
    told = cli("secrets", *words, stdin="")

    assert told.code == 2
    assert told.err
    assert ring.kept == {}


@pytest.mark.parametrize("value", ["", "short", "x" * 20_000])
def test_a_value_that_will_not_do_is_not_kept(cli: Cli, ring: MemoryKeyring, value: str) -> None:
    assert cli("secrets", "set", "A_TOKEN", stdin=value).code == 2
    assert ring.kept == {}
