"""Workers have each file of tests once between them, whatever their number."""

from __future__ import annotations

import pytest

from tests.support.collecting import share_of


@pytest.mark.parametrize("workers", [1, 2, 3, 8, 20])
def test_the_shares_of_all_workers_are_each_name_once_in_order(workers: int) -> None:
    names = [f"tests.test_{number:02}" for number in range(13)]

    shares = [share_of(names, worker, workers) for worker in range(workers)]

    assert [name for share in shares for name in share] == names
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
