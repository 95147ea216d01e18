"""What a load brings is written for readers while the store takes it in: the published file of its own part.

It lies in the work folder until ``publish`` moves it into its place, after the commit. Whoever is killed before leaves
a part to be published from the store, which makes the same bytes.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import numpy as np

from pipelines.phones.numbering import Ints
from pipelines.published.entries import EntriesWriter, read_terms
from pipelines.published.writing import Prepared


class OwnPart:
    """The entries of a load in the order in which the store gets them, written beside what else is done."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._pool = ThreadPoolExecutor(1)
        self._writer: EntriesWriter | None = None

    def __enter__(self) -> Self:
        """Return the part."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave what is not finished."""
        self._pool.shutdown()
        if self._writer is not None:
            self._writer.__exit__(kind, error, trace)

    def add(self, connection: duckdb.DuckDBPyConnection, values: Ints, terms_id: int) -> None:
        """Begin to write some entries; the store has their terms already."""
        if self._writer is None:
            self._writer = EntriesWriter(self._file, read_terms(connection))
        self._writer.add(values, np.full(1, terms_id))

    def finish(self, category: str, load_id: int) -> Prepared:
        """Begin to write what is left; return where it will be, for ``publish``: nothing where nothing was added."""
        if self._writer is None:
            return {}
        writer, self._writer = self._writer, None
        return {("dnc", category, str(load_id)): self._pool.submit(self._close, writer)}

    def _close(self, writer: EntriesWriter) -> Path:
        writer.close()
        return self._file
