"""Spell numbers as people do, and damage cells as people, forms and spreadsheets do.

Everything here works on whole columns of a chunk and keeps their order. A fault is an expression by name; the ones
that change the number come before the spelling, the others after it.
"""

import re
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from examples.dice import Dice
from examples.layouts import Layout
from examples.numbers import CALLING_CODES, IMPOSSIBLE_LEADS, NATIONAL_LENGTHS
from examples.profiles import ANY_KIND, Profile
from examples.words import look_up

NATIONAL = pl.col("national")  # the digits after the calling code
CELL = pl.col("cell")  # the number as this row spells it
ODD = pl.col("chance") < 0.5

CHANGES_OF_NUMBER: dict[str, Callable[[str], pl.Expr]] = {
    "invalid": lambda region: IMPOSSIBLE_LEADS[region] + NATIONAL.str.slice(1),
    "short": lambda _: NATIONAL.str.head(-1),
    "wrong_length": lambda _: pl.when(ODD).then(NATIONAL.str.head(-1)).otherwise(NATIONAL + "7"),
}
LOCAL_PATTERNS = {"AU": "_9999 9999", "US": "___999-9999"}
CHANGES_OF_CELL: dict[str, pl.Expr] = {
    "placeholder": pl.lit("00000 0000000"),
    "extension": CELL + pl.when(ODD).then(pl.lit(" ext 204")).otherwise(pl.lit(" x17")),
    "nbsp": CELL.str.replace_all(" ", "\u00a0", literal=True),
    "outer_space": pl.when(ODD).then(CELL + " ").otherwise(" " + CELL),
    "scientific": NATIONAL.str.head(1) + "." + NATIONAL.str.slice(1, 2) + "E+09",
    "local_only": NATIONAL.str.tail(7),
    "minus_sign": "-" + NATIONAL,
    "lost_zero": NATIONAL,
    "letters": CELL.str.head(-4) + pl.when(ODD).then(pl.lit("CALL")).otherwise(pl.lit("HOME")),
    "unbalanced_bracket": pl.when(CELL.str.contains(")", literal=True))
    .then(CELL.str.replace(")", "", literal=True))
    .otherwise("(" + CELL),
    "two_numbers": CELL + " / " + CELL.reverse(),
    "short_code": pl.when(ODD).then(pl.lit("311")).otherwise(pl.lit("911")),
}
NUMBER_IS_LOST = (
    "missing", "placeholder", "invalid", "short", "wrong_length", "scientific", "local_only", "short_code",
)  # fmt: skip
EMAIL_INVALID = ("@", " at ", "@@", "@.")
KEYPAD = {"CALL": 2255, "HOME": 4663}


def spell_pattern(pattern: str) -> pl.Expr:
    """Return the expression that writes ``national`` by a pattern (see ``profiles``)."""
    pieces: list[pl.Expr] = []
    taken = 0
    for run in re.findall(r"9+|_+|[^9_]+", pattern):
        if run[0] == "9":
            pieces.append(NATIONAL.str.slice(taken, len(run)))
        if run[0] in "9_":
            taken += len(run)
        else:
            pieces.append(pl.lit(run))
    return pl.concat_str(*pieces, NATIONAL.str.slice(taken))


def spell_numbers(dice: Dice, profile: Profile, people: pl.DataFrame) -> pl.Series:
    """Spell ``national`` (String) of every row as the profile's suppliers spell numbers of that row's ``kind``."""
    kinds = people["kind"].to_numpy()
    picked = np.zeros(people.height, dtype=np.int64)
    for kind in profile.kinds:
        fitting = [i for i, spelling in enumerate(profile.spellings) if spelling.kind in (kind, ANY_KIND)]
        here = kinds == kind
        weights = tuple(profile.spellings[i].share for i in fitting)
        picked[here] = np.array(fitting)[dice.choose(weights, int(here.sum()))]
    rows = [np.flatnonzero(picked == i) for i in range(len(profile.spellings))]
    parts = [
        people.select(NATIONAL.gather(here)).select(spell_pattern(spelling.pattern).alias("cell")).to_series()
        for here, spelling in zip(rows, profile.spellings, strict=True)
    ]
    back = np.argsort(np.concatenate(rows), kind="stable")
    return pl.concat(parts).gather(back)


