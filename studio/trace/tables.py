"""The public views and tables of a trace, each with its columns and what they mean.

Shown beside a query in the window, and made into the page `trace` of the manual by `python -m studio.cli.reference`.
A test compares them with the live database: what is public is here, and what is here is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class PublicTable:
    """A view or table that any SQLite tool may read: what it holds, and its columns with their meanings, as Markdown.

    `more` is what there is to say beside the one sentence of `about`.
    """

    name: str
    about: str
    columns: Mapping[str, str]
    more: str = field(default="", kw_only=True)


TABLES: Final[tuple[PublicTable, ...]] = (
    PublicTable(
        "run",
        "One row per run.",
        {
            "id": "Run id, 26 characters, sortable by time.",
            "graph": "Name of the graph.",
            "file": "File the graph was loaded from, as it was given.",
            "graph_hash": "Content hash of the graph as run; joins `graph_version.hash`.",
            "status": "`running`, `ok`, `failed`, `paused`, `aborted`, or `interrupted` (the process died "
            "before the footer).",
            "ended": "Why it ended: `stop`, `quiet`, `max_ticks`, `limit:NAME`, `error`, `abort`; empty "
            "without a footer.",
            "error": "JSON: what failed, or NULL.",
            "inputs": 'JSON object of the inputs; values from 64 bytes on as `{"$ref": hash, "size": n}`.',
            "outputs": "JSON object of the outputs, likewise.",
            "options": "JSON: seed, model and what else the run was started with.",
            "parent_run": "Run that this one continues or forks, or NULL.",
            "fork_seq": "First `firing.seq` of the parent from which on this run is its own, or NULL.",
            "boundary": "What confined code and commands: `bubblewrap`, `landlock`, `none`; `refused` if they were not "
            "run; empty if there were none.",
            "started_at": "Start.",
            "finished_at": "Time of the footer, or NULL.",
            "firings": "Nodes that fired, well or in error; `firing` has rows of those that were skipped, too.",
            "ticks": "Ticks, summed over regions.",
            "calls": "Model calls (`chat` and `complete`) that the run made itself; embedding calls and answers "
            "from a cache are not counted.",
            "tokens_in": "Tokens sent.",
            "tokens_out": "Tokens received.",
            "cost_usd": "Cost in US dollars, NULL if unknown.",
            "totals": "JSON object of all totals of the footer.",
        },
    ),
    PublicTable(
        "firing",
        "One row per firing: one execution (or skip) of one node at one tick.",
        {
            "id": "Number within the run, given at its start.",
            "run": "Run id.",
            "seq": "Number within the run in order of decision; NULL while undecided.",
            "node": "Node path, such as `town/isabella/plan`.",
            "type": "Node type.",
            "tick": "Tick path, such as `3.1`.",
            "tick_key": "The same in a form that sorts.",
            "parent": "Id of the region firing around it, NULL at the top.",
            "item": "Position among the items of a map, 0 elsewhere.",
            "status": "`ok`, `error`, `skipped`; `running` or `interrupted` while undecided.",
            "reason": "Why it was skipped or how it failed.",
            "origin": "`executed`, `cached`, `frozen` or `replayed`.",
            "started_at": "Start.",
            "duration_ms": "Length in milliseconds.",
            "inputs": "JSON: port → `[firing id, output port]` its value came from; a list of those for a `many` "
            "port; firing 0 with port `initial` for an initial value.",
            "outputs": 'JSON: port → value; values from 64 bytes on as `{"$ref": hash, "size": n}`, which joins '
            "`blob.hash`.",
            "absent": "JSON: output that holds nothing → why, where the node said so; of a failed firing `error` → "
            "the code of its error; NULL if none.",
            "attempt": "Attempts made, from 1.",
        },
    ),
    PublicTable(
        "effect",
        "One row per question to the outside.",
        {
            "run": "Run id.",
            "firing": "Id of the firing that asked; 0: the run itself notes what a model name stood for (kinds "
            "model, embedder).",
            "n": "Number within the firing, from 1.",
            "kind": "`chat`, `complete`, `embed`, `human`, `clock`, `log`, `race`, `timeout` (a time limit cut an "
            "attempt off), `model`, `embedder`, or a tool's kind.",
            "name": "What was asked: model, tool, store.",
            "request": "JSON: the request as it was asked, messages included.",
            "response": "JSON: the answer, or NULL.",
            "status": "`ok`, `error`, or `unanswered` (the process died in between, or it is still on its way).",
            "error": "What went wrong.",
            "attempt": "Attempt of the firing in which it was asked.",
            "asked_at": "Time of the question.",
            "duration_ms": "Time to the answer in milliseconds.",
            "tokens_in": "Tokens sent.",
            "tokens_out": "Tokens received.",
            "cost_usd": "Cost in US dollars, NULL if unknown.",
            "finish_reason": "Why the model ended: stop, length, …",
            "entropy": "Mean bits per token over the offered choices, NULL where unknown.",
            "origin": "`executed` (it was asked), `cached` (the run's own memory or the cache answered), `replayed` "
            "(taken over from the run that this one continues); what was not asked cost nothing.",
        },
    ),
    PublicTable(
        "prompt",
        "One row per model call, as a person reads it.",
        {
            "run": "Run id.",
            "seq": "`firing.seq` of its firing; NULL while undecided.",
            "firing": "Id of its firing.",
            "n": "Number of the effect within the firing.",
            "node": "Node path.",
            "tick": "Tick path.",
            "tick_key": "The same in a form that sorts.",
            "model": "Model name.",
            "system": "Text of the first system message, or empty.",
            "messages": "JSON list of all messages in order; a completion's prompt is one message of role `prompt`.",
            "reply": "The model's text, NULL without an answer.",
            "status": "`ok`, `error` or `unanswered`.",
            "tokens": "Tokens sent and received.",
            "cost": "Cost in US dollars, NULL if unknown.",
        },
    ),
    PublicTable(
        "graph_version",
        "Each graph as it was run, once.",
        {
            "hash": "Content hash.",
            "name": "Name of the graph.",
            "text": "The self-contained graph file.",
        },
    ),
    PublicTable(
        "blob",
        "Values of 64 bytes and more, and files, each once.",
        {
            "hash": "Blake2b-160 of the bytes, 40 hexadecimal digits.",
            "type": "`json` for a value (then `data` is text), else a media type.",
            "size": "Bytes.",
            "data": "The value or the bytes; packed, if `enc` is not NULL.",
            "enc": "NULL, or `zlib` where `studio db compact` has packed `data`.",
        },
    ),
    PublicTable(
        "store_op",
        "One row per operation on a store, in order.",
        {
            "run": "Run id.",
            "firing": "Id of the firing.",
            "n": "Number within the firing.",
            "store": "Path of the store instance.",
            "op": "Operation.",
            "args": "JSON: its arguments.",
            "result": "JSON: its result.",
        },
    ),
    PublicTable(
        "alarm",
        "Things worth a person's eye.",
        {
            "run": "Run id.",
            "firing": "Id of the firing concerned, NULL for the whole run.",
            "kind": "Kind of alarm.",
            "message": "One sentence.",
            "evidence": "JSON: what it rests on.",
            "at": "Time.",
        },
    ),
    PublicTable(
        "reading",
        "What a module's output said, read when it fired, in outline order: what the dynamics of a run are "
        "found from. Kept for nodes that reach outside (models, tools, people, stores), or for all where a "
        "graph has none.",
        {
            "run": "Id of the run.",
            "firing": "Id of the firing.",
            "t": "Ticks of regions with clocks of their own that had ended before, and in which such a node had fired.",
            "symbol": "Equal numbers of one node mean that it said the same again.",
            "effect": "`write` or `read` where the firing changed or looked at the world, else null.",
            "reading": "The words that count, as JSON.",
        },
    ),
    PublicTable(
        "batch",
        "Runs that belong together: a graph, rows, variants and seeds (`studio batch`).",
        {
            "id": "Id of the batch, 26 characters.",
            "name": "Name of the experiment.",
            "status": "`running`, `complete`, `paused`, `aborted`, or `interrupted` where its process died.",
            "reason": "Why it stops for now, else empty.",
            "planned": "Number of its runs.",
            "done": "Runs that have ended and were scored.",
            "failed": "Those among them that did not end well.",
            "started_at": "Time.",
            "last_at": "Time of the last result.",
            "experiment": "All that is to be run, as JSON.",
        },
    ),
    PublicTable(
        "batch_run",
        "The runs of batches that have ended, each once, whatever died meanwhile. Several batches may name "
        "the same run.",
        {
            "batch": "Id of the batch.",
            "place": "Place in the plan, from 0.",
            "graph": "Name of the graph.",
            "variant": "Name of the variant.",
            "row": "Number of the row of data, from 0.",
            "seed": "Seed of the run.",
            "run": "Id of the run.",
            "status": "How the run ended, as in `run`; `lost` where no attempt came to an end.",
            "scores": "JSON: name to number, or null where there is none.",
            "facts": "JSON: totals of the run, and why scores are missing.",
            "error": "What went wrong, else empty.",
            "attempts": "How often it was begun.",
            "key": "Hash of all that decides the run: graph, row, variant, seed, model and the rest.",
            "at": "Time.",
        },
    ),
    PublicTable(
        "prompt_search",
        "Full-text index (FTS5) over messages and replies, each text once; the newest may still be missing "
        "while a run goes on.",
        {
            "text": "Text of the message; `rowid` joins `prompt_use.message`.",
        },
        more="`SELECT u.run, u.firing, snippet(prompt_search, 0, '[', ']', '…', 12) FROM prompt_search JOIN "
        "prompt_use u ON u.message = prompt_search.rowid WHERE prompt_search MATCH '\"tide\"'`",
    ),
    PublicTable(
        "prompt_use",
        "Where a message first occurs in each run.",
        {
            "message": "Number of the message.",
            "run": "Run id.",
            "firing": "Id of the firing.",
            "n": "Number of the effect within the firing.",
        },
    ),
    PublicTable(
        "flaw",
        "Records that could not be stored as they were (text with half a character, for instance); they "
        "stand in their table with the offending text escaped where that was possible.",
        {
            "run": "Run id.",
            "kind": "Kind of record: firing, ask, answer, …",
            "message": "What was wrong, and whether the record is missing from its table.",
            "record": "JSON: the whole record, escaped.",
            "at": "Time.",
        },
    ),
    PublicTable(
        "control",
        "How another process steers a run that is going: write a row, and within a moment the run takes it "
        "and answers. `studio control` does that; so may any tool that can write SQLite (3.51.3 or newer, "
        "as the run writes the file too): `INSERT INTO control (run, command) VALUES ('01K3…', '{\"do\": "
        '"pause"}\')`.',
        {
            "id": "Number of the command; commands are taken in this order.",
            "run": "Run id.",
            "command": "JSON object: what to do.",
            "at": "Time of writing.",
            "taken_at": "Time at which the run took it; NULL while it waits, and for ever if the run ended first.",
            "answer": 'JSON: `{"ok": …}` with what came of it, or `{"error": sentence}`.',
        },
        more='Commands: `{"do": "pause"}`, `resume`, `step` (`"count": n`), `into`, `over`, `out`, `tick` '
        '(`"region": path`, empty for the graph), `to` and `only` (`"node": path`), `break` (`"at": '
        '"NODE:CONDITION"`, `"once": true`, `"from_hit": n`), `unbreak`, `enable` and `disable` (`"id": '
        'n`), `freeze` (`"node"`, `"port"`, `"value"`; without a value: as it was last), `unfreeze`, '
        '`knockout` (`"node"`, `"pass": true`), `back` (`"node"`), `print` (`"node"`), `leave`, `abort`, '
        "`status`. What is no command is answered with an error and changes nothing.",
    ),
)
