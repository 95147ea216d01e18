"""Lists and their campaigns: decisions, Lists, dates, money; docs/templates.md."""

from collections.abc import Collection
from datetime import date
from typing import Any


def name_list(choice: dict[str, Any], day: date, names: Collection[str]) -> str:
    """Return the list to which an import of this day goes, where lists of these names are there."""
    if choice.get("mode", "named") == "named":
        return str(choice["name"])
    name = f"{choice.get('prefix') or 'oracle '}{day.isoformat()}"
    if choice["mode"] == "per_day" or name not in names:
        return name
    number = 2
    while f"{name} ({number})" in names:
        number += 1
    return f"{name} ({number})"


def find_campaign(choice: dict[str, Any], name: str, campaigns: dict[str, str | None]) -> str | None:
    """Return the campaign of a list: its own; of a new one what the template says, else that of the list it is of."""
    if name in campaigns:
        return campaigns[name]
    source = choice.get("clone_from")
    return choice.get("campaign") or (campaigns.get(source) if source else None)


def find_zone(settings: dict[str, Any], zones: dict[str, str]) -> str:
    """Return the zone of a new list: that of the list it is of, else the template's."""
    source, zone = settings["list"].get("clone_from"), settings.get("time_zone")
    return zones[source] if source else "UTC" if zone in (None, "by_number") else str(zone)


def is_there(settings: dict[str, Any], day: date, campaigns: dict[str, str | None]) -> bool:
    """Tell whether the lists that settings speak of are there, and of the campaigns that they ask for."""
    choice, rule = settings["list"], settings.get("dedupe", {})
    meant = {choice.get("clone_from"), rule.get("move_to"), *rule.get("lists", ())} - {None}
    if not meant <= set(campaigns):
        return False
    destination = name_list(choice, day, campaigns)
    campaign = find_campaign(choice, destination, campaigns)
    if destination == rule.get("move_to") or choice.get("campaign", campaign) != campaign:
        return False
    return campaign is not None or "campaign" not in rule.get("scope", ())
