"""JSON from outside: UTF-8, no key twice, no figures that JSON does not know, not nested without end."""

import json
from typing import Any, NoReturn

from pipelines.doors.answers import RefusedError

MAX_DIGITS = 400


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object that a body holds; half a character (a lone surrogate) becomes a question mark.

    Raises RefusedError (400) for anything else.
    """
    document = _parse(body)
    if not isinstance(document, dict):
        raise RefusedError(400, "The body is not a JSON object.")
    return document


def count_records(body: bytes) -> int:
    """Return how many entries the longest list of a body has, 1 where it has none.

    Raises RefusedError (400) for what is neither a JSON object nor an array of objects, at least one.
    """
    document = _parse(body)
    records = document if isinstance(document, list) else [document]
    if not records or not all(isinstance(record, dict) for record in records):
        raise RefusedError(400, "The body is neither a JSON object nor an array of objects.")
    most, waiting = 1, [document]
    while waiting:
        inner = waiting.pop()
        most = max(most, len(inner) if isinstance(inner, list) else 1)
        below = inner.values() if isinstance(inner, dict) else inner
        waiting += [each for each in below if isinstance(each, dict | list)]
    return most


def _parse(body: bytes) -> Any:  # noqa: ANN401
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_int=_read_int,
            object_pairs_hook=_refuse_twice,
        )
        return _make_whole(document) if b"\\u" in body else document
    except (ValueError, RecursionError):
        raise RefusedError(400, "The body is not JSON.") from None


def _make_whole(document: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    text = json.dumps(document, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.loads(text.encode(errors="replace"))
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _read_int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number without end")
    return int(text)


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key stands there twice")
    return document
