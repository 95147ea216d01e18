"""Say what the drops of each kind of supplier look like: spellings, faults and their rates, columns, file dialects.

Rates are shares of the rows, measured on real files. A pattern spells a number: ``9`` is the next digit of the national
number (without its leading zero), ``_`` leaves a digit out, and anything else stands for itself.
"""

# ruff: noqa: RUF009 - rate() returns a tuple
from dataclasses import dataclass, field
from typing import Literal

from examples.dice import Rate, rate

NEVER: Rate = rate(0.0)
ANY_KIND = "*"


@dataclass(frozen=True)
class Spelling:
    """One way of writing a number: which kinds of number are written so, how, and in what share of the rows."""

    kind: str
    pattern: str
    share: float


@dataclass(frozen=True)
class Mail:
    """How the e-mail column fares; all but ``empty`` are shares of the cells that hold something."""

    empty: Rate = rate(0.05, 0.3)
    invalid: Rate = rate(0.021)
    capitals: Rate = rate(0.01, 0.04)
    shared: Rate = ((0.6, 0.0, 0.02), (0.4, 0.02, 0.37))


@dataclass(frozen=True)
class Profile:
    """One kind of supplier. ``faults`` are shares of the rows that have a phone at all, the first named wins."""

    name: str
    region: str
    columns: tuple[tuple[str, str], ...]  # (header, what the cell holds: a key of people.render_cells)
    kinds: dict[str, float]
    spellings: tuple[Spelling, ...]
    missing: Rate
    missing_words: tuple[str, ...] = ("",)
    faults: dict[str, Rate] = field(default_factory=dict)
    repeated: Rate = NEVER  # rows whose number an earlier row of the drop has
    same_person: float = 0.5  # of those, how many are the same person, the others share a phone
    switchboard: Rate = NEVER  # rows that all show one number
    area_digits: int = 0  # the file covers one area, whose code has so many digits
    outer_space: Rate = rate(0.015, 0.05)
    non_ascii: Rate = rate(0.0005, 0.006)  # of the rows, in two cells of each
    text_null: Rate = ((0.5, 0.0, 0.0), (0.5, 0.02, 0.12))  # in one or two columns of a file
    mail: Mail = Mail()
    delimiters: tuple[tuple[str, float], ...] = ((",", 0.99), (";", 0.01))
    format: Literal["csv", "json"] = "csv"


# fmt: off
NOT_UK_DELIMITERS = ((",", 0.75), (";", 0.11), ("\t", 0.07), ("|", 0.06), ("¬", 0.01))

UK_REGISTER = Profile(
    name="uk_register",
    region="GB",
    columns=(
        ("Code", "code"), ("Name", "company"), ("Address", "address"), ("Town", "town"), ("County", "county"),
        ("Postcode", "postcode"), ("Opened", "date_iso"), ("Telephone", "phone"), ("Email", "email"),
    ),
    kinds={"five_six": 0.55, "four_seven": 0.235, "three_eight": 0.165, "mobile": 0.05},
    spellings=(
        Spelling("five_six", "09999 999999", 0.998), Spelling("five_six", "09999999999", 0.002),
        Spelling("mobile", "09999 999999", 0.998), Spelling("mobile", "09999999999", 0.002),
        Spelling("four_seven", "0999 9999999", 0.998), Spelling("four_seven", "09999999999", 0.002),
        Spelling("three_eight", "099 99999999", 0.998), Spelling("three_eight", "09999999999", 0.002),
    ),
    missing=rate(0.019),
    faults={"invalid": rate(0.005)},
    repeated=rate(0.147),
    same_person=0.0,
    outer_space=NEVER,
    text_null=NEVER,
)

UK_HAND_KEPT = Profile(
    name="uk_hand_kept",
    region="GB",
    columns=(
        ("First Name", "first_name"), ("Last Name", "last_name"), ("Company", "company"), ("Addr 1", "address"),
        ("Town", "town"), ("County", "county"), ("Postcode", "postcode"), ("Tel", "phone"), ("Mobile", "mobile"),
        ("E-mail", "email"), ("Enquired", "date_uk"), ("Notes", "notes"),
    ),
    kinds={"five_six": 0.33, "mobile": 0.33, "four_seven": 0.21, "three_eight": 0.13},
    spellings=(
        Spelling("five_six", "09999 999999", 0.285), Spelling("five_six", "09999 999 999", 0.033),
        Spelling("five_six", "(09999) 999999", 0.01), Spelling("five_six", "+44 (0)9999 999999", 0.001),
        Spelling("mobile", "09999 999999", 0.235), Spelling("mobile", "09999 999 999", 0.057),
        Spelling("mobile", "09999999999", 0.037), Spelling("mobile", "+44 (0)9999 999999", 0.0005),
        Spelling("four_seven", "0999 999 9999", 0.20), Spelling("four_seven", "0999 9999999", 0.01),
        Spelling("three_eight", "099 9999 9999", 0.12), Spelling("three_eight", "099 99999999", 0.01),
    ),
    missing=rate(0.19, 0.24),
    faults={
        "placeholder": rate(0.005), "invalid": rate(0.005), "extension": rate(0.002), "nbsp": rate(0.002),
        "outer_space": rate(0.01, 0.04),
    },
    repeated=rate(0.13),
)

