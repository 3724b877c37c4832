"""The overconstrained modes make the 135M model dependable; measured on sentences it has not been tuned on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.models import weights
from studio.models.embedded import Embedded
from studio.models.model_host import HostPool, HostSpec
from studio.nodes.llm.function import Function
from tests.nodes.llm.provider_context import ProviderContext
from tests.support.fake_context import run_node
from tests.support.thorough import draws

pytestmark = pytest.mark.embedded

SENTIMENT = {
    "instructions": "Say whether the review is positive or negative.\nReview: {review}",
    "labels": ["positive", "negative"],
    "examples": [
        {"review": "The soup was wonderful and the staff were kind.", "output": "positive"},
        {"review": "It broke after two days and nobody answers the phone.", "output": "negative"},
        {"review": "Best purchase I have made this year.", "output": "positive"},
        {"review": "The room was dirty and smelled of smoke.", "output": "negative"},
        {"review": "Fast delivery, and it looks even better than in the picture.", "output": "positive"},
        {"review": "A waste of money, I want a refund.", "output": "negative"},
        {"review": "My children love it and play with it every day.", "output": "positive"},
        {"review": "The film was far too long and terribly boring.", "output": "negative"},
    ][: draws(4, 8)],
}
REVIEWS = [
    ("I enjoyed every minute of the concert.", "positive"),
    ("The battery dies within an hour.", "negative"),
    ("Great value, I would buy it again.", "positive"),
    ("The food was cold and the waiter was rude.", "negative"),
    ("This lamp makes my desk look beautiful.", "positive"),
    ("I regret buying these shoes, they hurt.", "negative"),
    ("What a delightful little book!", "positive"),
    ("The app crashes all the time.", "negative"),
    ("Friendly people and a lovely garden.", "positive"),
    ("The paint came off on the first day.", "negative"),
][: draws(6, 10)]
CONTACT = {
    "instructions": "Find the e-mail address and the name of the writer.\nMessage: {message}",
    "schema": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "email": {"type": "string", "format": "email"}},
        "required": ["name", "email"],
    },
    "spans": True,
    "examples": [
        {
            "message": "Hello, this is Tom Becker. Write to tom.becker@post.de please.",
            "output": {"name": "Tom Becker", "email": "tom.becker@post.de"},
        },
        {
            "message": "My address is lea@sun.org and my name is Lea Winter.",
            "output": {"name": "Lea Winter", "email": "lea@sun.org"},
        },
    ],
}
MESSAGES = [
    ("Hi, I am Ana Ruiz, reach me under ana.ruiz@mail.es any time.", "Ana Ruiz", "ana.ruiz@mail.es"),
    ("Please send the papers to j.smith@office.com. Yours, John Smith", "John Smith", "j.smith@office.com"),
    ("This is Mara Klein (mara@klein.net). Is the flat still free?", "Mara Klein", "mara@klein.net"),
]


@pytest.fixture(scope="module")
def model() -> Iterator[Embedded]:
    path = weights.installed()
    if path is None:
        pytest.skip("the weights of embedded/smollm2-135m are not installed")
    pool = HostPool()
    yield Embedded("embedded/smollm2-135m", HostSpec(path), pool)
    pool.stop_all()


@pytest.mark.thorough
async def test_decide_tells_positive_from_negative_reviews(model: Embedded) -> None:
    ctx = ProviderContext(model)

    said = [await run_node(Function, SENTIMENT, {"review": review}, ctx) for review, _ in REVIEWS]

    right = sum(out.label == wanted for out, (_, wanted) in zip(said, REVIEWS, strict=True))
    sure = [(out, wanted) for out, (_, wanted) in zip(said, REVIEWS, strict=True) if out.confidence > 0.75]
    assert right >= len(REVIEWS) - 1
    assert all(out.label == wanted for out, wanted in sure)
    assert len(sure) >= len(REVIEWS) // 2
    assert ctx.asked == len(REVIEWS) + 4, "the four empty inputs are asked once"


@pytest.mark.thorough
async def test_extract_copies_name_and_email(model: Embedded) -> None:
    ctx = ProviderContext(model)

    said = [await run_node(Function, CONTACT, {"message": message}, ctx) for message, _, _ in MESSAGES]

    assert [out.email for out in said] == [email for _, _, email in MESSAGES]
    assert sum(out.name == name for out, (_, name, _) in zip(said, MESSAGES, strict=True)) >= 2


async def test_generate_keeps_a_schema(model: Embedded, tmp_path: Path) -> None:
    ctx = ProviderContext(model)
    params = {
        "instructions": "Name two things one can see at {place}.",
        "schema": {
            "type": "object",
            "properties": {
                "things": {"type": "array", "items": {"type": "string", "maxLength": 6}, "minItems": 2, "maxItems": 2}
            },
            "required": ["things"],
        },
        "max_tokens": 80,
    }

    out = await run_node(Function, params, {"place": "the beach"}, ctx)

    assert len(out.things) == 2
