"""Draws telephone numbers in many spellings, from a seed: what the parity tests and the benchmark feed on."""

import random
from functools import cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
PLAIN = " -()./"
MARKS = [
    *PLAIN,
    *"[]+*#~,;:x\t\n_'\"",
    "\u00a0",
    "\u00ad",
    "\u200b",
    "\u2010",
    "\u2013",
    "\u2212",
    "\u2060",
    "\u3000",
    "\uff0b",
    "\uff0d",
    "\uff0f",
    "\uff5e",
    "\u30fc",
    "\u2053",
    "\uff08",
    "\uff3b",
    "*",
    "!",
    "é",
    "\u0301",
    "\u0663",
    "\uff11",
]
TAILS = [
    " ext 12",
    " x345",
    "x9",
    " extn. 7777",
    ";ext=44",
    " #12",
    ",,123",
    ", 55",
    " - 503#",
    " ext.: 123456789",
    " int 4",
    " доб 12",
    " anexo 5",
    ";isub=12345",
    ";phone-context=+44",
    ";phone-context=example.com",
    " / 020 7946 0001",
    " or 07700",
    " (home)",
    " mob",
    " \\x1",
    "/x302",
    " x302/x2303",
    ".0",
    "\n",
    "\t",
    " .",
    ",",
    ";",
    " ext",
    "#",
    "ABC",
]
HEADS = [
    "Tel: ",
    "tel:",
    "Phone ",
    "(",
    "+",
    "'",
    "\t",
    " ",
    "mob. ",
    "#",
    "T",
    "tel:+",
    "++",
    "\uff0b",
    "- ",
    "home/",
    "\u200e",
]
WORDS = [
    "",
    " ",
    ".",
    "n/a",
    "UNKNOWN",
    "99",
    "-",
    "00000 0000000",
    "0",
    "12",
    "1",
    "1-2",
    "+12",
    "(12)",
    "999",
    "4.47E+11",
    "4.4770090012E+11",
    "447700900123.0",
    "0800 FLOWERS",
    "1-800-MICROSOFT",
    "call me",
    "+",
    "++",
    "00",
    "+00",
    "011",
    "123 4",
    "٠٢٠٧٩٤٦٠٠٠٠",
]


@cache
def list_examples(region: str) -> list[PhoneNumber]:
    """List the example numbers of every type that a region has, its invalid example too."""
    types = [None, *phonenumbers.supported_types_for_region(region)]
    found = [
        phonenumbers.example_number(region) if type_ is None else phonenumbers.example_number_for_type(region, type_)
        for type_ in types
    ]
    return [number for number in (*found, phonenumbers.invalid_example_number(region)) if number is not None]


@cache
def list_global_examples() -> list[PhoneNumber]:
    """List the example numbers of the non-geographic calling codes."""
    codes = sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
    return [number for code in codes if (number := phonenumbers.example_number_for_non_geo_entity(code)) is not None]


def draw_digits(rng: random.Random, least: int, most: int) -> str:
    return "".join(rng.choices("0123456789", k=rng.randint(least, most)))


def draw_number(rng: random.Random, region: str) -> str:
    """Draw the digits of a number, sometimes spoilt, in one of the ways in which a region writes it."""
    if rng.random() < 0.03:
        number = rng.choice(list_global_examples())
    else:
        number = rng.choice(list_examples(region if rng.random() < 0.75 else rng.choice(REGIONS)))
    national = phonenumbers.national_significant_number(number)
    if rng.random() < 0.75:
        kept = rng.randint(1, len(national))
        national = national[:kept] + draw_digits(rng, len(national) - kept, len(national) - kept)
    roll = rng.random()
    if roll < 0.06:
        national = national[:-1]
    elif roll < 0.12:
        national += draw_digits(rng, 1, 3)
    code = str(number.country_code)
    home = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    prefix = home.national_prefix or ""
    idd = rng.choice([home.international_prefix or "00", "00", "011", "0011", "810", "001"])
    idd = idd if idd.isdigit() else "00"
    full = code + national
    ways = [prefix + national, prefix + national, national, "+" + full, "+" + full, full, idd + full, "+" + idd + full]
    ways += ["+" + code + "0" + national, "0" + national, "+" + code + prefix + national, "+" + prefix + national]
    return rng.choice(ways)


def space_out(rng: random.Random, digits: str, marks: str | list[str]) -> str:
    """Put marks between some of the digits."""
    share = rng.choice([0.0, 0.1, 0.25])
    return "".join(digit + (rng.choice(marks) if rng.random() < share else "") for digit in digits)


def draw_format(rng: random.Random, region: str) -> str:
    """Draw an example number as `phonenumbers` itself writes it."""
    number = rng.choice(list_examples(region))
    ways = [
        PhoneNumberFormat.E164,
        PhoneNumberFormat.INTERNATIONAL,
        PhoneNumberFormat.NATIONAL,
        PhoneNumberFormat.RFC3966,
    ]
    return phonenumbers.format_number(number, rng.choice(ways))


def draw_cell(rng: random.Random, region: str) -> str:
    """Draw one cell: mostly numbers with ordinary punctuation, often with something odd, now and then no number."""
    roll = rng.random()
    if roll < 0.5:
        return space_out(rng, draw_number(rng, region), PLAIN)
    if roll < 0.62:
        return space_out(rng, draw_number(rng, region), MARKS)
    if roll < 0.7:
        return draw_format(rng, region)
    if roll < 0.78:
        return rng.choice(["", rng.choice(HEADS)]) + space_out(rng, draw_number(rng, region), PLAIN) + rng.choice(TAILS)
    if roll < 0.8:
        return rng.choice(HEADS) + space_out(rng, draw_number(rng, region), PLAIN)
    if roll < 0.94:
        return rng.choice(["", "", "+", "00", "0", "1"]) + space_out(rng, draw_digits(rng, 1, 20), PLAIN)
    if roll < 0.98:
        return "".join(rng.choices([*MARKS, *"0123456789" * 3, *"abcxXeEtT"], k=rng.randint(1, 24)))
    return rng.choice(WORDS)


def draw_cells(seed: int, region: str, count: int) -> list[str]:
    """Draw cells for a region; the same seed, region and count give the same cells."""
    rng = random.Random(f"{seed}/{region}")
    return [draw_cell(rng, region) for _ in range(count)]
