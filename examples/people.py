"""Draw the people of a drop and render their cells, except the phone.

People are a frame of positions into the word lists; text is made only when a chunk is written.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from examples import words
from examples.dice import Dice
from examples.numbers import draw_numbers
from examples.profiles import Profile

LETTERS = tuple("ABDEFGHJLNPQRSTUWXYZ")
SOURCES = ("web", "fair", "referral", "phone-in")
PRODUCTS = ("solar", "boiler cover", "broadband", "life cover")
DATES = 60  # leads are at most so many days old


def draw_people(dice: Dice, profile: Profile, rows: int, *, area_code: str, non_ascii: float) -> pl.DataFrame:
    """Return ``rows`` people: number (Int64, E.164), kind (String) and word positions."""
    kinds = dice.choose(tuple(profile.kinds.values()), rows)
    numbers = np.zeros(rows, dtype=np.int64)
    for position, kind in enumerate(profile.kinds):
        here = kinds == position
        numbers[here] = draw_numbers(dice, profile.region, kind, int(here.sum()), area_code)
    first = dice.below(len(words.FIRST_NAMES), rows)
    last = dice.below(len(words.LAST_NAMES), rows)
    foreign = dice.uniforms(rows) < non_ascii
    first[foreign] = len(words.FIRST_NAMES) + first[foreign] % len(words.FOREIGN_FIRST_NAMES)
    last[foreign] = len(words.LAST_NAMES) + last[foreign] % len(words.FOREIGN_LAST_NAMES)
    return pl.DataFrame(
        {
            "number": numbers,
            "kind": words.look_up(tuple(profile.kinds), kinds),
            "first": first,
            "last": last,
            "owner": dice.below(len(words.LAST_NAMES), rows),
            "trade": dice.below(len(words.TRADES), rows),
            "town": dice.below(len(words.TOWNS[profile.region]), rows),
            "street": dice.below(len(words.STREETS[profile.region]), rows),
            "house": dice.below(180, rows) + 1,
            "post": dice.below(10**6, rows),
        }
    )


def render_cells(dice: Dice, profile: Profile, people: pl.DataFrame, day: date, first_row: int) -> dict[str, pl.Series]:
    """Return the text of every column but phone, mobile and email, by what it holds; no nulls."""
    rows = people.height
    towns = words.TOWNS[profile.region]
    positions = {name: people[name].to_numpy() for name in ("first", "last", "owner", "trade", "town", "street")}
    made = pl.select(
        first_name=words.look_up(words.ALL_FIRST_NAMES, positions["first"]),
        last_name=words.look_up(words.ALL_LAST_NAMES, positions["last"]),
        company=words.look_up(words.LAST_NAMES, positions["owner"])
        + words.look_up(words.COMPANY_ENDS, positions["trade"]),
        address=people["house"].cast(pl.String)
        + " "
        + words.look_up(words.STREETS[profile.region], positions["street"]),
        town=words.look_up(tuple(town for town, _, _ in towns), positions["town"]),
        county=words.look_up(tuple(county for _, county, _ in towns), positions["town"]),
        postcode=_render_postcodes(profile.region, people),
        number=pl.int_range(first_row, first_row + rows, eager=True).cast(pl.String),
        date_iso=_render_dates(dice, rows, [d.isoformat() for d in _list_days(day)]),
        date_uk=_render_dates(dice, rows, [f"{d.day:02}/{d.month:02}/{d.year}" for d in _list_days(day)]),
        notes=words.look_up(["", *words.NOTES], np.maximum(dice.below(30, rows) - 19, 0)),
        source=words.look_up(SOURCES, dice.below(len(SOURCES), rows)),
        product=words.look_up(PRODUCTS, dice.below(len(PRODUCTS), rows)),
        code=_render_codes(dice, first_row, rows),
    ).with_columns(name=pl.concat_str("first_name", "last_name", separator=" "))
    return made.to_dict()


def render_mailboxes(dice: Dice, people: pl.DataFrame) -> pl.Series:
    """Return one good address a row (String, lower case), of the person's name, hardly ever twice."""
    first = tuple(words.fold_name(name) for name in words.ALL_FIRST_NAMES)
    last = tuple(words.fold_name(name) for name in words.ALL_LAST_NAMES)
    rows = people.height
    return pl.select(
        pl.concat_str(
            words.look_up(first, people["first"].to_numpy()),
            pl.lit("."),
            words.look_up(last, people["last"].to_numpy()),
            pl.Series(dice.below(10**5, rows)).cast(pl.String),
            pl.lit("@"),
            words.look_up(words.MAIL_DOMAINS, dice.below(len(words.MAIL_DOMAINS), rows)),
        )
    ).to_series()


def _list_days(day: date) -> list[date]:
    return [day - timedelta(days=back) for back in range(1, DATES + 1)]


def _render_dates(dice: Dice, rows: int, days: list[str]) -> pl.Series:
    return words.look_up(days, dice.below(len(days), rows))


def _render_codes(dice: Dice, first_row: int, rows: int) -> pl.Series:
    """Return codes that are text though they look like numbers: 010005, 5E1004."""
    number = pl.int_range(first_row, first_row + rows, eager=True).cast(pl.String).str.zfill(5)
    return words.look_up(("0", "1", "5E", "A", "Y"), dice.below(5, rows)) + number


def _render_postcodes(region: str, people: pl.DataFrame) -> pl.Series:
    areas = words.look_up(tuple(area for _, _, area in words.TOWNS[region]), people["town"].to_numpy())
    post: NDArray[np.int64] = people["post"].to_numpy()
    if region != "GB":
        return areas + pl.Series(post % 100).cast(pl.String).str.zfill(2)
    district = pl.Series(post % 19 + 1).cast(pl.String)
    sector = pl.Series(post // 19 % 9 + 1).cast(pl.String)
    unit = words.look_up(LETTERS, post // 171 % 20) + words.look_up(LETTERS, post // 3420 % 20)
    return areas + district + " " + sector + unit
