"""Templates drafted from real files: what is mapped is what a person would map, and it imports."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.templates.drafting import draft_template
from pipelines.templates.saved import load_template

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real files are not beside this checkout: no {DATA}"),
]

US_500 = {
    "first_name": "first_name", "last_name": "last_name", "company": "company_name", "address": "address",
    "city": "city", "region": "state", "postcode": "zip", "phone1": "phone1", "phone2": "phone2", "email": "email",
}  # fmt: skip
EXPECTED = {
    "us-500.csv": ("US", US_500),
    "uk-500.csv": ("GB", US_500 | {"region": "county", "postcode": "postal"}),
    "au-500.csv": ("AU", US_500 | {"postcode": "post"}),
    "us_hospitals_cms.csv": (
        "US",
        {
            "company": "Hospital Name", "address": "Address", "city": "City", "region": "State",
            "postcode": "ZIP Code", "phone1": "Phone Number",
        },
    ),
    "uk_hospitals.csv": (
        "GB",
        {
            "company": "OrganisationName",
            "address": {"columns": ["Address1", "Address2", "Address3"], "separator": ", "},
            "city": "City", "region": "County", "postcode": "Postcode", "phone1": "Phone", "email": "Email",
        },
    ),
    "uk_gp_practices_epraccur.csv": ("GB", {"postcode": 10, "phone1": 18}),
    "peers/testMULTI_VICIDIAL_lead_file.txt": ("US", {"phone1": 5, "phone2": 20, "email": 21}),
    "peers/frappe_bulk_edit_phone_nos.csv": ("IN", {"phone1": "Number (phone)"}),
}  # fmt: skip


@pytest.mark.parametrize("file", EXPECTED)
def test_a_draft_maps_a_real_file_as_a_person_would_and_imports_it(tmp_path, file):
    home = Home(tmp_path / "home")
    home.make()

    _, draft = draft_template(home, "real", DATA / "leads" / file)
    result = import_drop(DATA / "leads" / file, "real", home, now=NOW, dry_run=True)

    region, mapping = EXPECTED[file]
    assert draft.region == region
    assert {each["field"]: each["source"] for each in draft.mapping} == mapping
    assert result.status in ("completed", "held")  # some hold little but duplicates
    assert "seem" not in result.message


def count_drafts(home: Home, *folders: str) -> int:
    """Draft a template from every file under the folders that holds contacts, and check that it says what was drafted.

    Guessing the country of each of hundreds of small files is what would take long: only leads are put to it.
    """
    home.make()
    drafted = 0
    paths = sorted(path for folder in folders for path in (DATA / folder).rglob("*") if path.is_file())
    for number, file in enumerate(path for path in paths if path.stat().st_size < 8 << 20):
        try:
            _, draft = draft_template(home, f"t{number}", file, None if "leads" in file.parts else "US")
        except UserError:
            continue
        template, _ = load_template(home, f"t{number}")
        mapped = {
            field: source if isinstance(source, str | int) else source.model_dump()
            for field, source in template.mapping.items()
        }
        assert mapped == {each["field"]: each["source"] for each in draft.mapping}, file.name
        drafted += 1
    return drafted


@pytest.mark.full
def test_whatever_of_all_files_can_be_read_and_has_contacts_is_drafted_in_order(home):
    assert count_drafts(home, "leads", "csv") >= 15
