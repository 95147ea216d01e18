"""The reject file: the supplier's own rows, as they came, with what was wrong and what to do."""

import json
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.cleaning.mapping import fold_header
from pipelines.codes import find_code
from pipelines.errors import UserError
from pipelines.home import Home, raw_path, write_whole
from pipelines.published.reading import open_reader
from pipelines.reading.drops import Drop, open_drop
from pipelines.templates.template import Template

ADDED = ("row_number", "code", "reason", "remedy")


def write_rejects(home: Home, import_id: str, output: Path, now: datetime) -> int:
    """Write the rejected and quarantined rows of an import and return how many.

    A CSV drop gives CSV in its own encoding, delimiter and bytes, the added columns behind its own; a JSON drop gives
    JSON objects with the added names. Corrected and imported by the same template it imports. Raises UserError for an
    import that is not there, or whose drop was never readable.
    """
    with open_reader(home, now) as connection:
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
    raw = drop.raw_records(rows["row_number"]).join(rows, on="row_number", how="inner", maintain_order="left")
    content = _render_json(raw) if drop.found.format == "json" else _render_csv(drop, raw)
    write_whole(output.absolute(), content)
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
        taken = {fold_header(header) for header in found.headers}
        names = [name if name not in taken else f"leadmill_{name}" for name in ADDED]
        parts += [_without_end(drop.header_bytes, ends), cells(*names), line_end]
    for row_number, record, code, detail in raw.select("row_number", "raw", "code", "detail").iter_rows():
        parts += [_without_end(record, ends), cells(str(row_number), code, *_why(code, detail)), line_end]
    return b"".join(parts)


def _without_end(record: bytes, ends: list[bytes]) -> bytes:
    for end in ends:
        if record.endswith(end):
            return record.removesuffix(end)
    return record


def _render_json(raw: pl.DataFrame) -> bytes:
    lines = []
    for row_number, record, code, detail in raw.select("row_number", "raw", "code", "detail").iter_rows():
        added = json.dumps(dict(zip(ADDED, (row_number, code, *_why(code, detail)), strict=True)))
        body = record.strip()
        if body.startswith(b"{"):
            inner = body[1:-1].strip()
            lines.append(b"{" + (inner + b", " if inner else b"") + added[1:].encode())
        else:
            lines.append(b'{"item": ' + body + b", " + added[1:].encode())
    return b"[\n" + b",\n".join(lines) + b"\n]\n"
