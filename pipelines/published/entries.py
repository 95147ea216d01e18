"""Do-not-call entries as Parquet files: the longest table there is, so its numbers are spelt by columns.

The store keeps a number and its terms; the files say both in full, as docs/tables.md has it. Their bytes depend on the
entries alone: not on threads, nor on how they come from the store, or to it. See docs/decisions/0031 and 0032.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.published.grouping import PACKED_LEVEL, ROW_GROUP_ROWS, open_parquet, place_file
from pipelines.published.spelling import Ints, spell_entries

# Of how many row groups a file has at most, and how many files are written at once: each by a thread of its own.
FILE_GROUPS = 16
FILES_AT_ONCE = 2
TERMS = ("category", "source", "listed_on", "expires_on")
_WORD = pa.dictionary(pa.int32(), pa.string())
# What every entry has is said to be there: to write down that it is takes longer than what it is.
SCHEMA = pa.schema(
    [
        pa.field("e164", pa.string()),
        pa.field("digits", pa.string()),
        pa.field("category", _WORD, nullable=False),
        pa.field("source", _WORD, nullable=False),
        pa.field("listed_on", pa.date32(), nullable=False),
        pa.field("expires_on", pa.date32()),
    ]
)
# Few words come as runs of their codes, of which nothing is left to pack.
_PACKED = [field.name for field in SCHEMA if field.type != _WORD]
# Row groups on their way to a file: the numbers, and the places of their terms; null is the end.
Groups = SimpleQueue[tuple[Ints, Ints] | None]


def write_entries(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write the entries that a query returns (value, terms_id) as relation ``dnc``, as they lie; return how many.

    The connection keeps order meanwhile, by one thread: more lose it. Columns: those of ``SCHEMA``, words as VARCHAR;
    ``digits`` where there is no E.164 form.
    """
    connection.execute("SET threads = 1")
    with EntriesWriter(file, read_terms(connection)) as writer:
        for batch in connection.sql(query).to_arrow_reader(ROW_GROUP_ROWS):
            writer.add(*(column.to_numpy() for column in batch.columns))
    connection.execute("RESET threads")
    return writer.rows


def read_terms(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return what is known of entries: terms_id and ``TERMS``, in the order of terms_id."""
    query = f"SELECT terms_id, {', '.join(TERMS)} FROM dnc_terms ORDER BY terms_id"
    return connection.sql(query).to_arrow_table().combine_chunks()


class EntriesWriter:
    """Writes entries in the order in which they are added; ``rows`` is how many. All is whole once it is closed.

    What is too long for ``file`` goes to further files beside it (``place_file``). ``terms`` is as ``read_terms``
    returns it, with those of all entries.
    """

    def __init__(self, file: Path, terms: pa.Table) -> None:
        self.rows = 0
        self._path, self._terms = file, terms
        self._known = terms["terms_id"].to_numpy()
        self._waiting: list[tuple[Ints, Ints]] = []
        self._missing = ROW_GROUP_ROWS
        self._pool = ThreadPoolExecutor(FILES_AT_ONCE)
        self._written: list[Future[None]] = []
        self._begin_file()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files; what an exception interrupted is no list."""
        if error is None:
            self.close()
        else:
            self._last.put(None)
            self._pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Write what is left, and close the files."""
        with self._pool:
            try:
                self._hand_over()
            finally:
                self._last.put(None)
            for written in self._written:
                written.result()

    def add(self, values: Ints, terms_ids: Ints) -> None:
        """Add entries: numbers, and the terms of each or of all; they are read until they are written.

        Batches end where the store's own end, and the files must not show where: so row groups are filled.
        """
        self.rows += len(values)
        places = np.broadcast_to(np.searchsorted(self._known, terms_ids), values.shape)
        while len(values):
            taken = min(len(values), self._missing)
            self._waiting.append((values[:taken], places[:taken]))
            self._missing -= taken
            values, places = values[taken:], places[taken:]
            if not self._missing:
                self._hand_over()

    def _hand_over(self) -> None:
        """Let what waits be written: to the last file, or to another if that has enough."""
        if not self._waiting:
            return
        if self._groups == FILE_GROUPS:
            self._last.put(None)
            self._begin_file()
        values, places = zip(*self._waiting, strict=True)
        # What is one piece is not copied: memory not touched before takes longer than to write what is in it.
        self._last.put((_join(values), _join(places)))
        self._groups += 1
        self._waiting, self._missing = [], ROW_GROUP_ROWS

    def _begin_file(self) -> None:
        """Begin another file, once few of those before are unfinished: what waits to be written is in memory."""
        if len(self._written) >= FILES_AT_ONCE:
            self._written[-FILES_AT_ONCE].result()
        self._last, self._groups = Groups(), 0
        file = place_file(self._path, len(self._written))
        self._written.append(self._pool.submit(_write_file, file, self._terms, self._last))


def _write_file(path: Path, terms: pa.Table, groups: Groups) -> None:
    """Write row groups as they come."""

    @lru_cache(1)
    def say_alike(place: int, rows: int) -> list[pa.Array]:
        return _say_terms(terms, np.full(rows, place))

    # Numbers in order begin alike: what they begin with is left out in the file.
    with open_parquet(
        path,
        SCHEMA,
        compression=dict.fromkeys(_PACKED, "zstd"),
        compression_level=dict.fromkeys(_PACKED, PACKED_LEVEL),
        use_dictionary=["category", "source"],
        column_encoding={"e164": "DELTA_BYTE_ARRAY"},
        write_statistics=["e164"],
    ) as file:
        while (group := groups.get()) is not None:
            values, places = group
            # Mostly they are alike, and the same is said of the last row group.
            is_alike = (places == places[0]).all()
            said = say_alike(int(places[0]), len(places)) if is_alike else _say_terms(terms, places)
            file.write_table(pa.Table.from_arrays([*spell_entries(values), *said], schema=SCHEMA), len(values))


def _join(parts: tuple[Ints, ...]) -> Ints:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _say_terms(terms: pa.Table, places: Ints) -> list[pa.Array]:
    """Return ``TERMS`` of entries by their places among the terms; the words are those that these entries have."""
    is_used = np.zeros(terms.num_rows, dtype=bool)
    is_used[places] = True
    which = np.cumsum(is_used)[places] - 1
    used = np.flatnonzero(is_used).tolist()
    said = ([column[place].as_py() for place in used] for column in (terms[name] for name in TERMS))
    return [
        _say_words(values, which) if SCHEMA.field(name).type == _WORD else _say_days(values, which)
        for name, values in zip(TERMS, said, strict=True)
    ]


# Written out, as Arrow's own functions take longer to be imported than a short list takes.
def _say_words(values: list[str | None], which: Ints) -> pa.Array:
    words = {word: code for code, word in enumerate(dict.fromkeys(value for value in values if value is not None))}
    codes = np.array([-1 if value is None else words[value] for value in values], dtype=np.int32)[which]
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(list(words), pa.string()))


def _say_days(values: list[date | None], which: Ints) -> pa.Array:
    return pa.array(np.array(values, dtype="datetime64[D]")[which], pa.date32())
