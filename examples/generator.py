"""Make realistic drops, the same bytes for the same seed: for the demo, for tests and for benchmarks.

``python -m examples.generator --profile uk_register --rows 1000000 --seed 1 --out FILE`` writes a drop,
with ``--dnc N`` a do-not-call list of N numbers instead.
"""

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from examples.dnc import write_numbers
from examples.drops import make_chunks, mark_repeats, render_drop
from examples.layouts import Dialect, Layout, draw_layout
from examples.profiles import PROFILES

DAY = date(2026, 3, 2)  # where nobody says when


@dataclass(frozen=True)
class MadeDrop:
    """A drop and what is true of it.

    ``truth`` has a row per data row, in file order: row_number (Int64, from 1), fault (String, null where the phone was
    left alone), number (Int64, E.164, null where the cell tells none; in files without area codes the number under
    ``area_code``), number2 (Int64), duplicate_of (Int64: the first row with that number), email (String, lower case,
    null where it is missing or invalid), email_fault (String or null), is_ragged (Boolean). ``people`` are who stands
    in the rows, for other drops to share.
    """

    name: str
    content: bytes
    truth: pl.DataFrame
    layout: Layout
    people: pl.DataFrame

    @property
    def header(self) -> tuple[str, ...]:
        """The column names, also of a file that does not show them."""
        return self.layout.header

    @property
    def dialect(self) -> Dialect:
        """How the file is written."""
        return self.layout.dialect

    @property
    def area_code(self) -> str:
        """The area code that the file's local numbers lack, or an empty text."""
        return self.layout.area_code


def make_drop(
    profile: str,
    rows: int,
    seed: int,
    *,
    day: date | None = None,
    plain: bool = False,
    known: pl.DataFrame | None = None,
    known_share: float = 0.0,
) -> MadeDrop:
    """Make a drop in memory.

    ``plain`` writes comma, UTF-8, a header and even rows, whatever the seed. ``known`` are ``people`` of another drop,
    who make up ``known_share`` of these rows, their numbers spelled anew. Raises KeyError for a profile that is not.
    """
    layout = draw_layout(PROFILES[profile], seed, day or DAY, plain=plain)
    return fill_drop(layout, rows, seed, known=known, known_share=known_share)


def fill_drop(
    layout: Layout, rows: int, seed: int, *, known: pl.DataFrame | None = None, known_share: float = 0.0
) -> MadeDrop:
    """Make the drop of a layout that the caller drew, and perhaps changed; otherwise as ``make_drop``."""
    chunks = list(make_chunks(layout, rows, seed, known=known, known_share=known_share))
    truth = pl.concat([chunk.truth for chunk in chunks])
    people = pl.concat([chunk.people for chunk in chunks])
    return MadeDrop(layout.name, b"".join(render_drop(layout, iter(chunks))), mark_repeats(truth), layout, people)


def write_drop(
    path: Path, profile: str, rows: int, seed: int, *, day: date | None = None, plain: bool = False
) -> Layout:
    """Write the drop that ``make_drop`` makes, in chunks: memory stays bounded. Return how the file is laid out."""
    layout = draw_layout(PROFILES[profile], seed, day or DAY, plain=plain)
    with path.open("wb") as out:
        for part in render_drop(layout, make_chunks(layout, rows, seed)):
            out.write(part)
    return layout


def list_numbers(profile: str, rows: int, seed: int) -> pl.Series:
    """Return numbers (Int64, E.164, sorted, none twice) of the drop of that profile and seed: its first chunk's."""
    layout = draw_layout(PROFILES[profile], seed, DAY)
    chunk = next(make_chunks(layout, rows, seed))
    return chunk.truth["number"].drop_nulls().unique().sort()


def main(arguments: list[str] | None = None) -> None:
    """Write one file as the arguments say."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.generator", description="Make one realistic drop or do-not-call list."
    )
    parser.add_argument("--profile", choices=sorted(PROFILES), default="uk_register")
    parser.add_argument("--rows", type=int, default=1000, help="data rows of the drop")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--day", type=date.fromisoformat, default=DAY, help="the drop's date, ISO")
    parser.add_argument("--plain", action="store_true", help="comma, UTF-8, a header, even rows, whatever the seed")
    parser.add_argument("--dnc", type=int, metavar="N", help="write a do-not-call list of N numbers instead")
    chosen = parser.parse_args(arguments)
    if chosen.dnc is None:
        write_drop(chosen.out, chosen.profile, chosen.rows, chosen.seed, day=chosen.day, plain=chosen.plain)
        return
    listed = list_numbers(chosen.profile, chosen.rows, chosen.seed)
    write_numbers(chosen.out, PROFILES[chosen.profile].region, chosen.dnc, chosen.seed, including=listed)


if __name__ == "__main__":
    main()
