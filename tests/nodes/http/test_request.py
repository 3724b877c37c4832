"""`http.request`: what it asks, what it gives, and what it is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from studio.nodes.http._url import filled_url
from studio.nodes.http.request import Request
from studio.spec import ANY, Permission
from studio.spec.outside import WebRequest, WebResponse
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import Effect, FakeContext, present, run_node

BASE = "https://api.example.org"


class FakeWeb:
    """Answers every request with one response, and keeps what it was asked."""

    def __init__(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.asked: list[WebRequest] = []
        self.answer = WebResponse(
            status, f"{BASE}/end", {name.replace("_", "-"): value for name, value in headers.items()}, body
        )

    @property
    def web(self) -> FakeWeb:
        return self

    async def request(self, request: WebRequest) -> WebResponse:
        self.asked.append(request)
        return self.answer


async def ran(
    outside: FakeWeb, params: Mapping[str, Any], inputs: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], Effect]:
    ctx = FakeContext(outside=outside)
    out = await run_node(Request, params, inputs or {}, ctx)
    return present(out), ctx.effects[0]


def problems(**params: Any) -> list[str]:
    made, faults = parse_params(Request.Params, params)
    return faults or list(Request.problems(made))


def permissions(**params: Any) -> set[Permission]:
    return set(Request.permissions(parse_params(Request.Params, params)[0], ()))


async def test_json_is_given_as_a_value_and_as_text() -> None:
    outside = FakeWeb(b'{"a": [1, 2.5, "\xc3\xa9"]}', content_type="application/json; charset=utf-8")

    out, effect = await ran(outside, {"url": f"{BASE}/items/{{id}}?q={{q}}"}, {"id": 7, "q": "a b&c=d/é"})

    assert out["json"] == {"a": [1, 2.5, "é"]}
    assert out["text"] == '{"a": [1, 2.5, "é"]}'
    assert (out["status"], out["url"]) == (200, f"{BASE}/end")
    assert outside.asked[0].url == f"{BASE}/items/7?q=a%20b%26c%3Dd%2F%C3%A9"
    assert (effect.kind, effect.name, effect.irreversible, effect.outbound) == ("web", "request", False, True)


async def test_a_text_is_text_and_anything_else_a_file() -> None:
    text, _ = await ran(FakeWeb("grüß".encode("latin-1"), content_type="text/plain; charset=latin-1"), {"url": BASE})
    image, _ = await ran(FakeWeb(b"\x89PNG\0", content_type="image/png"), {"url": BASE})
    bare, _ = await ran(FakeWeb(b"no type"), {"url": BASE})

    assert text["text"] == "grüß"
    assert "json" not in text
    assert image["file"]["type"] == "image/png"
    assert "text" not in image
    assert bare["text"] == "no type"


@pytest.mark.parametrize("body", [b"{", b"NaN", b'"\\ud800"', b"[" * 100_000, b"", b"1e999"])
async def test_what_is_no_json_gives_its_text_alone(body: bytes) -> None:
    out, _ = await ran(FakeWeb(body, content_type="application/json"), {"url": BASE})

    assert "json" not in out
    assert out["text"] == body.decode()


async def test_a_body_is_sent_as_text_or_as_json_and_cannot_be_undone() -> None:
    outside = FakeWeb()
    _, text = await ran(outside, {"url": BASE, "method": "POST"}, {"body": "plain"})
    _, value = await ran(outside, {"url": BASE, "method": "PUT"}, {"body": {"a": 1}})
    _, typed = await ran(outside, {"url": BASE, "method": "PATCH", "headers": {"content-type": "a/b"}}, {"body": [1]})

    assert [one.body for one in outside.asked] == [b"plain", b'{"a":1}', b"[1]"]
    assert outside.asked[0].headers["Content-Type"] == "text/plain; charset=utf-8"
    assert outside.asked[1].headers["Content-Type"] == "application/json"
    assert outside.asked[2].headers == {"content-type": "a/b"}
    assert text.irreversible
    assert value.irreversible
    assert typed.irreversible


async def test_what_is_recorded_names_secrets_and_holds_no_cookies() -> None:
    outside = FakeWeb(b"", set_cookie="session=123", etag="x")

    out, effect = await ran(outside, {"url": BASE, "headers": {"Authorization": "Bearer secret:A_TOKEN"}})

    assert effect.request == {"method": "GET", "url": BASE, "headers": {"Authorization": "Bearer secret:A_TOKEN"}}
    assert out["headers"] == {"etag": "x"}


async def test_a_status_that_is_not_expected_fails_the_node() -> None:
    outside = FakeWeb(b"slow down", status=429, content_type="text/plain")

    with pytest.raises(NodeError, match="answered 429: slow down") as told:
        await ran(outside, {"url": BASE})
    assert (told.value.kind, told.value.transient) == ("http_429", True)

    for expect in ("any", "200-299, 429", "400 - 499"):
        assert (await ran(outside, {"url": BASE, "expect": expect}))[0]["status"] == 429


async def test_with_an_empty_url_all_of_it_is_wired() -> None:
    outside = FakeWeb()

    await ran(outside, {}, {"url": f"{BASE}/x"})

    assert outside.asked[0].url == f"{BASE}/x"
    assert permissions() == {Permission("host", ANY)}


@pytest.mark.parametrize("value", [None, [1], {"a": 1}])
async def test_only_texts_and_numbers_fill_a_gap(value: Any) -> None:
    with pytest.raises(NodeError, match="needs a text or a number"):
        await ran(FakeWeb(), {"url": f"{BASE}/{{x}}"}, {"x": value})


@pytest.mark.parametrize("value", ["..", ".", "%2e%2e"])
async def test_a_value_cannot_climb_in_the_path(value: str) -> None:
    if value.startswith("%"):  # it is encoded once more, and so climbs nowhere
        assert filled_url(f"{BASE}/a/{{x}}/b", {"x": value}).endswith("/a/%252e%252e/b")
        return
    with pytest.raises(NodeError, match="ask for something else"):
        await ran(FakeWeb(), {"url": f"{BASE}/a/{{x}}/b"}, {"x": value})


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_fills_the_gaps_stays_one_piece_on_the_same_host(one: str, two: str) -> None:
    try:
        made = URL(filled_url(f"{BASE}/items/{{one}}/end?q={{two}}&r=1", {"one": one, "two": two}))
    except (NodeError, UnicodeEncodeError):
        return

    assert (made.host, made.scheme, made.raw_fragment) == ("api.example.org", "https", "")
    assert len(made.raw_parts) == 4
    assert made.raw_parts[3] == "end"
    assert list(made.query) == ["q", "r"]
    assert made.query["q"] == two


def test_it_asks_for_exactly_its_origin_and_its_secrets() -> None:
    held = permissions(url="HTTPS://api.example.org:443/a/{x}", headers={"A": "secret:ONE", "B": "Bearer secret:TWO"})

    assert {(one.kind, one.what) for one in held} == {
        ("host", "https://api.example.org"), ("secret", "ONE"), ("secret", "TWO")
    }  # fmt: skip
    near = permissions(url="http://127.0.0.1:8080/")
    assert [(one.what, one.note) for one in near] == [("http://127.0.0.1:8080", "on this computer or its network")]


def test_of_a_request_that_changes_something_all_that_is_fixed_is_approved() -> None:
    fixed = {"url": f"{BASE}/a/{{x}}", "method": "DELETE", "headers": {"B": "2", "A": "1"}}

    assert Permission("other", f'DELETE {BASE}/a/{{x}} with the headers {{"A":"1","B":"2"}}') in permissions(**fixed)
    for more in ({"url": f"{BASE}/b/{{x}}"}, {"method": "PUT"}, {"headers": {"A": "1"}}, {"url": ""}):
        assert permissions(**{**fixed, **more}) != permissions(**fixed)
    assert {one.kind for one in permissions(url=f"{BASE}/a", method="HEAD")} == {"host"}


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"url": "ftp://x/"}, "only http"),
        ({"url": "http://2130706433/"}, "number in disguise"),
        ({"url": "https://{host}/x"}, "Gaps of `url` stand after the host"),
        ({"url": "https://a.{tld}/x"}, "Gaps of `url` stand after the host"),
        ({"url": "https://a.org:{port}/x"}, "refused"),
        ({"url": "{all}"}, "refused"),
        ({"url": f"{BASE}/{{body}}", "method": "POST"}, "name of another input"),
        ({"url": BASE, "headers": {"Host": "x"}}, "written by the studio itself"),
        ({"url": BASE, "headers": {"A": 3}}, "no single line"),
        ({"url": BASE, "headers": ["A"]}, "object of texts"),
        ({"url": BASE, "expect": "2xx"}, "`expect`"),
        ({"url": BASE, "expect": ""}, "`expect`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_before_anything_runs(params: dict[str, Any], told: str) -> None:
    assert told in " ".join(problems(**params))


def test_a_good_request_has_no_problems() -> None:
    assert problems(url=f"{BASE}/{{a}}", headers={"A": "Bearer secret:X"}, expect="200, 404") == []
