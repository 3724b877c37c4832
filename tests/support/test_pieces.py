"""Values and amounts in a few words."""

from __future__ import annotations

from studio.support.pieces import brief, money, plural, sign_piece, text_of


def test_one_value_stands_alone_and_several_are_named() -> None:
    assert brief({"text": "a\nb"}) == "a b"
    assert brief({"a": 1, "b": "x"}) == "a=1  b=x"
    assert brief({}) == ""
    assert len(brief({"a": "x" * 500, "b": "y" * 500}, 60)) <= 60


def test_what_is_unknown_is_not_free() -> None:
    assert [money(one) for one in (None, 0.0, 0.25, 3.14159)] == ["?", "$0", "$0.2500", "$3.14"]


def test_one_and_many() -> None:
    assert [plural(one, "firing") for one in (0, 1, 2000)] == ["0 firings", "1 firing", "2,000 firings"]


def test_lines_become_harmless_text() -> None:
    assert text_of([(sign_piece("ok"), " \x1b[31mred"), ("end",)]) == "✓ red\nend\n"
