"""Make the little world of the demo: three suppliers' templates and drops, do-not-call lists, dialler results."""

import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from examples.dialler import write_results
from examples.dice import make_dice
from examples.dnc import write_listed, write_numbers
from examples.generator import DAY, MadeDrop, fill_drop
from examples.layouts import Dialect, draw_layout
from examples.profiles import PROFILES

TEMPLATES = Path(__file__).parent / "templates"
DNC_SHARES = {"TPS": 0.06, "Requested": 0.02, "IVR": 0.01}  # of the numbers in the drops
TPS_SIZE = 4_000


@dataclass(frozen=True)
class Supplier:
    """One supplier of the demo. ``shares`` overrule what the seed would draw: every demo tells the same story."""

    template: str
    profile: str
    rows: int
    days_before: int  # the drop's day, counted back from the demo's
    delimiter: str = ","
    shares: tuple[tuple[str, float], ...] = ()
    knows: tuple[tuple[int, float], ...] = ()  # (position of an earlier drop, share of these rows that are its people)


# In the order in which they arrive.
SUPPLIERS = (
    Supplier("northwind-web", "api_payload", 500, 1),
    Supplier("acme-data", "uk_hand_kept", 800, 0, ";", (("repeated", 0.15), ("non_ascii", 0.02)), ((0, 0.06),)),
    Supplier(
        "bluebird-leads",
        "spreadsheet_damaged",
        1_200,
        0,
        shares=(("missing", 0.18), ("lost_zero", 0.72), ("scientific", 0.03)),
        knows=((1, 0.12),),
    ),
    Supplier("northwind-web", "api_payload", 400, 0, knows=((0, 0.25),)),
)


@dataclass(frozen=True)
class SampleDrop:
    """One drop of the demo on disk, its template, its day and what is true of its rows (see ``MadeDrop``)."""

    template: str
    path: Path
    day: date
    truth: pl.DataFrame


@dataclass(frozen=True)
class Samples:
    """What ``make_samples`` wrote: drops in the order of arrival, lists by category, dialler files by kind."""

    folder: Path
    drops: tuple[SampleDrop, ...]
    templates: dict[str, Path]
    dnc: dict[str, Path]
    dialler: dict[str, Path]


def make_samples(folder: Path, seed: int = 7, on: date = DAY) -> Samples:
    """Write templates/, landing/<template>/, dnc/ and dialler/ under the folder, and say what is where.

    ``on`` is the day of the drops (one came the day before); the dialler called on the two days after it. The same seed
    and day give the same bytes.
    """
    templates = {path.stem: folder / "templates" / path.name for path in sorted(TEMPLATES.glob("*.yaml"))}
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    for target in templates.values():
        shutil.copyfile(TEMPLATES / target.name, target)
    drops = _write_drops(folder, seed, on)
    numbers = pl.concat([drop.truth["number"] for drop in drops]).drop_nulls().unique().sort()
    dnc, listed = _write_lists(folder / "dnc", seed, on, numbers)
    callable_numbers = numbers.filter(~numbers.is_in(listed.implode()))
    return Samples(
        folder=folder,
        drops=drops,
        templates=templates,
        dnc=dnc,
        dialler=write_results(folder / "dialler", callable_numbers, seed, on + timedelta(days=1)),
    )


def _write_drops(folder: Path, seed: int, on: date) -> tuple[SampleDrop, ...]:
    made: list[MadeDrop] = []
    written: list[SampleDrop] = []
    for position, supplier in enumerate(SUPPLIERS):
        day = on - timedelta(days=supplier.days_before)
        drop = _make_supplier_drop(supplier, seed + position, day, made)
        made.append(drop)
        path = folder / "landing" / supplier.template / drop.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drop.content)
        written.append(SampleDrop(supplier.template, path, day, drop.truth))
    return tuple(written)


def _make_supplier_drop(supplier: Supplier, seed: int, day: date, earlier: list[MadeDrop]) -> MadeDrop:
    layout = draw_layout(PROFILES[supplier.profile], seed, day, plain=True)
    layout = replace(
        layout,
        name=f"{supplier.template}-{day.isoformat()}.{layout.profile.format}",
        dialect=Dialect(delimiter=supplier.delimiter),
        shares=layout.shares | dict(supplier.shares),
    )
    if not supplier.knows:
        return fill_drop(layout, supplier.rows, seed)
    position, share = supplier.knows[0]
    people = earlier[position].people.unique("number", keep="first", maintain_order=True)
    return fill_drop(layout, supplier.rows, seed, known=people, known_share=share)


def _write_lists(folder: Path, seed: int, on: date, numbers: pl.Series) -> tuple[dict[str, Path], pl.Series]:
    """Write a list per category; return the files and the numbers of the drops that are on any."""
    folder.mkdir(parents=True, exist_ok=True)
    uniforms = pl.Series(make_dice(seed, "dnc").uniforms(numbers.len()))
    tps, requested, ivr = DNC_SHARES.values()
    on_tps = numbers.filter(uniforms < tps)
    on_request = numbers.filter((uniforms >= tps / 2) & (uniforms < tps / 2 + requested))  # some are on both
    on_ivr = numbers.filter(uniforms >= 1 - ivr)
    paths = {"TPS": folder / "TPS.txt", "Requested": folder / "Requested.csv", "IVR": folder / "IVR.txt"}
    write_numbers(paths["TPS"], "GB", TPS_SIZE, seed, including=on_tps)
    write_listed(paths["Requested"], "GB", on_request, seed, on)
    write_numbers(paths["IVR"], "GB", on_ivr.len(), seed + 1, including=on_ivr, included=1.0)
    return paths, pl.concat([on_tps, on_request, on_ivr]).unique().sort()
