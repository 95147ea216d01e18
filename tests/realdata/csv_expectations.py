"""What is found in each of the peers' test files, as lines of a table that a person has reviewed.

`python -m tests.realdata.csv_expectations` writes the table anew; its diff is to be read, line by line, before it is
committed. It holds paths, counts and settings, and nothing of what is in the files.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pipelines.errors import UserError
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = DATA / "csv"
TABLE = Path(__file__).with_name("csv_expectations.csv")
COLUMNS = (
    "path", "format", "encoding", "delimiter", "quote", "escape", "line_end", "columns", "has_header", "preamble",
    "footers", "blank_lines", "rows", "quarantined", "truncated", "refused",
)  # fmt: skip
_NAMES = {
    None: "none", ",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "\r\n": "CRLF", "\n": "LF", "\r": "CR",
    '"': "double", "'": "single", True: "yes", False: "no",
}  # fmt: skip


def list_files() -> list[str]:
    """Return the path of every file under the folder, with slashes, in order."""
    return sorted(path.relative_to(FILES).as_posix() for path in FILES.rglob("*") if path.is_file())


def open_file(path: str) -> Drop:
    """Open a file with nothing declared."""
    return open_drop(FILES / path, FileSettings())


def describe(path: str) -> dict[str, str]:
    """Return a file's line of the table."""
    try:
        drop = open_file(path)
    except UserError as error:
        return {**dict.fromkeys(COLUMNS, ""), "path": path, "refused": shorten(str(error), path)}
    found = drop.found
    codes = Counter(code for chunk in drop.chunks() for code in chunk["flaw"].drop_nulls().to_list())
    values = (
        path, found.format, found.encoding, _name(found.delimiter), _name(found.quote), found.escape or "",
        _name(found.row_delimiter), len(found.headers), _name(found.has_header), found.preamble_lines,
        found.footer_lines, found.blank_lines, found.records, list_codes(codes), _name(found.truncated), "",
    )  # fmt: skip
    return dict(zip(COLUMNS, map(str, values), strict=True))


def list_codes(codes: Counter[str]) -> str:
    """Return how many rows have which code: ``Q_RAGGED_SHORT 2 Q_STRAY_QUOTE 1``, empty where none has."""
    return " ".join(f"{code} {count}" for code, count in sorted(codes.items()))


def shorten(reason: str, path: str) -> str:
    """Return what a refusal says is the matter, without the file's name and the remedy."""
    fact = reason.removeprefix(f"{Path(path).name}: ").split(". ")[0].rstrip(".")
    # What follows another colon is out of the file, such as the names of its sheets.
    return fact if fact.startswith("This is not text") else fact.split(":")[0]


def _name(value: str | bool | None) -> str:
    return _NAMES.get(value, str(value))


def read_table() -> dict[str, dict[str, str]]:
    """Return the table's lines by path."""
    with TABLE.open(newline="", encoding="utf-8") as lines:
        return {line["path"]: line for line in csv.DictReader(lines)}


def write_table(paths: Iterable[str]) -> None:
    """Write the table anew."""
    with TABLE.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(describe, paths))


if __name__ == "__main__":
    write_table(list_files())
