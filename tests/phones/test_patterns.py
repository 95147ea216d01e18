"""Do our readings of the metadata's regular expressions agree with Python's?"""

import random
import re
from collections.abc import Iterator

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata

from pipelines.phones.automata import ALL, NONE, SOME, Automaton
from pipelines.phones.matching import PartialNumber, StartPattern, UndecidedError
from pipelines.phones.patterns import UnsupportedPatternError

SEED = random.SystemRandom().randrange(2**32)


def list_metadata() -> Iterator[PhoneMetadata]:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        yield PhoneMetadata.metadata_for_region(region, None)
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        yield PhoneMetadata.metadata_for_nongeo_region(code)


def draw_near(rng: random.Random, pattern: str) -> str:
    """Draw digits that have a chance to match: some of the pattern's own digits, then any."""
    own = re.findall(r"\d", re.sub(r"\{[^}]*\}", "", pattern)) or ["0"]
    start = "".join(own[at] for at in sorted(rng.sample(range(len(own)), min(len(own), rng.randint(0, 4)))))
    return start + "".join(rng.choices("0123456789", k=rng.randint(0, 14)))


def test_automata_match_the_whole_numbers_that_re_matches() -> None:
    rng = random.Random(SEED)
    patterns = {metadata.general_desc.national_number_pattern for metadata in list_metadata()}
    patterns |= {metadata.fixed_line.national_number_pattern for metadata in list_metadata() if metadata.fixed_line}
    patterns.discard(None)

    for pattern in sorted(patterns):
        automaton = Automaton(pattern, whole=True)
        for _ in range(20):
            digits = draw_near(rng, pattern)
            assert automaton.matches(PartialNumber(digits, 0)) == bool(re.fullmatch(pattern, digits)), (
                SEED,
                pattern,
                digits,
            )


def test_automata_match_the_starts_that_re_matches() -> None:
    rng = random.Random(SEED)
    patterns = {
        lead
        for metadata in list_metadata()
        for number_format in metadata.number_format
        for lead in number_format.leading_digits_pattern[-1:]
    }

    for pattern in sorted(patterns):
        automaton = Automaton(pattern, whole=False)
        for _ in range(10):
            digits = draw_near(rng, pattern)
            assert automaton.matches(PartialNumber(digits, 0)) == bool(re.match(pattern, digits)), (
                SEED,
                pattern,
                digits,
            )


def test_prefixes_are_matched_with_the_captures_that_re_finds() -> None:
    rng = random.Random(SEED)
    patterns = {metadata.national_prefix_for_parsing for metadata in list_metadata()}
    patterns |= {metadata.international_prefix for metadata in list_metadata()}
    patterns.discard(None)

    for pattern in sorted(patterns):
        ours, theirs = StartPattern(pattern), re.compile(pattern)
        for _ in range(200):
            digits = draw_near(rng, pattern)
            found = theirs.match(digits)
            spans = found and tuple(
                None if found.group(group) is None else found.span(group) for group in range(1, theirs.groups + 1)
            )
            assert ours.match_start(PartialNumber(digits, 0)) == (found and (found.end(), spans)), (
                SEED,
                pattern,
                digits,
            )


def test_what_is_said_of_unknown_digits_holds_for_every_digit() -> None:
    rng = random.Random(SEED)
    patterns = sorted({str(metadata.national_prefix_for_parsing) for metadata in list_metadata()} - {"None"})

    for pattern in patterns:
        ours, theirs = StartPattern(pattern), re.compile(pattern)
        for _ in range(60):
            digits = draw_near(rng, pattern)
            known = rng.randint(0, len(digits))
            try:
                answer = ours.match_start(PartialNumber(digits[:known], len(digits) - known))
            except UndecidedError:
                continue
            found = theirs.match(digits)
            assert (answer and answer[0]) == (found and found.end()), (SEED, pattern, digits, known)


@pytest.mark.parametrize(
    ("digits", "more", "fate"),
    [("", 10, SOME), ("1", 9, NONE), ("2", 9, ALL), ("2", 8, NONE), ("31", 5, ALL), ("3", 9, ALL)],
)
def test_an_automaton_foresees_what_further_digits_can_do(digits: str, more: int, fate: int) -> None:
    automaton = Automaton(r"[2-9]\d{9}|3\d{6}", whole=True)
    state = automaton.start

    for digit in digits:
        state = automaton.step(state)[int(digit)]

    assert automaton.foresee(state, more) == fate


@pytest.mark.parametrize(
    "pattern",
    [r"\d+", r"\d*", r"(?=1)2", r"1(?!2)", r"\1", r"[^0]", r"^1", r"1??", r"(?P<a>1)", r"\D", "1{2}{3}", "(1", "1)"],
)
def test_a_construct_that_the_metadata_does_not_use_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedPatternError):
        StartPattern(pattern)


def test_the_end_is_refused_in_the_pattern_of_a_whole_number() -> None:
    with pytest.raises(UnsupportedPatternError):
        Automaton("1$", whole=True)
