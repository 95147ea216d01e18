"""Make drops chunk by chunk: rows with their truth, and the bytes that a supplier would have sent.

A chunk depends on the seed, its number and a few people carried over from the chunks before it, so memory stays bounded
and a drop that is streamed has the same bytes as one made at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import polars as pl

from examples.cells import damage_texts, write_emails, write_phones
from examples.dice import Dice, make_dice
from examples.layouts import Layout
from examples.numbers import NATIONAL_LENGTHS, draw_numbers
from examples.people import draw_people, render_cells, render_mailboxes

CHUNK = 50_000  # rows made at a time
CARRIED = 2_000  # people of earlier chunks whom a chunk may repeat
SEPARATOR = "\x1f"  # stands for a delimiter that is not one byte, until the text is encoded
SECOND_PHONE = 0.3  # rows with a second number, where a profile has a column for it


@dataclass(frozen=True)
class Chunk:
    """Some rows of a drop: cells as text by header position, their truth, and the people in them."""

    cells: pl.DataFrame
    truth: pl.DataFrame
    people: pl.DataFrame


def make_chunks(
    layout: Layout, rows: int, seed: int, *, known: pl.DataFrame | None = None, known_share: float = 0.0
) -> Iterator[Chunk]:
    """Yield the rows of a drop. ``known`` are people of other drops; that share of rows is theirs."""
    if rows < 1:
        raise ValueError(f"rows: {rows} is too few. A drop has at least one.")
    carried: pl.DataFrame | None = None
    for number, first in enumerate(range(0, rows, CHUNK)):
        dice = make_dice(seed, layout.profile.name, number)
        people = _draw_rows(dice, layout, min(CHUNK, rows - first), known, known_share)
        people = repeat_people(dice, layout, people, carried)
        yield _write_chunk(dice, layout, people, first)
        some = people.head(CARRIED // 4)
        carried = some if carried is None else pl.concat([carried, some]).tail(CARRIED)


def _draw_rows(dice: Dice, layout: Layout, rows: int, known: pl.DataFrame | None, known_share: float) -> pl.DataFrame:
    people = draw_people(dice, layout.profile, rows, area_code=layout.area_code, non_ascii=layout.shares["non_ascii"])
    if known is None:
        return people
    source = np.arange(rows) + known.height
    is_known = dice.uniforms(rows) < known_share
    order = np.argsort(dice.uniforms(known.height), kind="stable")
    taken = np.flatnonzero(is_known)[: known.height]  # nobody twice
    source[taken] = order[: len(taken)]
    return pl.concat([known, people])[source]


def repeat_people(dice: Dice, layout: Layout, people: pl.DataFrame, carried: pl.DataFrame | None) -> pl.DataFrame:
    """Return the people with the numbers, or all, of some rows taken from rows before them, order kept."""
    rows, shares = people.height, layout.shares
    pool = people if carried is None else pl.concat([carried, people])
    offset = pool.height - rows
    is_repeated = dice.mark_rows(rows, shares["repeated"])
    is_same_person = dice.uniforms(rows) < layout.profile.same_person
    fresh = np.concatenate([np.arange(offset), offset + np.flatnonzero(~is_repeated), [offset]])
    before = offset + np.cumsum(~is_repeated) - ~is_repeated  # rows to choose from, at each row
    picked = fresh[(dice.uniforms(rows) * before).astype(np.int64)]
    own = offset + np.arange(rows)
    is_repeated &= before > 0
    numbers = np.where(is_repeated, picked, own)
    numbers[dice.mark_rows(rows, shares["switchboard"])] = 0  # one number for all: the first person's
    persons = np.where(is_repeated & is_same_person, picked, own)
    return pool[persons].with_columns(pool["number"].gather(numbers), pool["kind"].gather(numbers))


def _write_chunk(dice: Dice, layout: Layout, people: pl.DataFrame, first: int) -> Chunk:
    rows, profile = people.height, layout.profile
    phones = write_phones(dice, layout, people)
    emails = write_emails(dice, layout, render_mailboxes(dice, people))
    texts = damage_texts(dice, layout, render_cells(dice, profile, people, layout.day, first + 1))
    second = _draw_second_phones(dice, layout, rows)
    texts |= {"phone": phones["phone"], "email": emails["email"], "mobile": second["cell"]}
    is_ragged = pl.Series(dice.mark_rows(rows, layout.shares["ragged"]))
    cells = pl.DataFrame([texts[what].alias(str(i)) for i, (_, what) in enumerate(profile.columns)])
    truth = pl.select(
        row_number=pl.int_range(first + 1, first + rows + 1, dtype=pl.Int64, eager=True),
        fault=phones["fault"],
        number=phones["number"],
        number2=second["number"],
        email=emails["good_email"],
        email_fault=emails["email_fault"],
        is_ragged=is_ragged,
    )
    return Chunk(cells, truth, people)


def _draw_second_phones(dice: Dice, layout: Layout, rows: int) -> pl.DataFrame:
    """Return cell (String) and number (Int64 or null): a mobile in some rows of profiles that have the column."""
    if "mobile" not in [what for _, what in layout.profile.columns]:
        return pl.DataFrame(
            {"cell": [""] * rows, "number": [None] * rows}, schema={"cell": pl.String, "number": pl.Int64}
        )
    numbers = pl.Series("number", draw_numbers(dice, layout.profile.region, "mobile", rows))
    national = (numbers % 10 ** NATIONAL_LENGTHS[layout.profile.region]).cast(pl.String)
    has_second = pl.Series(dice.mark_rows(rows, SECOND_PHONE))
    return pl.DataFrame({"cell": national, "number": numbers}).select(
        pl.when(has_second)
        .then("0" + pl.col("cell").str.head(4) + " " + pl.col("cell").str.slice(4))
        .otherwise(pl.lit(""))
        .alias("cell"),
        pl.when(has_second).then("number").alias("number"),
    )


def mark_repeats(truth: pl.DataFrame) -> pl.DataFrame:
    """Add duplicate_of (Int64): the first row with the same number, null on that row and without a number."""
    first = pl.col("row_number").min().over("number")
    is_later = pl.col("number").is_not_null() & (first != pl.col("row_number"))
    return truth.with_columns(pl.when(is_later).then(first).alias("duplicate_of"))


def render_drop(layout: Layout, chunks: Iterator[Chunk]) -> Iterator[bytes]:
    """Yield the bytes of the drop, a chunk at a time."""
    if layout.profile.format == "json":
        yield from _render_json(layout, chunks)
        return
    dialect = layout.dialect
    if dialect.bom:
        yield "\ufeff".encode(dialect.encoding)
    start = list(dialect.preamble)
    if dialect.has_header:
        start.append(dialect.delimiter.join(layout.header))
    yield _encode(layout, "".join(line + "\n" for line in start))
    for chunk in chunks:
        yield _encode(layout, _render_csv(layout, chunk))


def _render_csv(layout: Layout, chunk: Chunk) -> str:
    """Return the lines of a chunk; a ragged one lacks its last field, or, if that is an e-mail, has one more."""
    is_cut = layout.profile.columns[-1][1] != "email"
    last = pl.col(chunk.cells.columns[-1])
    cells = (
        chunk.cells.with_columns(pl.when(~chunk.truth["is_ragged"]).then(last).alias(last.meta.output_name()))
        if is_cut
        else chunk.cells
    )
    separator = layout.dialect.delimiter if layout.dialect.delimiter.isascii() else SEPARATOR
    sink = BytesIO()
    cells.with_columns(pl.all().replace("", None)).write_csv(
        sink, include_header=False, separator=separator, line_terminator="\n", quote_style="necessary"
    )
    text = sink.getvalue().decode()
    ragged = np.flatnonzero(chunk.truth["is_ragged"].to_numpy())
    if len(ragged):
        lines = text.split("\n")
        for row in ragged:
            lines[row] = lines[row].removesuffix(separator) if is_cut else lines[row] + separator
        text = "\n".join(lines)
    return text.replace(SEPARATOR, layout.dialect.delimiter)


def _encode(layout: Layout, text: str) -> bytes:
    """Encode the text; a letter that the encoding lacks becomes a question mark, as suppliers' exports have it."""
    return text.replace("\n", layout.dialect.newline).encode(layout.dialect.encoding, errors="replace")


def _render_json(layout: Layout, chunks: Iterator[Chunk]) -> Iterator[bytes]:
    """Yield one array of objects; a ragged one lacks its last two keys."""
    opening = b"[\n"
    for chunk in chunks:
        named = chunk.cells.rename(dict(zip(chunk.cells.columns, layout.header, strict=True)))
        is_ragged = chunk.truth["is_ragged"]
        short = [pl.when(~is_ragged).then(name).alias(name) for name in layout.header[-2:]]
        lines = named.with_columns(short).write_ndjson().rstrip("\n").encode()
        for name in layout.header[-2:]:
            lines = lines.replace(f',"{name}":null'.encode(), b"")
        yield opening + lines.replace(b"\n", b",\n")
        opening = b",\n"
    yield b"\n]\n" if opening != b"[\n" else b"[]\n"
