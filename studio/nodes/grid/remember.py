"""`grid.remember`: the places somebody knows."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("grid.remember", title="Remember places", category="Worlds", icon="store-add", stores={"store": "write"})
class Remember(Node):
    """Remember the places that were seen, in a tree: world, sectors, arenas, objects.

    The store is a kv; each key holds the tree of one person. What is known already changes nothing. (The spatial memory
    of Generative Agents, Park et al. 2023, section 5.1.)
    """

    class Params(Fields):
        store: str = store_param("kv")
        key: str = param("places", help="Whose tree it is, if nothing is wired to `key`.")

    class In(Fields):
        seen: list[Any] = port(help="Addresses, as in `town:home:bedroom:bed`.")
        key: str = port("", help="Whose tree it is; else the param of that name.")

    class Out(Fields):
        tree: dict[str, Any] = port(help="World → sector → arena → list of objects.")
        new: list[Any] = port(help="The addresses that were not known.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        key = inputs.key or params.key
        tree: dict[str, Any] = ask(ctx, params.store, "kv", "get", key=key).get("value") or {}
        new: list[Any] = []
        for place in inputs.seen:
            world, sector, arena, thing = [*str(place).split(":", 3), "", "", ""][:4]
            sectors = tree.setdefault(world, {})
            fresh = False
            if sector:
                fresh = sector not in sectors
                arenas = sectors.setdefault(sector, {})
                if arena:
                    fresh = fresh or arena not in arenas
                    things = arenas.setdefault(arena, [])
                    if thing and thing not in things:
                        fresh = True
                        things.append(thing)
            if fresh:
                new.append(place)
        if new or not tree:
            ask(ctx, params.store, "kv", "set", key=key, value=tree)
        return self.Out(tree=tree, new=new)
