"""Documents, JSON and XML, from a drop to leads and back out as a reject file."""

import json
from datetime import UTC, date, datetime

import pytest

from pipelines.importing import import_drop
from pipelines.reports.rejecting import write_rejects
from pipelines.templates.template import build_template

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
LEADS = [("Ann", "07400 123450", "Leeds"), ("Zoë", "12", "Köln"), ("Cid", "07400 123452", "Bath")]


def make_template(mapping, **file):
    values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "file": file, "hold_above": 1.0}
    return build_template(values | {"mapping": mapping}, "acme")


def write_xml(encoding):
    leads = "".join(
        f'<a:Lead id="{n}"><Name>{name}</Name><Phone kind="m"><No>{phone}</No></Phone><Phone><No>1</No></Phone>'
        f"<Home><City>{city}</City></Home></a:Lead>\n"
        for n, (name, phone, city) in enumerate(LEADS)
    )
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n<Batch xmlns:a="urn:a"><Sent>2026-01-01</Sent>'
    return f'{head}<Leads xmlns:b="urn:b">\n{leads}</Leads></Batch>'.encode(encoding)


def write_json(encoding):
    leads = [{"Name": n, "Phone": [{"No": p}], "Home": {"City": c}, "code": "x"} for n, p, c in LEADS]
    return json.dumps({"Batch": {"Leads": {"Lead": leads}}}, ensure_ascii=False).encode(encoding)


@pytest.mark.parametrize("records", [None, "Batch.Leads.Lead"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize(("ending", "write"), [("xml", write_xml), ("json", write_json)])
def test_nested_fields_become_leads_and_what_is_rejected_imports_again(
    home, tmp_path, write, ending, encoding, records
):
    drop, rejects = tmp_path / f"acme.{ending}", tmp_path / f"rejects.{ending}"
    declared = {"encoding": encoding} if encoding == "cp1252" else {}
    template = make_template(
        {"first_name": "Name", "phone1": "Phone[0].No", "city": "home.city"}, **declared, records=records
    )
    drop.write_bytes(write(encoding))

    first = import_drop(drop, template, home, on=date(2026, 3, 2), now=NOW)
    written = write_rejects(home, first.import_id, rejects, NOW)
    content = rejects.read_bytes()
    again = import_drop(rejects, template, home, on=date(2026, 3, 3), now=NOW)
    codec = {"utf-16": "utf-16-le"}.get(encoding, encoding)
    phone = {"xml": ("<No>12<", "<No>07400123451<"), "json": ('"12"', '"07400123451"')}[ending]
    rejects.write_bytes(content.replace(*(text.encode(codec) for text in phone)))
    corrected = import_drop(rejects, template, home, on=date(2026, 3, 3), now=NOW)

    assert (first.status, first.created, first.rejected) == ("completed", 2, 1), first.message
    assert written == 1
    assert "Zoë".encode(codec) in content
    assert "R_PHONE".encode(codec) in content
    assert (again.rows_received, again.rejected, again.reasons) == (1, 1, first.reasons), again.message
    assert (corrected.status, corrected.created) == ("completed", 1), corrected.message


def test_a_broken_line_is_quoted_in_a_reject_file_that_reads_again(home, tmp_path):
    drop, rejects = tmp_path / "acme.json", tmp_path / "rejects.json"
    template = make_template({"phone1": "Tel"})
    drop.write_text('{"Tel": "07400 123450"}\n{"Tel": "074\n{"Tel": "07400 123452"}\n')

    first = import_drop(drop, template, home, on=date(2026, 3, 2), now=NOW)
    write_rejects(home, first.import_id, rejects, NOW)

    (rejected,) = json.loads(rejects.read_text())
    assert (rejected["item"], rejected["code"]) == ('{"Tel": "074', "Q_NOT_AN_OBJECT")


def test_two_hyphens_do_not_end_the_comment_of_a_rejected_element(home, tmp_path):
    drop, rejects = tmp_path / "acme.xml", tmp_path / "rejects.xml"
    template = make_template({"phone1": "Tel"})
    drop.write_text("<Ls><L><Tel>--1--&gt;</Tel><A/></L><L><Tel>--2--</Tel></L></Ls>")

    first = import_drop(drop, template, home, on=date(2026, 3, 2), now=NOW)
    write_rejects(home, first.import_id, rejects, NOW)

    assert import_drop(rejects, template, home, on=date(2026, 3, 3), now=NOW).rejected == 2


def test_a_path_that_no_record_has_names_the_fields_that_they_have(home, tmp_path):
    drop = tmp_path / "acme.xml"
    drop.write_bytes(write_xml("utf-8"))

    failed = import_drop(drop, make_template({"phone1": "Tel.No"}), home, on=date(2026, 3, 2), now=NOW)

    assert failed.status == "failed"
    assert "No column for 'phone1': 'Tel.No' is not there. Found: @id, Name, " in failed.message
