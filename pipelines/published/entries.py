"""Do-not-call entries as a Parquet file: the longest table there is, so its numbers are spelt by columns.

The store keeps a number and its terms; the file says both in full, as docs/tables.md has it. Its bytes depend on the
entries alone: not on threads, nor on how they come from the store, or to it. See docs/decisions/0031 and 0032.
"""

from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.published.grouping import ROW_GROUP_ROWS, GroupFile
from pipelines.published.spelling import Ints, spell_entries

TERMS = ("category", "source", "listed_on", "expires_on")
_WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {
        "e164": pa.string(),
        "digits": pa.string(),
        "category": _WORD,
        "source": _WORD,
        "listed_on": pa.date32(),
        "expires_on": pa.date32(),
    }
)


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
    """Writes entries in the order in which they are added; ``rows`` is how many. The file is whole once it is closed.

    ``terms`` is as ``read_terms`` returns it, with those of all entries.
    """

    def __init__(self, file: Path, terms: pa.Table) -> None:
        self.rows = 0
        self._terms = terms
        self._known = terms["terms_id"].to_numpy()
        self._values = np.empty(ROW_GROUP_ROWS, dtype=np.int64)
        self._places = np.empty(ROW_GROUP_ROWS, dtype=np.int64)
        self._filled = 0
        self._alike: tuple[int, int] | None = None  # place and number of entries that `_said` is said of
        self._said: list[pa.Array] = []
        # Numbers in order begin alike: what they begin with is left out in the file.
        self._file = GroupFile(
            file,
            SCHEMA,
            use_dictionary=["category", "source"],
            column_encoding={"e164": "DELTA_BYTE_ARRAY"},
            write_statistics=["e164"],
        )

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; what an exception interrupted is no list."""
        if error is None:
            self.close()
        else:
            self._file.__exit__(kind, error, trace)

    def close(self) -> None:
        """Write what is left, and close the file."""
        with self._file:
            self._write_group()

    def add(self, values: Ints, terms_ids: Ints) -> None:
        """Add entries: numbers, and the terms of each or of all.

        Batches end where the store's own end, and the file must not show where: so row groups are filled.
        """
        self.rows += len(values)
        places = np.broadcast_to(np.searchsorted(self._known, terms_ids), values.shape)
        while len(values):
            end = min(self._filled + len(values), ROW_GROUP_ROWS)
            taken = end - self._filled
            self._values[self._filled : end] = values[:taken]
            self._places[self._filled : end] = places[:taken]
            self._filled = end
            values, places = values[taken:], places[taken:]
            if end == ROW_GROUP_ROWS:
                self._write_group()

    def _write_group(self) -> None:
        """Begin to write what is filled in: while the next numbers are spelt, one group after the other."""
        if not self._filled:
            return
        values, places = self._values[: self._filled], self._places[: self._filled]
        group = pa.Table.from_arrays([*spell_entries(values), *self._say(places)], schema=SCHEMA)
        self._file.write(group)
        self._filled = 0

    def _say(self, places: Ints) -> list[pa.Array]:
        """Return ``TERMS`` of the entries with these places among the terms: mostly the same of all, as of the last."""
        if not (places == places[0]).all():
            return _say_terms(self._terms, places)
        alike = int(places[0]), len(places)
        if self._alike != alike:
            self._alike, self._said = alike, _say_terms(self._terms, places)
        return self._said


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
