"""What the pages of an asset show of an import: counts, reasons and masked rows, never a person's data."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.codes import find_code
from pipelines.receipts import ImportResult
from pipelines.schema import FATES

Metadata = dict[str, Any]
SHOWN_OF_FILE = ("format", "encoding", "delimiter", "row_delimiter", "quote", "has_header", "first_row", "confidence")


def make_table(names: Sequence[str], rows: Iterable[Iterable[object]]) -> dg.MarkdownMetadataValue:
    """Return rows as a Markdown table; numbers with thousands separators, nulls as empty cells."""
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(map(_show, row)) + " |" for row in rows]
    return dg.MetadataValue.md("\n".join(lines))


def make_picture(text: str, picture: bytes) -> dg.MarkdownMetadataValue:
    """Return a PNG picture as Markdown that holds it, with its text for those who do not see it."""
    words = text.replace("[", "(").replace("]", ")").replace("<", "(").replace(">", ")")
    return dg.MetadataValue.md(f"![{words}](data:image/png;base64,{base64.b64encode(picture).decode()})\n\n{words}")


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"
    return " ".join(str(value).split()).replace("|", "\\|")


def describe_raw(result: ImportResult) -> Metadata:
    """Return what is told of the bytes: which file, what was found out about it."""
    found = {name: result.found[name] for name in SHOWN_OF_FILE if name in result.found}
    return _told(result) | {
        "file": result.file,
        "sha256": result.sha256,
        "template": result.template,
        "supplier": result.supplier,
        "records": result.found.get("records"),
        "blank_lines": result.found.get("blank_lines"),
        "preamble_lines": result.found.get("preamble_lines"),
        "found": dg.MetadataValue.json(found) if found else None,
        "notices": make_table(("notice",), ([notice] for notice in result.notices)) if result.notices else None,
        "columns": _list_columns(result.found.get("columns", ())),
        "seconds_keep": result.steps.get("keep"),
        "seconds_read": result.steps.get("read"),
    }


def _list_columns(columns: Sequence[Mapping[str, object]]) -> dg.MarkdownMetadataValue | None:
    """Return what the columns hold, by shares of their cells."""
    if not columns:
        return None
    names = ("position", *columns[0])
    return make_table(names, ([at, *column.values()] for at, column in enumerate(columns, start=1)))


def describe_clean(result: ImportResult) -> Metadata:
    """Return what is told of the cleaned rows: how many, warnings, the first few with people's data masked."""
    return _told(result) | {
        "dagster/row_count": result.rows_received if result.found else None,
        "warnings": _list(result.warnings),
        "warnings_explained": _explain(result.warnings),
        "first_rows_masked": make_table(tuple(result.sample[0]), (row.values() for row in result.sample))
        if result.sample
        else None,
        "seconds_clean": result.steps.get("clean"),
    }


def describe_screened(result: ImportResult) -> Metadata:
    """Return what is told of the fates: the ledger, reasons with their remedy, effects, cost and expiry."""
    is_new = bool(result.found)
    counts = {name: getattr(result, name) for name in ("rows_received", *FATES)} if is_new else {}
    effects = {effect: rows for effect, rows in result.effects.items() if rows}
    total = result.cost.get("total")
    return _told(result) | {
        "dagster/row_count": result.created + result.updated if is_new else None,
        "ledger": _sum_up(counts) if is_new else None,
        "commands": _list_commands(result),
        **counts,
        "list": result.list,
        "import_date": result.import_date.isoformat() if result.import_date else None,
        "reasons": _list(result.reasons),
        "reasons_explained": _explain(result.reasons),
        "existing_leads": make_table(("effect", "leads"), effects.items()) if effects else None,
        "cost": float(total) if total is not None else None,
        "currency": result.cost.get("currency"),
        "expires_at": result.expires_at.isoformat() if result.expires_at else None,
        "seconds_screen": result.steps.get("screen"),
        "seconds_commit": result.steps.get("commit"),
        "seconds_publish": result.steps.get("publish"),
        "seconds": result.seconds,
    }


def _sum_up(counts: Mapping[str, int]) -> str:
    fates = " + ".join(f"{counts[fate]:,} {fate}" for fate in FATES)
    return f"{counts['rows_received']:,} rows received = {fates}"


def _list_commands(result: ImportResult) -> dg.MarkdownMetadataValue | None:
    """Return what a person may do about an import, as commands to copy."""
    if not result.import_id:
        return None
    named = {"what became of it": "show {}", "its reject file": "rejects {} -o rejects.csv", "take it back": "undo {}"}
    if not (result.rejected or result.quarantined):
        del named["its reject file"]
    return make_table(
        ("to see or do", "command"),
        ((what, f"`leadmill {command.format(result.import_id)}`") for what, command in named.items()),
    )


def tidy(metadata: Mapping[str, Any]) -> Metadata:
    """Return only what is known, fractions to three places: an entry that is null says nothing on a page."""
    known = {name: value for name, value in metadata.items() if value is not None}
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in known.items()}


def _told(result: ImportResult) -> Metadata:
    return {"import_id": result.import_id, "status": result.status, "message": result.message or None}


def _list(codes: Mapping[str, int]) -> str | None:
    return ", ".join(f"{code} {rows:,}" for code, rows in _order(codes)) or None


def _order(codes: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(codes.items(), key=lambda item: (-item[1], item[0]))


def _explain(codes: Mapping[str, int]) -> dg.MarkdownMetadataValue | None:
    if not codes:
        return None
    rows = [(code, rows, find_code(code).meaning, find_code(code).remedy) for code, rows in _order(codes)]
    return make_table(("code", "rows", "meaning", "what to do"), rows)
