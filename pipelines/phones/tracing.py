"""Follows `phonenumbers.parse` on a number of which only the first digits are known.

What is left of a string after its spelling is taken off is (was there a plus?, digits). The functions here do what the
functions of the same purpose in `phonenumberutil` do with that, line for line, and raise UndecidedError as soon as an
answer hangs on an unknown digit; `explore.py` then splits. Nothing here knows a country.
"""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException as Failure
from phonenumbers import ValidationResult

from pipelines.phones.matching import PartialNumber, Spans, UndecidedError
from pipelines.phones.plans import Plan, load_plans

SHORTEST, LONGEST = 2, 17
_RESERVED = re.compile(r"\\(\d)")
_NOT_STRIPPED = {
    ValidationResult.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
    ValidationResult.INVALID_LENGTH,
}


@dataclass(frozen=True)
class Traced:
    """A number that parses: its calling code and its national digits."""

    calling_code: int
    national: PartialNumber


@dataclass(frozen=True)
class Abroad:
    """A number that follows a prefix for calls abroad: to be read as if it had a plus, in no region."""

    number: PartialNumber


class TraceError(Exception):
    """The number does not parse; `reason` is NumberParseException's error type."""

    def __init__(self, reason: int) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Stripping:
    """What taking the national prefix off makes of a number: digits of the number by position, or written by a rule."""

    number: PartialNumber
    places: list[int | str]

    def apply(self) -> PartialNumber:
        """Do it; raises UndecidedError where unknown digits would not stay at the end, in order."""
        number, places = self.number, self.places
        split = len(places) - number.unknown
        if places[max(split, 0) :] != list(range(len(number.known), len(number))):
            raise UndecidedError
        known = "".join(place if isinstance(place, str) else number.known[place] for place in places[:split])
        return PartialNumber(known, number.unknown)


def transform_places(rule: str, spans: Spans) -> list[int | str]:
    r"""Write a transform rule such as `9\1` out for the matched start of a number."""
    places: list[int | str] = []
    for position, piece in enumerate(_RESERVED.split(rule)):
        if position % 2 == 0:
            places.extend(piece)
        elif (span := spans[int(piece) - 1]) is not None:
            places.extend(range(*span))
    return places


def find_national_prefix(number: PartialNumber, plan: Plan) -> Stripping | None:
    """Find the national prefix (and carrier code) at the start of a number."""
    if len(number) == 0 or plan.national_prefix is None:
        return None
    found = plan.national_prefix.match_start(number)
    if found is None:
        return None
    end, spans = found
    unchanged = plan.transform is None or spans[-1] is None
    places = [] if unchanged else transform_places(str(plan.transform), spans)
    return Stripping(number, [*places, *range(end, len(number))])


def strip_national_prefix(number: PartialNumber, plan: Plan) -> PartialNumber:
    """Take the national prefix (and carrier code) off, unless that spoils a number that was good."""
    stripping = find_national_prefix(number, plan)
    if stripping is None:
        return number
    if not plan.suits_some(len(stripping.places)):  # its length spoils it, whatever the digits
        return number if plan.suits(number) else stripping.apply()
    stripped = stripping.apply()
    return number if plan.suits(number) and not plan.suits(stripped) else stripped


def strip_international_prefix(number: PartialNumber, plan: Plan) -> PartialNumber | None:
    """Take the prefix for calls abroad off; None where there is none, or a zero follows it."""
    if len(number) == 0 or plan.international_prefix is None:
        return None
    found = plan.international_prefix.match_start(number)
    if found is None or (found[0] < len(number) and number.allows(found[0], 1)):
        return None
    return number.drop(found[0])


def take_calling_code(number: PartialNumber) -> tuple[int, PartialNumber]:
    """Split a calling code off a number that was written in full."""
    if len(number) <= SHORTEST:
        raise TraceError(Failure.TOO_SHORT_AFTER_IDD)
    for length in range(1, 4):
        if length > len(number.known):
            raise UndecidedError
        if number.known[0] == "0":
            break
        code = int(number.known[:length])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return code, number.drop(length)
    raise TraceError(Failure.INVALID_COUNTRY_CODE)


def find_calling_code(number: PartialNumber, plan: Plan) -> tuple[int, PartialNumber]:
    """Find the region's own calling code in front of a number written without plus; 0 where it is not there."""
    for at, digit in enumerate(plan.calling_code):
        if not number.allows(at, 1 << int(digit)):
            return 0, number
    rest = number.drop(len(plan.calling_code))
    too_long = plan.judge_length(len(number)) == ValidationResult.TOO_LONG
    if not too_long and not can_suit(rest, plan):
        return 0, number
    stripped = strip_national_prefix(rest, plan)
    if too_long or (not plan.suits(number) and plan.suits(stripped)):
        return int(plan.calling_code), stripped
    return 0, number


def can_suit(number: PartialNumber, plan: Plan) -> bool:
    """Say whether a number of this length could match the general description, with or without national prefix."""
    stripping = find_national_prefix(number, plan)
    return plan.suits_some(len(number)) or (stripping is not None and plan.suits_some(len(stripping.places)))


def trace_number(number: PartialNumber, plan: Plan | None, *, plus: bool) -> Traced | Abroad:
    """Parse the digits of a number as written in the region of a plan (None: in no region).

    Raises TraceError where it does not parse and UndecidedError where that hangs on unknown digits.
    """
    if plus:
        try:
            return finish_national(*take_calling_code(number), plan)
        except TraceError as error:
            if error.reason != Failure.INVALID_COUNTRY_CODE:
                raise
    if plan is None:
        raise TraceError(Failure.INVALID_COUNTRY_CODE)
    abroad = strip_international_prefix(number, plan)
    if abroad is not None:
        if len(abroad) <= SHORTEST:
            raise TraceError(Failure.TOO_SHORT_AFTER_IDD)
        return Abroad(abroad)
    calling_code, national = find_calling_code(number, plan)
    if plus and calling_code == 0:
        raise TraceError(Failure.INVALID_COUNTRY_CODE)
    return finish_national(calling_code, national, plan)


def choose_plan(calling_code: int, plan: Plan | None) -> Plan:
    """Choose the plan that the numbers of a calling code follow; that of the region for 0 and for its own."""
    if plan is None or (calling_code and phonenumbers.region_code_for_country_code(calling_code) != plan.metadata.id):
        return load_plans(calling_code)[0]
    return plan


def finish_national(calling_code: int, national: PartialNumber, plan: Plan | None) -> Traced:
    """Take the national prefix off, by the plan of the calling code (0: of the region), and check the length."""
    plan = choose_plan(calling_code, plan)
    if len(national) < SHORTEST:
        raise TraceError(Failure.TOO_SHORT_NSN)
    # The lengths first: they often settle it before digits that are not known yet are needed.
    stripping = find_national_prefix(national, plan)
    if stripping is not None and min(len(national), len(stripping.places)) > LONGEST:
        raise TraceError(Failure.TOO_LONG)
    if stripping is not None and plan.judge_length(len(stripping.places)) not in _NOT_STRIPPED:
        national = strip_national_prefix(national, plan)
    if len(national) < SHORTEST:
        raise TraceError(Failure.TOO_SHORT_NSN)
    if len(national) > LONGEST:
        raise TraceError(Failure.TOO_LONG)
    return Traced(calling_code or int(plan.calling_code), national)
