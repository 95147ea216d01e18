"""From the bytes of a do-not-call list to what it says: sorted numbers, or, with dates or actions, rows as Parquet.

Knows nothing of the store. Memory does not grow with a list of digits alone (pipelines/dnc/plain.py).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.cleaning.numbers import clean_cells
from pipelines.cleaning.tidying import tidy
from pipelines.dnc.columns import ACTIONS, RESULTS, Columns, choose_columns, parse_date
from pipelines.dnc.plain import NotPlainError, PlainList, find_plain
from pipelines.dnc.prefixes import PREFIXES, find_prefixes
from pipelines.dnc.runs import Runs
from pipelines.dnc.tagged import is_tagged, read_tagged
from pipelines.errors import UserError
from pipelines.phones.numbering import Ints, load_readings
from pipelines.phones.parsing import parse_keys
from pipelines.reading.containers import unpack
from pipelines.reading.drops import open_drop
from pipelines.reading.settings import FileSettings
from pipelines.reading.tokens import Mask
from pipelines.schema import DIGITS_BASE
from pipelines.templates.parts import PhoneOptions

CHUNK_ROWS = 500_000
STAGED_ROWS_PER_GROUP = 65_536
PLAIN_DIGITS = r"^\+?[0-9]{7,15}$"
# A first line without a letter is an entry and no header, whatever signs stand in it.
HAS_LETTERS = re.compile(rb"\s*[^\r\n]*[A-Za-z\x80-\xff]")
PREFIX_MARK = r"\*+\s*$"
STAGED = {
    "value": pl.Int64,
    "listed_on": pl.Date,
    "expires_on": pl.Date,
    "is_removal": pl.Boolean,
    "place": pl.Int64,
}


@dataclass(frozen=True)
class How:
    """How a list is to be read: where its numbers are from, and whether all are prefixes or all were washed."""

    region: str
    are_prefixes: bool = False
    is_wash: bool = False


@dataclass
class Staged:
    """What a list says, and its counts: in ``numbers``, unless ``is_detailed``: then in Parquet files in ``folder``.

    The files are sorted by value and have the columns of ``STAGED``; ``place`` is the row's place in the list.
    ``prefixes`` has the columns of ``PREFIXES``.
    """

    folder: Path
    lines: int = 0
    blank: int = 0
    unparsed: int = 0
    staged: int = 0
    is_detailed: bool = False
    prefixes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PREFIXES))
    files: int = 0
    numbers: Runs = field(init=False)

    def __post_init__(self) -> None:
        """Make room for numbers."""
        self.numbers = Runs(self.folder)

    @property
    def pattern(self) -> str:
        """The glob of the files."""
        return str(self.folder / "*.parquet")


def stage_list(path: Path, name: str, how: How, folder: Path) -> Staged:
    """Read a list and write what it says to a folder.

    One number per line; ``area,number`` per line; CSV with a header or the columns of a change list; XML tags; each
    also in gzip, zstd or zip. ``name`` is what the user calls the file. Raises UserError for what cannot be read, and
    for a word of action that is not known.
    """
    staged = _read_list(path, name, how, folder)
    staged.numbers.seal()
    return staged


def _read_list(path: Path, name: str, how: How, folder: Path) -> Staged:
    contents = unpack(path).contents
    work = contents[0].work if len(contents) == 1 and contents[0].kind == "text" else None
    if work is not None and is_tagged(work):
        staged = Staged(folder, is_detailed=True)
        words = Columns(tidy("raw"), tidy("date"), None, tidy("action"))
        for rows in read_tagged(name, work):
            _stage(staged, rows, words, name, how)
        return staged
    plain = find_plain(work) if work is not None and not how.are_prefixes else None
    if plain is not None:
        try:
            return _stage_plain(plain, how.region, folder)
        except NotPlainError:
            for file in folder.iterdir():
                file.unlink()
    has_header: Literal["auto", False] = "auto" if work is None or HAS_LETTERS.match(work[:4096].tobytes()) else False
    return _stage_table(path, name, how, folder, FileSettings(format="csv", has_header=has_header))


def _stage_plain(plain: PlainList, region: str, folder: Path) -> Staged:
    staged, odd = Staged(folder), pl.Series("raw", [], pl.String)
    for block in plain.read(lambda keys: find_key_values(keys, region)):
        staged.lines += block.lines
        staged.blank += block.blank
        staged.staged += len(block.values)
        staged.numbers.add(block.values)
        odd.append(block.odd)
        if len(odd) > CHUNK_ROWS:
            _stage_values(staged, find_values(odd, region))
            odd = odd.clear()
    _stage_values(staged, find_values(odd, region))
    return staged


def _stage_values(staged: Staged, values: pl.Series) -> None:
    """Count and keep by what numbers are compared; null for neither."""
    staged.unparsed += int((values.fill_null(DIGITS_BASE) >= DIGITS_BASE).sum())
    values = values.drop_nulls()
    staged.staged += len(values)
    staged.numbers.add(values.to_numpy())


def _stage_table(path: Path, name: str, how: How, folder: Path, settings: FileSettings) -> Staged:
    drop = open_drop(path, settings)
    staged = Staged(folder, blank=drop.found.blank_lines)
    columns: Columns | None = None
    for chunk in drop.chunks(CHUNK_ROWS):
        if columns is None:
            headers, has_header = drop.found.headers, drop.found.has_header
            columns = choose_columns(headers, chunk.head(1000), name, has_header=has_header, is_wash=how.is_wash)
            staged.is_detailed = columns.is_detailed
        _stage(staged, chunk, columns, name, how)
    return staged


def _stage(staged: Staged, rows: pl.DataFrame, columns: Columns, name: str, how: How) -> None:
    """Keep what some rows say."""
    entries = _take_columns(rows, columns, name, how, staged.lines)
    staged.lines += rows.height
    staged.blank += entries["raw"].null_count()
    entries = entries.drop_nulls("raw")
    is_prefix = pl.lit(value=True) if how.are_prefixes else pl.col("raw").str.contains(PREFIX_MARK)
    marked = entries.filter(is_prefix)
    if marked.height:
        found = find_prefixes(marked, how.region)
        staged.unparsed += marked.height - found.height
        staged.prefixes = pl.concat([staged.prefixes, found])
        entries = entries.filter(~is_prefix)
    values = find_values(entries["raw"], how.region)
    if not staged.is_detailed:
        _stage_values(staged, values)
        return
    staged.unparsed += int((values.fill_null(DIGITS_BASE) >= DIGITS_BASE).sum())
    entries = entries.with_columns(value=values).select(*STAGED).drop_nulls("value").sort("value")
    staged.staged += entries.height
    staged.files += 1
    entries.write_parquet(
        staged.folder / f"{staged.files:06}.parquet",
        compression="lz4",
        statistics=True,
        row_group_size=STAGED_ROWS_PER_GROUP,
    )


def _take_columns(rows: pl.DataFrame, columns: Columns, name: str, how: How, before: int) -> pl.DataFrame:
    word = columns.word if columns.word is not None else pl.lit(None, pl.String)
    words = RESULTS if how.is_wash else ACTIONS
    taken = rows.select(
        raw=columns.number,
        listed_on=pl.lit(None, pl.Date) if columns.listed is None else parse_date(columns.listed),
        expires_on=pl.lit(None, pl.Date) if columns.expires is None else parse_date(columns.expires),
        word=word.str.to_uppercase(),
        place=pl.int_range(before, before + rows.height, dtype=pl.Int64),
    )
    taken = taken.with_columns(is_removal=pl.col("word").replace_strict(words, default=None, return_dtype=pl.Boolean))
    unknown = taken.filter(pl.col("word").is_not_null() & pl.col("is_removal").is_null()).height
    if unknown:
        what, known = ("wash result", "listed or clean") if how.is_wash else ("action", "add or delete")
        raise UserError(name, f"{unknown:,} rows have an {what} that is not known.", f"Write {known}.")
    return taken.drop("word")


def find_key_values(keys: Ints, region: str) -> tuple[Ints, pl.Series]:
    """Return what ``find_values`` answers for texts of these keys (see ``read_keys``), and the texts it must be asked.

    Both in no order, as the keys are then.
    """
    numbers = load_readings(region).find_numbers_at_once(keys)
    is_odd = (numbers <= 0) | _ends_alike(numbers)
    if not is_odd.any():
        return numbers, pl.Series("raw", [], pl.String)
    # Of a key the first digit says whether there is a plus; the others are the text's.
    keyed = pl.Series("raw", keys[is_odd]).cast(pl.String).to_frame()
    plus = pl.when(pl.col("raw").str.starts_with("2")).then(pl.lit("+")).otherwise(pl.lit(""))
    return numbers[~is_odd], keyed.select(raw=plus + pl.col("raw").str.slice(1)).to_series()


def _ends_alike(numbers: Ints) -> Mask:
    """Tell what may be filler or a spreadsheet's zeros: its last six digits are one digit repeated."""
    ends = numbers // 1_000_000  # division by one number is quick, its remainder is not
    ends *= -1_000_000
    ends += numbers
    alike = ends // 111_111
    alike *= 111_111
    is_alike: Mask = alike == ends
    return is_alike


def find_values(raw: pl.Series, region: str) -> pl.Series:
    """Return by what texts are compared: E.164 digits, else their digits above ``DIGITS_BASE``; null for neither."""
    cells = raw.rename("raw").to_frame()
    text = pl.col("raw")
    keys = parse_keys(cells.select(pl.when(text.str.contains(PLAIN_DIGITS)).then(text)).to_series(), region)
    # The cleaner knows what is to be made of it.
    odd = keys.is_null() | pl.Series(_ends_alike(keys.fill_null(0).to_numpy()))
    if not odd.any():
        return keys
    texts = raw.filter(odd).rename("raw")
    options = PhoneOptions(format="advanced", region=region, require="length")
    cleaned = clean_cells(texts.unique(), options).select("raw", "key")
    digits = text.str.replace_all(r"[^0-9]", "").str.strip_chars_start("0").str.slice(0, 18)
    found = (
        texts.to_frame()
        .join(cleaned, on="raw", how="left", maintain_order="left")
        .select(pl.coalesce("key", pl.lit(DIGITS_BASE) + digits.cast(pl.Int64, strict=False)))
        .to_series()
    )
    return keys.scatter(odd.arg_true(), found)