SPREADSHEET_DAMAGED = Profile(
    name="spreadsheet_damaged",
    region="GB",
    columns=(
        ("id", "number"), ("fname", "first_name"), ("lname", "last_name"), ("company", "company"),
        ("addr", "address"), ("city", "town"), ("post", "postcode"), ("telephone", "phone"), ("email", "email"),
        ("date", "date_uk"), ("source", "source"),
    ),
    kinds={"mobile": 0.6, "five_six": 0.25, "four_seven": 0.1, "three_eight": 0.05},
    spellings=(Spelling(ANY_KIND, "09999999999", 1.0),),
    missing=rate(0.15, 0.85),
    missing_words=(".", "99", "-"),
    faults={
        "scientific": rate(0.001, 0.08), "local_only": rate(0.028), "wrong_length": rate(0.012),
        "minus_sign": rate(0.003), "lost_zero": ((0.8, 0.65, 0.98), (0.15, 0.40, 0.65), (0.05, 0.03, 0.40)),
    },
    repeated=rate(0.05, 0.15),
)

AU_LOCAL = Profile(
    name="au_local",
    region="AU",
    columns=(
        ("School_code", "code"), ("Name", "company"), ("Street", "address"), ("Suburb", "town"), ("State", "county"),
        ("Postcode", "postcode"), ("Phone", "phone"), ("Email", "email"),
    ),
    kinds={"landline": 1.0},
    spellings=(Spelling("landline", "09 9999 9999", 1.0),),
    missing=rate(0.0, 0.01),
    faults={"no_area_code": ((0.7, 0.95, 0.95), (0.3, 0.0, 0.0))},
    repeated=rate(0.01, 0.03),
    switchboard=((0.85, 0.0, 0.0), (0.15, 0.98, 0.98)),
    area_digits=1,
    delimiters=NOT_UK_DELIMITERS,
)

US_DIRECTORY = Profile(
    name="us_directory",
    region="US",
    columns=(
        ("Facility ID", "code"), ("Name", "company"), ("Contact", "name"), ("Address", "address"), ("City", "town"),
        ("State", "county"), ("ZIP Code", "postcode"), ("Telephone Number", "phone"), ("Email", "email"),
    ),
    kinds={"any": 1.0},
    spellings=(
        Spelling("any", "(999) 999-9999", 0.92), Spelling("any", "999/999-9999", 0.04),
        Spelling("any", "9999999999", 0.04),
    ),
    missing=rate(0.0, 0.03),
    faults={
        "letters": rate(0.003, 0.015), "extension": rate(0.002), "unbalanced_bracket": rate(0.002),
        "two_numbers": rate(0.001), "short_code": rate(0.002),
    },
    repeated=rate(0.13, 0.40),
    delimiters=NOT_UK_DELIMITERS,
)

US_LOCAL = Profile(
    name="us_local",
    region="US",
    columns=(
        ("Name", "name"), ("Street", "address"), ("City", "town"), ("State", "county"), ("Zip", "postcode"),
        ("Phone", "phone"), ("Email", "email"),
    ),
    kinds={"any": 1.0},
    spellings=(Spelling("any", "(999) 999-9999", 1.0),),
    missing=rate(0.0, 0.03),
    faults={"no_area_code": rate(1.0)},
    repeated=rate(0.02, 0.10),
    area_digits=3,
    delimiters=NOT_UK_DELIMITERS,
)

API_PAYLOAD = Profile(
    name="api_payload",
    region="GB",
    columns=(
        ("lead_ref", "number"), ("first_name", "first_name"), ("surname", "last_name"), ("phone", "phone"),
        ("email", "email"), ("address", "address"), ("town", "town"), ("postcode", "postcode"),
        ("submitted_on", "date_iso"), ("product", "product"), ("campaign", "source"),
    ),
    kinds={"mobile": 0.8, "five_six": 0.12, "four_seven": 0.05, "three_eight": 0.03},
    spellings=(
        Spelling(ANY_KIND, "+449999999999", 0.10), Spelling(ANY_KIND, "+44 9999 999999", 0.09),
        Spelling(ANY_KIND, "00449999999999", 0.14), Spelling(ANY_KIND, "0044 9999 999999", 0.07),
        Spelling(ANY_KIND, "0 9999 999999", 0.08), Spelling(ANY_KIND, "099 99 999 999", 0.08),
        Spelling(ANY_KIND, "09999 9 99 999", 0.08), Spelling(ANY_KIND, "0999 9999 999", 0.08),
        Spelling(ANY_KIND, "0999999 99 99", 0.08), Spelling(ANY_KIND, "09999999999", 0.20),
    ),
    missing=rate(0.0, 0.01),
    faults={"short": rate(0.01, 0.02)},
    repeated=rate(0.02, 0.05),
    same_person=0.8,
    mail=Mail(empty=rate(0.01), shared=rate(0.02, 0.06)),
    text_null=NEVER,
    format="json",
)

PROFILES = {
    profile.name: profile
    for profile in (
        UK_REGISTER, UK_HAND_KEPT, SPREADSHEET_DAMAGED, AU_LOCAL, US_DIRECTORY, US_LOCAL, API_PAYLOAD,
    )
}
# fmt: on
