"""What is kept between imports: templates, lists, suppliers, do-not-call lists."""

import pytest

from tests.conftest import run_main


def test_a_new_template_is_in_order_as_it_stands(lm, home):
    made = lm("templates", "new", "My list", "--json")
    checked = lm("templates", "check", home.templates / "My list.yaml", "--json")
    taken = lm("templates", "new", "My list")

    assert made.json == {"name": "My list", "path": str(home.templates / "My list.yaml")}
    assert checked.json["ok"] is True
    assert taken.code == 2
    assert (home.templates / "template.schema.json").is_file()


@pytest.mark.feature("MA-003")
def test_a_clone_keeps_settings_mapping_and_comments(lm, loaded, home):
    source = home.templates / "acme.yaml"
    source.write_text("# kept by Mary\n" + source.read_text())

    made = lm("templates", "clone", "acme", "acme two")

    text = (home.templates / "acme two.yaml").read_text()
    shown = [lm("templates", "show", name, "--json").json["template"] for name in ("acme", "acme two")]
    assert made.code == 0
    assert "# kept by Mary" in text
    assert {**shown[1], "name": "acme"} == shown[0]
    assert shown[1]["name"] == "acme two"


@pytest.mark.feature("MA-005")
def test_showing_a_template_says_of_every_setting_where_it_comes_from(shared):
    rows = run_main("templates", "show", "acme", "--json").json["settings"]

    origins = {row["setting"]: (row["value"], row["from"]) for row in rows}
    assert origins["supplier"] == ("Acme Data", "template")
    assert origins["phone.region"] == ("GB", "default")
    assert origins["hold_above"] == (0.5, "default")
    assert origins["mapping.phone1"] == ("Tel", "template")


@pytest.mark.feature("ML-025")
def test_the_default_template_is_used_where_none_is_named_and_goes_with_its_template(lm, loaded, acme):
    lm("templates", "default", "acme")
    used = lm("import", acme, "--force", "--list", "Cold", "--json")
    listed = lm("templates", "list", "--json").json
    deleted = lm("templates", "delete", "acme")
    without = lm("import", acme)

    assert used.json[0]["template"] == "acme"
    assert [row["is_default"] for row in listed] == [True]
    assert deleted.code == 0
    assert without.code == 2
    assert lm("templates", "list", "--json").json == []


@pytest.mark.feature("ML-071")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("suplier: A\nlist: {name: L}\nmapping: {phone1: Tel}\n", "Did you mean 'supplier'?"),
        ("supplier: A\nlist: {mode: named, name: L}\nmapping: {phone: Tel}\n", "Did you mean 'phone"),
        ("supplier: [\n", "line 2, column 1"),
        ("supplier: A\nlist: {name: L}\nmapping: {phone1: Tel}\nphone: {fromat: uk}\n", "Did you mean 'format'?"),
        ("- a\n- b\n", "mapping of keys"),
        ("", "mapping of keys"),
        ("supplier: A\nsupplier: B\n", "supplier"),
        ("\x00\x01", "not YAML"),
    ],
)
def test_checking_a_wrong_template_says_in_one_line_what_is_wrong(lm, tmp_path, text, says):
    (tmp_path / "t.yaml").write_text(text)

    answer = lm("templates", "check", "t.yaml")

    assert answer.code == 2
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("Error: t.yaml: ")


def test_a_template_that_was_broken_by_hand_is_listed_with_its_problem(lm, loaded, home):
    (home.templates / "broken.yaml").write_text("suppliers: A\nsupplier: A\nlist: {name: L}\nmapping: {phone1: Tel}\n")

    rows = {row["name"]: row["problem"] for row in lm("templates", "list", "--json").json}

    assert rows["acme"] is None
    assert "Did you mean 'supplier'?" in rows["broken"]


@pytest.mark.feature("ML-015")
def test_lists_count_their_live_leads_and_a_clone_has_none(lm, loaded):
    made = lm("lists", "clone", "Warm leads", "Cold leads", "--json")
    taken = lm("lists", "clone", "Warm leads", "Cold leads")
    rows = lm("lists", "--json").json

    assert made.json["cloned_from"] == "Warm leads"
    assert taken.code == 2
    assert {row["name"]: (row["leads"], row["time_zone"], row["cloned_from"]) for row in rows} == {
        "Warm leads": (3, "Europe/London", None),
        "Cold leads": (0, "Europe/London", "Warm leads"),
    }


