"""Templates that are for one import (``reusable: false``): whether that import was made.

An import that was completed uses a template up, as does one that is held; one that failed or was cancelled does not.
Templates are told apart by name, as they are everywhere. Source: checklist CM-028.
"""

import duckdb
import polars as pl

from pipelines.errors import UserError
from pipelines.home import Home, hash_file
from pipelines.order import Order
from pipelines.published.publishing import current_generation
from pipelines.templates.template import Template

USED = ("completed", "held")


def find_published_use(home: Home, template: str) -> dict[str, str]:
    """Return SHA-256 by id of the imports that a template has made, the first one first, by what is published."""
    made = _scan_made(home)
    if made is None:
        return {}
    theirs = made.filter(pl.col("template") == template).sort("sequence")
    return dict(theirs.select("import_id", "sha256").collect().rows())


def list_published_used(home: Home) -> set[str]:
    """Return the names of all templates that have made an import, by what is published."""
    made = _scan_made(home)
    return set() if made is None else set(made.select("template").unique().collect()["template"])


def _scan_made(home: Home) -> pl.LazyFrame | None:
    generation = current_generation(home)
    if generation is None:
        return None
    imports = pl.scan_parquet(generation / "imports" / "*" / "*.parquet", hive_partitioning=False)
    return imports.filter(pl.col("status").is_in(USED))


def require_published_unused(home: Home, template: Template) -> None:
    """Raise UserError where a template was for one import and that was made."""
    used = {} if template.reusable else find_published_use(home, template.name)
    if used:
        raise UserError(*_tell(template.name, next(iter(used))))


def require_unused(order: Order) -> None:
    """Raise UserError as above, but for the drop of that import itself: nothing is done for that anyway."""
    if order.template.reusable or order.is_released:
        return
    used = find_published_use(order.home, order.template.name)
    if used and (order.is_forced or hash_file(order.file) not in used.values()):
        raise UserError(*_tell(order.template.name, next(iter(used))))


def why_used(connection: duckdb.DuckDBPyConnection, order: Order) -> str:
    """Return why a drop may not be imported by its template, by the store under its lock; empty where it may."""
    if order.template.reusable or order.is_released:
        return ""
    made = connection.execute(
        "SELECT import_id FROM imports WHERE template = ? AND status IN ? ORDER BY sequence LIMIT 1",
        [order.template.name, USED],
    ).fetchall()
    return str(UserError(*_tell(order.template.name, made[0][0]))) if made else ""


def _tell(template: str, import_id: str) -> tuple[str, str, str]:
    fact = f"It was for one import and was used by {import_id}."
    return f"template {template}", fact, "Clone it: leadmill templates clone NAME NEW."
