"""Which settings the documents allow: values that are legal by themselves, values that are none, what goes with what.

Written from docs/templates.md, docs/surveys.md and decisions.md; shares nothing with the pipeline.
"""

from typing import Any

NUMBER = [0, -1, 1.5, "7", True, [], "x"]
FLAG = ["yes", 1, None, []]
# Keys, dots between part and key: values that are legal unless another key forbids them.
GOOD: dict[str, list[Any]] = {
    "name": ["acme"],
    "description": ["", "Acme's file"],
    "supplier": ["Acme"],
    "user": ["imports"],
    "cost_per_lead": [0, 0.45, "1.20", None],
    "currency": ["GBP", "ZAR", None],
    "cost_basis": ["received", "accepted", "created"],
    "high_priority": [True, False],
    "reusable": [True, False],
    "list.mode": ["named", "named", "per_import", "per_day"],
    "list.name": ["Warm"],
    "list.clone_from": ["Base", None],
    "list.prefix": ["", "Acme "],
    "list.campaign": ["Spring", None],
    "file.date_format": ["dd/MM/yyyy", "yyyyMMdd", "M.d.yy"],
    "file.delimiter": [",", "auto", "||"],
    "file.missing_columns": ["refuse", "empty"],
    "phone.format": ["uk", "intl_uk", "intl_aus", "intl_sa", "advanced", None],
    "phone.region": ["GB", "AU", "ZA", "US", None],
    "phone.require": ["valid", "possible", "length"],
    "phone.area_code": ["020", None],
    "phone.remove_non_digits": [True, False],
    "phone.calling_code": ["44", "+27", "0", None],
    "phone.add_leading_zero": [True, False],
    "phone.truncate": [True, False],
    "phone.min_length": [1, 10, 12, None],
    "phone.max_length": [9, 11, 30, None],
    "phone.types.keep": [[], ["mobile"], ["landline", "fixed_line_or_mobile"], "mobile"],
    "phone.types.refuse": [[], ["premium", "unknown"], "voip"],
    "email.validate": [True, False],
    "email.required": [True, False],
    "contact": ["any", "phone", "email"],
    "hold_above": [0, 0.5, 1],
    "captured.date_format": ["MM/dd/yyyy", "d.M.yy", None],
    "captured.max_age_days": [0, 30, None],
    "dnc.categories": [["IVR"], ["TPS", "Requested"]],
    "dnc.on_match": ["drop_number", "reject_lead"],
    "dedupe.keys": [["phone"], ["email", "phone"], "email"],
    "dedupe.scope": [["file"], ["destination"], ["lists"], ["global"], ["file", "global"], ["file", "destination"],
                     ["destination", "lists"], ["global", "destination"], ["lists", "global"], "global", ["supplier"],
                     ["campaign"], ["supplier", "lists"], ["supplier", "lists", "campaign"], ["global", "supplier"],
                     ["campaign", "global", "file"], ["supplier", "file"], "campaign"],
    "dedupe.lists": [[], ["Cold"], ["Cold", "Spare"]],
    "dedupe.action": ["keep_existing", "keep_new", "reset_older", "update"],
    "dedupe.on_multiple": ["first", "quarantine"],
    "dedupe.reset_updated": [True, False],
    "dedupe.migrate": [True, False],
    "dedupe.move_to": ["Cold", None],
    "dedupe.max_age_days": [0, 30, None],
    "dedupe.statuses": [[], ["new"], ["sold", "contacted"], "dialled"],
    "dedupe.shared_phone_above": [1, 5, None],
    "delete_existing": [True, False],
    "keep_callbacks": [True, False],
    "clear_fetched": [True, False],
    "skill_group": ["Sales", None],
    "time_zone": ["Europe/London", "by_number", None],
    "default_language": ["en", "en_gb", None],
    "expiry.on": ["2026-12-31", None],
    "expiry.in_days": [0, 30, None],
    "survey.id": [1, 4711],
    "survey.invite_in_days": [0, 2],
    "survey.invite_at": ["00:00", "09:30:00.1234567"],
    "survey.expire_in_days": [0, 14, None],
    "survey.expire_at": ["00:00", "08:00", "18:00", None],
    "survey.update_existing": [True, False],
    "cooldown.survey.after_invitation": [1, 30, None],
    "cooldown.survey.after_response": [90, None],
    "cooldown.list.after_invitation": [3, None],
    "cooldown.list.after_response": [1, None],
    "cooldown.account.after_invitation": [7, None],
    "cooldown.account.after_response": [36_500, None],
    "call_info": ["{Tel}", None],
    "tags": [[], ["spring"]],
    "response_url": ["https://example.com", None],
    "request_format": ["json", "xml"],
    "ignore_secondary": [True, False],
    "mapping": [{"phone1": "Tel"}, {"email": 2}, {"phone2": "Tel", "email": "Mail", "name": "Name"}, "auto",
                {"phone1": "Tel", "secondary.contract.end_date": "End"}, {"phone1": "Tel", "captured_on": "Opt-in"}],
    "primary_key": [None, "x"],
}  # fmt: skip
# Values that are none, whatever stands beside them.
BAD: dict[str, list[Any]] = {
    **{key: FLAG for key, values in GOOD.items() if True in values and key != "cost_per_lead"},
    **{key: [None, "", 7, [], "x" * 1001] for key in ("name", "supplier", "user")},
    **{key: ["", 7, [], {}] for key in
       ("skill_group", "list.name", "list.clone_from", "list.campaign", "dedupe.move_to")},
    **{key: [None, "x", 7, [], ""] for key, values in GOOD.items()
       if key in ("cost_basis", "list.mode", "phone.require", "contact", "dnc.on_match", "dedupe.action",
                  "dedupe.on_multiple", "request_format")},
    **{key: NUMBER for key in GOOD if key.startswith("cooldown.") or key == "dedupe.shared_phone_above"},
    **{key: [*NUMBER[1:], 36_501] for key in ("captured.max_age_days", "dedupe.max_age_days")},
    **{key: [None, "fax", ["fax"], 7, [7], {}] for key in ("phone.types.keep", "phone.types.refuse")},
    "description": [None, 7, []],
    "cost_per_lead": [-1, "x", [], {}, "NaN", float("nan"), float("inf"), 1e15],
    "currency": ["", "gbp", "XYZQ", 7, "POUND"],
    "list.prefix": [None, 7, []],
    "file.date_format": ["", "dd/mm/yyyy", "dd/MM", None, 7, "dd/MM/yyyy HH"],
    "file.delimiter": ["", "x" * 11, None, 7],
    "file.missing_columns": ["error", True, None],
    "phone.format": ["", "us", 7, []],
    "phone.region": ["", "UK", "gb", 44, "EU"],
    "phone.area_code": ["", "020 7", "123456789", 20, "+20"],
    "phone.calling_code": ["", "++44", "123456", 44, "x"],
    "phone.min_length": [0, -1, 31, "x", [], 1.5],
    "phone.max_length": [0, -1, 31, "x", [], 1.5],
    "hold_above": [-0.1, 1.01, "x", None, [], float("nan")],
    "captured.date_format": ["", "dd/mm/yyyy", "dd/MM", 7, "dd/MM/yyyy HH"],
    "dnc.categories": [[], "IVR", None, [7], [""]],
    "dedupe.keys": [[], "name", None, ["name"], [[]]],
    "dedupe.scope": [[], "everywhere", None, ["files"], [{}]],
    "dedupe.statuses": ["called", ["new", "open"], None, [7], 7],
    "dedupe.lists": ["Cold", None, [""], [7]],
    "time_zone": ["", "London", 7, "GMT+25"],
    "default_language": ["Klingonese", "xx-YY-zz-1", 7, "English"],
    "expiry.on": ["31/12/2026", "2026-02-30", "", [], "soon"],
    "expiry.in_days": [-1, 36_501, 1.5, "7", True],
    "survey.id": [0, 2**63, "7", None, 1.5],
    "survey.invite_in_days": [-1, 36_501, "7", None],
    "survey.invite_at": ["", "24:00", "9:30", "09:30:00.12345678", None, 930],
    "survey.expire_in_days": [-1, "7", 1.5],
    "survey.expire_at": ["", "24:00", "9:30", 930],
    "call_info": [7, []],
    "tags": ["spring", None, [7], [""]],
    "response_url": [7, []],
    "mapping": [{"first_name": "Name"}, {"phone1": 0}, {"phon1": "Tel"}, {"phone1": ["a", "b"]}, {"phone1": ""},
                {"email": "Mail", "name": 1, "last_name": 2}, {"email": {"columns": ["a", "b"]}}, [], 7],
    "primary_key": [],
}  # fmt: skip
PRESET_REGIONS = {"uk": "GB", "intl_uk": "GB", "intl_aus": "AU", "intl_sa": "ZA"}


