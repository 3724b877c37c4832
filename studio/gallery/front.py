"""The facts at the head of an example's page, in a line of its own below the heading.

*Group: seed · Round: executor · Original: babyagi, April 2023*
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

GROUPS: Final = {
    "start": "Start here",
    "ours": "Many small modules",
    "seed": "Famous architectures, to take apart",
}
"""The groups of the gallery, in their order, and how they are headed."""

_LINE: Final = re.compile(r"^\*(Group: .+)\*$", re.MULTILINE)
_FACT: Final = re.compile(r"^(Group|Round|World|Original): (.+)$")


@dataclass(frozen=True, slots=True)
class Front:
    """`group` is one of GROUPS, `round` the node whose firings count rounds ("": the run is one round), `original`
    what was rebuilt ("": nothing), `world` the inner graph in which the rest lives and whose nodes are no modules of
    it ("": none)."""

    group: str = "start"
    round: str = ""
    original: str = ""
    world: str = ""


def front_of(page: str) -> Front:
    """Return the facts at the head of a page. Raises ValueError for a word that is none of them."""
    found = _LINE.search(page.partition("\n## ")[0])
    if found is None:
        return Front()
    facts: dict[str, str] = {}
    for part in found[1].split(" · "):
        fact = _FACT.match(part.strip())
        if fact is None:
            raise ValueError(f"`{part.strip()}` is none of Group, Round, World and Original")
        facts[fact[1].lower()] = fact[2].strip()
    if facts["group"] not in GROUPS:
        raise ValueError(f"`{facts['group']}` is none of the groups {', '.join(GROUPS)}")
    return Front(**facts)
