"""The reject file: the supplier's own rows, as they came, with what was wrong and what to do."""

import json
import re
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.accesses import note_access
from pipelines.codes import find_code
from pipelines.columns.headers import fold_header
from pipelines.errors import UserError
from pipelines.home import Home, raw_path, write_whole
from pipelines.published.reading import open_reader
from pipelines.reading.drops import Drop, open_drop
from pipelines.templates.template import Template

ADDED = ("row_number", "code", "reason", "remedy")


def write_rejects(home: Home, import_id: str, output: Path, now: datetime, *, user: str = "operator") -> int:
    """Write the rejected and quarantined rows of an import and return how many.

    A CSV drop gives CSV in its own encoding, delimiter and bytes, the added columns behind its own; a JSON drop gives
    JSON objects with the added names; an XML drop its own elements, each behind a comment that says why. Corrected and
    imported by the same template it imports. Raises UserError for an import that is not there, or whose drop was never
    readable.
    """
    with open_reader(home, now, reports=()) as connection:
        found = connection.execute(
            "SELECT sha256, settings, status, file FROM imports WHERE import_id = ?", [import_id]
        ).fetchall()
        if not found:
            raise UserError("import", f"There is none with the id '{import_id}'.", "See: leadmill history.")
        rows = connection.sql(
            "SELECT row_number, code, detail FROM import_rows WHERE import_id = ?"
            " AND fate IN ('rejected', 'quarantined') ORDER BY row_number",
            params=[import_id],
        ).pl()
    sha256, settings, status, file = found[0]
    if status == "failed":
        raise UserError(file, "This drop could not be read at all, so it has no rows.", "See: leadmill show IMPORT.")
    template = Template.model_validate_json(settings)
    drop = open_drop(raw_path(home, sha256), template.file.to_settings(), template.headers)
    why = [_why(code, detail) for code, detail in rows.select("code", "detail").iter_rows()]
    explained = rows.select("row_number", "code").with_columns(
        reason=pl.Series([reason for reason, _ in why], dtype=pl.String),
        remedy=pl.Series([remedy for _, remedy in why], dtype=pl.String),
    )
    return write_left_out(home, drop, explained, output, now, user=user, action="rejects taken", subject=import_id)


def write_left_out(
    home: Home, drop: Drop, rows: pl.DataFrame, output: Path, now: datetime, *, user: str, action: str, subject: str
) -> int:
    """Write some rows of a drop as they came, with code, reason and remedy behind each; return how many.

    ``rows``: row_number (Int64), code, reason, remedy (String). Who takes them is noted as ``action`` on ``subject``.
    """
    raw = drop.raw_records(rows["row_number"]).join(rows, on="row_number", how="inner", maintain_order="left")
    render = {"json": _render_json, "xml": _render_xml}.get(drop.found.format, _render_csv)
    note_access(home, now, user, action, subject, output.name)
    write_whole(output.absolute(), render(drop, raw))
    return raw.height


def _why(code: str, detail: str | None) -> tuple[str, str]:
    known = find_code(code)
    return known.meaning + (f" ({detail})" if detail else ""), known.remedy


def _render_csv(drop: Drop, raw: pl.DataFrame) -> bytes:
    found = drop.found
    encoding = found.encoding
    delimiter = found.delimiter or ","
    end = "\n" if found.row_delimiter == "mixed" else found.row_delimiter
    ends = [text.encode(encoding) for text in ("\r\n", end, "\n", "\r")]
    line_end = end.encode(encoding)

    def cells(*values: str) -> bytes:
        quoted = (f'"{value.replace(chr(34), chr(34) * 2)}"' for value in values)
        return (delimiter + delimiter.join(quoted)).encode(encoding, "replace")

    parts = []
    if found.has_header:
        parts += [_without_end(drop.header_bytes, ends), cells(*_name_added(drop)), line_end]
    for row_number, record, *why in raw.select("row_number", "raw", "code", "reason", "remedy").iter_rows():
        parts += [_without_end(record, ends), cells(str(row_number), *why), line_end]
    return b"".join(parts)


def _name_added(drop: Drop) -> list[str]:
    taken = {fold_header(header) for header in drop.found.headers}
    return [name if name not in taken else f"leadmill_{name}" for name in ADDED]


def _without_end(record: bytes, ends: list[bytes]) -> bytes:
    for end in ends:
        if record.endswith(end):
            return record.removesuffix(end)
    return record


def _render_json(drop: Drop, raw: pl.DataFrame) -> bytes:
    encoding, errors = _name_codec(drop)
    names, lines = _name_added(drop), []
    for row_number, record, *why in raw.select("row_number", "raw", "code", "reason", "remedy").iter_rows():
        added = json.dumps(dict(zip(names, (row_number, *why), strict=True)))
        body = _quote_damaged(record.decode(encoding, errors).strip())
        if body.startswith("{"):
            inner = body[1:-1].strip()
            lines.append("{" + (inner + ", " if inner else "") + added[1:])
        else:
            lines.append('{"item": ' + body + ", " + added[1:])
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode(encoding, errors)


def _quote_damaged(body: str) -> str:
    """Return an item, or, of a broken line of JSON lines, a text of it: one row must not break the file."""
    try:
        json.loads(body)
    except ValueError:
        return json.dumps(body, ensure_ascii=False)
    return body


def _render_xml(drop: Drop, raw: pl.DataFrame) -> bytes:
    encoding, _ = _name_codec(drop)
    parts = [drop.header_bytes]
    for row_number, record, *why in raw.select("row_number", "raw", "code", "reason", "remedy").iter_rows():
        # Two hyphens would end the comment.
        code, reason, remedy = why
        said = re.sub("-(?=-)", "- ", f"row {row_number}: {code}. {reason} {remedy}")
        parts += [f"<!-- {said} -->\n".encode(encoding, "replace"), record, "\n".encode(encoding)]
    return b"".join([*parts, drop.footer_bytes])


def _name_codec(drop: Drop) -> tuple[str, str]:
    """Return the drop's encoding, and the handling of errors under which its damaged rows stay as they are."""
    encoding = drop.found.encoding
    return encoding, "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
