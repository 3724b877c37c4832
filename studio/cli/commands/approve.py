"""Show what a graph may do on this computer, and approve it.

A graph that others wrote runs its code, commands, tool servers, requests and models of its own choice only after you
approved exactly these: the list is bound to a hash, and one changed byte of code, another host or another wire into
such a node makes another hash. Moving nodes, titles and prompts change nothing. Approvals are kept in your settings
folder; nothing in a graph or a project can approve itself. Graphs that ship with the studio, and those you made in its
window, are approved.

Exit codes: 0 it may run, 4 it may not (yet).
"""

from __future__ import annotations

import argparse

from studio.cli import exits
from studio.cli.output import Output
from studio.support.errors import UsageError

EXAMPLES = (
    "studio approve stranger.yaml",
    "studio approve stranger.yaml --yes",
    "studio approve stranger.yaml --revoke",
    "studio approve --list",
    'studio run stranger.yaml --approve "$(studio approve stranger.yaml --json | jq -r .hash)"',
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", metavar="GRAPH", nargs="?", help="a graph file; with --revoke also a hash")
    parser.add_argument("--yes", action="store_true", help="approve it without asking")
    parser.add_argument("--revoke", action="store_true", help="approve it no longer")
    parser.add_argument("--list", action="store_true", help="list what was approved in this profile")


def run(args: argparse.Namespace, out: Output) -> int:
    if args.list:
        return _list(out)
    if not args.graph:
        raise UsageError("Name a graph.", hint="`studio approve GRAPH`, or `studio approve --list`.")
    if args.revoke:
        return _revoke(args.graph, out)
    return _approve(args, out)


def _approve(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.approving import can_ask, confirmed, remember, show, types_of
    from studio.cli.graphs import open_graph
    from studio.trust.gate import is_approved
    from studio.trust.survey import survey_whole, whole_of

    graph = open_graph(args.graph)
    asking = not out.as_json and can_ask()
    registry = types_of(graph, [], out.note if out.as_json else out.say, ask=asking and not args.yes, yes=args.yes)
    whole = whole_of(graph)
    asked = survey_whole(whole, registry)
    known = is_approved(whole, asked)
    if not out.as_json:
        if not asked.asks:
            out.say("It only computes, and asks models of your own choice: it needs no approval.")
            return exits.OK
        out.say("It may:")
        show(asked, out.say)
    if not known and (args.yes or (asking and confirmed("Approve this?"))):
        remember(asked, "studio approve", whole.place.file)
        known = True
    if out.as_json:
        out.json({**asked.to_json(), "approved": known})
    else:
        out.note(("green", "approved") if known else ("yellow", "not approved"))
    return exits.OK if known else exits.FINDING


def _revoke(name: str, out: Output) -> int:
    from studio.cli.graphs import open_graph
    from studio.plugins.registries import registry_of
    from studio.trust.approvals import Approvals
    from studio.trust.survey import survey

    approvals = Approvals()
    if approvals.has(name):
        hash = name
    else:
        graph = open_graph(name)
        hash = survey(graph, registry_of(graph)).hash
    gone = approvals.revoke(hash)
    if out.as_json:
        out.json({"hash": hash, "revoked": gone})
    else:
        out.say("approved no longer" if gone else "it was not approved in this profile")
    return exits.OK


def _list(out: Output) -> int:
    from studio.trust.approvals import Approvals

    approvals = Approvals()
    known = approvals.all()
    if out.as_json:
        out.json([
            {"hash": hash, "name": one.name, "file": one.file, "when": one.when, "how": one.how}
            for hash, one in known.items()
        ])  # fmt: skip
        return exits.OK
    if problem := approvals.problem:
        out.note(("yellow", problem))
    if known:
        rows = [(hash, one.name, one.when[:10], one.how) for hash, one in known.items()]
        out.table(("hash", "graph", "when", "how"), rows)
    else:
        out.say("Nothing was approved in this profile yet.")
    return exits.OK
