"""`python -m tests.support.make_narrow_jobs`: write `orders.jsonl`, `mails.jsonl` and `lamp_messages.jsonl` of
`graphs/experiments`, the labelled inputs of experiments, from the data of `order_desk` and `inbox_triage`.

An experiment's file names nothing outside its folder, so they stand there a second time; a test compares them.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from studio.support.resources import resource_root
from studio.support.values import Json, decode, encode

ORDER_FIELDS: Final = ("kind", "mood", "product")
KINDS: Final = ("order", "return", "repair", "delivery")
OF_EACH_KIND: Final = 2
MAIL_FIELDS: Final = ("department", "mood", "product")


def orders() -> list[Json]:
    """Return the held-out messages to the order desk, with what a clerk would say of them."""
    lines = (resource_root("graphs") / "data/order_desk/heldout.jsonl").read_bytes().splitlines()
    return [
        {"id": row["id"], "message": row["text"], "want": {field: row["want"][field] for field in ORDER_FIELDS}}
        for row in map(decode, lines)
    ]


def lamp_messages() -> list[Json]:
    """Return the first messages of each kind: few, as each is read by many copies."""
    return [row for kind in KINDS for row in [one for one in orders() if one["want"]["kind"] == kind][:OF_EACH_KIND]]


def mails() -> list[Json]:
    """Return the mails of the inbox: subject and text in one line, with their labels."""
    folder = resource_root("graphs") / "data/inbox_triage"
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [
            {
                "id": Path(row["file"]).stem,
                "mail": _in_a_line((folder / "mails" / row["file"]).read_text(encoding="utf-8")),
                "want": {field: row[field] for field in MAIL_FIELDS},
            }
            for row in csv.DictReader(file)
        ]


def _in_a_line(mail: str) -> str:
    top, _, body = mail.partition("\n\n")
    [subject] = re.findall(r"^Subject: *(.*)$", top, re.MULTILINE)
    return " ".join(f"{subject}. {body}".split())


def main() -> None:
    """Write the files."""
    for name, rows in (("orders", orders()), ("mails", mails()), ("lamp_messages", lamp_messages())):
        path = resource_root("graphs") / "experiments" / f"{name}.jsonl"
        path.write_bytes(b"".join(encode(row) + b"\n" for row in rows))


if __name__ == "__main__":
    main()
