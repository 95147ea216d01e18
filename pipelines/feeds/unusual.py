"""What is unusual about an import, measured against the imports of its own template before it.

Pure: figures go in, sentences come out. Nothing is held for being unusual; a person is told. The usual range is the
median of the last imports and so many deviations to either side, the deviation being the median one: a single odd file
moves neither. Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993), from where FAR is.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from pipelines.feeds.figures import ImportFigures

# The imports that say what is usual: a month of a daily feed, so that a lasting change is usual within half of that.
NEWEST = 30
# Below eight the median deviation rests on three or four values, and a week of a daily feed has not been seen.
ENOUGH = 8
# From how many deviations a value is an outlier, and what makes a median deviation a standard one (1 / 0.6745).
FAR, STANDARD = 3.5, 1.4826
# A feed that never varied may still do so: its rows by a tenth, its shares by one in a hundred, before FAR counts.
LEAST_ROWS, LEAST_SHARE = math.log(1.1), 0.01


@dataclass(frozen=True)
class Measure:
    """Something that is counted of each import: how it is called, its value, what to do where it is unusual."""

    what: str
    value: Callable[[ImportFigures], float]
    remedy: str


def _share(name: str) -> Callable[[ImportFigures], float]:
    return lambda figures: getattr(figures, name) / figures.rows if figures.rows else 0.0


SHARES = (
    Measure("rejected rows", _share("rejected"), "See the reasons: leadmill show {import_id}."),
    Measure("quarantined rows", _share("quarantined"), "See which rows: leadmill rejects {import_id} -o FILE."),
    Measure(
        "rows on do-not-call lists",
        _share("dnc"),
        "Ask the supplier where these leads come from, and see that the lists are whole: leadmill dnc status.",
    ),
)
ROWS_REMEDY = "Ask the supplier whether the file is whole; take it back with leadmill undo {import_id}."
COLUMNS_REMEDY = "See what changed: leadmill show {import_id}; then check the mapping of template {template}."


@dataclass(frozen=True)
class Oddity:
    """One thing that is unusual about one import; ``figure`` beside the ``usual`` range, as a person reads them."""

    import_id: str
    file: str
    template: str
    what: str
    figure: str
    usual: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}: {self.figure}; usual for {self.template}: {self.usual}. {self.remedy}"


def find_unusual(imports: Sequence[ImportFigures]) -> dict[str, list[Oddity]]:
    """Return what is unusual, by import, for those where anything is.

    ``imports`` in the order in which they were made, of any templates. An import is measured against the NEWEST of its
    template before it that were completed, and against none where those are fewer than ENOUGH.
    """
    odd: dict[str, list[Oddity]] = {}
    before: dict[str, list[ImportFigures]] = defaultdict(list)
    for figures in imports:
        history = before[figures.template]
        if len(history) >= ENOUGH and (found := measure(figures, history[-NEWEST:])):
            odd[figures.import_id] = found
        if figures.status == "completed":
            history.append(figures)
    return odd


def measure(figures: ImportFigures, history: Sequence[ImportFigures]) -> list[Oddity]:
    """Return what is unusual about one import beside these of its template: rows, shares, columns."""
    found = [_measure_rows(figures, history), *(_measure_share(each, figures, history) for each in SHARES)]
    return [oddity for oddity in (*found, _compare_columns(figures, history)) if oddity]


def _measure_rows(figures: ImportFigures, history: Sequence[ImportFigures]) -> Oddity | None:
    """Measure rows by their logarithm: twice as many is as odd as half as many."""
    low, high = _usual_range([math.log1p(past.rows) for past in history], LEAST_ROWS)
    if low <= math.log1p(figures.rows) <= high:
        return None
    usual = f"{max(0, math.ceil(math.expm1(low))):,} to {math.floor(math.expm1(high)):,}"
    return _tell(figures, "rows", f"{figures.rows:,}", usual, ROWS_REMEDY)


def _measure_share(measured: Measure, figures: ImportFigures, history: Sequence[ImportFigures]) -> Oddity | None:
    """Measure a share, allowing for what chance does to that of few rows. Fewer bad rows than usual are no worry."""
    shares = [measured.value(past) for past in history]
    middle = median(shares)
    chance = math.sqrt(middle * (1 - middle) / figures.rows) if figures.rows else 1.0
    _, high = _usual_range(shares, max(LEAST_SHARE, chance))
    value = measured.value(figures)
    if value <= high:
        return None
    return _tell(figures, measured.what, f"{value:.1%}", f"up to {min(1.0, high):.1%}", measured.remedy)


def _usual_range(values: Sequence[float], least: float) -> tuple[float, float]:
    """Return what is usual; ``least`` is the smallest deviation that is believed."""
    middle = median(values)
    deviation = max(STANDARD * median(abs(value - middle) for value in values), least)
    return middle - FAR * deviation, middle + FAR * deviation


def _compare_columns(figures: ImportFigures, history: Sequence[ImportFigures]) -> Oddity | None:
    """Say that the columns are none of those that came before; what changed is told by the import itself."""
    known = {past.fingerprint for past in history} - {None}
    if not known or figures.fingerprint is None or figures.fingerprint in known:
        return None
    times = f"the same in {len(history)} imports" if len(known) == 1 else f"one of {len(known)} rows of headers"
    return _tell(figures, "columns", "not seen before", times, COLUMNS_REMEDY)


def _tell(figures: ImportFigures, what: str, figure: str, usual: str, remedy: str) -> Oddity:
    told = remedy.format(import_id=figures.import_id, template=figures.template)
    return Oddity(figures.import_id, figures.file, figures.template, what, figure, usual, told)
