"""Times of day as .NET writes durations: ``00:00:00.1234567`` in JSON, ``PT0.1234567S`` in XML. Checklist CM-010."""

import re

_CLOCK = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d)(?:\.(\d{1,7}))?", re.ASCII)
_PERIOD = re.compile(r"PT(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.(\d{1,7}))?S)?", re.ASCII)
SECOND = 10_000_000  # in ticks of .NET, 100 ns each
DAY = 24 * 3600 * SECOND


def read_duration(text: object) -> object:
    """Return either spelling as a time of day, ``09:30:00`` with a fraction where there is one.

    Raises ValueError for what is neither or is no time of one day; what is no text is returned for others to refuse.
    """
    if not isinstance(text, str):
        return text
    found = _CLOCK.fullmatch(text.strip()) or _PERIOD.fullmatch(text.strip())
    ticks = _count(*found.groups()) if found else DAY
    if ticks >= DAY:
        raise ValueError('is a time of day such as "09:30:00" (JSON) or PT9H30M (XML).')
    fraction = f".{ticks % SECOND:07}" if ticks % SECOND else ""
    minutes, seconds = divmod(ticks // SECOND, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{fraction}"


def write_period(clock: str) -> str:
    """Return what ``read_duration`` gave as XML has it."""
    hours, minutes, seconds, _ = (int(part or 0) for part in _match(clock))
    fraction = (_match(clock)[3] or "").rstrip("0")
    text = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    if seconds or fraction or not text:
        text += f"{seconds}{'.' * bool(fraction)}{fraction}S"
    return f"PT{text}"


def _match(clock: str) -> tuple[str | None, ...]:
    found = _CLOCK.fullmatch(clock)
    assert found  # noqa: S101  as read_duration returned it
    return found.groups()


def _count(hours: str | None, minutes: str | None, seconds: str | None, fraction: str | None) -> int:
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole * SECOND + int((fraction or "").ljust(7, "0"))
