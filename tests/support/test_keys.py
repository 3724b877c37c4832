"""Keys are found where they belong and never leave in a text, whatever form they took on the way."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError

from studio.support import keys
from studio.support.errors import EnvironmentProblem

SECRET = 'canary/+k3y"with spaces&ü'


class Locker(KeyringBackend):  # type: ignore[misc]
    """A keyring in memory."""

    priority = 1

    def __init__(self, *, broken: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = broken

    def get_password(self, service: str, username: str) -> str | None:
        if self.broken:
            raise NoKeyringError("nothing here")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.broken:
            raise NoKeyringError("nothing here")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_remembered", {})


@pytest.fixture
def locker(monkeypatch: pytest.MonkeyPatch) -> Locker:
    locker = Locker()
    monkeypatch.setattr(keyring, "get_password", locker.get_password)
    monkeypatch.setattr(keyring, "set_password", locker.set_password)
    return locker


def test_the_environment_comes_before_the_keyring(locker: Locker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_API_KEY", raising=False)
    keys.store("SOME_API_KEY", "from-the-keyring")

    assert keys.lookup("SOME_API_KEY") == "from-the-keyring"
    assert keys.lookup("SOME_API_KEY", keyring=False) is None
    monkeypatch.setenv("SOME_API_KEY", "from-the-environment")
    assert keys.lookup("SOME_API_KEY") == "from-the-environment"
    assert keys.lookup("OTHER_API_KEY") is None


def test_a_machine_without_a_keyring_has_no_keys_in_it_and_says_so_when_storing(locker: Locker) -> None:
    locker.broken = True

    assert keys.lookup("OTHER_API_KEY") is None
    with pytest.raises(EnvironmentProblem, match="Set the environment variable OTHER_API_KEY") as caught:
        keys.store("OTHER_API_KEY", SECRET)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        SECRET.encode().hex(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.b64encode(b"user:" + SECRET.encode() + b"!").decode(),
        base64.b64encode(b"user1:" + SECRET.encode() + b"tail").decode(),
        base64.b64encode(b"user12:" + SECRET.encode() + b"ab").decode(),
    ],
)
def test_every_form_of_a_known_key_is_replaced(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_API_KEY", SECRET)

    scrubbed = keys.scrub(f"before {form} after")

    assert scrubbed.startswith("before ")
    assert scrubbed.endswith(" after")
    assert "[secret:CANARY_API_KEY]" in scrubbed
    # At most the two characters at the edges of a base64 text remain, which also hold its neighbours.
    assert len(scrubbed) <= len("before  after[secret:CANARY_API_KEY]") + 14


def test_keys_from_the_keyring_and_protected_secrets_are_known_too(locker: Locker) -> None:
    keys.store("HIDDEN", "from-the-keyring")
    keys.lookup("HIDDEN")
    keys.protect("host", "loopback-secret")

    assert keys.scrub("from-the-keyring, loopback-secret") == "[secret:HIDDEN], [secret:host]"


def test_ordinary_variables_and_short_values_leave_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_EDITOR", "vim-with-plugins")
    monkeypatch.setenv("SHORT_KEY", "abc")

    assert keys.scrub("vim-with-plugins abc") == "vim-with-plugins abc"


def test_errors_also_lose_what_only_looks_like_a_key() -> None:
    text = keys.scrub_error("Incorrect API key provided: sk-proj-ab*******xyz9. Authorization: Bearer abc.def-123")

    assert text == "Incorrect API key provided: [secret] Authorization: Bearer [secret]"


def test_the_longer_of_two_keys_with_one_beginning_is_replaced_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "abcdefgh")
    monkeypatch.setenv("B_KEY", "abcdefghijkl")

    assert keys.scrub("abcdefghijkl abcdefgh") == "[secret:B_KEY] [secret:A_KEY]"


def test_a_key_that_is_replaced_during_a_run_is_scrubbed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_remembered", {})
    keys.protect("SOME_API_KEY", "the-first-secret")
    clean = keys.scrubber()
    assert "the-first-secret" not in clean("say the-first-secret")
    keys.protect("SOME_API_KEY", "the-second-secret")
    assert "the-second-secret" not in clean("say the-second-secret")
