"""What was done and what came of it: history, show, rejects, export, reports, query."""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import DROP
from tests.conftest import list_tree, run_main


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.mark.feature("ML-097")
def test_the_history_is_the_newest_first_and_no_longer_than_asked(lm, held):
    whole = lm("history", "--json").json
    one = lm("history", "--limit", 1, "--json").json

    assert [row["status"] for row in whole] == ["held", "completed"]
    assert one == whole[:1]
    for row in whole:
        assert row["rows_received"] == row["created"] + row["updated"] + row["rejected"] + row["quarantined"]


@pytest.mark.feature("ML-097", "ML-020")
def test_an_import_shows_the_settings_it_was_made_with_whatever_became_of_the_template(lm, loaded, home):
    before = lm("show", loaded, "--json").json
    saved = home.templates / "acme.yaml"
    saved.write_text(saved.read_text().replace("supplier: Acme Data", "supplier: Changed"))
    changed = lm("show", loaded, "--json").json
    saved.unlink()
    gone = lm("show", loaded, "--json").json

    assert before == changed == gone
    assert {row["setting"]: row["value"] for row in gone["settings"]}["supplier"] == "Acme Data"


def test_an_import_shows_a_ledger_that_balances_and_every_reason_with_its_meaning(shared):
    seen = run_main("show", shared, "--json").json

    ledger = seen["ledger"]
    assert ledger["rows_received"] == 8 == sum(ledger[f] for f in ("created", "updated", "rejected", "quarantined"))
    assert ledger["blank_lines"] == 1
    explained = {row["code"]: row["rows"] for row in seen["reasons"] if row["fate"] != "warning"}
    assert sum(explained.values()) == ledger["rejected"] + ledger["quarantined"]
    assert all(row["meaning"] and row["remedy"] for row in seen["reasons"])


def test_a_reject_file_holds_the_suppliers_own_bytes_with_reason_and_remedy(shared, tmp_path):
    answer = run_main("rejects", shared, "-o", tmp_path / "r.csv", "--json")

    lines = (tmp_path / "r.csv").read_bytes().splitlines()
    sent = DROP.encode().splitlines()
    assert answer.json["rows"] == 5
    assert lines[0] == sent[0] + b',"row_number","code","reason","remedy"'
    for line, source in zip(lines[1:], (2, 3, 4, 7, 9), strict=True):
        assert line.startswith(sent[source] + b',"')
    read = [row[-4:] for row in csv.reader(io.StringIO((tmp_path / "r.csv").read_text()))]
    assert [(row[0], row[1]) for row in read[1:]] == [
        ("2", "R_DNC_TPS"), ("3", "R_NO_CONTACT"), ("4", "R_DUP_IN_FILE"), ("6", "R_PHONE_NO_AREA_CODE"), ("8", "Q_RAGGED_LONG"),  # noqa: E501
    ]  # fmt: skip
    assert all(row[2] and row[3] for row in read)


def test_a_reject_file_imports_when_it_is_corrected_and_sent_again(lm, loaded, tmp_path):
    lm("rejects", loaded, "-o", "r.csv")
    text = (tmp_path / "r.csv").read_text(encoding="utf-8")
    text = text.replace("Cid,Cole,,", "Cid,Cole,07400 123460,").replace(",1234,", ",07400 123461,")
    text = text.replace("Deal,Kent", '"Deal,Kent"').replace("+44 7400 123450", "07400 123462")
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")

    (result,) = lm("import", "r.csv", "-t", "acme", "--on", "2026-03-04", "--json").json

    assert (result["rows_received"], result["created"], result["reasons"]) == (5, 4, {"R_DNC_TPS": 1})


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le"])
def test_a_reject_file_keeps_encoding_delimiter_and_line_ends(lm, acme, tmp_path, encoding):
    text = DROP.replace('"Leek, Staffs"', "Müllrose").replace(",", ";").replace("\n", "\r\n")
    bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
    acme.write_bytes(bom + text.replace("Cid;Cole;;;York", "Cid;Cöle;;;Zürich").encode(encoding))
    done = lm("import", acme, "-t", "acme.yaml", "--json").json[0]

    lm("rejects", done["import_id"], "-o", "r.csv")

    rejected = (tmp_path / "r.csv").read_bytes()
    assert "Cid;Cöle;;;Zürich;".encode(encoding) in rejected
    assert rejected.decode("utf-16" if bom else encoding).count("\r\n") == 5
    assert lm("import", "r.csv", "-t", "acme", "--force", "--json").json[0]["rows_received"] == 4


