"""Configurations as they are kept: in the doors' memory, each a tenant's.

One that is for one import (``IsReusable`` false) is not there any more once an import that it made is completed or
held, by what is published. A removed one keeps its number, which is never given again.
"""

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.doors.checkmarket.configuration import BaseImportConfig
from pipelines.doors.state import open_state, read_state, write_time
from pipelines.home import Home
from pipelines.reuse import find_published_use, list_published_used

MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class Configuration:
    """A configuration. ``found``: its columns by field, once the first import told; ``kept``: its text on disk."""

    configuration_id: int
    tenant: str
    config: BaseImportConfig
    found: dict[str, Any] = field(default_factory=dict)
    kept: str = ""

    @property
    def template_name(self) -> str:
        """What the template that is made of it is called: by that imports are counted."""
        return f"checkmarket-{self.configuration_id}"


def add_configuration(home: Home, tenant: str, config: BaseImportConfig, now: datetime) -> int:
    """Keep a new configuration; return its id."""
    with open_state(home) as connection:
        sql = "INSERT INTO configurations (tenant, settings, created_at) VALUES (?, ?, ?)"
        row_id = connection.execute(sql, (tenant, _write(config, {}), write_time(now))).lastrowid
    assert row_id  # noqa: S101  a row was written
    return row_id


def find_configuration(home: Home, tenant: str, configuration_id: int) -> Configuration | None:
    """Return a configuration; null for one that is not there, is another tenant's, removed or used up."""
    if not 0 < configuration_id <= MAX_ID:
        return None
    with read_state(home) as connection:
        line = _select(connection, tenant, "AND configuration_id = ?", configuration_id)
    found = line[0] if line else None
    is_used = found and not found.config.IsReusable and find_published_use(home, found.template_name)
    return None if is_used else found


def list_configurations(home: Home, tenant: str, named: str | None = None) -> list[Configuration]:
    """Return a tenant's configurations that can be used, the oldest first; ``named``: those whose name holds it."""
    with read_state(home) as connection:
        lines = _select(connection, tenant, "")
    wanted = (named or "").casefold()
    found = [line for line in lines if wanted in line.config.Name.casefold()]
    used = set() if all(line.config.IsReusable for line in found) else list_published_used(home)
    return [line for line in found if line.config.IsReusable or line.template_name not in used]


def change_configuration(home: Home, configuration: Configuration, config: BaseImportConfig) -> None:
    """Put other settings in place of a configuration's; columns that were found stay where they are sent back."""
    found = configuration.found if config.ColumnMappings == configuration.config.ColumnMappings else {}
    with open_state(home) as connection:
        sql = "UPDATE configurations SET settings = ? WHERE configuration_id = ?"
        connection.execute(sql, (_write(config, found), configuration.configuration_id))


def keep_found(home: Home, configuration: Configuration, found: dict[str, Any], config: BaseImportConfig) -> None:
    """Keep the columns that a first import found, unless the configuration was changed since (checklist CM-003)."""
    with open_state(home) as connection:
        sql = "UPDATE configurations SET settings = ? WHERE configuration_id = ? AND settings = ?"
        connection.execute(sql, (_write(config, found), configuration.configuration_id, configuration.kept))


def remove_configuration(home: Home, configuration_id: int, now: datetime) -> None:
    """Take a configuration away; imports that it made stay."""
    with open_state(home) as connection:
        sql = "UPDATE configurations SET removed_at = ? WHERE configuration_id = ? AND removed_at IS NULL"
        connection.execute(sql, (write_time(now), configuration_id))


def read_kept(configuration_id: int, tenant: str, kept: str) -> Configuration:
    """Return a configuration from its text on disk."""
    values = json.loads(kept)
    config = BaseImportConfig.model_validate(values["config"])
    return Configuration(configuration_id, tenant, config, values["found"], kept)


def _write(config: BaseImportConfig, found: dict[str, Any]) -> str:
    return json.dumps({"config": config.model_dump(), "found": found})


def _select(connection: sqlite3.Connection, tenant: str, more: str, *values: object) -> list[Configuration]:
    columns = "configuration_id, tenant, settings"
    sql = f"SELECT {columns} FROM configurations WHERE tenant = ? AND removed_at IS NULL {more} ORDER BY 1"
    return [read_kept(*line) for line in connection.execute(sql, (tenant, *values))]
