"""What a person reads of a permission, before saying yes."""

from __future__ import annotations

import pytest

from studio.spec.permissions import ANY, Permission


@pytest.mark.parametrize(
    ("permission", "told"),
    [
        (Permission("read", "notes"), "read files in notes"),
        (Permission("write", "."), "change files in the project's folder"),
        (Permission("read", ANY), "read files in any folder of the project"),
        (Permission("host", ANY, "as the command likes"), "connect to any server (as the command likes)"),
        (Permission("command", ANY), "run the command whatever the wires say"),
        (Permission("command", "."), "run the command ."),
        (Permission("other", "DELETE https://example.org/a"), "do this: DELETE https://example.org/a"),
    ],
)
def test_it_is_said_as_a_phrase(permission: Permission, told: str) -> None:
    assert permission.told == told