def test_a_json_drop_gives_a_json_reject_file(lm, acme, tmp_path):
    rows = [
        {"First": "A", "Last": "B", "Tel": tel, "Mail": "", "City": "Ü"}
        for tel in ("07400 123450", "1", "0121 234 5671")
    ]
    (tmp_path / "d.json").write_text(json.dumps(rows))
    done = lm("import", "d.json", "-t", "acme.yaml", "--json").json[0]

    lm("rejects", done["import_id"], "-o", "r.json")

    (rejected,) = json.loads((tmp_path / "r.json").read_text())
    assert rejected["Tel"] == "1"
    assert rejected["row_number"] == 2
    assert rejected["code"].startswith("R_PHONE")


def test_an_export_for_people_has_every_published_column(shared, tmp_path):
    answer = run_main("export", "Warm leads", "-o", tmp_path / "all.csv", "--json")
    run_main("export", "Warm leads", "-o", tmp_path / "all.parquet")

    table = pl.read_parquet(tmp_path / "all.parquet")
    rows = read_csv(tmp_path / "all.csv")
    seen = run_main("query", "SELECT * FROM leads ORDER BY lead_id", "--json").json
    assert answer.json["rows"] == len(rows) == table.height == 3
    assert table.columns == list(rows[0]) == seen["columns"]
    assert [row["phone1"] for row in rows] == table["phone1"].to_list()
    assert "Zürich" in {row["city"] for row in rows}


def test_an_export_for_the_dialler_has_what_is_dialled_and_only_leads_with_a_phone(lm, loaded, tmp_path):
    (tmp_path / "mail.csv").write_text("First,Last,Tel,Mail,City\nMo,May,,mo@may.co.uk,Wells\n")
    lm("import", "mail.csv", "-t", "acme")

    lm("export", "Warm leads", "-o", "d.csv", "--for", "dialler")
    lm("export", "Warm leads", "-o", "a.csv", "--for", "all")

    rows = read_csv(tmp_path / "d.csv")
    assert {row["phone1"] for row in rows} == {"07400123450", "07400123455", "07400123457"}
    assert "phone1_e164" not in rows[0]
    assert rows[0]["call_info"]
    assert len(read_csv(tmp_path / "a.csv")) == 4


@pytest.mark.feature("ML-017")
@pytest.mark.parametrize("period", ["day", "week", "month", "all"])
def test_the_supplier_summary_reconciles_by_every_period(lm, held, period):
    lm("release", held)

    rows = lm("report", "supplier-summary", "--by", period, "--json").json

    starts = {
        "day": ["2026-03-02", "2026-03-03"],
        "week": ["2026-03-02"],
        "month": ["2026-03-01"],
        "all": ["2026-03-02"],
    }
    assert [row["period_start"] for row in rows] == starts[period]
    assert sum(row["rows_received"] for row in rows) == 18
    assert sum(row["leads_created"] for row in rows) == 4
    assert sum(row["rej_dnc"] for row in rows) == 1
    assert sum(row["cost_total"] for row in rows) == pytest.approx(18 * 0.45)
    assert all(row["reconciled"] for row in rows)
    assert all(row["attempts"] is None for row in rows)


def test_the_supplier_summary_is_bounded_by_import_dates(lm, held):
    lm("release", held)

    rows = lm("report", "supplier-summary", "--from", "2026-03-03", "--to", "2026-03-03", "--json").json

    assert [row["rows_received"] for row in rows] == [10]


