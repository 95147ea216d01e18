import numpy as np
import phonenumbers
import pytest

from examples.dice import make_dice
from examples.numbering import derive_blocks, expand_pattern
from examples.numbers import CALLING_CODES, draw_numbers, list_area_codes, read_blocks


def test_a_pattern_expands_to_every_sequence_of_digit_sets_it_stands_for():
    assert expand_pattern(r"7(?:0[1-3]|4\d)\d{1,2}|55?") == [
        ("7", "0", "123", "0123456789"),
        ("7", "0", "123", "0123456789", "0123456789"),
        ("7", "4", "0123456789", "0123456789"),
        ("7", "4", "0123456789", "0123456789", "0123456789"),
        ("5",),
        ("5", "5"),
    ]


def test_a_pattern_with_anything_else_in_it_is_refused():
    with pytest.raises(ValueError, match="not a piece of a number pattern"):
        expand_pattern("7.*")


def test_the_frozen_blocks_are_still_blocks_of_the_installed_metadata():
    installed = {(region, kind): set(leads) for region, kind, _, leads in derive_blocks()}

    stale = {key: gone for key, leads in read_blocks().items() if (gone := set(leads) - installed[key])}

    assert stale == {}, "derive them again: see examples/numbering.py"


@pytest.mark.parametrize(("region", "kind"), sorted(read_blocks()))
def test_every_number_drawn_is_valid_for_libphonenumber(region, kind):
    code = CALLING_CODES[region]

    numbers = draw_numbers(make_dice(5, region, kind), region, kind, 1_500)

    parsed = [phonenumbers.parse(f"+{number}", None) for number in numbers]
    invalid = [n for n in parsed if not phonenumbers.is_valid_number(n) or n.country_code != code]
    if region == "US":
        assert {phonenumbers.region_code_for_number(n) for n in parsed} == {"US"}
    assert invalid == []


def test_numbers_of_one_area_code_have_it():
    codes = list_area_codes("US", "any", 3)

    numbers = draw_numbers(make_dice(1, "area"), "US", "any", 200, area_code=codes[7])

    assert len(codes) > 300
    assert set(np.unique(numbers // 10**7)) == {10**3 + int(codes[7])}
