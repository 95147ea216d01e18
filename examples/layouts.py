"""Draw what is the same on every row of a drop: its dialect, its columns, its rate of each fault."""

from dataclasses import dataclass, field
from datetime import date

from examples.dice import Dice, Rate, make_dice, rate
from examples.numbers import list_area_codes
from examples.profiles import Profile

ENCODINGS = (("utf-8", 0.98), ("cp1252", 0.015), ("utf-16-le", 0.005))
NEWLINES = (("\n", 0.49), ("\r\n", 0.5), ("\r", 0.01))
NULL_WORDS = ("UNKNOWN", ".", "N/A", "NULL")
NO_HEADER = 0.13
PREAMBLE = 0.12
DUPLICATE_HEADER = 0.08
BYTE_ORDER_MARK = 0.1
RAGGED: Rate = ((0.74, 0.0, 0.0), (0.26, 0.002, 0.02))  # a quarter of the files have some ragged rows
NULLABLE = ("county", "company", "town", "address")
UNSPACED = ("phone", "mobile", "email", "number", "code")  # their white space is a fault of its own, or never occurs


@dataclass(frozen=True)
class Dialect:
    """How a file is written. JSON drops use ``encoding`` and ``newline`` only."""

    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    bom: bool = False
    has_header: bool = True
    preamble: tuple[str, ...] = ()


PLAIN = Dialect()


@dataclass(frozen=True)
class Layout:
    """One file's draw from its profile. ``shares`` are this file's rates by fault."""

    profile: Profile
    name: str
    day: date
    dialect: Dialect
    header: tuple[str, ...]
    area_code: str
    missing_word: str
    null_word: str
    null_columns: tuple[str, ...]
    spaced_columns: tuple[str, ...]
    mailbox_base: int
    shares: dict[str, float] = field(default_factory=dict)


def draw_layout(profile: Profile, seed: int, day: date, *, plain: bool = False) -> Layout:
    """Return the layout of one drop; ``plain`` keeps the faults of cells, but not those of the file."""
    dice = make_dice(seed, profile.name, "layout")
    area_code = ""
    if profile.area_digits:
        codes = list_area_codes(profile.region, next(iter(profile.kinds)), profile.area_digits)
        area_code = codes[int(dice.below(len(codes), 1)[0])]
    holds = [what for _, what in profile.columns]
    header = [name for name, _ in profile.columns]
    null_columns = _pick(dice, [what for what in holds if what in NULLABLE], 2)
    spaced_columns = _pick(dice, [what for what in holds if what not in UNSPACED], max(1, len(holds) // 2))
    dialect = _draw_dialect(dice, profile)
    shares = _draw_shares(dice, profile)
    if _happens(dice, DUPLICATE_HEADER) and profile.format == "csv" and not plain:
        header[-1] = header[1]
    shares["outer_space_text"] = shares["outer_space_text"] * len(holds) / max(1, len(spaced_columns))
    return Layout(
        profile=profile,
        name=f"{profile.name}-{day.isoformat()}.{profile.format}",
        day=day,
        dialect=PLAIN if plain else dialect,
        header=tuple(header),
        area_code=area_code,
        missing_word=_pick(dice, list(profile.missing_words), 1)[0],
        null_word=_pick(dice, list(NULL_WORDS), 1)[0],
        null_columns=null_columns,
        spaced_columns=spaced_columns,
        mailbox_base=int(dice.below(10**4, 1)[0]) * 10**4,
        shares=shares | ({"ragged": 0.0} if plain and profile.format == "csv" else {}),
    )


def _draw_shares(dice: Dice, profile: Profile) -> dict[str, float]:
    """Draw every rate of the file, by fault; those of text cells and e-mails have names of their own."""
    rates = {
        "missing": profile.missing,
        "repeated": profile.repeated,
        "switchboard": profile.switchboard,
        "outer_space_text": profile.outer_space,
        "non_ascii": profile.non_ascii,
        "text_null": profile.text_null,
        "ragged": RAGGED if profile.format == "csv" else rate(0.005, 0.03),
        "email_missing": profile.mail.empty,
        "email_invalid": profile.mail.invalid,
        "email_capitals": profile.mail.capitals,
        "email_shared": profile.mail.shared,
        **profile.faults,
    }
    shares = {name: dice.draw_rate(entry) for name, entry in rates.items()}
    shares["repeated"] = min(
        0.5, shares["repeated"] / (1 - shares["missing"])
    )  # it is a share of the rows with a phone
    return shares


def _draw_dialect(dice: Dice, profile: Profile) -> Dialect:
    delimiter = _draw_word(dice, profile.delimiters)
    encoding = _draw_word(dice, ENCODINGS)
    newline = _draw_word(dice, NEWLINES)
    has_bom = _happens(dice, BYTE_ORDER_MARK) or encoding == "utf-16-le"
    has_header = not _happens(dice, NO_HEADER)
    has_preamble = _happens(dice, PREAMBLE)
    if profile.format == "json":
        return PLAIN
    return Dialect(
        delimiter=delimiter,
        encoding=encoding,
        newline=newline,
        bom=has_bom and encoding != "cp1252",
        has_header=has_header,
        preamble=("Lead export, made by hand", "") if has_preamble else (),
    )


def _draw_word(dice: Dice, choices: tuple[tuple[str, float], ...]) -> str:
    return choices[int(dice.choose(tuple(weight for _, weight in choices), 1)[0])][0]


def _happens(dice: Dice, chance: float) -> bool:
    return float(dice.uniforms(1)[0]) < chance


def _pick(dice: Dice, choices: list[str], count: int) -> tuple[str, ...]:
    order = dice.uniforms(len(choices)).argsort(kind="stable")[:count]
    return tuple(choices[int(position)] for position in sorted(order))
