"""Settings that may not stand together, and values that are none: each is refused in one line that names the key."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import UserError
from pipelines.templates.template import build_template
from tests.bounds import bounded
from tests.oracle.legality import BAD, GOOD, is_legal
from tests.oracle.test_oracle import ORACLE

LEGAL = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": {"phone1": "Tel", "email": "Mail"}}
PER_IMPORT = {"mode": "per_import", "clone_from": "Base"}


def dedupe(*scope: str, action: str = "keep_existing", **more: Any) -> dict[str, Any]:
    return {"dedupe": {"scope": list(scope), "action": action, **more}}


def advanced(**more: Any) -> dict[str, Any]:
    return {"phone": {"format": "advanced", **more}}


# What is illegal, and the keys or words that the refusal has to name.
ILLEGAL: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    # Duplicates: ML-044 and ML-050; decisions, Duplicates.
    ({"dedupe": {}}, ("dedupe.", "missing")),
    ({"dedupe": {"action": "update"}}, ("dedupe.scope", "missing")),
    ({"dedupe": {"scope": ["file"]}}, ("dedupe.action", "missing")),
    (dedupe(), ("dedupe.scope",)),
    (dedupe("everywhere"), ("dedupe.scope",)),
    (dedupe("global", "destination"), ("global", "destination")),
    (dedupe("global", "lists", lists=["Cold"]), ("global", "lists")),
    (dedupe("global", "destination", "lists", lists=["Cold"]), ("global",)),
    (dedupe("lists"), ("scope lists", "key lists")),
    (dedupe("destination", lists=["Cold"]), ("scope lists", "key lists")),
    (dedupe("file", keys=[]), ("dedupe.keys",)),
    (dedupe("file", keys=["name"]), ("dedupe.keys",)),
    (dedupe("file", action="overwrite"), ("dedupe.action",)),
    *((dedupe("file", action=a, reset_updated=True), ("reset_updated", "update"))
      for a in ("keep_existing", "keep_new", "reset_older")),
    *((dedupe("file", action=a, on_multiple="quarantine"), ("on_multiple", "update"))
      for a in ("keep_existing", "keep_new", "reset_older")),
    (dedupe("file", action="update", on_multiple="both"), ("dedupe.on_multiple",)),
    (dedupe("file", action="keep_new", migrate=True), ("migrate", "keep_new")),
    # Options from the field: docs/templates.md and docs/decisions/0021.
    *((dedupe("global", scope), ("global", scope)) for scope in ("supplier", "campaign")),
    *((dedupe("destination", action=a, move_to="Cold"), ("move_to", "keep_new"))
      for a in ("keep_existing", "reset_older", "update")),
    (dedupe("supplier", "lists", lists=["Cold"], migrate=True), ("migrate", "destination")),
    (dedupe("file", max_age_days=3), ("max_age_days", "file")),
    (dedupe("file", statuses=["new"]), ("statuses", "file")),
    (dedupe("destination", statuses=["called"]), ("dedupe.statuses",)),
    (dedupe("destination", max_age_days=-1), ("dedupe.max_age_days",)),
    (dedupe("file", shared_phone_above=0), ("dedupe.shared_phone_above",)),
    (dedupe("file", keys=["email"], shared_phone_above=3), ("shared_phone_above", "phone")),
    ({"phone": {"types": {}}}, ("phone.types", "keep", "refuse")),
    ({"phone": {"types": {"keep": ["mobile"], "refuse": ["voip"]}}}, ("phone.types", "keep", "refuse")),
    ({"phone": {"types": {"keep": ["fax"]}}}, ("phone.types.keep",)),
    ({"captured": {"max_age_days": 3}}, ("captured.max_age_days", "captured_on")),
    ({"captured": {"max_age_days": "3"}}, ("captured.max_age_days",)),
    # Numbers: ML-026..031, ML-061, ML-062, MA-021..025.
    *(({"phone": {"format": f, **manual}}, (next(iter(manual)), "advanced"))
      for f in ("uk", "intl_uk", "intl_aus", "intl_sa")
      for manual in ({"remove_non_digits": False}, {"min_length": 9}, {"max_length": 12},
                     {"truncate": True, "max_length": 12})),
    *(({"phone": {"format": f, "region": r}}, ("region", f))
      for f, r in (("uk", "US"), ("intl_uk", "AU"), ("intl_aus", "GB"), ("intl_sa", "GB"))),
    (advanced(truncate=True), ("truncate", "max_length")),
    (advanced(min_length=12, max_length=11), ("min_length", "max_length")),
    (advanced(min_length=0), ("phone.min_length",)),
    (advanced(region="UK"), ("region",)),
    (advanced(calling_code="zero"), ("phone.calling_code",)),
    ({"phone": {"area_code": "020 7"}}, ("phone.area_code",)),
    ({"phone": {"require": "mobile"}}, ("phone.require",)),
    # What a lead needs: ML-072, CM-022.
    ({"mapping": {"first_name": "Name"}}, ("phone1", "email")),
    ({"contact": "phone", "mapping": {"email": "Mail"}}, ("contact", "phone")),
    ({"contact": "email", "mapping": {"phone1": "Tel"}}, ("e-mail",)),
    ({"email": {"required": True}, "mapping": {"phone1": "Tel"}}, ("e-mail",)),
    ({"mapping": {"phone1": "Tel", "name": "N", "first_name": "F"}}, ("name", "first_name")),
    ({"mapping": {"phone1": ["Tel", "Area"]}}, ("phone1", "columns", "separator")),
    ({"mapping": {"phone1": {"columns": ["Tel", "Area"]}}}, ("mapping.phone1", "separator")),
    ({"mapping": {"phone1": "Tel", "secondary.contract": "End"}}, ("secondary.contract",)),
    # Do-not-call.
    ({"dnc": {"categories": []}}, ("dnc.categories",)),
    ({"dnc": {"on_match": "drop_lead"}}, ("dnc.on_match",)),
    # Lists: ML-013, MA-012..014.
    ({"list": {}}, ("list", "name")),
    ({"list": {"mode": "named", "name": "Warm", "clone_from": "Base"}}, ("clone_from", "per_import")),
    ({"list": {"mode": "named", "name": "Warm", "prefix": "P "}}, ("prefix", "per_import")),
    ({"list": {**PER_IMPORT, "name": "Warm"}}, ("name", "per_import")),
    ({"list": {"mode": "per_day", "name": "Warm"}}, ("name", "per_day")),
    ({"list": {"mode": "per_week"}}, ("list.mode",)),
    # Expiry: ML-064..066.
    ({"expiry": {}}, ("expiry", "on", "in_days")),
    ({"expiry": {"on": "2026-12-31", "in_days": 3}}, ("expiry", "on", "in_days")),
    ({"expiry": {"on": "31/12/2026"}}, ("expiry.on",)),
    ({"expiry": {"in_days": -1}}, ("expiry.in_days",)),
    # Money.
    ({"currency": "Pounds"}, ("currency",)),
    ({"cost_per_lead": -0.01}, ("cost_per_lead",)),
    ({"cost_per_lead": "free"}, ("cost_per_lead",)),
    ({"cost_basis": "sold"}, ("cost_basis",)),
    # Surveys and cool-downs: docs/surveys.md.
    ({"survey": {}}, ("survey.id", "missing")),
    ({"survey": {"id": 7, "expire_at": "18:00"}}, ("expire_at", "expire_in_days")),
    ({"survey": {"id": 7, "expire_in_days": 0, "expire_at": "09:00", "invite_at": "09:30"}}, ("expire_at", "after")),
    ({"survey": {"id": 7, "invite_at": "9.30"}}, ("survey.invite_at",)),
    ({"cooldown": {}}, ("cooldown", "period")),
    ({"cooldown": {"account": {}, "list": {}}}, ("cooldown", "period")),
    ({"cooldown": {"survey": {"after_response": 7}}}, ("cooldown.survey", "cooldown.list")),
    ({"cooldown": {"list": {"after_response": 7}}, "survey": {"id": 7}}, ("cooldown.list", "cooldown.survey")),
    ({"cooldown": {"list": {"after_response": 7}}, "list": PER_IMPORT}, ("cooldown.list", "cooldown.account")),
    # Words and shapes.
    ({"default_language": "Klingonese"}, ("default_language",)),
    ({"time_zone": "London"}, ("time_zone",)),
    ({"hold_above": 50}, ("hold_above",)),
    ({"supplier": ""}, ("supplier",)),
    ({"tags": "spring"}, ("tags",)),
    ({"file": {"date_format": "dd/mm/yyyy"}}, ("file.date_format",)),
    ({"file": {"delimiter": ""}}, ("file.delimiter",)),
    ({"delete_existing": "yes"}, ("delete_existing",)),
    ({"keep_callback": True}, ("keep_callback", "keep_callbacks")),
    ({"request_format": "csv"}, ("request_format",)),
]  # fmt: skip

# What looks as if it did not go together, and does.
COMBINED: list[dict[str, Any]] = [
    dedupe("file", "destination", "lists", lists=["Cold"], action="update", migrate=True, reset_updated=True),
    dedupe("file", "global"),
    dedupe("supplier", "lists", "campaign", lists=["Cold"], migrate=True, statuses="new", max_age_days=0),
    dedupe("file", "destination", action="keep_new", move_to="Cold", shared_phone_above=1),
    {"phone": {"types": {"refuse": "premium"}}, "list": {"name": "Warm", "campaign": "Spring"}},
    {"captured": {"max_age_days": 3}, "mapping": {"phone1": "Tel", "captured_on": "Opt-in"}},
    dedupe("file", action="reset_older", migrate=True),
    dedupe("file", keys="email"),
    *({"phone": {"format": f, "calling_code": "44", "add_leading_zero": True}} for f in ("uk", "intl_uk", "intl_aus")),
    {"phone": {"format": "uk", "region": "GB", "area_code": "020", "require": "length"}},
    {"phone": {"max_length": 11, "truncate": True}},
    {"keep_callbacks": False},
    {"currency": "GBP", "cost_basis": "created"},
    {"list": {"mode": "per_day"}, "delete_existing": True},
    {"survey": {"id": 7, "expire_in_days": 0}, "cooldown": {"survey": {"after_invitation": 1}}},
    {"list": PER_IMPORT, "cooldown": {"account": {"after_response": 1}}},
    {"mapping": {"phone1": "Tel", "secondary.contract.end_date": "End"}, "ignore_secondary": True},
    {"mapping": "auto", "contact": "email", "email": {"required": True}},
]


def refuse(values: dict[str, Any]) -> str | None:
    """Return what is said of a template that is refused, null of one that is not; anything else is a bug."""
    try:
        build_template(values, "acme.yaml")
    except UserError as error:
        said = str(error)
    else:
        return None
    assert said.startswith("acme.yaml: ")
    assert "\n" not in said
    return said


@pytest.mark.feature("ML-044", "ML-050", "ML-062", "MA-020", "MA-045")
@pytest.mark.parametrize(("changes", "named"), ILLEGAL, ids=str)
def test_what_may_not_stand_together_is_refused_in_one_line_that_names_it(changes, named):
    said = refuse(LEGAL | changes)

    assert said is not None
    assert all(word in said for word in named), said


@pytest.mark.parametrize("changes", COMBINED, ids=str)
def test_what_may_stand_together_is_taken(changes):
    assert refuse(LEGAL | changes) is None


def draw_part(key: str, *, from_all: bool) -> st.SearchStrategy[Any]:
    return st.sampled_from([*GOOD[key], *(BAD[key] if from_all else [])])


@st.composite
def any_settings(draw: st.DrawFn) -> dict[str, Any]:
    """Draw from the whole cross product: most values are legal by themselves, so that combinations decide."""
    is_odd = draw(st.integers(0, 3)) == 1
    chosen = draw(st.lists(st.sampled_from(sorted(GOOD)), max_size=12, unique=True))
    values: dict[str, Any] = {}
    for key in chosen:
        *path, last = key.split(".")
        place = values
        for part in path:
            place = place.setdefault(part, {})
        place[last] = draw(draw_part(key, from_all=is_odd))
    base = LEGAL if draw(st.integers(0, 4)) else {}
    named = {"list": {**base["list"], **values.pop("list", {})}} if base and draw(st.booleans()) else {}
    return {**base, **values, **named}


def check_legality(values: dict[str, Any]) -> None:
    said = refuse(values)

    assert (said is None) == is_legal(values), said


@settings(ORACLE, max_examples=800)
@given(values=any_settings())
def test_any_settings_are_taken_or_refused_as_the_documents_say(values):
    check_legality(values)


@pytest.mark.full
@settings(ORACLE, max_examples=bounded(40_000))
@given(values=any_settings())
def test_any_settings_are_taken_or_refused_as_the_documents_say_at_length(values):
    check_legality(values)
