"""Cleaned rows on disk: what one part of a file has and another lacks is there in the end."""

import pytest

from pipelines import staging
from tests.conftest import run_main

TEMPLATE = """\
name: acme
supplier: Acme
list: {mode: named, name: Warm}
mapping: {first_name: Name, city: Town, phone1: Phone, email: Mail, notes: Notes}
"""
DROP = """\
Name,Town,Phone,Mail,Notes
Ann,Leeds,07400 123456,,
Bob,York,07400 123457,,
Cid,,07400 123458,,
Dee,,07400 123459,,
Eve,,,eve@example.com,late
Fay,,x,fay@example.com,later
"""


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_columns_that_only_some_parts_of_a_file_fill_are_published_whole(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(staging, "CHUNK_ROWS", rows)
    (tmp_path / "acme.yaml").write_text(TEMPLATE)
    (tmp_path / "drop.csv").write_text(DROP)

    run_main("--home", tmp_path / "h", "import", tmp_path / "drop.csv", "-t", tmp_path / "acme.yaml", "--json")
    asked = "SELECT first_name, city, phone1, email, notes FROM leads ORDER BY row_number"
    leads = run_main("--home", tmp_path / "h", "query", asked, "--json").json["rows"]

    assert [list(lead.values()) for lead in leads] == [
        ["Ann", "Leeds", "07400123456", None, None],
        ["Bob", "York", "07400123457", None, None],
        ["Cid", None, "07400123458", None, None],
        ["Dee", None, "07400123459", None, None],
        ["Eve", None, None, "eve@example.com", "late"],
        ["Fay", None, None, "fay@example.com", "later"],
    ]
