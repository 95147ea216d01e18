"""Imports that wait for a person: let them go on, or not."""

import json
from datetime import datetime

from pipelines.home import Home, raw_path
from pipelines.importing import carry_out
from pipelines.order import Order
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.published.relations import WHOLE
from pipelines.receipts import ImportResult, require_held, write_log
from pipelines.store import open_writer
from pipelines.templates.template import Template


def release_import(home: Home, import_id: str, *, now: datetime, allow_stale_dnc: bool = False) -> ImportResult:
    """Let a held import go on, from its raw drop and the settings it was held with, under the same id.

    The store may have changed meanwhile: every row gets its fate anew. Raises UserError where the import is not held.
    """
    with open_writer(home) as connection:
        publish(connection, home)  # a release that was killed is refused now: readers see it all the same
        require_held(connection, import_id)
        columns = "file, sha256, settings, origins, import_date, notes"
        line = connection.execute(f"SELECT {columns} FROM imports WHERE import_id = ?", [import_id]).fetchall()
    file, sha256, settings, origins, import_date, notes = line[0]
    order = Order(
        file=raw_path(home, sha256),
        template=Template.model_validate_json(settings),
        origins=json.loads(origins),
        home=home,
        on=import_date,
        now=now,
        notes=notes,
        is_forced=False,
        is_rehearsal=False,
        is_released=True,
        allows_stale_dnc=allow_stale_dnc,
        import_id=import_id,
        name=file,
    )
    return carry_out(order)


def cancel_import(home: Home, import_id: str, *, user: str, now: datetime) -> None:
    """Give a held import up; its rows and reasons stay on record. Raises UserError where the import is not held."""
    with open_writer(home) as connection:
        publish(connection, home)
        require_held(connection, import_id)
        dates = connection.execute("SELECT import_date FROM imports WHERE import_id = ?", [import_id]).fetchall()
        connection.execute("UPDATE imports SET status = 'cancelled' WHERE import_id = ?", [import_id])
        mark_unpublished(connection, "imports", dates[0][0].isoformat(), WHOLE)
        write_log(connection, now, user, "import cancelled", import_id, "", told={})
        publish(connection, home)
