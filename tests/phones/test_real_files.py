"""Real numbers that others labelled, and the vectors of libphonenumber's own tests."""

import csv
import json
from pathlib import Path

import phonenumbers
import polars as pl
import pytest

from pipelines.phones import parse_phones
from pipelines.phones.library import parse_by_library
from pipelines.phones.schema import ERROR_NAMES

pytestmark = pytest.mark.realdata
# Ofcom lists these as allocated; libphonenumber's plan of the United Kingdom has no 089.
NOT_IN_THE_PLAN = 7


def test_ofcoms_valid_numbers_are_valid_and_have_one_e164_whatever_the_spelling(phones_data: Path) -> None:
    labelled = json.loads((phones_data / "ofcom_labelled_uk.json").read_text())["testCases"]
    valid = pl.DataFrame(labelled).filter(pl.col("expectedClass") == "NUMBER_VALID").select("number")

    parsed = valid.with_columns(parse_phones(valid["number"], "GB").drop("number"))

    refused = parsed.filter(~pl.col("is_valid"))
    national = parsed["number"].str.replace_all("[^0-9]", "").str.replace("^(00)?44", "").str.replace("^0", "")
    assert len(refused) == NOT_IN_THE_PLAN
    assert refused["national_number"].str.starts_with("89").all()
    assert parsed["e164"].to_list() == ("+44" + national).to_list()


def test_all_of_ofcoms_numbers_get_the_librarys_answers(phones_data: Path) -> None:
    labelled = json.loads((phones_data / "ofcom_labelled_uk.json").read_text())["testCases"]
    raw = pl.DataFrame(labelled)["number"]

    assert parse_phones(raw, "GB").equals(parse_by_library(raw, "GB"))


def test_libphonenumbers_parse_vectors_are_exact(phones_data: Path) -> None:
    with (phones_data / "libphonenumber_parse_vectors.csv").open(encoding="utf-8", newline="") as file:
        vectors = [row for row in csv.DictReader(file) if row["same_with_real_metadata"] == "True"]
    wrong = []

    for vector in vectors:
        region = vector["region"] if vector["region"] in phonenumbers.SUPPORTED_REGIONS else None
        row = parse_phones(pl.Series([vector["input"]]), region).row(0, named=True)
        if vector["expect"].startswith("ERR"):
            right = row["possible"] in ERROR_NAMES.values() and row["e164"] is None
        else:
            parts = json.loads(vector["expect"])
            zeros = (parts["nlz"] or 1) if parts["ilz"] else 0
            right = (row["country_code"], row["national_number"]) == (parts["cc"], "0" * zeros + str(parts["nn"]))
            right &= (parts["ext"] or "") in row["national_format"]
        if not right:
            wrong.append((vector, row))

    assert len(vectors) == 203
    assert wrong == []


def test_oddities_met_in_real_files_are_read_as_googles_library_reads_them(phones_data: Path) -> None:
    oddities = pl.read_csv(phones_data / "oddities.csv", infer_schema=False)
    wrong = []

    for (region,), rows in oddities.group_by("region"):
        parsed = parse_phones(rows["raw"], str(region))
        assert parsed.equals(parse_by_library(rows["raw"], str(region)))
        for row, answer in zip(rows.iter_rows(named=True), parsed.iter_rows(named=True), strict=True):
            if (row["google_libphonenumber_valid"] == "True") != bool(answer["is_valid"]):
                wrong.append((row, answer))
            if row["google_e164"] and row["google_e164"] != answer["e164"]:
                wrong.append((row, answer))

    assert len(oddities) == 142
    assert wrong == []


@pytest.mark.parametrize(("locale", "region"), [("en-GB", "GB"), ("en-AU", "AU"), ("en-ZA", "ZA"), ("en-IE", "IE")])
def test_validatorjs_valid_mobiles_parse_as_the_library_parses_them(
    phones_data: Path, locale: str, region: str
) -> None:
    cases = json.loads((phones_data / "validatorjs_mobile.json").read_text())
    raw = pl.Series([cell for case in cases if locale in case["args"] for cell in case["valid"] + case["invalid"]])

    parsed = parse_phones(raw, region)

    assert len(raw) > 0
    assert parsed.equals(parse_by_library(raw, region))


@pytest.mark.parametrize(
    ("file", "column", "region"),
    [("uk-500.csv", "phone1", "GB"), ("us-500.csv", "phone1", "US"), ("us_hospitals_cms.csv", "Phone Number", "US")],
)
def test_columns_of_real_leads_get_the_librarys_answers(phones_data: Path, file: str, column: str, region: str) -> None:
    leads = phones_data.parent / "leads" / file
    raw = pl.read_csv(leads, infer_schema=False, encoding="utf8-lossy")[column]

    assert parse_phones(raw, region).equals(parse_by_library(raw, region))
