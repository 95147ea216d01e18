"""What a load brings is written for readers while the store takes it in: the published file of its own part.

It lies in the work folder until ``publish`` moves it into its place, after the commit. Whoever is killed before leaves
a part to be published from the store, which makes the same bytes.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import numpy as np

from pipelines.phones.numbering import Ints
from pipelines.published.entries import EntriesWriter, read_terms
from pipelines.published.writing import Prepared

# So many batches wait to be written beside the one that is; the store takes each in sooner than it is written.
MOST_WAITING = 1


class OwnPart:
    """The entries of a load in the order in which the store gets them, written beside what else is done."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._pool = ThreadPoolExecutor(1)
        self._writer: EntriesWriter | None = None
        self._writing: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        """Return the part."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave what is not finished."""
        self._pool.shutdown(cancel_futures=True)
        if self._writer is not None:
            self._writer.__exit__(kind, error, trace)

    def add(self, connection: duckdb.DuckDBPyConnection, values: Ints, terms_id: int) -> None:
        """Begin to write some entries, once few of those before wait; the store has their terms already."""
        if self._writer is None:
            self._writer = EntriesWriter(self._file, read_terms(connection))
        self._wait(MOST_WAITING)
        self._writing.append(self._pool.submit(self._writer.add, values, np.full(1, terms_id)))

    def finish(self, category: str, load_id: int) -> Prepared:
        """Begin to write what is left; return where it will be, for ``publish``: nothing where nothing was added."""
        if self._writer is None:
            return {}
        return {("dnc", category, str(load_id)): self._pool.submit(self._close, self._writer)}

    def _close(self, writer: EntriesWriter) -> Path:
        self._wait(0)
        writer.close()
        self._writer = None
        return self._file

    def _wait(self, most: int) -> None:
        while len(self._writing) > most:
            self._writing.popleft().result()
