"""The four kinds of report, and under which headers their columns are found. Nothing here reads or writes anything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.columns.headers import fold_header, list_headers
from pipelines.errors import UserError, nearest

# What a column may be called, the likelier first: blanks, marks and capitals do not count. A dialler that keeps ids of
# its own calls ours the vendor's, so that comes before `lead_id`.
# fmt: off
HEADERS: dict[str, tuple[str, ...]] = {
    "lead_id": ("vendor_lead_code", "vendor_lead_id", "vendor_id", "external_id", "leadmill_id", "lead_id"),
    "number": (
        "number_dialled", "number_dialed", "dialled_number", "dialed_number", "phone_dialled", "phone_dialed", "phone",
        "phone_number", "number", "telephone", "telephone_number", "tel", "mobile", "msisdn", "e164", "phone1",
        "customer_number",
    ),
    "called_at": (
        "called_at", "attempted_at", "attempt_at", "call_date", "call_time", "call_datetime", "call_start",
        "call_started_at", "call_started", "started_at", "start_time", "event_time", "timestamp", "datetime",
        "date_time", "time",
    ),
    "outcome": (
        "outcome", "outcome_code", "disposition", "disposition_code", "dispo", "call_outcome", "call_result", "result",
        "result_code", "status", "status_code",
    ),
    "sale_value": ("sale_value", "sale_amount", "order_value", "revenue", "value", "amount"),
    "currency": ("currency", "currency_code", "sale_currency"),
    "due_at": (
        "due_at", "due", "callback_at", "callback_time", "callback_datetime", "callback_date", "scheduled_at",
        "scheduled_for", "appointment_at", "datetime", "time",
    ),
    "notes": ("notes", "note", "comments", "comment", "remarks"),
    "state": ("state", "callback_state", "callback_status", "status", "closed", "is_closed"),
    "fetched_at": ("fetched_at", "fetched", "buffered_at", "loaded_at", "inserted_at", "timestamp", "datetime", "time"),
    "agent": ("agent", "agent_id", "agent_name", "user", "user_id", "operator"),
}
# fmt: on


@dataclass(frozen=True)
class Kind:
    """One kind of report: the column that holds its time, what else it needs and what else it may have."""

    time: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    is_snapshot: bool = False


KINDS: dict[str, Kind] = {
    "attempts": Kind("called_at", ("called_at",), ("agent",)),
    "callbacks": Kind("due_at", ("due_at",), ("notes", "state"), is_snapshot=True),
    "fetched": Kind("fetched_at", (), ("fetched_at",), is_snapshot=True),
    "dispositions": Kind("called_at", ("outcome", "called_at"), ("sale_value", "currency", "agent")),
}


def find_columns(kind: Kind, headers: Sequence[str], file: str) -> dict[str, str]:
    """Return which of the frame's columns (``c1``…) holds which column of the report.

    Raises UserError with the headers found where neither a lead id nor a number, or a column that is needed, is there.
    """
    folded = [_fold(header) for header in headers]
    found = {}
    for name in ("lead_id", "number", *kind.required, *kind.optional):
        place = next((folded.index(_fold(alias)) for alias in HEADERS[name] if _fold(alias) in folded), None)
        if place is not None:
            found[name] = f"c{place + 1}"
    if not {"lead_id", "number"} & set(found):
        fact = f"No column says which lead: a lead_id or a number. {list_headers(headers)}"
        raise UserError(file, fact, "Name one 'lead_id' or 'phone'.")
    for name in kind.required:
        if name not in found:
            meant = nearest(name, list(headers)) if any(headers) else ""
            raise UserError(
                file,
                f"No column for '{name}'. {list_headers(headers)}",
                f"{meant} Name it '{name}', one row for each call."
                if kind.time == "called_at"
                else f"Name it '{name}'.",
            )
    return found


def list_known_headers() -> set[str]:
    """Return every header that is known, as written most: evidence that a line is a header."""
    names = {alias for aliases in HEADERS.values() for alias in aliases}
    spaced = {name.replace("_", " ") for name in names}
    return names | spaced | {name.title() for name in spaced} | {name.capitalize() for name in spaced}


def _fold(header: str) -> str:
    return re.sub(r"[\W_]+", "", fold_header(header))
