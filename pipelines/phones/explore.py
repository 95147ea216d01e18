"""Finds the intervals: explores the prefixes of all numbers and splits only where an answer hangs on the next digit.

Keys are integers. A *written* number (plus?, digits D) has the key int('1' + D) without plus and int('2' + D) with
one, so that length and leading zeros survive. A *number* has the key int(calling code + national digits), which needs
no sentinel as calling codes never start with 0. Both fit 64 bits for up to 18 digits. Of longer written numbers
(two in one cell, mostly) the key is int('3' + two digits of length + the first 4), and what they mean is an error.
"""

from collections.abc import Iterator
from typing import NamedTuple

import phonenumbers

from pipelines.phones.automata import SOME
from pipelines.phones.matching import PartialNumber, UndecidedError
from pipelines.phones.patterns import UnsupportedPatternError
from pipelines.phones.plans import Plan, load_plans
from pipelines.phones.tracing import Abroad, TraceError, trace_number

FEWEST_DIGITS, MOST_DIGITS, LONGEST_CODE = 3, 18, 3
LONGEST_WRITTEN, LONG_KEY_DIGITS = 32, 4

# What a reading says of a written number: it is the number `key + shift`; it is to be read again as the written number
# `key + shift`, abroad; only the library knows; it stands in the other table; or (from FIRST_ERROR on) it is an error.
NUMBER, ABROAD, ASK_LIBRARY, ELSEWHERE, FIRST_ERROR = 0, 1, 2, 3, 4


class Reading(NamedTuple):
    """From key `first` on, up to the next reading: what a written number means."""

    first: int
    outcome: int
    shift: int


def read_written(number: PartialNumber, plan: Plan | None, *, plus: bool) -> tuple[int, int]:
    """Answer (outcome, shift) for all numbers that start with the known digits; raises UndecidedError."""
    try:
        traced = trace_number(number, plan, plus=plus)
    except TraceError as error:
        return FIRST_ERROR + error.reason, 0
    start = int(("2" if plus else "1") + number.known) * 10**number.unknown
    if isinstance(traced, Abroad):
        return ABROAD, int(f"2{traced.number.known}") * 10**traced.number.unknown - start
    result = f"{traced.calling_code}{traced.national.known}"
    if len(result) + traced.national.unknown > MOST_DIGITS:
        return ASK_LIBRARY, 0
    return NUMBER, int(result) * 10**traced.national.unknown - start


def explore_written(plan: Plan | None, readings: list[Reading], *, plus: bool, known: str, unknown: int) -> None:
    """Append the readings of all numbers of one length that start with the known digits, in order."""
    try:
        outcome, shift = read_written(PartialNumber(known, unknown), plan, plus=plus)
    except UndecidedError:
        for digit in "0123456789":
            explore_written(plan, readings, plus=plus, known=known + digit, unknown=unknown - 1)
    else:
        if not readings or readings[-1][1:] != (outcome, shift):
            readings.append(Reading(int(("2" if plus else "1") + known) * 10**unknown, outcome, shift))


def explore_long(plan: Plan | None, readings: list[Reading], known: str, unknown: int) -> None:
    """Append the readings of numbers of one length beyond 64 bits, written without plus: errors, or ask the library."""
    length = len(known) + unknown
    try:
        outcome, _ = read_written(PartialNumber(known, unknown), plan, plus=False)
    except UndecidedError:
        if len(known) < LONG_KEY_DIGITS:
            for digit in "0123456789":
                explore_long(plan, readings, known + digit, unknown - 1)
            return
        outcome = ASK_LIBRARY
    outcome = outcome if outcome >= FIRST_ERROR else ASK_LIBRARY
    if readings[-1].outcome != outcome:
        first = int(f"3{length}{known}") * 10 ** (LONG_KEY_DIGITS - len(known))
        readings.append(Reading(first, outcome, 0))


def has_calling_code(digits: str) -> bool:
    """Say whether digits start with a calling code that exists."""
    return any(
        int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE for length in (1, 2, 3) if digits[0] != "0"
    )


def list_first_digits(length: int) -> Iterator[tuple[str, int]]:
    """List what numbers of a length can start with, as far as a calling code goes: (digits, how many more)."""
    taken = min(LONGEST_CODE, length)
    for code in range(10**taken):
        yield f"{code:0{taken}d}", length - taken


def explore_plus(plan: Plan | None, length: int, *, coded: bool) -> list[Reading]:
    """List the readings of numbers of a length written with plus.

    `coded`: those whose calling code exists, the same in every region; else the others, which hang on the region. The
    two tile the keys together, each says ELSEWHERE where the other has to be asked.
    """
    readings: list[Reading] = []
    for known, unknown in list_first_digits(length):
        if has_calling_code(known) == coded:
            kept = len(readings)
            try:
                explore_written(plan, readings, plus=True, known=known, unknown=unknown)
            except UnsupportedPatternError:
                readings[kept:] = [Reading(int(f"2{known}") * 10**unknown, ASK_LIBRARY, 0)]
        elif not readings or readings[-1].outcome != ELSEWHERE:
            readings.append(Reading(int(f"2{known}") * 10**unknown, ELSEWHERE, 0))
    return readings


def explore_world() -> list[Reading]:
    """List the readings of numbers written with plus and a calling code that exists: the same in every region."""
    return [
        reading
        for length in range(FEWEST_DIGITS, MOST_DIGITS + 1)
        for reading in explore_plus(None, length, coded=True)
    ]


def explore_region(plan: Plan | None) -> list[Reading]:
    """List the readings that hang on the region: numbers without plus, and with one but no calling code that exists."""
    readings: list[Reading] = []
    for length in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        domestic: list[Reading] = []
        explore_written(plan, domestic, plus=False, known="", unknown=length)
        readings += [*domestic, *explore_plus(plan, length, coded=False)]
    long: list[Reading] = [Reading(3 * 10 ** (LONG_KEY_DIGITS + 2), ASK_LIBRARY, 0)]
    for length in range(MOST_DIGITS + 1, LONGEST_WRITTEN + 1):
        explore_long(plan, long, "", length)
    long.append(Reading(4 * 10 ** (LONG_KEY_DIGITS + 2), ASK_LIBRARY, 0))
    if plan is not None and plan.national_prefix is not None:
        plan.national_prefix.forget()
    return sorted(readings + long)


class Kind(NamedTuple):
    """From number `first` on, up to the next kind: numbers that only their digits tell apart."""

    first: int
    answers: tuple[int, ...]
    calling_code: int
    example: str


def explore_kinds(calling_code: int, length: int) -> Iterator[Kind]:
    """Yield the kinds of numbers of a calling code with national numbers of a length, in order."""
    plans = load_plans(calling_code)
    questions = [question for at, plan in enumerate(plans) for question in plan.list_questions(length, formats=at == 0)]
    questions = list(dict.fromkeys(questions))

    def descend(known: str, unknown: int, open_: list[tuple[int, int]], answers: list[int]) -> Iterator[Kind]:
        still = []
        for at, state in open_:
            answers[at] = questions[at].foresee(state, unknown)
            if answers[at] == SOME:
                still.append((at, state))
        if not still:
            yield Kind(int(f"{calling_code}{known}") * 10**unknown, tuple(answers), calling_code, known + "0" * unknown)
            return
        for digit in range(10):
            after = [(at, questions[at].step(state)[digit]) for at, state in still]
            yield from descend(f"{known}{digit}", unknown - 1, after, list(answers))

    yield from descend(
        "", length, [(at, question.start) for at, question in enumerate(questions)], [0] * len(questions)
    )
