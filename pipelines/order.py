"""What one call of ``import_drop`` was asked for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipelines.home import Home
from pipelines.published.writing import Prepared
from pipelines.tables.declared import MappedTables
from pipelines.templates.template import Template

# Told the rows that were read so far, and how many there are.
Watch = Callable[[int, int], None]


@dataclass
class Order:
    """A drop, how it is to be imported, and how long each step has taken (seconds).

    ``files`` are those of the home that it goes by (see pipelines/replaying/files.py), ``prepared`` those that it
    brings and that are written for readers beside the store.
    """

    file: Path
    template: Template
    origins: dict[str, str]
    home: Home
    on: date | None
    now: datetime
    notes: str | None
    is_forced: bool
    is_rehearsal: bool
    is_released: bool = False
    is_landed: bool = False
    allows_stale_dnc: bool = False
    import_id: str | None = None
    name: str = ""
    watch: Watch | None = None
    sha256: str = ""
    contact_data: MappedTables = field(default_factory=MappedTables)
    notices: list[str] = field(default_factory=list)
    steps: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    prepared: Prepared = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note what was asked for: the mapping may be found on the way."""
        self.asked = self.template, self.origins

    @contextmanager
    def timed(self, step: str, beside: str = "") -> Iterator[None]:
        """Note how many seconds a step of the walk took, without those of another that was taken ``beside`` it."""
        started, others = time.perf_counter(), self.steps.get(beside, 0.0)
        try:
            yield
        finally:
            others = self.steps.get(beside, 0.0) - others
            self.steps[step] = self.steps.get(step, 0.0) + time.perf_counter() - started - others
