import csv
import json
from datetime import date
from pathlib import Path

import phonenumbers
import pytest
from ruamel.yaml import YAML

from examples.samples import Samples, make_samples

CONTRACT = {
    None: """name description supplier user cost_per_lead currency high_priority list file phone email contact
        hold_above dnc dedupe delete_existing keep_callbacks clear_fetched skill_group time_zone expiry call_info tags
        response_url request_format ignore_secondary mapping""",
    "list": "mode name clone_from prefix",
    "file": "format encoding delimiter row_delimiter has_header first_row date_format limits",
    "phone": """format region require area_code remove_non_digits calling_code add_leading_zero truncate min_length
        max_length""",
    "email": "validate required",
    "dnc": "categories on_match",
    "dedupe": "keys scope lists action on_multiple reset_updated migrate",
    "expiry": "in_days on",
    "mapping": """title first_name last_name name company address city region postcode country email phone1 phone2
        phone3 phone4 phone5 time_zone skill_group call_info language tags notes""",
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Samples:
    return make_samples(tmp_path_factory.mktemp("world"), on=date(2026, 5, 11))


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def to_key(phone: str) -> int:
    return int(phonenumbers.format_number(phonenumbers.parse(phone, "GB"), phonenumbers.PhoneNumberFormat.E164)[1:])


def test_the_same_seed_and_day_make_the_same_world(samples, tmp_path):
    make_samples(tmp_path, on=date(2026, 5, 11))

    assert read_all(tmp_path) == read_all(samples.folder)
    assert len(read_all(tmp_path)) == 14


def test_drops_land_under_their_template_with_a_truth_for_each_row(samples):
    assert [str(drop.path.relative_to(samples.folder)) for drop in samples.drops] == [
        "landing/northwind-web/northwind-web-2026-05-10.json",
        "landing/acme-data/acme-data-2026-05-11.csv",
        "landing/bluebird-leads/bluebird-leads-2026-05-11.csv",
        "landing/northwind-web/northwind-web-2026-05-11.json",
    ]
    assert [drop.truth.height for drop in samples.drops] == [500, 800, 1200, 400]
    assert {drop.template for drop in samples.drops} == set(samples.templates)


def test_templates_use_only_keys_of_the_contract(samples):
    for path in samples.templates.values():
        template = YAML(typ="safe").load(path)

        assert template["name"] == path.stem
        for section, keys in CONTRACT.items():
            used = template if section is None else template.get(section, {})
            assert set(used) <= set(keys.split()), f"{path.name}: {section}"


def test_mapped_columns_stand_in_the_files(samples):
    for drop in samples.drops:
        mapping = YAML(typ="safe").load(samples.templates[drop.template])["mapping"]
        if drop.path.suffix == ".json":
            header = set(json.loads(drop.path.read_bytes())[0])
        else:
            delimiter = ";" if drop.template == "acme-data" else ","
            header = set(drop.path.read_text(encoding="utf-8").splitlines()[0].split(delimiter))
        sources = [
            s for source in mapping.values() for s in (source["columns"] if isinstance(source, dict) else [source])
        ]

        assert set(sources) <= header


def test_suppliers_share_people_whose_numbers_they_spell_differently(samples):
    northwind, acme, bluebird, next_day = (set(drop.truth["number"].drop_nulls()) for drop in samples.drops)

    assert len(acme & northwind) >= 10
    assert len(bluebird & acme) >= 30
    assert len(next_day & northwind) >= 50


def test_lists_hold_some_numbers_of_the_drops_and_most_others(samples):
    known = {number for drop in samples.drops for number in drop.truth["number"].drop_nulls()}
    tps = {to_key(line) for line in samples.dnc["TPS"].read_text(encoding="ascii").splitlines()}
    with samples.dnc["Requested"].open(encoding="ascii", newline="") as lines:
        requested = list(csv.DictReader(lines))

    assert {path.stem for path in samples.dnc.values()} == {"TPS", "Requested", "IVR"}
    assert 60 < len(tps & known) < 200
    assert len(tps) > 3_900
    assert {to_key(row["number"]) for row in requested} <= known
    assert all(date(2025, 5, 1) < date.fromisoformat(row["listed_on"]) < date(2026, 5, 11) for row in requested)


def test_the_dialler_reports_on_numbers_of_the_drops_that_no_list_holds(samples):
    known = {number for drop in samples.drops for number in drop.truth["number"].drop_nulls()}
    listed = {
        to_key(line.split(",")[0])
        for path in samples.dnc.values()
        for line in path.read_text(encoding="ascii").splitlines()
        if line[0] in "+0123456789"
    }
    tables = {}
    for kind, path in samples.dialler.items():
        with path.open(encoding="ascii", newline="") as lines:
            tables[kind] = list(csv.DictReader(lines))

    assert {kind: list(rows[0]) for kind, rows in tables.items()} == {
        "attempts": ["phone", "called_at"],
        "callbacks": ["phone", "due_at", "notes"],
        "fetched": ["phone", "fetched_at"],
        "dispositions": ["phone", "outcome", "sale_value", "currency", "called_at"],
    }
    assert {to_key(row["phone"]) for rows in tables.values() for row in rows} <= known - listed
    assert {row["outcome"] for row in tables["dispositions"]} == {"NA", "AM", "NI", "CB", "SALE", "DNQ", "WRONG"}
    assert all(bool(row["sale_value"]) == (row["outcome"] == "SALE") for row in tables["dispositions"])
    assert [*map(tuple, map(dict.values, tables["attempts"]))] == [
        (row["phone"], row["called_at"]) for row in tables["dispositions"]
    ]
