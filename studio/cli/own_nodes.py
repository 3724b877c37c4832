"""What `studio nodes` says and asks of node types that do not ship with the studio: plugins, and a project's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.output import Output
from studio.graph.scope import project_folder
from studio.plugins.files import FOLDER
from studio.support.errors import UsageError
from studio.trust.showing import seen_line

if TYPE_CHECKING:
    from studio.plugins.files import OwnFile
    from studio.plugins.registries import OwnTypes


def list_plugins(out: Output) -> int:
    """List what installed packages offer: by their metadata alone, but for those that are enabled, which are loaded."""
    from studio.plugins.installed import enabled_names, installed
    from studio.plugins.registries import own_types
    from studio.settings.settings import current_settings

    enabled = enabled_names(str(current_settings()["plugins.enabled"]))
    failures = own_types(None).failures
    found = installed()
    missing = {name: fault for name, fault in failures.items() if not any(one.name == name for one in found)}
    if out.as_json:
        out.json([
            *({"name": one.name, "package": one.package, "version": one.version, "imports": one.imports,
               "enabled": one.name in enabled, "fault": failures.get(one.name, "")} for one in found),
            *({"name": name, "package": "", "version": "", "imports": "", "enabled": True, "fault": fault}
              for name, fault in missing.items()),
        ])  # fmt: skip
        return exits.OK
    if not found and not missing:
        out.say("No installed package offers node types.")
        return exits.OK
    rows = [
        [("bold", one.name), f"{one.package} {one.version}", "enabled" if one.name in enabled else "not enabled",
         failures.get(one.name, "")]
        for one in found
    ] + [[("bold", name), "", "enabled", fault] for name, fault in missing.items()]  # fmt: skip
    out.table(["name", "package", "state", "fault"], rows)
    if any(one.name not in enabled for one in found):
        names = ",".join(sorted({*enabled, next(one.name for one in found if one.name not in enabled)}))
        out.note(("dim", f"`studio config plugins.enabled {names}` enables one: its code runs with all your rights."))
    return exits.OK


def say_own(types: OwnTypes, out: Output) -> None:
    """List the files of a project's own node types with their state, if there are any."""
    if not types.files:
        return
    out.say()
    out.say(("heading", f"Own node types of {types.project}"))
    for file in types.files:
        state, why = state_of(file, types)
        colour = {"approved": "green", "waits": "yellow", "fault": "red"}[state]
        told = {"waits": "waits for your approval"}.get(state, state) + (f": {why}" if why else "")
        named = seen_line(", ".join(file.types))
        out.wrapped(
            "  ", ("bold", f"{FOLDER}/{seen_line(file.name)}"), f"  {named}  " if named else "  ", (colour, told)
        )
    if types.waiting:
        out.note(("dim", "`studio nodes --approve` shows the code of what waits, and asks."))


def state_of(file: OwnFile, types: OwnTypes) -> tuple[str, str]:
    """Return how a file stands, `approved`, `waits` or `fault`, and why it is a fault."""
    fault = types.failures.get(f"{FOLDER}/{file.name}", "")
    if fault:
        return "fault", fault
    return ("waits" if file in types.waiting else "approved"), ""


def list_own(out: Output) -> int:
    """List the files of the project's own node types alone."""
    types = _types_at(Path.cwd())
    if out.as_json:
        states = [(file, *state_of(file, types)) for file in types.files]
        out.json([
            {"file": str(file.path), "types": list(file.types), "state": state, "fault": why, "hash": file.hash}
            for file, state, why in states
        ])  # fmt: skip
    elif types.files:
        say_own(types, out)
    else:
        out.say(f"There are no node types of {types.project}'s own. `studio new-node my.first` writes one.")
    return exits.OK


def approve(name: str, out: Output, *, yes: bool) -> int:
    """Show the code of what waits in a folder, or of what a graph uses of it, and ask: no, if nothing is said."""
    from studio.cli.approving import can_ask, confirmed, show_code
    from studio.plugins.registries import approve_files

    files, types = _waiting(Path(name))
    if not files:
        if out.as_json:
            out.json({"project": str(types.project), "files": [], "approved": True})
        else:
            out.say(f"No node types of {types.project} wait for approval{' there' if types.waiting else ''}.")
            for file, fault in types.failures.items():
                out.note(("yellow", f"`{file}` could not be loaded: {fault}"))
        return exits.OK
    if not out.as_json:
        out.say("Python code that would run with all your rights, outside of any sandbox:")
        show_code(files, out.say)
    asking = not out.as_json and can_ask()
    known = yes or (asking and confirmed("Let it run, now and from now on, while these files stay the same?"))
    if known:
        approve_files(files)
    if out.as_json:
        told = [{"file": str(file.path), "types": list(file.types), "hash": file.hash} for file in files]
        out.json({"project": str(types.project), "files": told, "approved": known})
    else:
        out.note(("green", "approved") if known else ("yellow", "not approved"))
    return exits.OK if known else exits.FINDING


def trust(name: str, out: Output) -> int:
    """Remember that a project's `nodes/` folder is the person's own."""
    from studio.plugins.registries import trust_folder

    project = _project(Path(name))
    trust_folder(project)
    if out.as_json:
        out.json({"folder": str(project / FOLDER), "trusted": True})
    else:
        out.say(f"What {project / FOLDER} holds is imported from now on whenever it changes, without asking.")
    return exits.OK


def revoke(name: str, out: Output) -> int:
    """Forget all approvals of a project's own node types, the whole folder's included."""
    from studio.plugins.registries import forget_own

    project = _project(Path(name))
    gone = forget_own(project)
    if out.as_json:
        out.json({"folder": str(project / FOLDER), "revoked": gone})
    else:
        out.say("approved no longer" if gone else "nothing of it was approved in this profile")
    return exits.OK


def _waiting(path: Path) -> tuple[list[OwnFile], OwnTypes]:
    """Return the files that wait: all of a folder's project, or those that declare what a graph uses."""
    types = _types_at(path)
    if path.is_dir():
        return list(types.waiting), types
    from studio.cli.graphs import open_graph

    used = {node.type for _, part in open_graph(str(path)).walk() for node in part.nodes.values()}
    return [file for file in types.waiting if used & set(file.types)], types


def _types_at(path: Path) -> OwnTypes:
    from studio.plugins.registries import own_types

    return own_types(_project(path))


def _project(path: Path) -> Path:
    if not path.exists():
        raise UsageError(f"There is no `{path}`.", hint="Name a folder of the project, or one of its graphs.")
    return project_folder(path if path.is_dir() else path.absolute().parent)