def is_legal(values: dict[str, Any]) -> bool:
    """Tell whether every value is one and all go together."""
    told = flatten(values)
    if any(is_among(value, BAD[key]) for key, value in told.items() if key in BAD):
        return False
    rules = (has_all, has_a_list, has_sane_numbers, has_sound_types, has_contact, has_known_ages, has_sound_dedupe,
             has_sound_narrowing, has_one_expiry, has_sound_survey)  # fmt: skip
    return all(rule(told) for rule in rules)


def flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return keys with dots and their values; a mapping is a value."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flatten(value, f"{prefix}{key}.") if is_part(prefix + key, value) else {prefix + key: value}
    return flat


def is_part(key: str, value: object) -> bool:
    return isinstance(value, dict) and any(known.startswith(f"{key}.") for known in GOOD)


def is_among(value: object, listed: list[Any]) -> bool:
    """Tell whether a value is one of these, of the same type: 1 is not true."""
    return any(type(value) is type(each) and repr(value) == repr(each) for each in listed)


def has_part(told: dict[str, Any], part: str) -> bool:
    return any(key.startswith(f"{part}.") for key in told)


def has_all(told: dict[str, Any]) -> bool:
    return {"name", "supplier", "mapping"} <= set(told) and has_part(told, "list")


def has_a_list(told: dict[str, Any]) -> bool:
    is_named = told.get("list.mode", "named") == "named"
    is_made = bool(told.get("list.clone_from") or told.get("list.prefix"))
    return (bool(told.get("list.name")) and not is_made) if is_named else not told.get("list.name")


