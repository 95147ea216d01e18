"""What CheckMarket's contacts call their fields, and what those are here."""

import re

from pipelines.errors import nearest
from pipelines.schema import MAPPED_FIELDS
from pipelines.templates.template import SECONDARY

# Theirs as it is shown, by ours.
SHOWN = {
    "title": "Title",
    "first_name": "FirstName",
    "last_name": "LastName",
    "name": "FullName",
    "company": "Company",
    "address": "Street",
    "city": "City",
    "region": "State",
    "postcode": "PostalCode",
    "country": "Country",
    "email": "Email",
    "phone1": "Phone",
    "phone2": "Mobile",
    "language": "LanguageCode",
    "time_zone": "TimeZone",
}
ALSO = {
    "emailaddress": "email",
    "phonenumber": "phone1",
    "telephone": "phone1",
    "mobilephone": "phone2",
    "zip": "postcode",
    "zipcode": "postcode",
    "companyname": "company",
    "salutation": "title",
    "timezone": "time_zone",
}


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


FIELDS = (
    {_fold(field): field for field in MAPPED_FIELDS} | {_fold(shown): field for field, shown in SHOWN.items()} | ALSO
)


def map_names(names: list[str]) -> dict[str, str]:
    """Return by field of ours which of these columns is called so; the first, where several are."""
    mapping: dict[str, str] = {}
    for name in names:
        if field := FIELDS.get(_fold(name)):
            mapping.setdefault(field, name)
    if "name" in mapping and {"first_name", "last_name"} & set(mapping):
        del mapping["name"]
    return mapping


def find_field(name: str) -> str:
    """Return our field for the name of a target column. Raises ValueError, naming the nearest."""
    field = name if SECONDARY.fullmatch(name) else FIELDS.get(_fold(name))
    if field is None:
        raise ValueError(f"there is no contact field '{name[:60]}'. {nearest(name, tuple(SHOWN.values()))}".strip())
    return field


def show_field(field: str) -> str:
    """Return what CheckMarket calls a field of ours."""
    return SHOWN.get(field, field)
