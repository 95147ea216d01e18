"""How a national number is written: `0{0:4} {4:10}` stands for a 0, four digits, a blank and the other six."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from phonenumbers.phonemetadata import NumberFormat

from pipelines.phones.patterns import UnsupportedPatternError
from pipelines.phones.plans import Plan

_FIRST_GROUP = re.compile(r"(\\\d)")
_PIECE = re.compile(r"\{(\d+):(\d+)\}|([^{]+)")

Piece = str | tuple[int, int]
DIGITS_WIDTH = 20


@dataclass(frozen=True)
class Text:
    """What a number is written as, byte by byte: where each digit stands in DIGITS_WIDTH digits, or a literal."""

    sources: npt.NDArray[np.intp]
    literal_at: npt.NDArray[np.intp]
    literals: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Layout:
    """The three texts of a number: E.164, national digits, national format."""

    e164: Text
    national_number: Text
    national_format: Text


def write_template(plan: Plan, national: str) -> str:
    """Write the template by which libphonenumber formats a national number; the same for all numbers of its kind."""
    chosen: NumberFormat | None = plan.choose_format(national)
    if chosen is None:
        return f"{{0:{len(national)}}}"
    rule = str(chosen.format)
    if chosen.national_prefix_formatting_rule:
        # In the prefix rule, \1 is the first group *of the format*, whichever number that has.
        rule = _FIRST_GROUP.sub(chosen.national_prefix_formatting_rule, rule, count=1)
    found = re.fullmatch(str(chosen.pattern), national)
    if found is None:  # choose_format would have to match otherwise than `re` does
        raise UnsupportedPatternError(str(chosen.pattern))
    pieces = []
    for position, piece in enumerate(re.split(r"\\(\d)", rule)):
        if position % 2:
            start, end = found.span(int(piece))
            pieces.append(f"{{{start}:{end}}}")
        else:
            pieces.append(piece if "{" not in piece and "\\" not in piece else _refuse(rule))
    return "".join(pieces)


def _refuse(rule: str) -> str:
    raise UnsupportedPatternError(rule)


def read_template(template: str) -> list[Piece]:
    """Read a template into its pieces: literal text, and (start, end) in the national digits."""
    return [text or (int(start), int(end)) for start, end, text in _PIECE.findall(template)]


def fill_template(template: str, national: str) -> str:
    """Write one national number by a template."""
    return "".join(
        piece if isinstance(piece, str) else national[piece[0] : piece[1]] for piece in read_template(template)
    )


def plan_text(pieces: list[Piece], start: int) -> Text:
    """Plan a text of pieces; digit 0 of the pieces stands at `start` of the DIGITS_WIDTH digits."""
    sources: list[int] = []
    literals: dict[int, int] = {}
    for piece in pieces:
        if isinstance(piece, str):
            for byte in piece.encode():
                literals[len(sources)] = byte
                sources.append(0)
        else:
            sources.extend(range(start + piece[0], start + piece[1]))
    return Text(
        np.array(sources, dtype=np.intp),
        np.array(list(literals), dtype=np.intp),
        np.array(list(literals.values()), dtype=np.uint8),
    )


@cache
def plan_layout(country_code: int | None, template: str | None, digits: int) -> Layout | None:
    """Plan the texts of numbers of so many digits; None where there is no number to write."""
    if country_code is None or template is None:
        return None
    start = DIGITS_WIDTH - digits
    national = start + len(str(country_code))
    return Layout(
        plan_text(["+", (0, digits)], start),
        plan_text([(0, DIGITS_WIDTH - national)], national),
        plan_text(read_template(template), national),
    )


@cache
def plan_prefixed(country_code: int | None, digits: int, home_code: int, home_prefix: str) -> Text | None:
    """Plan the national digits behind ``home_prefix`` in the country of ``home_code``, else behind 00 and the code."""
    if country_code is None:
        return None
    start = DIGITS_WIDTH - digits
    national = start + len(str(country_code))
    prefix = home_prefix if country_code == home_code else f"00{country_code}"
    return plan_text([prefix, (0, DIGITS_WIDTH - national)], national)
