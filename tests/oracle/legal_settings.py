"""Legal settings for Hypothesis: whatever docs/templates.md lets a template say about what becomes of rows."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.oracle.model_fields import FIELDS, TABLE
from tests.oracle.model_lists import find_campaign, name_list
from tests.oracle.model_records import SLOTS

# The lists that are there, and the campaign of each.
Lists = dict[str, str | None]
LISTS = ("Warm", "Cold", "Spare")
SUPPLIERS = ("Acme", "Bravo", "Cobalt")
CATEGORIES = ("IVR", "Imported", "Requested", "TPS")
SURVEYS = (7, 8)
ZONES = ("Europe/London", "Australia/Sydney", "by_number")
USUAL = ["first_name", *SLOTS, "email", "skill_group"]
REGIONS = ("GB", "US", "AU", "ZA", "IE")
CAMPAIGNS = ("Spring", "Spring", "Spring", "Autumn")
STATUSES = ("new", "dialled", "contacted", "unworkable", "sold")
# Those of the numbers in the worlds, the most usual more often, and of others.
TYPES = ("mobile", "mobile", "landline", "landline", "fixed_line_or_mobile", "unknown", "premium", "voip", "uan")
DATE_FORMATS = ("dd/MM/yyyy", "MM/dd/yyyy", "yyyy.MM.dd", "d-M-yyyy")


@st.composite
def dedupe_rules(draw: st.DrawFn, lists: Lists, choice: dict[str, Any], day: date) -> dict[str, Any]:
    """Draw a legal rule: scopes and options that exclude each other are not drawn together."""
    destination = name_list(choice, day, lists)
    places = ["supplier", "destination"] + (["lists"] if lists else [])
    places += ["campaign"] if find_campaign(choice, destination, lists) else []
    among = draw(st.sampled_from([[], ["global"], *[places] * 5]))
    most = draw(st.sampled_from([1, 1, 1, 2, 3]))
    scope = draw(st.lists(st.sampled_from(among), min_size=1, max_size=most, unique=True)) if among else []
    scope += ["file"] if not scope or draw(st.booleans()) else []
    action = draw(st.sampled_from(["keep_existing", "update", "update", "reset_older", "keep_new", "keep_new"]))
    rule: dict[str, Any] = {
        "keys": draw(st.sampled_from([["phone", "email"], ["phone", "email"], ["phone"], ["email"]])),
        "scope": scope,
        "action": action,
    }
    if "lists" in scope:
        rule["lists"] = draw(st.lists(st.sampled_from(sorted(lists)), min_size=1, max_size=2, unique=True))
    if action == "update":
        rule["on_multiple"] = draw(st.sampled_from(["first", "quarantine"]))
        rule["reset_updated"] = draw(st.booleans())
    loses_sight = {"supplier", "lists"} <= {*scope} and not {"destination", "campaign"} & {*scope}
    if action != "keep_new" and not loses_sight:
        rule["migrate"] = draw(st.booleans())
    return rule | draw(narrowing(rule, sorted({*lists} - {destination})))


@st.composite
def narrowing(draw: st.DrawFn, rule: dict[str, Any], elsewhere: list[str]) -> dict[str, Any]:
    """Draw whom a rule passes over, and where older duplicates go."""
    more: dict[str, Any] = {}
    if rule["scope"] != ["file"]:
        choices: dict[str, st.SearchStrategy[Any]] = {
            "statuses": st.lists(st.sampled_from(STATUSES), min_size=1, max_size=3, unique=True),
            "max_age_days": st.integers(0, 2),
        }
        drawn = draw(st.sampled_from([[], ["statuses"], ["max_age_days"], ["max_age_days"], [*choices]]))
        more |= {key: draw(choices[key]) for key in drawn}
    if "phone" in rule["keys"] and draw(st.integers(0, 2)) == 1:
        more["shared_phone_above"] = draw(st.integers(1, 3))
    if rule["action"] == "keep_new" and elsewhere and draw(st.booleans()):
        more["move_to"] = draw(st.sampled_from(elsewhere))
    return more


@st.composite
def phone_settings(draw: st.DrawFn, *, is_british: bool = False) -> dict[str, Any]:
    """Draw how numbers are read and written: a preset, or manual control in some country."""
    options: dict[str, Any] = {"require": draw(st.sampled_from(["valid", "valid", "possible", "length"]))}
    options |= draw(st.fixed_dictionaries({}, optional={"area_code": st.sampled_from(["02079", "020", "2079"])}))
    prefixes = {"calling_code": st.sampled_from(["0", "44", "+44", "1", "61"]), "add_leading_zero": st.booleans()}
    options |= draw(st.fixed_dictionaries({}, optional=prefixes))
    if draw(st.integers(0, 2)) == 1:
        types = st.lists(st.sampled_from(TYPES), min_size=1, max_size=4, unique=True)
        options["types"] = {draw(st.sampled_from(["keep", "refuse"])): draw(types)}
    if draw(st.booleans()):
        presets = ["uk", "intl_uk"] if is_british else ["uk", "intl_uk", "intl_aus", "intl_sa"]
        return options | {"format": draw(st.sampled_from(presets))}
    manual = draw(
        st.fixed_dictionaries(
            {"format": st.just("advanced"), "region": st.sampled_from(REGIONS[:1] if is_british else REGIONS)},
            optional={
                "remove_non_digits": st.booleans(),
                "min_length": st.integers(1, 12),
                "max_length": st.integers(8, 16),
            },
        )
    )
    if manual.get("min_length", 0) > manual.get("max_length", 30):
        del manual["min_length"]
    if "max_length" in manual:
        manual["truncate"] = draw(st.booleans())
    return options | manual


@st.composite
def survey_settings(draw: st.DrawFn) -> dict[str, Any]:
    survey: dict[str, Any] = {"id": draw(st.sampled_from(SURVEYS))}
    optional = {
        "invite_in_days": st.integers(0, 3),
        "invite_at": st.sampled_from(["00:00", "09:30", "18:00:00"]),
        "update_existing": st.booleans(),
    }
    survey |= draw(st.fixed_dictionaries({}, optional=optional))
    if draw(st.booleans()):
        survey["expire_in_days"] = draw(st.integers(1, 3))
        survey |= draw(st.fixed_dictionaries({}, optional={"expire_at": st.sampled_from(["08:00", "23:59"])}))
    return survey


@st.composite
def cooldown_settings(draw: st.DrawFn, settings: dict[str, Any]) -> dict[str, Any]:
    """Draw periods for the scopes that these settings allow."""
    periods = st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("after_invitation", "after_response"), st.integers(1, 5))
    )
    narrow = "survey" if "survey" in settings else "list"
    scopes = ["account"] if narrow == "list" and settings["list"]["mode"] == "per_import" else [narrow, "account"]
    chosen = draw(st.lists(st.sampled_from(scopes), min_size=1, unique=True))
    drawn = {scope: draw(periods) for scope in chosen}
    return drawn if any(drawn.values()) else {"account": {"after_invitation": draw(st.integers(1, 5))}}


@st.composite
def mappings(draw: st.DrawFn) -> list[str]:
    """Draw what is mapped: the usual fields, and some of those that not every file has."""
    more = [name for name in ("language", "tags", "captured_on") if draw(st.booleans())]
    extra = [name for name in FIELDS if draw(st.integers(0, 3)) == 1]
    return [*USUAL, *more, *(f"secondary.{TABLE}.{name}" for name in extra)]


captured = st.fixed_dictionaries(
    {}, optional={"date_format": st.sampled_from(DATE_FORMATS), "max_age_days": st.sampled_from([0, 1, 2, 30])}
)


@st.composite
def more_settings(draw: st.DrawFn, settings: dict[str, Any], day: date) -> dict[str, Any]:
    """Draw what stands beside the rules for duplicates: numbers, languages, contact data, surveys, cost, dates."""
    more: dict[str, Any] = {"mapping": draw(mappings())}
    if any("." in field for field in more["mapping"]):
        more |= draw(st.fixed_dictionaries({}, optional={"ignore_secondary": st.booleans()}))
        more["file"] = {"date_format": draw(st.sampled_from(DATE_FORMATS))}
    if "captured_on" in more["mapping"]:
        more["captured"] = draw(captured)
    choices: dict[str, st.SearchStrategy[Any]] = {
        "default_language": st.sampled_from(["fr", "en-GB"]),
        "phone": phone_settings(is_british=True),
        "survey": survey_settings(),
        "time_zone": st.sampled_from(ZONES),
        "hold_above": st.sampled_from([0, 0.3, 0.5]),
    }
    more |= {key: draw(choice) for key, choice in choices.items() if draw(st.integers(0, 2)) == 1}
    if draw(st.integers(0, 2)) == 1:
        more["cooldown"] = draw(cooldown_settings(settings | more))
    if draw(st.integers(0, 3)) == 0:
        more["expiry"] = {"on": (day + timedelta(days=draw(st.integers(0, 2)))).isoformat()}
    if draw(st.integers(0, 3)) == 0:
        more |= {"cost_per_lead": 0.45, "cost_basis": draw(st.sampled_from(["received", "accepted", "created"]))}
    return more


@st.composite
def list_choices(draw: st.DrawFn, lists: Lists, day: date) -> dict[str, Any]:
    if not lists or draw(st.integers(0, 3)):
        return draw(named_lists(lists))
    choice = {
        "mode": draw(st.sampled_from(["per_import", "per_day"])),
        "clone_from": draw(st.sampled_from([None, *sorted(lists)])),
        "prefix": draw(st.sampled_from(["", "New "])),
    }
    if name_list(choice, day, lists) not in lists:
        choice["campaign"] = draw(st.sampled_from([None, *CAMPAIGNS]))
    return {key: value for key, value in choice.items() if value}


@st.composite
def named_lists(draw: st.DrawFn, lists: Lists) -> dict[str, Any]:
    """Draw a named list; one that is there is not given another campaign."""
    choice = {"mode": "named", "name": draw(st.sampled_from(LISTS))}
    campaign = draw(st.sampled_from([None, *CAMPAIGNS]))
    return choice | ({"campaign": campaign} if campaign and lists.get(choice["name"], campaign) == campaign else {})


@st.composite
def all_settings(draw: st.DrawFn, lists: Lists, day: date) -> dict[str, Any]:
    """Draw legal settings for a drop that comes when these lists are there."""
    settings: dict[str, Any] = {
        "supplier": draw(st.sampled_from(SUPPLIERS)),
        "list": draw(list_choices(lists, day)),
        "contact": draw(st.sampled_from(["any", "any", "phone", "email"])),
        "email": {"validate": draw(st.booleans()), "required": draw(st.sampled_from([False, False, True]))},
        "delete_existing": draw(st.sampled_from([False, False, True])),
        "keep_callbacks": draw(st.booleans()),
        "clear_fetched": draw(st.booleans()),
        "tags": draw(st.sampled_from([[], [], ["spring"]])),
        "skill_group": draw(st.sampled_from([None, None, "Sales"])),
    }
    zone = draw(st.sampled_from([None, "Europe/London"]))
    if zone:
        settings["time_zone"] = zone
    if draw(st.booleans()):
        settings["expiry"] = {"in_days": draw(st.integers(0, 2))}
    if draw(st.booleans()):
        categories = st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=4, unique=True)
        settings["dnc"] = {
            "categories": draw(categories),
            "on_match": draw(st.sampled_from(["drop_number", "drop_number", "reject_lead"])),
        }
    if draw(st.sampled_from([True, True, True, False])):
        settings["dedupe"] = draw(dedupe_rules(lists, settings["list"], day))
    return settings | draw(more_settings(settings, day))


@st.composite
def crowd_settings(draw: st.DrawFn, lists: Lists, day: date) -> dict[str, Any]:
    """Draw settings that ask who a row is and next to nothing else, so that nearly every row meets somebody."""
    settings: dict[str, Any] = {
        "supplier": draw(st.sampled_from(SUPPLIERS)),
        "list": draw(list_choices(lists, day)),
        "clear_fetched": draw(st.booleans()),
    }
    return settings | {"dedupe": draw(dedupe_rules(lists, settings["list"], day))}


@st.composite
def plain_settings(draw: st.DrawFn, lists: Lists) -> dict[str, Any]:
    """Draw settings of an earlier drop: nothing is checked, so that duplicates stand in the store."""
    settings: dict[str, Any] = {
        "supplier": draw(st.sampled_from(SUPPLIERS)),
        "list": draw(named_lists(lists)),
    }
    if draw(st.booleans()):
        settings["expiry"] = {"in_days": draw(st.integers(0, 3))}
    if draw(st.booleans()):
        settings["time_zone"] = "Europe/London"
    return settings