def test_the_supplier_summary_comes_in_every_form(shared, tmp_path):
    said = json.loads(run_main("report", "supplier-summary", "--format", "json").out)
    for form in ("csv", "json", "parquet", "html"):
        assert run_main("report", "supplier-summary", "-o", tmp_path / f"s.{form}").code == 0
    to_stdout = run_main("report", "supplier-summary", "--format", "csv")
    page = run_main("report", "supplier-summary", "--format", "html")

    assert [row["supplier_name"] for row in said] == ["Acme Data"]
    assert to_stdout.raw == (tmp_path / "s.csv").read_bytes()
    assert json.loads((tmp_path / "s.json").read_text()) == said
    assert pl.read_parquet(tmp_path / "s.parquet")["rows_received"].to_list() == [8]
    assert page.out.startswith("<!doctype html>") or page.out.startswith("<!DOCTYPE html>")
    assert "Acme Data" in (tmp_path / "s.html").read_text()


def test_a_suppliers_name_is_no_markup_in_the_html_report(lm, acme):
    lm("import", acme, "-t", "acme.yaml", "--supplier", "<script>alert(1)</script>")

    page = lm("report", "supplier-summary", "--format", "html").out

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "sql",
    [
        "COPY leads TO 'out.csv'",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'store/leadmill.duckdb' AS store",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY leads TO 'out.csv'",
        "SET memory_limit = '1GB'",
        "CREATE TABLE x AS SELECT 1",
        "INSERT INTO clock SELECT now()",
        "UPDATE clock SET now = NULL",
        "DROP VIEW leads",
        "EXPORT DATABASE 'out'",
        "CALL pragma_version()",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('{home}/templates/acme.yaml')",
        "SELECT * FROM read_text('{home}/published/../templates/acme.yaml')",
        "SELECT * FROM read_csv('https://127.0.0.1/x.csv')",
        "SELECT getenv('HOME')",
        "WITH gone AS (DELETE FROM clock RETURNING *) SELECT * FROM gone",
        "SELECT * FROM nothing",
        "SELEC",
        "",
    ],
)
def test_a_query_reads_what_is_published_and_nothing_else(shared, acme_home, tmp_path, monkeypatch, sql):
    monkeypatch.chdir(tmp_path)
    before = list_tree(acme_home[0].root)

    answer = run_main("query", sql.format(home=acme_home[0].root))

    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "root:" not in answer.err
    assert list(tmp_path.iterdir()) == []
    assert list_tree(acme_home[0].root) == before


@pytest.mark.parametrize(
    "sql", ["SELECT call_info::INTEGER FROM leads", "SELECT error('no')", "SELECT 2::UTINYINT - 3::UTINYINT"]
)
def test_a_query_that_fails_while_it_runs_ends_with_one_line_and_no_persons_data(shared, sql):
    answer = run_main("query", sql)

    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "Ann of" not in answer.err


def test_a_query_is_answered_in_every_form(shared, tmp_path):
    sql = "SELECT fate, count(*) AS rows FROM import_rows GROUP BY fate ORDER BY fate"
    (tmp_path / "fates.sql").write_text(sql)

    as_json = run_main("query", sql, "--json").json
    from_file = run_main("query", tmp_path / "fates.sql", "--format", "json").json
    as_csv = run_main("query", sql, "--format", "csv").out
    run_main("query", sql, "--format", "parquet", "-o", tmp_path / "f.parquet")
    as_table = run_main("query", sql).out

    expected = [{"fate": "created", "rows": 3}, {"fate": "quarantined", "rows": 1}, {"fate": "rejected", "rows": 4}]
    assert as_json == from_file == {"columns": ["fate", "rows"], "rows": expected}
    assert as_csv == "fate,rows\ncreated,3\nquarantined,1\nrejected,4\n"
    assert pl.read_parquet(tmp_path / "f.parquet").to_dicts() == expected
    assert "quarantined" in as_table


