"""How many tokens a text has: by one tokenizer that ships with us, so that every machine counts alike.

It is the vocabulary of 32,000 word pieces that the embedded table of vectors uses (that of Llama 2). Other models cut
texts otherwise: for English prose their counts lie within a tenth or two of this one, for code and other scripts
further off. Whoever packs a window leaves some room, or asks the model.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any, Final

from studio.support.errors import EnvironmentProblem

MAX_CHARACTERS: Final = 20_000_000
"""Longest text that is counted: some twenty seconds."""


def count_tokens(text: str) -> int:
    """Return the number of tokens of a text; "" has none. About a million characters a second.

    Raises `EnvironmentProblem` if the tokenizer is not installed or the text is longer than `MAX_CHARACTERS`.
    """
    return len(_encoding(text).ids) if text else 0


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return where each token stands in the text, in characters, end exclusive. Raises like `count_tokens`.

    Spans rise and leave no gap; several tokens of one character (bytes of a rare sign) have one and the same span.
    """
    return [(int(start), int(end)) for start, end in _encoding(text).offsets] if text else []


def _encoding(text: str) -> Any:
    if len(text) > MAX_CHARACTERS:
        raise EnvironmentProblem(
            f"A text of {len(text)} characters is too long to count its tokens.", hint="Cut it into parts first."
        )
    return _tokenizer().encode(text, add_special_tokens=False)


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    home = _home()
    try:
        made = Tokenizer.from_file(str(home / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    # The tokenizer library raises bare `Exception` for a file it cannot read.
    except Exception as error:  # noqa: BLE001
        raise EnvironmentProblem(
            f"The tokenizer cannot be read: {error}.", where=str(home), hint="Install the package wordllama again."
        ) from None
    made.no_padding()
    made.no_truncation()
    return made


def _home() -> Path:
    spec = importlib.util.find_spec("wordllama")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        return Path(folder)
    raise EnvironmentProblem("The tokenizer is not installed.", hint="Install the package wordllama.")
