"""`llm.embed`: texts to vectors."""

from __future__ import annotations

from typing import Any

from studio.nodes._changed import changed_params
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, preview


@node(
    "llm.embed",
    title="Embed",
    category="Models",
    icon="vector",
    effects="network",
    live=False,
    needs_approval=False,
    library="litellm, wordllama",
    limits="one call for all texts",
)
class Embed(Node):
    """Turn a text, or each text of a list, into a vector of numbers that lie close for texts of like meaning.

    A text gives `vector`, and `vectors` with that one; a list gives `vectors` in its order, and `vector` is absent.
    Vectors of one embedder have one length and may be compared with each other, never with those of another.
    """

    class Params(Fields):
        model: str = param("default", help="Role or name of the embedder.", editor={"kind": "embedder"})

    class In(Fields):
        text: Any = port(type="any", help="A text or a list of texts.")

    class Out(Fields):
        vector: Any = port(type="vector", help="The vector of the text.")
        vectors: list[Any] = port(type="list", help="One vector per text, in order.")

    @classmethod
    def plain(cls, params: Params) -> Plain:
        return Plain(embed, changed_params(params))

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**await embed(ctx, inputs.text, model=params.model))


async def embed(firing: RunContext, text: Json, *, model: str = "default") -> dict[str, Any]:
    """Return the `vector` of a text, absent for a list, and the `vectors` of all texts.

    Raises `NodeError` for what is no text and no list of texts.
    """
    texts = [text] if isinstance(text, str) else text
    if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
        raise NodeError(
            f"Only a text or a list of texts can be embedded, not {preview(text)}.",
            hint="Turn the value into text first, with `text.template`.",
            code="input",
        )
    vectors = await firing.embed(list(texts), model) if texts else []
    one = vectors[0] if isinstance(text, str) else Absent("a list of texts was given; see `vectors`")
    return {"vector": one, "vectors": vectors}
