"""Rows of a kept drop, read again: their cells as they came, and what the cleaning makes of their contact points."""

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from pipelines.cleaning.emails import judge_addresses
from pipelines.cleaning.mapping import add_fields, map_fields
from pipelines.cleaning.numbers import clean_cells
from pipelines.errors import UserError
from pipelines.home import Home, raw_path
from pipelines.reading.drops import Drop, open_drop
from pipelines.schema import PHONE_SLOTS
from pipelines.templates.parts import Columns
from pipelines.templates.template import Template

CHUNK_ROWS = 100_000
Reread = dict[int, dict[str, Any]]


def reread_rows(home: Home, sha256: str, settings: str, file: str, row_numbers: Collection[int]) -> Reread:
    """Return by row number ``raw`` (text), ``cells`` (header and cell) and ``points`` (what was made of each).

    Read as the import read them, by its own settings. Empty where the drop is not kept any more or not readable.
    """
    path = raw_path(home, sha256)
    if not path.is_file():
        return {}
    template = Template.model_validate_json(settings)
    try:
        drop = open_drop(path, template.file.to_settings(), template.headers)
        rows = _pick(drop, row_numbers)
        points = _clean_points(add_fields(rows, map_fields(template, drop.found.headers, file)), template)
    except UserError:
        return {}
    raw = dict(drop.raw_records(rows["row_number"]).select("row_number", "raw").iter_rows())
    names = drop.found.headers or tuple(f"column {place}" for place in range(1, len(rows.columns)))
    return {
        row["row_number"]: {
            "raw": raw[row["row_number"]].decode(drop.found.encoding, "replace").strip("\r\n"),
            "cells": [
                {"header": name, "cell": row[f"c{place}"]}
                for place, name in enumerate(names, start=1)
                if row.get(f"c{place}") is not None
            ],
            "points": points.get(row["row_number"], []),
        }
        for row in rows.iter_rows(named=True)
    }


def _pick(drop: Drop, row_numbers: Collection[int]) -> pl.DataFrame:
    """Return the rows asked for; nothing is read behind the last."""
    picked, last = [], max(row_numbers)
    for chunk in drop.chunks(CHUNK_ROWS):
        picked.append(chunk.filter(pl.col("row_number").is_in([*row_numbers])))
        if chunk["row_number"].max() is not None and int(chunk["row_number"].to_list()[-1]) >= last:
            break
    return pl.concat(picked, how="diagonal")


def _clean_points(rows: pl.DataFrame, template: Template) -> dict[int, list[dict[str, Any]]]:
    """Return by row what is mapped to each contact point that has a cell, and what the cleaning makes of it."""
    phones = pl.concat([rows[slot].rename("raw") for slot in PHONE_SLOTS]).drop_nulls().unique()
    cleaned = {cell["raw"]: cell for cell in clean_cells(phones, template.phone).to_dicts()} if len(phones) else {}
    judged = dict(zip(rows["email"], judge_addresses(rows["email"]), strict=True))
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.select("row_number", *PHONE_SLOTS, "email").iter_rows(named=True):
        points = found.setdefault(row["row_number"], [])
        for slot in PHONE_SLOTS:
            if row[slot] is not None:
                points.append(_tell_phone(slot, row[slot], cleaned[row[slot]], template.mapping))
        if row["email"] is not None:
            flaw = None if judged[row["email"]] else "R_EMAIL_INVALID"
            told = {"slot": "email", "from": _name_source("email", template.mapping), "cell": row["email"]}
            points.append({**told, "email": None if flaw else row["email"], "flaw": flaw, "warnings": []})
    return found


def _tell_phone(slot: str, text: str, cell: Mapping[str, Any], mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "slot": slot,
        "from": _name_source(slot, mapping),
        "cell": text,
        "e164": f"+{cell['key']}" if cell["key"] else None,
        "dial": cell["dial"],
        "type": cell["type"],
        "flaw": cell["flaw"],
        "warnings": cell["warnings"],
    }


def _name_source(field: str, mapping: Mapping[str, Any]) -> str:
    source = mapping.get(field)
    return ", ".join(map(str, source.columns)) if isinstance(source, Columns) else str(source)
