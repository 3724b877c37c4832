"""Addresses, the bridge's environment, and what a cluster's answers to a stranger are taken for."""

from __future__ import annotations

import socket

import pytest

from studio.batch.engines.on_ray.clusters import around, host_and_port, join, require_lock
from studio.support.errors import EnvironmentProblem, UsageError

OUTER = {
    "OPENAI_API_KEY": "sk-outer",
    "RAY_AUTH_TOKEN": "theirs",
    "RAY_USE_TLS": "1",
    "RAY_AUTH_MODE": "disabled",
    "RAY_ADDRESS": "10.0.0.9:6379",
}


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("10.0.0.5:6379", ("10.0.0.5", 6379)),
        ("head.example:6379", ("head.example", 6379)),
        ("[fd00::2]:6379", ("fd00::2", 6379)),
    ],
)
def test_addresses(address: str, parts: tuple[str, int]) -> None:
    assert host_and_port(address) == parts


@pytest.mark.parametrize(
    "address", ["auto", "local", "ray://10.0.0.5:10001", "10.0.0.5", "10.0.0.5:0", "10.0.0.5:65536", "a b:1", "", ":1"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="no address of a Ray cluster"):
        host_and_port(address)


def test_a_cluster_of_our_own_is_locked_with_a_token_of_its_own_and_gets_no_key() -> None:
    made = around("", token="fresh", inherited={"PATH": "/bin"}, outer=OUTER)

    assert made["RAY_AUTH_MODE"] == "token"
    assert made["RAY_AUTH_TOKEN"] == "fresh"
    assert not {"OPENAI_API_KEY", "RAY_USE_TLS", "RAY_ADDRESS"} & set(made)
    assert made["PATH"] == "/bin"


def test_to_a_cluster_that_stands_go_its_token_and_the_way_it_is_encrypted() -> None:
    made = around("10.0.0.5:6379", token="fresh", inherited={}, outer=OUTER)

    assert (made["RAY_AUTH_MODE"], made["RAY_AUTH_TOKEN"], made["RAY_USE_TLS"]) == ("token", "theirs", "1")
    assert not {"OPENAI_API_KEY", "RAY_ADDRESS"} & set(made)


def test_a_cluster_that_answers_anybody_is_refused() -> None:
    with pytest.raises(UsageError, match=r"takes orders from anybody.*RAY_AUTH_MODE=token"):
        require_lock("10.0.0.5:6379", 0, "")


def test_one_that_asks_strangers_for_a_token_is_taken() -> None:
    require_lock("10.0.0.5:6379", 1, "Traceback …\nray.exceptions.AuthenticationError: RPC error: InvalidAuthToken")


@pytest.mark.parametrize("said", ["", "Traceback …\nray.exceptions.RpcError: Timed out"])
def test_one_that_does_not_say_is_not_held_for_locked(said: str) -> None:
    with pytest.raises(EnvironmentProblem, match="does not answer"):
        require_lock("10.0.0.5:6379", 1, said)


def test_where_nobody_listens_it_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(EnvironmentProblem, match=f"There is no Ray cluster at {address}"):
            join(address)
