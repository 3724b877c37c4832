"""Moments as people say them: a while ago, yesterday, a date. In the time of this machine."""

from __future__ import annotations

from datetime import datetime, timedelta

JUST_NOW_S = 10


def ago(moment: float, now: float) -> str:
    """Return when something was, seen from `now`, both in seconds since 1970: `12 min ago`, `yesterday 14:05`.

    What lies ahead (a clock that went wrong) is said as a date.
    """
    passed = now - moment
    if 0 <= passed < JUST_NOW_S:
        return "just now"
    if 0 <= passed < 60:
        return f"{passed:.0f} s ago"
    if 0 <= passed < 3600:
        return f"{int(passed // 60)} min ago"
    then, today = _local(moment), _local(now)
    if then is None or today is None:
        return "–"
    if passed >= 0 and then.date() == today.date():
        return f"today {then:%H:%M}"
    if then.date() == today.date() - timedelta(days=1):
        return f"yesterday {then:%H:%M}"
    return f"{then:%a} {then:%H:%M}" if 0 <= passed < 6 * 86400 else f"{then:%Y-%m-%d %H:%M}"


def in_full(moment: float) -> str:
    """Return a moment to the second, with its weekday."""
    then = _local(moment)
    return "–" if then is None else f"{then:%A, %Y-%m-%d %H:%M:%S}"


def midnight(now: float, days_before: int = 0) -> float:
    """Return the moment at which today, or an earlier day, began."""
    today = datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today - timedelta(days=days_before)).timestamp()


def _local(moment: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(moment)
    except (OverflowError, ValueError, OSError):  # a file that came from someone else may hold any number
        return None
