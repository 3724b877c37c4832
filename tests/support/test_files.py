"""Files are read up to a limit, and what cannot be read is said in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.support.errors import UsageError
from studio.support.files import read_limited


def test_a_file_of_the_limit_is_read_whole_and_one_byte_more_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 100)

    assert read_limited(file, 100) == b"x" * 100

    with pytest.raises(UsageError) as refused:
        read_limited(file, 99, "Split it.")
    assert refused.value.message == "The file is larger than 99 bytes."
    assert (refused.value.where, refused.value.hint) == (str(file), "Split it.")


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    file = tmp_path / "hole.bin"
    with file.open("wb") as made:
        made.truncate(1 << 34)  # a hole: it takes no room on the disk

    with pytest.raises(UsageError, match="larger than 20 MB"):
        read_limited(file, 20_000_000)


@pytest.mark.parametrize("name", ["", "gone.txt"])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"The file cannot be read: .+\.") as refused:
        read_limited(tmp_path / name, 10)

    assert refused.value.where == str(tmp_path / name)
