"""Real files, each by a template of a few lines: counts are worked out here by splitting the files naively."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.codes import find_code
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published.reading import open_reader
from pipelines.published.summarising import name_reports
from pipelines.receipts import ImportResult
from pipelines.templates.saved import read_yaml
from pipelines.templates.template import Template

LEADS = Path(__file__).parents[2].parent / "shared" / "data" / "leads"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not LEADS.is_dir(), reason=f"the real files are not beside this checkout: no {LEADS}"),
]

HEAD = "supplier: S\nlist: {mode: named, name: L}\n"
EPRACCUR = HEAD + (
    "name: gp\nfile: {has_header: false}\n"
    "dedupe: {keys: [phone], scope: [file, destination], action: keep_existing}\n"
    "mapping: {title: 1, company: 2, postcode: 10, phone1: 18}\n"
)
NSW = HEAD + "name: nsw\nphone: {region: AU}\nmapping: {company: School_name, title: School_code, phone1: Phone}\n"


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def bring(home: Home, file: str, template: str, **options) -> ImportResult:
    values = {"name": "real", **read_yaml(template, "template")}
    made = Template.model_validate(values)
    result = import_drop(LEADS / file, made, home, on=date(2026, 3, 2), now=NOW, **options)
    require_explained(home, result)
    return result


def ask(home: Home, sql: str) -> pl.DataFrame:
    with open_reader(home, NOW, reports=name_reports(sql)) as connection:
        return connection.sql(sql).pl()


def require_explained(home: Home, result: ImportResult) -> None:
    """Hold an import to its ledger: it balances, and each row that gave no lead has a code with a meaning."""
    if result.status == "already_imported":
        return
    fates = {
        "created": result.created,
        "updated": result.updated,
        "rejected": result.rejected,
        "quarantined": result.quarantined,
    }
    assert sum(fates.values()) == result.rows_received
    rows = ask(home, f"SELECT * FROM import_rows WHERE import_id = '{result.import_id}' ORDER BY row_number")
    assert rows["row_number"].to_list() == list(range(1, result.rows_received + 1))
    assert Counter(rows["fate"]) == Counter({fate: count for fate, count in fates.items() if count})
    refused = rows.filter(pl.col("fate").is_in(["rejected", "quarantined"]))
    assert refused["code"].null_count() == 0
    assert Counter(refused["code"]) == Counter(result.reasons)
    codes = {*refused["code"], *rows["warnings"].explode(empty_as_null=False).drop_nulls()}
    assert all(find_code(code).meaning and find_code(code).remedy for code in codes)


def split(file: str, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[list[str]]:
    """Return a file's records, header included, as the standard library splits them."""
    text = (LEADS / file).read_bytes().decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    return list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))


def test_the_gp_practices_import_without_a_header_and_once_only(home):
    records = split("uk_gp_practices_epraccur.csv")
    without_phone = sum(not record[17].strip() for record in records)

    first = bring(home, "uk_gp_practices_epraccur.csv", EPRACCUR)
    again = bring(home, "uk_gp_practices_epraccur.csv", EPRACCUR)
    codes = ask(home, "SELECT row_number, title FROM leads ORDER BY row_number")

    assert (first.status, first.rows_received, len(records)) == ("completed", 14_357, 14_357)
    assert first.reasons["R_NO_CONTACT"] == without_phone
    assert again.status == "already_imported"
    assert again.import_id == first.import_id
    assert all(records[row - 1][0] == code for row, code in codes.iter_rows())


def test_the_gp_practices_forced_again_are_duplicates_wherever_they_have_a_number(home):
    template = EPRACCUR.replace("[file, destination]", "[destination]")
    first = bring(home, "uk_gp_practices_epraccur.csv", template)

    forced = bring(home, "uk_gp_practices_epraccur.csv", template, force=True)

    bad = {code: rows for code, rows in first.reasons.items() if not code.startswith("R_DUP_")}
    assert forced.status == "held"
    assert forced.created == 0
    assert forced.reasons == {**bad, "R_DUP_SAME_SUPPLIER": 14_357 - sum(bad.values())}
    assert "R_DUP_SAME_SUPPLIER" in forced.message


def test_the_hospitals_import_with_their_own_delimiter_and_encoding(home):
    records = [line.split("¬") for line in (LEADS / "uk_hospitals.csv").read_bytes().decode("latin-1").splitlines()]
    header, data = records[0], records[1:]
    phone, email = header.index("Phone"), header.index("Email")
    without = sum(not record[phone].strip() and not record[email].strip() for record in data)

    result = bring(
        home,
        "uk_hospitals.csv",
        HEAD + "mapping: {company: OrganisationName, title: OrganisationCode, phone1: Phone, email: Email}\n",
    )

    assert (result.status, result.rows_received) == ("completed", len(data))
    assert result.found["delimiter"] == "¬"
    assert result.reasons["R_NO_CONTACT"] == without
    names = ask(home, "SELECT row_number, company FROM leads")
    name = header.index("OrganisationName")
    assert all(data[row - 1][name].strip() == company for row, company in names.iter_rows() if company.isascii())


