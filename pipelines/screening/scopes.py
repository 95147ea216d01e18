"""Where duplicates are looked for: what a template's scopes mean on this day, for this destination.

Source: decisions, Duplicates; docs/decisions/0021-evidence-and-options.md.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.lists import Destination, require_list
from pipelines.templates.parts import DedupeOptions

# Of several scopes that see the same person the first is told.
SCOPES = ("file", "global", "destination", "lists", "campaign", "supplier")


@dataclass(frozen=True)
class Search:
    """Columns of ``run``, and whether rows of the drop are seen, and leads once they stand on the destination list."""

    values: dict[str, Any]
    sees_own_rows: bool
    sees_destination: bool


def plan_search(
    connection: duckdb.DuckDBPyConnection, dedupe: DedupeOptions | None, destination: Destination
) -> Search:
    """Find the lists that the scopes mean. Raises UserError for one that is not there, and for a lacking campaign."""
    own = destination.list_id
    scope: set[str] = {*dedupe.scope} if dedupe else set()
    lists = {require_list(connection, name, "dedupe.lists").list_id for name in dedupe.lists} if dedupe else set()
    # An accepted row is a new lead of this supplier on the destination list, and that list is in its own campaign.
    sees = {name for name in scope if name in ("global", "destination", "campaign", "supplier")}
    sees |= {"lists"} if own in lists else set()
    sees_destination = bool(sees)
    sees_own = sees_destination and (not dedupe or not dedupe.statuses or "new" in dedupe.statuses)
    own_scope = next((name for name in SCOPES if name in sees | ({"file"} & scope)), None)
    values = {
        "dedupe_keys": dedupe.keys if dedupe else [],
        "dedupe_scope": sorted(scope),
        "dedupe_action": dedupe.action if dedupe else None,
        "own_scope": own_scope,
        "is_global": "global" in scope,
        "scope_lists": sorted(lists | ({own} if "destination" in scope else set())),
        "campaign_lists": _list_campaign(connection, destination) if "campaign" in scope else [],
        "max_age_days": dedupe.max_age_days if dedupe else None,
        "statuses": dedupe.statuses if dedupe else [],
        "shared_phone_above": dedupe.shared_phone_above if dedupe else None,
        "moves_to": _find_archive(connection, dedupe, destination),
    }
    return Search(values, sees_own or "file" in scope, sees_destination)


def _list_campaign(connection: duckdb.DuckDBPyConnection, destination: Destination) -> list[int]:
    """Return the lists of the destination's campaign, itself among them."""
    if destination.campaign is None:
        remedy = f"Say which: leadmill lists campaign '{destination.name}' NAME, or list.campaign in the template."
        raise UserError("dedupe.scope", f"The list '{destination.name}' has no campaign to look in.", remedy)
    found = connection.execute("SELECT list_id FROM lists WHERE campaign = ?", [destination.campaign]).fetchall()
    return sorted({destination.list_id, *(row[0] for row in found)})


def _find_archive(connection: duckdb.DuckDBPyConnection, dedupe: DedupeOptions | None, destination: Destination) -> int:
    """Return the list to which leads are moved: the destination, or where older duplicates go."""
    if dedupe is None or dedupe.move_to is None:
        return destination.list_id
    archive = require_list(connection, dedupe.move_to, "dedupe.move_to")
    if archive.list_id == destination.list_id:
        raise UserError("dedupe.move_to", f"'{archive.name}' is the destination itself.", "Name another list.")
    return archive.list_id
