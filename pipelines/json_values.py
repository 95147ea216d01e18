"""Values that JSON has no form for."""

from datetime import date, datetime
from decimal import Decimal


def to_json(value: object) -> object:
    """Return a value as one that JSON can hold: decimals as numbers, dates as ISO text; ``default`` of json.dumps."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
