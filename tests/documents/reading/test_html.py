"""HTML gives the text a reader sees, fetches nothing, and is bounded in depth."""

from __future__ import annotations

import socket
import time

import lxml.etree  # type: ignore[import-untyped, unused-ignore]
import lxml.html  # type: ignore[import-untyped, unused-ignore]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.limits import MAX_CHARACTERS
from studio.documents.reading.html import read_html
from studio.support.errors import NodeError
from tests.support.outcomes import outcome

PAGE = """<!DOCTYPE html><html lang="en"><head><title> A  page </title><meta name="description" content="About.">
<style>p { color: red }</style><script>alert(1)</script></head><body>
<nav><a href="/home">Home</a><a href="mailto:x@y">Mail</a></nav>
<article><h1>Heading</h1><p>The main part has <b>enough</b> words to be taken for the content of this page, surely.</p>
<p>And a second paragraph, which says as much again, so that nobody takes it for a menu.</p>
<pre>if x:
    y</pre><table><tr><td>1</td><td>2</td></tr></table></article>
<footer>Imprint</footer></body></html>"""


def test_the_main_content_leaves_out_menus_and_footers() -> None:
    found = read_html(PAGE, "a.html")

    assert "The main part has **enough** words" in found.text
    assert "Imprint" not in found.text
    assert "alert" not in found.text
    assert found.metadata["main"] is True


def test_the_full_text_has_all_a_reader_sees_line_by_line() -> None:
    found = read_html(PAGE, "a.html", main=False)

    assert found.text.split("\n")[:2] == ["HomeMail", "Heading"]
    assert "if x:\n    y" in found.text
    assert "1\t2" in found.text
    assert "Imprint" in found.text
    assert "color" not in found.text
    assert "alert" not in found.text


def test_what_the_page_says_of_itself_is_given() -> None:
    found = read_html(PAGE, "a.html", url="https://example.org/docs/")

    assert found.title == "A page"
    assert found.metadata["description"] == "About."
    assert found.metadata["language"] == "en"
    assert found.metadata["links"] == [{"url": "https://example.org/home", "text": "Home"}]


def test_a_page_without_main_content_gives_what_there_is() -> None:
    found = read_html("<p>Hi", "a.html")

    assert found.text == "Hi"
    assert read_html("", "a.html").text == ""
    assert read_html("   ", "a.html").text == ""


def test_the_declared_encoding_is_used_where_it_is_not_utf_8() -> None:
    page = "<meta charset=windows-1251><p>Привет".encode("cp1251")

    assert read_html(page, "a.html", main=False).text == "Привет"
    assert read_html("<meta charset=windows-1251><p>Привет".encode(), "a.html", main=False).text == "Привет"


@pytest.mark.parametrize("tag", ["div", "b", "span", "table><tr><td", "ul><li"])
@pytest.mark.parametrize("depth", [600, 3_000, 100_000])
def test_what_is_nested_too_deep_is_told_and_not_lost(tag: str, depth: int) -> None:
    with pytest.raises(NodeError, match="nested deeper than 500"):
        read_html(f"<{tag}>" * depth + "the text", "a.html")


def test_without_that_check_the_parser_would_lose_the_text_without_a_word() -> None:
    root = lxml.html.document_fromstring("<div>" * 600 + "the text")

    assert "the text" not in root.text_content()


def test_nesting_of_usual_depth_is_read() -> None:
    assert read_html("<div>" * 400 + "the text", "a.html", main=False).text == "the text"


BOMB = '<!DOCTYPE x [<!ENTITY a "{}">{}]><x>&h;</x>'.format(
    "ha" * 10,
    "".join(f'<!ENTITY {name} "{f"&{before};" * 4}">' for before, name in zip("abcdefg", "bcdefgh", strict=True)),
)
OUTER = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


def test_entities_a_page_declares_are_not_expanded() -> None:
    assert len(read_html(BOMB, "a.html", main=False).text) < 1_000
    assert "root:" not in read_html(OUTER, "a.html", main=False).text


def test_a_parser_that_reads_declarations_would_expand_them() -> None:
    parser = lxml.etree.XMLParser(resolve_entities=True, huge_tree=True, load_dtd=True)

    assert len(lxml.etree.fromstring(BOMB.encode(), parser).text) > 300_000


def test_nothing_is_fetched() -> None:
    page = (
        '<!DOCTYPE html SYSTEM "http://203.0.113.1/x.dtd"><html><head><link rel=stylesheet href="http://203.0.113.1/a">'
        '<base href="http://203.0.113.1/"></head><body><img src="http://203.0.113.1/i.png">'
        '<iframe src="http://203.0.113.1/f"></iframe><xi:include href="http://203.0.113.1/x"/><p>Text</body></html>'
    )

    assert "Text" in read_html(page, "a.html", url="http://203.0.113.1/").text


def test_the_guard_against_the_network_would_have_noticed() -> None:
    with pytest.raises(AssertionError, match="tried to"):
        socket.create_connection(("203.0.113.1", 80), timeout=1)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(NodeError, match="more than 5000000 characters"):
        read_html("<p>" + "word " * (MAX_CHARACTERS // 5 + 1), "a.html", main=False)


@pytest.mark.parametrize("unit", ["<a href=x>", "&lt;", "<p", "<table>", "<!--", "</div>", "<br>", "<font color=1>"])
def test_repeated_scraps_are_read_or_refused_in_time(unit: str) -> None:
    begun = time.process_time()
    found, said = outcome(lambda: read_html(unit * 5_000, "a.html"))
    assert found or said
    assert time.process_time() - begun < 20


@given(st.lists(st.sampled_from(["<p>", "</p>", "<b>", "text", " ", "<pre>", "&amp;", "<td>", "<x", "'", "\0", "é"])))
def test_any_scraps_are_read_or_refused_in_one_sentence(scraps: list[str]) -> None:
    found, said = outcome(lambda: read_html("".join(scraps), "a.html", main=False))

    assert "<p>" not in found.text if found else said.startswith("`a.html`")
