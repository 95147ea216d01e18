"""What has to hold of any bytes whatever that are sent as a drop; ``python -m tests.reading.fuzzing FILE`` replays one.

A file's name says how it was read: ``<number of DECLARED>-<seed>``.
"""

import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import polars as pl

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.reading.containers import unpack
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings
from pipelines.receipts import ImportResult
from pipelines.reports.rejecting import write_rejects
from pipelines.templates.template import Template, build_template
from tests.reading.mutations import CONTACTS, NAMES, Seed, mutate

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DECLARED: tuple[dict[str, object], ...] = (
    {},
    {"format": "csv"},
    {"format": "json"},
    {"format": "xml"},
    {"delimiter": "||"},
    {"delimiter": ",", "quote": '"', "escape": "backslash"},
    {"delimiter": ";", "quote": "none"},
    {"quote": "'"},
    {"row_delimiter": "\\r"},
    {"row_delimiter": "o", "delimiter": "~"},
    {"encoding": "utf-16"},
    {"encoding": "cp1252"},
    {"encoding": "shift_jis"},
    {"encoding": "utf-8", "has_header": False, "footer_lines": 0},
    {"first_row": 2, "has_header": True},
    {"footer_lines": 1},
    {"records": "data.leads"},
    {"records": "$"},
    {"sheet": "Sheet"},
)  # fmt: skip
_MAPPINGS: dict[str, dict[str, str | int]] = {
    "plain": {"first_name": "name", "phone1": "phone", "email": "email", "city": "city"},
    "headless": {"first_name": 1, "phone1": 2, "email": 3},
    "one": {"phone1": 1},
    "nested": {"first_name": "name", "phone1": "contact.phone[0]", "email": "contact.email"},
}
_SHOWS_HEADERS = re.compile(
    r": No column for '|: Column \d+ is '|There are no records at|The records (are taken|could be)|Beside the"
)
_BLANK = b" \t\r\n\x00"


def make_example(rng: Random, seeds: tuple[Seed, ...], folder: Path) -> Path:
    """Write a mutated drop under a name that says how to read it; most are read undeclared."""
    name, content = mutate(rng, seeds)
    number = rng.randrange(len(DECLARED)) if rng.random() < 0.3 else 0
    path = folder / f"{number}-{name}"
    path.write_bytes(content)
    return path


def check_read(path: Path) -> str:
    """Read a drop to its end and return what came of it: its format, or that it was refused."""
    declared = FileSettings(**DECLARED[_number_of(path)])  # type: ignore[arg-type]
    try:
        drop = open_drop(path, declared, ("name", "phone"))
        chunks = list(drop.chunks(4))
    except UserError as error:
        require_decent(path, str(error))
        return "refused"
    _require_rows(drop, pl.concat(chunks) if chunks else None)
    if drop.found.format != "xlsx":
        _require_bytes(path, drop, declared)
    return drop.found.format


def _require_rows(drop: Drop, rows: pl.DataFrame | None) -> None:
    found = drop.found
    assert all(0 <= share <= 1 for share in found.confidence.values()), found.confidence
    for notice in found.notices:
        require_private(notice)
    assert (rows.height if rows is not None else 0) == found.records
    if rows is None:
        return
    cells = [name for name in rows.columns if name[0] == "c"]
    assert len(cells) == len(found.headers)
    assert rows["row_number"].to_list() == list(range(1, found.records + 1))
    assert rows["line_number"].is_sorted() or len(_contents(drop)) > 1
    flawed = rows.filter(pl.col("flaw").is_not_null())
    assert all(flawed[name].null_count() == flawed.height for name in cells)


def _contents(drop: Drop) -> list[Drop]:
    return getattr(drop, "_drops", [drop])


def _require_bytes(path: Path, drop: Drop, declared: FileSettings) -> None:
    """Hold the raw records against the file: in its order, and of a table nothing but blanks between them."""
    numbers = pl.Series(range(1, drop.found.records + 1), dtype=pl.Int64)
    raw = drop.raw_records(numbers)["raw"].to_list()
    assert len(raw) == drop.found.records
    assert all(raw)
    content = b"".join(each.work.tobytes() for each in unpack(path).contents)
    is_one = len(_contents(drop)) == 1
    if not raw or not is_one or drop.found.encoding not in ("utf-8", "cp1252", "iso8859-1", "utf-16-le", "utf-16-be"):
        return
    is_table = drop.found.format == "csv" and declared.row_delimiter == "auto"
    starts = (found.start() for found in re.finditer(b"(?=" + re.escape(raw[0]) + b")", content))
    assert any(_follow(content, at, raw, is_table, not drop.found.footer_lines) for at in starts), "bytes are in no row"


def _follow(content: bytes, at: int, raw: list[bytes], is_table: bool, is_to_end: bool) -> bool:
    """Say whether the records stand in the content from a place on, in order; of a table with blanks between them."""
    for record in raw:
        begin = content.find(record, at)
        if begin < 0 or (is_table and content[at:begin].strip(_BLANK)):
            return False
        at = begin + len(record)
    return not (is_table and is_to_end and content[at:].strip(_BLANK))


def check_import(path: Path, home: Path, *, is_kept: bool = False) -> str:
    """Import a drop and return what came of it; where it is kept, also write its reject file and import that."""
    template = _make_template(path)
    result = import_drop(path, template, Home(home), dry_run=not is_kept, now=NOW)
    require_balanced(path, result)
    if is_kept and result.status != "failed":
        assert result.import_id
        rejects = path.with_name(path.name.replace(".", "-rejects.", 1))
        written = write_rejects(Home(home), result.import_id, rejects, NOW)
        assert written == result.rejected + result.quarantined
        if rejects.stat().st_size:
            require_balanced(rejects, import_drop(rejects, template, Home(home), now=NOW))
    return result.status


def require_balanced(path: Path, result: ImportResult) -> None:
    """Hold the fates of an import against its rows."""
    assert result.status in ("completed", "held", "failed", "already_imported")
    assert result.rows_received == result.created + result.updated + result.rejected + result.quarantined
    for notice in result.notices:
        require_private(notice)
    if result.status == "failed":
        require_decent(path, result.message)
    require_private(result.message)


def require_decent(path: Path, message: str) -> None:
    """Hold a refusal against the rule: one line, the file first, nothing of anybody."""
    assert message.startswith((f"{path.name}:", f"{path.name}/", "file.")), message
    assert "\n" not in message
    assert len(message) < 4000
    require_private(message)


def require_private(message: str) -> None:
    """Refuse a message that holds what a cell of the seeds does; a name may stand where a header should."""
    known = CONTACTS if _SHOWS_HEADERS.search(message) else (*CONTACTS, *NAMES)
    told = [text for text in known if text.casefold() in message.casefold()]
    assert not told, f"{told} in: {message}"


def _number_of(path: Path) -> int:
    number = path.name.partition("-")[0]
    return int(number) if number.isdigit() and int(number) < len(DECLARED) else 0


def _make_template(path: Path) -> Template:
    shape = path.name.partition("-")[2].partition(".")[0]
    return build_template(
        {
            "name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "hold_above": 1.0,
            "file": DECLARED[_number_of(path)], "mapping": _MAPPINGS.get(shape, _MAPPINGS["plain"]),
        },
        "acme",
    )  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where:
        print(check_read(Path(sys.argv[1])), check_import(Path(sys.argv[1]), Path(where) / "home"))  # noqa: T201