@pytest.mark.feature("ML-009")
def test_cloning_a_list_is_in_the_audit_log(lm, loaded):
    lm("lists", "clone", "Warm leads", "Cold leads")

    assert any(row["subject"] == "Cold leads" for row in lm("log", "--json").json)


def test_suppliers_are_listed_with_what_they_brought(shared):
    (row,) = run_main("suppliers", "--json").json

    assert (row["name"], row["imports"], row["rows_received"]) == ("Acme Data", 1, 8)
    assert (row["created_on"], row["last_received"]) == ("2026-03-02", "2026-03-02")


@pytest.mark.parametrize(
    ("content", "region", "added"),
    [
        ("0121 234 5671\n07400 123450\n\n0121 234 5671\n", "GB", 2),
        ("416,5550123\n416,5550124\n", "CA", 2),
        ("Number,Listed on,Expires on\n+441212345671,2026-01-02,2030-01-02\n07400123450,,\n", "GB", 2),
        ("area code,phone\n416,5550123\n416,5550124\n", "CA", 2),
    ],
    ids=["one per line", "area,number", "header and dates", "header with area"],
)
def test_a_do_not_call_list_is_read_in_each_form(lm, tmp_path, content, region, added):
    (tmp_path / "list.csv").write_text(content)

    load = lm(
        "dnc", "load", "list.csv", "--category", "TPS", "--region", region, "--as-of", "2026-03-01", "--json"
    ).json

    assert (load["added"], load["unparsed"], load["as_of"]) == (added, 0, "2026-03-01")


def test_dates_of_a_do_not_call_list_are_kept(lm, tmp_path):
    (tmp_path / "list.csv").write_text(
        "Number,Listed on,Expires on\n+441212345671,2026-01-02,2090-01-02\n07400123450,,\n"
    )
    lm("dnc", "load", "list.csv", "--category", "TPS", "--as-of", "2026-03-01", "--source", "wash")

    dated = lm("dnc", "check", "0121 234 5671", "--json").json
    undated = lm("dnc", "check", "+44 7400 123450", "--json").json

    assert dated["e164"] == "+441212345671"
    assert dated["entries"] == [
        {"category": "TPS", "source": "wash", "listed_on": "2026-01-02", "expires_on": "2090-01-02"}
    ]
    assert undated["entries"][0]["listed_on"] == "2026-03-01"


def test_an_entry_that_has_expired_blocks_nobody(lm, tmp_path, acme):
    (tmp_path / "list.csv").write_text("Number,Expires on\n+441212345671,2020-01-02\n")
    lm("dnc", "load", "list.csv", "--category", "TPS")

    checked = lm("dnc", "check", "0121 234 5671", "--json").json
    imported = lm("import", acme, "-t", "acme.yaml", "--json").json[0]

    assert checked["is_listed"] is False
    assert "R_DNC_TPS" not in imported["reasons"]


def test_a_category_is_added_to_or_replaced(lm, tmp_path):
    (tmp_path / "one.txt").write_text("0121 234 5671\n07400 123450\n")
    (tmp_path / "two.txt").write_text("07400 123450\n07400 123455\n")
    lm("dnc", "load", "one.txt", "--category", "New one")

    added = lm("dnc", "load", "two.txt", "--category", "New one", "--json").json
    replaced = lm("dnc", "load", "two.txt", "--category", "New one", "--replace", "--json").json
    status = {row["category"]: row for row in lm("dnc", "status", "--json").json}

    assert (added["added"], added["already_there"], added["removed"]) == (1, 1, 0)
    assert (replaced["added"], replaced["removed"]) == (0, 1)
    assert (status["New one"]["entries"], status["New one"]["loads"]) == (2, 3)
    assert lm("dnc", "check", "0121 234 5671", "--json").json["is_listed"] is False


def test_a_file_that_is_no_do_not_call_list_changes_nothing(lm, loaded, tmp_path):
    (tmp_path / "prose.txt").write_text("Dear all,\nhere is the list.\nKind regards\n")

    answer = lm("dnc", "load", "prose.txt", "--category", "TPS", "--replace")

    assert answer.code == 2
    assert {row["category"]: row["entries"] for row in lm("dnc", "status", "--json").json}["TPS"] == 2
