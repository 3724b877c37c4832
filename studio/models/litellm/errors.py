"""Turns what litellm raises into `ModelError` kinds, with the wait the server asked for and no key in the text."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from typing import Any

from studio.models.failures import failure
from studio.support.errors import ModelError
from studio.support.keys import scrub_error
from studio.support.values import preview

_BY_CLASS = {
    "ContextWindowExceededError": "context_window",
    "RateLimitError": "rate_limit",
    "Timeout": "timeout",
    "AuthenticationError": "auth",
    "PermissionDeniedError": "auth",
    "NotFoundError": "not_found",
    "BadRequestError": "bad_request",
    "UnprocessableEntityError": "bad_request",
}
# Unreadable answers arrive as server errors without a response; only their text tells them apart.
_UNREADABLE = ("expecting", "empty or invalid response", "no 'choices'", "jsondecode", "unterminated", "extra data")
_CUT = ("midstream", "stream ended", "incomplete chunked read", "payload is not completed")
_HINTS = {
    "auth": "Check the key, and that the account may use this model.",
    "not_found": "Check the model's name with the provider.",
    "context_window": "Shorten the input, or choose a model with a larger context.",
    "rate_limit": "Wait, or lower the concurrency.",
}


def map_error(error: Exception, where: str) -> ModelError:
    """Return the `ModelError` for an exception of litellm or of the HTTP library below it."""
    text = scrub_error(preview(_said(error), 300))
    kind = _kind(error, text.lower())
    return failure(
        kind,
        f"The provider {_VERBS[kind]}: {text}",
        where=where,
        hint=_HINTS.get(kind, ""),
        retry_after_s=_retry_after(error),
    )


_VERBS = {
    "auth": "refused the key or the account",
    "not_found": "does not know this model",
    "context_window": "found the request too long",
    "rate_limit": "asks to slow down",
    "timeout": "did not answer in time",
    "bad_request": "refused the request",
    "malformed": "sent an answer that cannot be read",
    "server": "failed",
}


def _kind(error: Exception, text: str) -> str:
    names = [cls.__name__ for cls in type(error).__mro__]
    for name in names:
        if name in _BY_CLASS:
            return _BY_CLASS[name]
    if any(mark in f"{names[0]} {text}".lower() for mark in _CUT):
        return "malformed"
    status = getattr(error, "status_code", None)
    # Without a real response the status is litellm's own invention.
    answered = bool(getattr(getattr(error, "response", None), "headers", None))
    if not answered and any(mark in text for mark in _UNREADABLE):
        return "malformed"
    if status in (401, 402, 403):
        return "auth"
    if status == 404:
        return "not_found"
    if isinstance(status, int) and 400 <= status < 500 and answered:
        return "bad_request"
    return "server"


def _said(error: Exception) -> str:
    """Return the provider's own words, without the names of classes that wrap them."""
    text = str(getattr(error, "message", "") or error)
    while True:
        if text[:40].partition(" - ")[0].endswith("Exception"):
            text = text.partition(" - ")[2]
        head, separator, rest = text.partition(": ")
        wrapper = head.removeprefix("litellm.")
        if not separator or not rest or not (wrapper == "LiteLLM" or wrapper.endswith(("Error", "Timeout"))):
            break
        if not wrapper.isidentifier():
            break
        text = rest
    return text


def _retry_after(error: Exception) -> float | None:
    """Return the seconds the server asked to wait, from the header in either of its forms."""
    headers: Any = getattr(error, "litellm_response_headers", None)
    if not headers:
        headers = getattr(getattr(error, "response", None), "headers", None)
    if not isinstance(headers, Mapping):
        return None
    value = next((str(v) for k, v in headers.items() if str(k).lower() == "retry-after"), "")
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        parsed = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(parsed) - time.time()) if parsed else None