def test_the_codes_of_the_us_hospitals_stay_text(home):
    header, *data = split("us_hospitals_cms.csv")
    phone = header.index("Phone Number")

    result = bring(
        home,
        "us_hospitals_cms.csv",
        HEAD + "phone: {region: US}\n"
        "mapping: {company: Hospital Name, title: Provider ID, postcode: ZIP Code, phone1: Phone Number}\n",
    )
    leads = ask(home, "SELECT row_number, title, phone1_e164 FROM leads ORDER BY row_number")

    assert (result.status, result.rows_received) == ("completed", len(data))
    assert "010005" in leads["title"].to_list()
    assert all(data[row - 1][0] == code for row, code, _ in leads.iter_rows())
    for row, _, e164 in leads.head(50).iter_rows():
        assert e164 == "+1" + "".join(c for c in data[row - 1][phone] if c.isdigit())


@pytest.mark.parametrize(
    ("file", "region", "company"),
    [("us-500.csv", "US", "company_name"), ("uk-500.csv", "GB", "company_name"), ("au-500.csv", "AU", "company_name")],
)
def test_the_usual_five_hundred_import_whole(home, file, region, company):
    header, *data = split(file)
    email = header.index("email")

    result = bring(
        home,
        file,
        HEAD + f"phone: {{region: {region}}}\n"
        f"mapping: {{first_name: first_name, last_name: last_name, company: {company},"
        " phone1: phone1, phone2: phone2, email: email}\n",
    )
    leads = ask(home, "SELECT row_number, email, first_name FROM leads ORDER BY row_number")

    assert (result.rows_received, len(data)) == (500, 500)
    assert result.created == 500, "all have an e-mail"
    assert leads["email"].str.to_lowercase().to_list() == [record[email].strip().lower() for record in data]
    assert leads["first_name"].to_list() == [record[header.index("first_name")].strip() for record in data]


def test_a_fifth_of_the_british_five_hundreds_first_phones_are_not_valid(home):
    result = bring(home, "uk-500.csv", HEAD + "mapping: {phone1: phone1}\n")

    assert 0.15 < result.rejected / 500 < 0.25
    assert all(code.startswith("R_PHONE_") for code in result.reasons)


def test_the_schools_are_held_for_want_of_an_area_code_and_one_in_the_template_lets_them_through(home):
    header, *data = split("au_nsw_schools.csv")
    phone = header.index("Phone")
    local = sum(sum(c.isdigit() for c in record[phone]) == 8 for record in data)

    held = bring(home, "au_nsw_schools.csv", NSW)
    through = bring(home, "au_nsw_schools.csv", NSW.replace("AU}", 'AU, area_code: "02"}').replace("nsw", "nsw2"))

    assert (held.status, held.rows_received) == ("held", len(data))
    assert held.reasons["R_PHONE_NO_AREA_CODE"] == pytest.approx(local, abs=len(data) * 0.005)
    assert "R_PHONE_NO_AREA_CODE" in held.message
    assert "area_code" in held.message
    assert through.status == "completed"
    assert through.created > 0.95 * len(data)
    assert through.warnings["W_AREA_CODE_ADDED"] == pytest.approx(local, abs=len(data) * 0.01)


VICIDIAL = (
    "file: {has_header: false}\nphone: {region: US}\nhold_above: 1\n"
    "mapping: {first_name: 7, last_name: 9, phone1: 5, email: 21}\n"
)
ODOO = "phone: {region: US}\nhold_above: 1\nmapping: {company: Name, phone1: Phone, phone2: Mobile, email: Email}\n"
CHATWOOT = "hold_above: 1\nmapping: {first_name: first_name, email: email, phone1: phone_number}\n"
FRAPPE = "phone: {region: IN}\nmapping: {phone1: Number (phone)}\n"
CIVICRM = (
    "phone: {region: AU}\nhold_above: 1\nmapping: {first_name: First Name, last_name: 2, email: Email, phone1: Phone}\n"
)
PEERS = [
    ("testMULTI_VICIDIAL_lead_file.csv", VICIDIAL),
    ("testMULTI_VICIDIAL_lead_file.txt", VICIDIAL),
    ("testMULTI_VICIDIAL_lead_fileRANK-OWNER.txt", VICIDIAL),
    ("testMULTI_VICIDIAL_lead_file_PNreplace.txt", VICIDIAL),
    ("testMULTI_VICIDIAL_lead_file_state_conv.txt", VICIDIAL),
    ("UTF8_lead_file.txt", VICIDIAL),
    ("odoo_res_partner.csv", ODOO),
    ("chatwoot_invalid_contacts_first5.csv", CHATWOOT),
    ("frappe_bulk_edit_phone_nos.csv", FRAPPE),
    ("frappe_bulk_edit_phone_nos_invalid.csv", FRAPPE),
    ("civicrm_individual_locations_with_related.csv", CIVICRM),
]


@pytest.mark.parametrize(("file", "template"), PEERS, ids=[file for file, _ in PEERS])
def test_the_peers_samples_import_row_by_row(home, file, template):
    text = (LEADS / "peers" / file).read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if line.strip()]

    result = bring(home, f"peers/{file}", HEAD + template)

    assert result.status == "completed"
    assert result.rows_received == len(lines) - ("has_header: false" not in template)


def test_names_in_every_script_arrive_as_they_were_sent(home):
    bring(home, "peers/UTF8_lead_file.txt", HEAD + VICIDIAL)

    names = ask(home, "SELECT last_name FROM leads")["last_name"].to_list()

    assert "Ενεργές" in names