def test_json_answers_hold_no_word_that_json_does_not_know(shared):
    answer = run_main("query", "SELECT 1 / 0 AS infinite, 'nan'::DOUBLE AS nothing, [1, NULL] AS listed", "--json")

    def refuse(word):
        pytest.fail(f"{word} is not JSON")

    assert json.loads(answer.out, parse_constant=refuse)["rows"][0]["listed"] == [1, None]


@pytest.mark.parametrize(
    "relation",
    ["leads", "lists", "imports", "import_rows", "dnc", "suppliers", "callbacks", "dispositions", "supplier_summary"],
)
def test_every_relation_of_the_contract_is_there_also_in_a_new_home(lm, relation):
    answer = lm("query", f"SELECT * FROM {relation}", "--json")

    assert answer.code == 0
    assert answer.json["rows"] == []
    assert answer.json["columns"]


def test_the_published_leads_have_the_columns_of_the_contract(shared):
    phones = [f"phone{n}" for n in range(1, 6)]

    columns = run_main("query", "SELECT * FROM leads LIMIT 0", "--json").json["columns"]

    assert columns == [
        "lead_id", "list_id", "supplier", "import_id", "row_number", "title", "first_name", "last_name", "company", "address",  # noqa: E501
        "city", "region", "postcode", "country", "email", *phones, *(f"{p}_e164" for p in phones),
        *(f"{p}_type" for p in phones), "time_zone", "skill_group", "call_info", "language", "tags", "notes", "status",
        "call_attempts", "created_at", "updated_at", "expires_at",
    ]  # fmt: skip


def test_a_number_that_may_not_be_called_is_nowhere_in_what_is_exported(lm, acme, tmp_path):
    template = tmp_path / "acme.yaml"
    template.write_text(template.read_text().replace("{{first_name}} of {City}", "{{first_name}} {{phone1}} {Tel}"))
    (tmp_path / "TPS.txt").write_text("07400 123450\n")
    lm("dnc", "load", "TPS.txt", "--category", "TPS")
    lm("import", acme, "-t", template)

    lm("export", "Warm leads", "-o", "d.csv")

    text = (tmp_path / "d.csv").read_text(encoding="utf-8")
    assert "ann@able.co.uk" in text
    assert "123450" not in text


def test_the_reader_is_a_plain_duckdb_that_cannot_be_talked_into_more(shared, acme_home):
    answer = run_main("query", "SELECT current_setting('enable_external_access') AS open", "--json")

    assert answer.json["rows"] == [{"open": False}]


def test_notices_are_told_wherever_an_import_is_looked_at(lm, loaded, tmp_path):
    (tmp_path / "good.csv").write_text("First,Last,Tel,Mail,City,Pet\nBen,Best,07402 123450,,Rye,cat\n")

    previewed = lm("preview", "good.csv", "-t", "acme")
    imported = lm("import", "good.csv", "-t", "acme")
    import_id = lm("history", "--limit", 1, "--json").json[0]["import_id"]
    shown = lm("show", import_id)

    assert "notice: New column 'Pet' (6); it is not mapped." in previewed.out
    assert "notice: New column 'Pet' (6); it is not mapped." in imported.out
    assert "notice: New column 'Pet' (6); it is not mapped." in shown.out
    assert "position" in shown.out
    assert lm("show", import_id, "--json").json["notices"] == ["New column 'Pet' (6); it is not mapped."]


def test_a_preview_of_swapped_columns_says_that_an_import_would_be_held(lm, loaded, tmp_path):
    rows = [f"Ben,Best,b{row}@best.co.uk,07402 123{row:03},Rye" for row in range(12)]
    (tmp_path / "new.csv").write_text("\n".join(["First,Last,Tel,Mail,City", *rows]) + "\n")

    previewed = lm("preview", "new.csv", "-t", "acme")
    as_json = lm("preview", "new.csv", "-t", "acme", "--json").json

    assert "An import would be held. The cells under 'Tel' (3) are e-mail addresses (100%)" in previewed.out
    assert as_json["notices"] == []
    assert len(as_json["hold_reasons"]) == 1