def has_sane_numbers(told: dict[str, Any]) -> bool:
    """A preset has its region and no manual control; prefixes may stand beside it, as it never prefixes twice."""
    phone = {key.removeprefix("phone."): value for key, value in told.items() if key.startswith("phone.")}
    least, most, region = phone.get("min_length"), phone.get("max_length"), phone.get("region")
    has_manual = not phone.get("remove_non_digits", True) or bool(phone.get("truncate") or least or most)
    preset = PRESET_REGIONS.get(phone.get("format") or "")
    if preset and (has_manual or region not in (None, preset)):
        return False
    return not (phone.get("truncate") and not most) and not (least and most and least > most)


def has_sound_types(told: dict[str, Any]) -> bool:
    """Types are kept or refused: one of them, and some."""
    named = [told.get("phone.types.keep"), told.get("phone.types.refuse")]
    return not has_part(told, "phone.types") or sum(bool(types) for types in named) == 1


def has_known_ages(told: dict[str, Any]) -> bool:
    """A greatest age needs the column that says when; `auto` may find it."""
    mapping = told["mapping"]
    return told.get("captured.max_age_days") is None or mapping == "auto" or "captured_on" in mapping


def has_contact(told: dict[str, Any]) -> bool:
    mapping = told["mapping"]
    if mapping == "auto":  # the first import finds it
        return True
    needs_email = told.get("contact") == "email" or told.get("email.required", False)
    has_phone = any(field.startswith("phone") for field in mapping)
    return (has_phone or told.get("contact") != "phone") and ("email" in mapping or not needs_email)


def list_words(value: str | list[str]) -> list[str]:
    """Return a single word as a list of one."""
    return [value] if isinstance(value, str) else value


def has_sound_dedupe(told: dict[str, Any]) -> bool:
    if not has_part(told, "dedupe"):
        return True
    scope, action = list_words(told.get("dedupe.scope") or []), told.get("dedupe.action")
    if not scope or not action or ("global" in scope and set(scope) - {"global", "file"}):
        return False
    if ("lists" in scope) != bool(told.get("dedupe.lists")):
        return False
    is_for_update = told.get("dedupe.reset_updated") or told.get("dedupe.on_multiple", "first") != "first"
    if is_for_update and action != "update":
        return False
    if told.get("dedupe.migrate"):
        loses_sight = {"supplier", "lists"} <= set(scope) and not {"destination", "campaign"} & set(scope)
        return action != "keep_new" and not loses_sight
    return True


def has_sound_narrowing(told: dict[str, Any]) -> bool:
    """Ages and statuses are those of leads that are there, a switchboard has a phone, and only keep_new moves away."""
    scope, keys = list_words(told.get("dedupe.scope") or []), list_words(told.get("dedupe.keys", ["phone", "email"]))
    if set(scope) == {"file"} and (told.get("dedupe.max_age_days") is not None or told.get("dedupe.statuses")):
        return False
    if told.get("dedupe.shared_phone_above") and "phone" not in keys:
        return False
    return not told.get("dedupe.move_to") or told.get("dedupe.action") == "keep_new"


def has_one_expiry(told: dict[str, Any]) -> bool:
    both = [told.get("expiry.on"), told.get("expiry.in_days")]
    return not has_part(told, "expiry") or sum(value is not None for value in both) == 1


def has_sound_survey(told: dict[str, Any]) -> bool:
    """The survey says when, and a cool-down names a period of a scope that can meet somebody."""
    has_survey = has_part(told, "survey")
    if has_survey and (told.get("survey.id") is None or not ends_after_it_begins(told)):
        return False
    periods = {key.split(".")[1] for key, days in told.items() if key.startswith("cooldown.") and days is not None}
    if has_part(told, "cooldown") and not periods:
        return False
    if has_survey:
        return "list" not in periods
    return "survey" not in periods and not ("list" in periods and told.get("list.mode") == "per_import")


def ends_after_it_begins(told: dict[str, Any]) -> bool:
    until, day = told.get("survey.expire_at"), told.get("survey.expire_in_days")
    if until is None:
        return True
    # Times of day as text: what is as long compares as the clock does.
    return day is not None and (day > 0 or until > told.get("survey.invite_at", "00:00"))
