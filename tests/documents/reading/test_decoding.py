"""Bytes become text in whatever encoding they are, or one sentence says why not."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.reading.decoding import decode_text
from studio.support.errors import NodeError


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])))
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    assert decode_text(text.encode(), "a.txt").text == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)  # fmt: skip
def test_a_mark_at_the_beginning_tells_the_encoding(mark: bytes, encoding: str) -> None:
    found = decode_text(mark + "Grüße, 𝔘 and 日本".encode(encoding), "a.txt")

    assert (found.text, found.encoding) == ("Grüße, 𝔘 and 日本", encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("naïve café – “quote”", "cp1252"),
        ("Größe und Maß für schöne Übungen", "cp1252"),
        ("Привет мир, как дела сегодня у вас", "cp1251"),
        ("日本語テキストです。今日は良い天気ですね。 " * 5_000, "shift_jis"),
        ("今天天气很好，我们去公园散步吧。\n" * 50, "gb18030"),
        ("Zażółć gęślą jaźń i jeszcze coś więcej", "cp1250"),
    ],
)
def test_an_encoding_nobody_names_is_guessed(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding), "a.txt").text == text


def test_a_long_file_whose_first_odd_byte_comes_late_is_still_read() -> None:
    data = b"plain words " * 50_000 + "café".encode("cp1252")

    assert decode_text(data, "a.txt").text.endswith("café")


def test_line_ends_of_all_systems_become_one_line_feed() -> None:
    assert decode_text(b"a\r\nb\rc\nd", "a.txt").text == "a\nb\nc\nd"


@pytest.mark.parametrize("data", [b"a\0b", b"\x89PNG\r\n\x1a\n\0\0\0", bytes(range(256)) * 4, "hi".encode("utf-16-le")])
def test_bytes_that_are_no_text_are_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(NodeError, match=r"`a\.bin` is no text"):
        decode_text(data, "a.bin")


@pytest.mark.parametrize("encoding", ["rot13", "hex", "no-such", "", "base64", "utf-7\0"])
def test_an_encoding_that_is_none_is_named(encoding: str) -> None:
    if not encoding:
        assert decode_text(b"x", "a.txt", encoding=encoding).encoding == "utf-8"
        return
    with pytest.raises(NodeError, match="no encoding of text"):
        decode_text(b"x", "a.txt", encoding=encoding)


def test_bytes_that_do_not_fit_the_named_encoding_are_told_with_their_place() -> None:
    with pytest.raises(NodeError, match=r"no text in utf-8 \(byte 2\)"):
        decode_text(b"ab\xff", "a.txt", encoding="utf-8")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_or_one_sentence(data: bytes) -> None:
    try:
        text = decode_text(data, "a").text
    except NodeError:
        return
    assert "\0" not in text
    text.encode("utf-8")
