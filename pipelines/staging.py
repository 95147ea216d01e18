"""The part of the walk before the lock: a drop's bytes become cleaned rows on disk, counted twice."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.cleaning.cleaner import Cleaner
from pipelines.cleaning.masking import mask_sample
from pipelines.columns.profile import ColumnShares, list_columns, profile_columns
from pipelines.errors import UserError
from pipelines.lead_ids import MAX_ROWS
from pipelines.order import Order
from pipelines.phones.parsing import PathCounts
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.threads import work_ahead
from pipelines.receipts import Sample
from pipelines.schema import PHONE_SLOTS
from pipelines.store import keep_frame
from pipelines.templates.filling import fill_mapping

CHUNK_ROWS = 100_000
# So few are cleaned in less than a tenth of a second.
FEW_ROWS = 2_000
SAMPLE_ROWS = 5
HAS_KEYLESS = pl.any_horizontal(
    (pl.col(slot).is_not_null() & pl.col(f"{slot}_key").is_null()).any() for slot in PHONE_SLOTS
)
# Greatest size in bytes and endings allowed, by the template's file.limits.
LIMITS: dict[str, tuple[int | None, tuple[str, ...]]] = {
    "none": (None, ()),
    "maxcontact": (50 * 1024 * 1024, (".csv",)),
    "leadlex": (20 * 1024 * 1024, ()),
}


@dataclass(frozen=True)
class CleanedDrop:
    """The cleaned rows on disk (see ``write_rows``), what the file is like, and how its numbers were parsed.

    ``columns`` says what each column holds, by a sample: headers and shares, no cell; ``has_keyless`` whether any
    number has no E.164 form. Where there are few rows, these are ``few``, and none on disk.
    """

    rows: Path
    drop: Drop
    sample: Sample
    phone_paths: dict[str, int]
    columns: tuple[ColumnShares, ...]
    has_keyless: bool
    few: pl.DataFrame | None = None

    @property
    def leads(self) -> Path:
        """Where the leads that the drop brings are written for readers, until they are published."""
        return self.rows / "leads.new"

    @property
    def verdicts(self) -> Path:
        """Where what becomes of its rows is written for readers, until it is published."""
        return self.rows / "verdicts.new"

    def read_chunks(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield some columns of the cleaned rows, in file order, reading ahead.

        Each chunk but the first may lack those without a value, which is cheaper than nulls.
        """

        def read(file: Path) -> pl.DataFrame:
            there = pl.read_parquet_schema(file)
            return pl.read_parquet(file, columns=[name for name in columns if name in there])

        if self.few is not None:
            return iter([self.few.select(columns)])
        return work_ahead(read, ((file,) for file in sorted(self.rows.glob("*.parquet"))))

    def show(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Show the cleaned rows to a connection as ``drop_rows``."""
        if self.few is not None:
            keep_frame(connection, "drop_rows", self.few)
            return
        files = str(self.rows / "*.parquet").replace("'", "''")
        connection.execute(f"CREATE TEMP VIEW drop_rows AS SELECT * FROM read_parquet('{files}', union_by_name = true)")


def write_rows(cleaned: pl.DataFrame, folder: Path, number: int) -> None:
    """Write a chunk of cleaned rows as Parquet, the first one (``number`` 0) with all columns.

    The others lack the columns without a value, of which there are many. Not compressed: the files are read a few
    times and then removed.
    """
    if number:
        cleaned = cleaned.select(column.name for column in cleaned if column.count())
    cleaned.write_parquet(folder / f"rows-{number:06}.parquet", compression="uncompressed", statistics=False)


def open_ordered(order: Order, kept: Path) -> Drop:
    """Open the kept drop, to be cleaned; whatever is wrong with it is said of the file as the supplier named it.

    Raises UserError for a file that cannot be read, or that is longer than is allowed.
    """
    file = order.template.file
    with order.timed("read"):
        check_limits(file.limits, order.name, kept.stat().st_size)
        try:
            drop = open_drop(kept, file.to_settings(), order.template.headers)
        except UserError as error:
            raise error.rename(kept, order.name) from None
        # The system that the limits are of would get what is in the archive.
        check_limits(file.limits, order.name, drop.found.expanded_bytes or 0)
    if drop.found.records > MAX_ROWS:
        raise UserError(order.name, f"A drop has at most {MAX_ROWS:,} rows.", "Split the file.")
    return drop


def is_small(drop: Drop) -> bool:
    """Tell whether a drop is cleaned about as soon as the store is opened, so that this is done meanwhile.

    Its cleaned rows stay in memory and are a table while the store is open: ten statements would open a file anew.
    """
    return drop.found.records <= FEW_ROWS


def clean_drop(order: Order, drop: Drop, folder: Path) -> CleanedDrop:
    """Write the cleaned rows of a drop to disk, chunk by chunk, so that memory does not grow with the file.

    Raises UserError for a file that cannot be read or does not fit the mapping, and where the frame has not as many
    rows as the file was counted to have.
    """
    chunks = drop.chunks(CHUNK_ROWS)
    with order.timed("read"):
        chunk = next(chunks, make_no_rows(len(drop.found.headers)))
    with order.timed("profile"):
        profile = profile_columns(chunk, drop.found.headers, order.template.phone.resolved_region)
    filled = fill_mapping(order.home, order.template, order.origins, profile, drop.found.headers, order.name)
    order.template, order.origins = filled.template, filled.origins
    order.notices += filled.notices
    cleaner = Cleaner(order.template, drop.found.headers, order.name, profile, order.contact_data)
    # Only what came in one piece: so few rows of long cells would fill the memory.
    few, is_few = list[pl.DataFrame](), is_small(drop) and chunk.height == drop.found.records

    def clean(number: int, chunk: pl.DataFrame) -> tuple[int, bool, Sample]:
        cleaned = cleaner.clean(chunk)
        if is_few:
            few.append(cleaned)
        else:
            write_rows(cleaned, folder, number)
        return cleaned.height, bool(cleaned.select(HAS_KEYLESS).item()), tuple(mask_sample(cleaned, SAMPLE_ROWS))

    rows, has_keyless, sample = 0, False, list[dict[str, Any]]()
    with order.timed("clean", beside="read"):
        for height, is_any_keyless, masked in work_ahead(clean, enumerate(_read_on(order, chunk, chunks))):
            rows += height
            has_keyless |= is_any_keyless
            sample += masked[: SAMPLE_ROWS - len(sample)]
            if order.watch:
                order.watch(rows, drop.found.records)
    require_balance(order.name, drop.found.records, rows, "rows were read")
    paths, columns = count_paths(cleaner.phone_paths), tuple(list_columns(profile))
    return CleanedDrop(folder, drop, tuple(sample), paths, columns, has_keyless, *few)


def _read_on(order: Order, first: pl.DataFrame, rest: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield all chunks of a drop, noting how long the rest takes to read."""
    chunk: pl.DataFrame | None = first
    while chunk is not None:
        yield chunk
        with order.timed("read"):
            chunk = next(rest, None)


def check_limits(profile: str, file: str, size: int) -> None:
    """Refuse a file that the profile's system would refuse, by its ending and size in bytes.

    Source: checklist ML-004, ML-005, LL-026. Raises UserError.
    """
    most, endings = LIMITS[profile]
    if endings and not file.lower().endswith(endings):
        raise UserError(file, f"The limits of {profile} allow {', '.join(endings)} only.", "Or set file.limits: none.")
    if most is not None and size > most:
        remedy = "Split the file, or set file.limits: none."
        raise UserError(file, f"The file has {size:,} bytes; the limits of {profile} allow {most:,}.", remedy)


def make_no_rows(columns: int) -> pl.DataFrame:
    """Return a chunk without rows, as the reader would give it, of so many columns."""
    texts = {f"c{number + 1}": pl.String for number in range(columns)}
    return pl.DataFrame(schema={"row_number": pl.Int64, "line_number": pl.Int64, "flaw": pl.String, **texts})


def count_paths(tally: list[PathCounts]) -> dict[str, int]:
    """Return how many phone texts of a drop were parsed which way: by table, in a second look, by the library."""
    return asdict(sum(tally, PathCounts(0, 0, 0, 0, 0)))


def require_balance(file: str, records: int, rows: int, what: str) -> None:
    """Refuse to go on where the file's own count of records and ours differ."""
    if records != rows:
        raise UserError(
            file,
            f"The file has {records:,} records, but {rows:,} {what}.",
            "Nothing was loaded. Please report this file.",
        )