def write_phones(dice: Dice, layout: Layout, people: pl.DataFrame) -> pl.DataFrame:
    """Return, for people with ``number`` and ``kind``, phone (String), fault (String or null), number (Int64 or null).

    The number is what the cell still tells to one who knows the file's area code; null where the cell tells none.
    """
    profile, rows = layout.profile, people.height
    base = CALLING_CODES[profile.region] * 10 ** NATIONAL_LENGTHS[profile.region]
    fault = draw_faults(dice, layout, rows)
    chunk = people.select(
        "kind", "number", (pl.col("number") - base).cast(pl.String).alias("national"), fault.alias("fault")
    ).with_columns(chance=pl.Series(dice.uniforms(rows)))
    changed = [
        pl.when(pl.col("fault") == name).then(change(profile.region)).alias(name)
        for name, change in CHANGES_OF_NUMBER.items()
        if name in profile.faults
    ]
    chunk = chunk.with_columns(pl.coalesce(*changed, NATIONAL).alias("national"))
    chunk = chunk.with_columns(spell_numbers(dice, profile, chunk).alias("cell"))
    changes = {name: CHANGES_OF_CELL[name] for name in profile.faults if name in CHANGES_OF_CELL}
    changes["missing"] = pl.lit(layout.missing_word)
    if "no_area_code" in profile.faults:
        changes["no_area_code"] = spell_pattern(LOCAL_PATTERNS[profile.region])
    damaged = [pl.when(pl.col("fault") == name).then(change) for name, change in changes.items()]
    vanity = pl.when(ODD).then(pl.lit(KEYPAD["CALL"])).otherwise(pl.lit(KEYPAD["HOME"]))
    return chunk.select(
        pl.coalesce(*damaged, CELL).alias("phone"),
        "fault",
        pl.when(pl.col("fault") == "letters")
        .then(pl.col("number") // 10**4 * 10**4 + vanity)
        .when(~pl.col("fault").is_in(NUMBER_IS_LOST).fill_null(False))
        .then(pl.col("number"))
        .alias("number"),
    )


def draw_faults(dice: Dice, layout: Layout, rows: int) -> pl.Series:
    """Return the fault of each row's phone (String), null where there is none; the first that strikes wins."""
    names = ("missing", *layout.profile.faults)
    struck = np.full(rows, len(names), dtype=np.int64)
    for position in reversed(range(len(names))):
        struck[dice.mark_rows(rows, layout.shares[names[position]])] = position
    return pl.Series([*names, None], dtype=pl.String).gather(struck)


def write_emails(dice: Dice, layout: Layout, mailboxes: pl.Series) -> pl.DataFrame:
    """Return email (String), email_fault (String or null) and good_email (lower case, null where there is none)."""
    rows, shares = mailboxes.len(), layout.shares
    offices = layout.mailbox_base + dice.below(max(1, int(rows * shares["email_shared"] / 8)), rows)
    broken = look_up(EMAIL_INVALID, dice.below(len(EMAIL_INVALID), rows))
    return pl.DataFrame(
        {
            "good": mailboxes,
            "office": offices,
            "broken": broken,
            "is_shared": dice.mark_rows(rows, shares["email_shared"]),
            "is_loud": dice.mark_rows(rows, shares["email_capitals"]),
            "is_bad": dice.mark_rows(rows, shares["email_invalid"]),
            "is_missing": dice.mark_rows(rows, shares["email_missing"]),
        }
    ).select(*_damage_emails())


def _damage_emails() -> tuple[pl.Expr, ...]:
    shared = "office" + pl.col("office").cast(pl.String) + "@mail.example.com"
    good = pl.when("is_shared").then(shared).otherwise("good")
    broken = pl.concat_str(
        good.str.split("@").list.get(0),
        pl.when(pl.col("broken") == "@").then(pl.lit("")).otherwise("broken"),
        good.str.split("@").list.get(1),
    )
    email = pl.when("is_missing").then(pl.lit("")).when("is_bad").then(broken)
    fault = pl.when("is_missing").then(pl.lit("missing")).when("is_bad").then(pl.lit("invalid"))
    return (
        email.when("is_loud").then(good.str.to_uppercase()).otherwise(good).alias("email"),
        fault.when("is_loud")
        .then(pl.lit("capitals"))
        .when("is_shared")
        .then(pl.lit("shared"))
        .otherwise(None)
        .alias("email_fault"),
        pl.when(~pl.col("is_missing") & ~pl.col("is_bad")).then(good).alias("good_email"),
    )


def damage_texts(dice: Dice, layout: Layout, cells: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Return the cells with outer white space and text nulls in the columns where this file has them."""
    made = dict(cells)
    for what in layout.null_columns:
        made[what] = _replace(made[what], dice.mark_rows(made[what].len(), layout.shares["text_null"]), "", layout)
    for what in layout.spaced_columns:
        made[what] = _replace(
            made[what], dice.mark_rows(made[what].len(), layout.shares["outer_space_text"]), " ", layout
        )
    return made


def _replace(texts: pl.Series, marked: NDArray[np.bool_], space: str, layout: Layout) -> pl.Series:
    fill = texts + space if space else pl.Series([layout.null_word]).new_from_index(0, texts.len())
    return fill.zip_with(pl.Series(marked), texts)
