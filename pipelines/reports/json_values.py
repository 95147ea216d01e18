"""Documents in JSON: what it has no form for is given one."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal


def render_json(document: object, indent: int = 2) -> str:
    """Return a document as JSON text: dates as ISO text, decimals as numbers, what is not finite as null."""
    return json.dumps(to_json(document), indent=indent, ensure_ascii=False, allow_nan=False)


def to_json(value: object) -> object:
    """Return a value as one that JSON can hold."""
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if value is None or isinstance(value, str | int) else str(value)
