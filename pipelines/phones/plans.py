"""The numbering plans of the installed `phonenumbers`, region by region, in the shape that the explorers need."""

from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, ValidationResult
from phonenumbers.phonemetadata import NumberFormat, PhoneNumberDesc

from pipelines.phones.automata import NONE, Automaton, build_automaton
from pipelines.phones.matching import PartialNumber, StartPattern

_DESCRIPTIONS = (
    "general_desc", "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
    "fixed_line", "mobile",
)  # fmt: skip


class Plan:
    """One numbering plan: a region's, or a non-geographic calling code's."""

    def __init__(self, metadata: PhoneMetadata | None) -> None:
        if metadata is None or metadata.general_desc is None:
            raise ValueError("phonenumbers has no metadata for a region or calling code that it lists")
        self.metadata = metadata
        self.general: PhoneNumberDesc = metadata.general_desc
        self.calling_code = str(metadata.country_code)
        prefix, idd = metadata.national_prefix_for_parsing, metadata.international_prefix
        self.national_prefix = StartPattern(prefix) if prefix else None
        self.international_prefix = StartPattern(idd) if idd else None
        self.transform: str | None = metadata.national_prefix_transform_rule or None

    def judge_length(self, length: int) -> int:
        """Answer the ValidationResult for a national number of this many digits (`_test_number_length`)."""
        lengths = self.general.possible_length
        if length in self.general.possible_length_local_only:
            return int(ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
        if length in lengths:
            return int(ValidationResult.IS_POSSIBLE)
        if length < lengths[0]:
            return int(ValidationResult.TOO_SHORT)
        return int(ValidationResult.TOO_LONG if length > lengths[-1] else ValidationResult.INVALID_LENGTH)

    def suits(self, number: PartialNumber) -> bool:
        """Say whether a number matches the general description; raises UndecidedError."""
        pattern = self.general.national_number_pattern
        return pattern is not None and build_automaton(pattern, whole=True).matches(number)

    def suits_some(self, length: int) -> bool:
        """Say whether any number of a length matches the general description."""
        pattern = self.general.national_number_pattern
        if not pattern:
            return False
        automaton = build_automaton(pattern, whole=True)
        return automaton.foresee(automaton.start, length) != NONE

    def list_questions(self, length: int, *, formats: bool) -> list[Automaton]:
        """List the automata whose answers together settle region, type and format of numbers of a length."""
        asked: list[Automaton] = []
        if self.metadata.leading_digits:
            asked.append(build_automaton(self.metadata.leading_digits, whole=False))
        for name in _DESCRIPTIONS:
            description: PhoneNumberDesc | None = getattr(self.metadata, name)
            if description is None or not description.national_number_pattern:
                continue
            if not description.possible_length or length in description.possible_length:
                asked.append(build_automaton(description.national_number_pattern, whole=True))
        for number_format in self.metadata.number_format if formats else ():
            asked.append(build_automaton(str(number_format.pattern), whole=True))
            asked.extend(build_automaton(lead, whole=False) for lead in number_format.leading_digits_pattern[-1:])
        return asked

    def choose_format(self, national: str) -> NumberFormat | None:
        """Choose the format that libphonenumber would write a national number in (the first that matches)."""
        number = PartialNumber(national, 0)
        for number_format in self.metadata.number_format:
            leads = number_format.leading_digits_pattern[-1:]
            asked = [build_automaton(str(number_format.pattern), whole=True)]
            asked.extend(build_automaton(lead, whole=False) for lead in leads)
            if all(automaton.matches(number) for automaton in asked):
                return number_format
        return None


@cache
def load_plan(region: str) -> Plan:
    """Load the plan of a region such as 'GB'."""
    return Plan(PhoneMetadata.metadata_for_region(region, None))


@cache
def load_plans(calling_code: int) -> tuple[Plan, ...]:
    """Load the plans that share a calling code, the main region's first."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code]
    if regions == ("001",):
        return (Plan(PhoneMetadata.metadata_for_nongeo_region(calling_code)),)
    return tuple(load_plan(region) for region in regions)
