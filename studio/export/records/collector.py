"""Sends spans to a collector by OTLP over HTTP: to the address a person gave, and to no other.

Redirects are not followed and proxies of the environment are not used. What the service wants as a key stands in
`OTEL_EXPORTER_OTLP_HEADERS`, as its documentation says (`Authorization=Bearer%20…,other=…`); it is not sent in the
clear to another machine. A collector that is busy (429, 502, 503, 504) is asked again, after the time it names.
"""

from __future__ import annotations

import gzip
import ipaddress
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from studio.export.records.otlp import as_json, as_protobuf
from studio.export.records.spans import Span
from studio.support.errors import EnvironmentProblem, UsageError

if TYPE_CHECKING:
    import httpx2

HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
TIMEOUT_S: Final = 10.0
TRIES: Final = 5
LONGEST_WAIT_S: Final = 30.0
MOST_ANSWERED: Final = 1 << 20
"""Bytes of an answer that are looked at."""
_BUSY: Final = (429, 502, 503, 504)
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
PATH: Final = "/v1/traces"


def address_of(endpoint: str) -> str:
    """Return where traces go: the address itself if it names the path for traces, else that path below it.

    Raises UsageError for what is no address of HTTP, or holds a name and password.
    """
    try:
        parts = urlsplit(endpoint.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            "This is no address of a collector.", where="--endpoint", hint="Write one such as http://127.0.0.1:4318."
        )
    if parts.username or parts.password:
        raise UsageError("An address holds no password.", where="--endpoint", hint=f"Set {HEADERS} instead.")
    if parts.query or parts.fragment:
        raise UsageError("An address of a collector has no query.", where="--endpoint", hint="Leave `?…` and `#…` out.")
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path if path.endswith(PATH) else path + PATH}"


def headers_from(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that the environment names. Raises UsageError for what cannot be one, without quoting it."""
    made = {}
    for item in filter(None, (part.strip() for part in environment.get(HEADERS, "").split(","))):
        name, equals, value = item.partition("=")
        name, value = name.strip(), unquote(value.strip())
        if not equals or not _HEADER.fullmatch(name) or not value.isprintable():
            raise UsageError("It cannot be read.", where=HEADERS, hint="Write `name=value`, several divided by commas.")
        made[name] = value
    return made


def send(
    requests: Iterable[list[Span]],
    endpoint: str,
    resource: Mapping[str, str],
    *,
    protobuf: bool = True,
    wait: Callable[[float], None] = time.sleep,
    environment: Mapping[str, str] = os.environ,
) -> tuple[int, list[str]]:
    """Send lists of spans, a request each. Returns how many spans were taken, and what the collector said besides.

    Raises EnvironmentProblem if it cannot be reached, or refuses.
    """
    import httpx2

    address, extra = address_of(endpoint), headers_from(environment)
    if extra and address.startswith("http:") and not _is_here(urlsplit(address).hostname or ""):
        raise UsageError(
            f"{HEADERS} would go to another machine in the clear.", where=address, hint="Use an https address."
        )
    kind = "application/x-protobuf" if protobuf else "application/json"
    headers = {**extra, "Content-Type": kind, "Content-Encoding": "gzip", "User-Agent": "ganglia-studio"}
    taken, said = 0, list[str]()
    with httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
        for spans in requests:
            answer = _post(client, address, headers, _body(spans, resource, protobuf), wait)
            refused, told = _partly(answer, protobuf)
            taken += len(spans) - refused
            if told and told not in said:
                said.append(told)
    return taken, said


def _body(spans: list[Span], resource: Mapping[str, str], protobuf: bool) -> bytes:
    if protobuf:
        return gzip.compress(as_protobuf(spans, resource).SerializeToString(), 6, mtime=0)
    import orjson

    return gzip.compress(orjson.dumps(as_json(spans, resource)), 6, mtime=0)


def _post(
    client: httpx2.Client, address: str, headers: Mapping[str, str], body: bytes, wait: Callable[[float], None]
) -> bytes:
    import httpx2

    for tried in range(1, TRIES + 1):
        pause, answered = min(LONGEST_WAIT_S, 2.0 ** (tried - 1)), b""
        try:
            with client.stream("POST", address, headers=headers, content=body) as response:
                for piece in response.iter_bytes():
                    answered += piece
                    if len(answered) > MOST_ANSWERED:
                        break
        except httpx2.TimeoutException:
            trouble = f"The collector did not answer within {TIMEOUT_S:.0f} seconds."
        except httpx2.TransportError as error:
            trouble = f"The collector cannot be reached: {type(error).__name__}."
        else:
            if response.status_code in (200, 202):
                return answered
            trouble = f"The collector answered {response.status_code}."
            if response.status_code not in _BUSY:
                raise EnvironmentProblem(trouble, where=address, hint=_HINTS.get(response.status_code, _HINT))
            pause = _named_wait(response.headers.get("Retry-After"), pause)
        if tried < TRIES:
            wait(pause)
    raise EnvironmentProblem(trouble, where=address, hint="Is it running? Ids stay the same, so sending again is safe.")


_HINT: Final = "See its log; `--to otlp -o FILE` writes what would be sent."
_HINTS: Final = {
    401: f"Set its key in {HEADERS}.",
    403: f"Set its key in {HEADERS}.",
    404: "Name the address under which it takes OTLP over HTTP.",
    415: "Try the other form: `--protocol json` or `--protocol protobuf`.",
}


def _named_wait(said: str | None, otherwise: float) -> float:
    """Return the seconds that a collector asks to wait, within reason."""
    try:
        return min(LONGEST_WAIT_S, max(0.0, float(said or "")))
    except ValueError:  # a date, or nothing
        return otherwise


def _partly(answer: bytes, protobuf: bool) -> tuple[int, str]:
    """Return how many spans a collector did not take, and why."""
    if not answer:
        return 0, ""
    from google.protobuf.json_format import Parse, ParseError
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    response = ExportTraceServiceResponse()
    try:
        if protobuf:
            response.ParseFromString(answer)
        else:
            Parse(answer, response, ignore_unknown_fields=True)
    except (DecodeError, ParseError):  # some answer with a word; the status has said that all is well
        return 0, ""
    part = response.partial_success
    return part.rejected_spans, part.error_message


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
