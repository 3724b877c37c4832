"""Reading files of strangers: a limited size, UTF-8, and never outside of the folder that is brought in."""

from __future__ import annotations

from pathlib import Path

from studio.support.errors import EnvironmentProblem, StudioError, UsageError

MAX_BYTES = 16 * 2**20
"""Largest project file that is read."""

MAX_PART_BYTES = 200_000
"""Largest template or piece of code beside it."""


def read_start(path: Path, most: int, wrong: type[StudioError], folder: str, hint: str) -> bytes:
    """Return the first `most` bytes of a file, and one more if there are more.

    Raises `EnvironmentProblem`, or `wrong` for what is no file: `folder` and `hint` are said of a folder.
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise wrong("There is no such file.", where=str(path), hint="Check the name and the folder.") from None
    except IsADirectoryError:
        raise wrong(folder, where=str(path), hint=hint) from None
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be read: {error.strerror}.", where=str(path)) from None


def read_text(path: Path, most: int = MAX_BYTES) -> str:
    """Return a file's text. Raises `UsageError` or `EnvironmentProblem` saying why it cannot be read."""
    data = read_start(path, most, UsageError, "This is a folder.", "Name the file of the project in it.")
    if len(data) > most:
        raise UsageError(f"The file is larger than {most:,} bytes.", where=str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("The file is not UTF-8 text.", where=str(path)) from None


def part_of(folder: Path, name: str) -> str:
    """Return the text of a file inside the folder. Raises `UsageError` for one outside, `EnvironmentProblem`."""
    inside = folder.resolve()
    try:
        path = (inside / name).resolve()
        odd = path.exists() and not path.is_file() and not path.is_dir()
    except (ValueError, OSError, RuntimeError):  # a NUL in the name, a name too long, a circle of links
        raise UsageError("No file can have this name.", where=str(folder)) from None
    if not path.is_relative_to(inside):
        raise UsageError(f"`{name}` lies outside of the project's folder.", where=str(folder))
    if odd:  # a pipe would be waited for
        raise UsageError("This is no plain file.", where=str(path))
    return read_text(path, MAX_PART_BYTES)
