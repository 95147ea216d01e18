"""The command ``leadmill why``: the path of one person, told in order of time."""

from collections.abc import Iterator
from typing import Any

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, show_text, to_text


@click.command()
@click.argument("what", metavar="PHONE|EMAIL|LEAD")
@click.option(
    "--region", default="GB", show_default=True, metavar="R", help="Country of a number without a country code."
)
@click.option("--user", default="operator", metavar="NAME", help="Who asks, for the log.")
@with_json
@with_home
def why(home: Home, what: str, region: str, user: str, as_json: bool) -> int:
    """Tell the path of one person: drop, line, raw cells, every rule that spoke, list, state, calls.

    PHONE is a number in any spelling. What is shown is the person's own data; that you asked is on record.
    """
    from pipelines.reports.explaining import explain

    path = explain(home, what, current_time(), region=region, user=user)
    if as_json:
        echo_json(path)
        return 0
    for line in _tell(path):
        click.echo(show_text(line))
    return 0


def _tell(path: dict[str, Any]) -> Iterator[str]:
    if not path["rows"] and not path["leads"]:
        yield "No row of any import has it, and no lead."
    if path["rows_found"] > len(path["rows"]):
        yield f"{path['rows_found']:,} rows have it; the newest {len(path['rows']):,} are told."
    for row in path["rows"]:
        yield from _tell_row(row)
    for lead in path["leads"]:
        yield from _tell_lead(lead)
    for check in path["dnc"]:
        entries = "; ".join(_tell_entry(entry) for entry in check["entries"])
        number = check["e164"] or check["number"]
        yield f"{number}: " + (
            f"on a do-not-call list, do not call: {entries}" if entries else "on no do-not-call list"
        )


def _tell_row(row: dict[str, Any]) -> Iterator[str]:
    undone = "" if row["status"] == "completed" else f" ({row['status']})"
    yield f"{row['import_date']}  {row['file']}, line {to_text(row['line_number'])}, row {to_text(row['row_number'])}"
    yield f"    import {row['import_id']}{undone} by template {row['template']}: {row['supplier']} → {row['list']}"
    if row["raw"] is None:
        yield "    the drop is not kept any more, or cannot be read: its cells are not shown"
    for point in row["points"]:
        made = point.get("e164") or point.get("email") or point.get("dial") or "nothing"
        dialled = f", dialled {point['dial']}, {point['type']}" if point.get("dial") else ""
        flaw = f" ({point['flaw']})" if point["flaw"] else ""
        yield f"    {point['slot']} ← {point['from']} '{point['cell']}' → {made}{dialled}{flaw}"
    for warning in row["warnings"]:
        yield f"    {warning['code']}: {warning['meaning']}"
    yield f"    {row['fate']}" + (f" {row['code']}: {row['meaning']}" if row["code"] else "")
    for entry in row["listed"] or ():
        version = f", list version {entry['load_id']}" if entry["load_id"] else ""
        yield f"    do-not-call: {entry['slot']} on {_tell_entry(entry)}{version}"
    if met := row["met"]:
        whose = f"lead {met['lead_id']}" if met["lead_id"] else f"row {to_text(met['row_number'])} of this drop"
        yield f"    {met['slot']} = {met['other_slot']} of {whose}, by scope {met['scope']}, action {met['action']}"
    elif row["detail"] and not row["listed"]:
        yield f"    {row['detail']}"
    for effect in row["effects"]:
        yield f"    {effect['effect']} lead {effect['lead_id']}: {effect['slot']} = its {effect['lead_slot']}"
    if row["fate"] == "created" and row["lead_id"]:
        yield f"    made lead {row['lead_id']}"


def _tell_lead(lead: dict[str, Any]) -> Iterator[str]:
    instead = f" by lead {lead['replaced_by']}" if lead["replaced_by"] else ""
    where = f" on {lead['list']}" if lead["list"] else ""
    until = f", expires {to_text(lead['expires_at'])}" if lead["expires_at"] else ""
    yield f"lead {lead['lead_id']}: {lead['state']}{instead}{where}{until}"
    for change in lead["history"]:
        undone = " (undone since)" if change["status"] == "undone" else ""
        by = f", row {to_text(change['row_number'])}" if change["row_number"] else ""
        how = f": {change['slot']} = its {change['lead_slot']}" if change["slot"] else ""
        moved = f" from {change['from_list']}" if change["effect"] == "migrated" else ""
        yield (
            f"    {change['import_date']}  {change['effect']}{moved} by import {change['import_id']}{by}{how}{undone}"
        )
    if lead["list"]:
        phones = ", ".join(lead["phones"]) or "no phone"
        yield f"    {phones}; status {lead['status']}, {to_text(lead['call_attempts'])} attempts counted"
    for call in lead["calls"]:
        outcome = f": {call['outcome']}" if call["outcome"] else ""
        yield f"    {to_text(call['called_at'])}  called{outcome}"
    if lead["callback_due_at"]:
        yield f"    callback due {to_text(lead['callback_due_at'])}"
    if lead["is_fetched"]:
        yield "    in the dialler's buffer"


def _tell_entry(entry: dict[str, Any]) -> str:
    since = f" since {entry['listed_on']}" if entry["listed_on"] else ""
    source = f" ({entry['source']})" if entry["source"] else ""
    return f"{entry['category']}{since}{source}"
