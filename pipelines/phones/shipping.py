"""Writes the tables that ship with the project: the world's, and the commonest regions' of the pinned `phonenumbers`.

Run after an upgrade: `python -c "from pipelines.phones.shipping import ship_tables; ship_tables()"`.
"""

from pathlib import Path

from pipelines.phones.building import build_kinds, build_readings, build_world_readings
from pipelines.phones.numbering import KINDS, WORLD, name_region_table
from pipelines.phones.storing import SHIPPED, write_table

SHIPPED_REGIONS: tuple[str | None, ...] = (
    None,
    *[
        "AE",
        "AR",
        "AT",
        "AU",
        "BE",
        "BR",
        "CA",
        "CH",
        "DE",
        "DK",
        "ES",
        "FI",
        "FR",
        "GB",
        "GG",
        "HK",
        "IE",
        "IM",
        "IN",
        "IT",
        "JE",
        "JM",
        "KE",
        "MX",
        "MY",
        "NG",
        "NL",
        "NO",
        "NZ",
        "PH",
        "PK",
        "PL",
        "PT",
        "SE",
        "SG",
    ],
    *["US", "ZA"],
)


def ship_tables(folder: Path = SHIPPED) -> None:
    """Build the tables that ship and write them to a folder."""
    for old in folder.glob("*.parquet"):
        old.unlink()
    write_table(folder / f"{WORLD}.parquet", WORLD, build_world_readings())
    write_table(folder / f"{KINDS}.parquet", KINDS, build_kinds())
    for region in SHIPPED_REGIONS:
        name = name_region_table(region)
        write_table(folder / f"{name}.parquet", name, build_readings(region))
