"""The file, its list, its supplier and what it cost; the summary and the history."""

import time

import pytest

from pipelines.cli import progress
from tests.checklist.conftest import PEOPLE

MANY = 30_000


@pytest.mark.feature("ML-010")
def test_an_import_without_a_file_is_refused(world):
    answer = world.lm("import", "-t", world.make_template())

    assert answer.code == 2
    assert "Missing argument 'FILE...'" in answer.err


@pytest.mark.feature("ML-013", "ML-016", "MA-007", "MA-010", "ML-072")
@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"list": None}, "'list' is missing"),
        ({"list": {"mode": "named"}}, "list: has no name"),
        ({"supplier": None}, "'supplier' is missing"),
        ({"name": ""}, "name: "),
        ({"mapping": {"first_name": "Name"}}, "map at least one of phone1 and email"),
    ],
)
def test_what_is_required_is_asked_for_by_its_name_and_nothing_is_imported(world, missing, said):
    checked, imported = world.check(**missing), world.try_import(**missing)

    assert (checked.code, imported.code) == (2, 2)
    assert said in checked.err
    assert said in imported.err
    assert world.lm("history", "--json").json == []


@pytest.mark.feature("ML-016", "MA-010", "MA-011")
def test_a_new_supplier_is_there_from_its_first_import_on_and_so_is_who_imported(world):
    result = world.bring(PEOPLE, "--supplier", "Brand New Ltd", user="api-bot")

    receipt = world.lm("show", result["import_id"], "--json").json["receipt"]
    assert [row["name"] for row in world.lm("suppliers", "--json").json] == ["Brand New Ltd"]
    assert (receipt["supplier"], receipt["user"]) == ("Brand New Ltd", "api-bot")


@pytest.mark.feature("ML-014", "ML-015", "ML-033")
def test_a_list_that_was_just_cloned_can_be_chosen_and_is_added_to(world):
    world.bring(time_zone="Australia/Sydney")
    world.lm("lists", "clone", "Warm", "Warm May")
    seen = {row["name"]: (row["leads"], row["time_zone"]) for row in world.lm("lists", "--json").json}

    for number in ("07400 123458", "07400 123459"):
        world.bring(f"Name,Tel,Mail\nCy,{number},\n", "--list", "Warm May")

    leads = {row["name"]: row["leads"] for row in world.lm("lists", "--json").json}
    assert seen == {"Warm": (2, "Australia/Sydney"), "Warm May": (0, "Australia/Sydney")}
    assert leads == {"Warm": 2, "Warm May": 2}


@pytest.mark.feature("ML-011")
def test_on_a_terminal_name_size_and_a_hundred_percent_are_shown(world, monkeypatch):
    monkeypatch.setattr(progress, "is_terminal", lambda: True)
    size = len(PEOPLE)

    answer = world.try_import()
    previewed = world.lm("preview", "drop1.csv", "-t", "acme.yaml")

    assert f"drop1.csv, {size} bytes" in answer.err
    assert "100%" in answer.err
    assert answer.json[0]["created"] == 2
    assert f"drop1.csv, {size} bytes" in previewed.out


@pytest.mark.feature("ML-004", "ML-005")
def test_by_the_limits_of_maxcontact_only_csv_of_50_mb_is_taken(world):
    limits = {"limits": "maxcontact"}
    row = "x" * 65_530 + ",,\n"
    full = "Name,Tel,Mail\n" + PEOPLE.splitlines()[1] + "\n"
    full += row * ((50 * 1024 * 1024 - len(full)) // len(row))
    full += "\n" * (50 * 1024 * 1024 - len(full))
    template = world.make_template(file=limits)
    text = world.write("drop.txt", PEOPLE)

    exact = world.lm("import", world.write("full.csv", full), "-t", template, "--json")
    over = world.lm("import", world.write("over.csv", full + "\n"), "-t", template)
    other = world.lm("import", text, "-t", template)

    assert exact.json[0]["created"] == 1
    assert (over.code, other.code) == (2, 2)
    assert "52,428,801 bytes" in over.err
    assert "allow .csv only" in other.err


@pytest.mark.feature("ML-006", "ML-007")
def test_tens_of_thousands_of_records_are_imported_whole_beside_a_reader(world):
    world.bring()
    text = "Name,Tel,Mail\n" + "".join(f"P{n},0740{1_000_000 + n},\n" for n in range(MANY))

    started = time.monotonic()
    result = world.bring(text, dedupe={"keys": ["phone"], "scope": ["file", "global"], "action": "keep_existing"})

    assert (result["rows_received"], result["created"]) == (MANY, MANY)
    assert world.ask("SELECT count(*) FROM leads") == [(MANY + 2,)]
    assert time.monotonic() - started < 60


@pytest.mark.feature("ML-002", "ML-003", "LL-007")
def test_columns_are_known_by_their_headers_and_what_is_not_mapped_is_left_alone(world):
    result = world.bring("Shoe size,Mail,Tel,Name\n44,ann@example.com,07400 123456,Ann\n45,x,07400 123457,Bob,rogue\n")
    unknown = world.try_import("Naam,Tel,Mail\nAnn,07400 123456,\n")

    assert world.ask("SELECT first_name, phone1, email FROM leads") == [("Ann", "07400123456", "ann@example.com")]
    assert world.fates(result) == ["created", "Q_RAGGED_LONG"]
    assert unknown.code == 2
    assert "'Name' is not there. Found: Naam, Tel, Mail" in unknown.err


@pytest.mark.feature("ML-017", "ML-019", "ML-022")
def test_each_suppliers_cost_is_summed_from_its_own_imports_and_unknown_is_not_zero(world):
    drops = [f"Name,Tel,Mail\nAnn,07400 12345{n},\nBob,07400 12346{n},\n" for n in range(3)]

    world.bring(drops[0], "--supplier", "Acme", "--cost-per-lead", "0.45", "--currency", "GBP")
    world.bring(drops[1], "--supplier", "Bravo", "--cost-per-lead", "2", "--currency", "GBP")
    unknown = world.bring(drops[2], "--supplier", "Gratis")

    rows = world.lm("report", "supplier-summary", "--by", "all", "--json").json
    assert {row["supplier_name"]: (row["cost_total"], row["leads_created"]) for row in rows} == {
        "Acme": (0.9, 2),
        "Bravo": (4.0, 2),
        "Gratis": (None, 2),
    }
    assert unknown["cost"]["total"] is None


@pytest.mark.feature("ML-009")
def test_who_loaded_and_who_took_a_file_is_on_record_without_any_person_in_it(world, monkeypatch):
    result = world.bring("Name,Tel,Mail\nAnn,07400 123456,ann@example.com\nBob,1,\n", "--user", "mary")
    world.lm("export", "Warm", "-o", "warm.csv", "--for", "dialler", "--user", "joe")
    world.lm("rejects", result["import_id"], "-o", "back.csv", "--user", "eve")

    log = world.lm("log", "--json").json

    assert [(row["user"], row["action"], row["subject"], row["detail"]) for row in log] == [
        ("eve", "rejects taken", result["import_id"], "back.csv"),
        ("joe", "exported for dialler", "Warm", "warm.csv"),
        ("mary", "import completed", result["import_id"], "drop1.csv"),
    ]
    assert len(world.lm("log", "--limit", 1, "--json").json) == 1


def test_what_cannot_be_put_on_record_is_not_handed_out(world, home):
    world.bring()
    (home.root / "accesses.jsonl").mkdir()

    answer = world.lm("export", "Warm", "-o", "warm.csv")

    assert answer.code == 2
    assert not (world.folder / "warm.csv").exists()


@pytest.mark.feature("ML-001", "ML-094")
def test_details_settings_mapping_and_call_info_are_seen_in_this_order_before_anything_is_imported(world):
    template = world.make_template(call_info="Name — {Name}", email={"validate": True})

    seen = world.lm("preview", world.write("drop.csv", PEOPLE), "-t", template).out

    stages = ["drop.csv, ", "supplier", "email.validate", "Mapping", "first_name", "Record 1", "Name — Ann"]
    assert sorted(map(seen.index, stages)) == [seen.index(stage) for stage in stages]
    assert world.lm("history", "--json").json == []


@pytest.mark.feature("ML-096", "ML-097")
def test_after_an_import_comes_another_or_the_history_with_status_and_details(world):
    first = world.bring()
    second = world.bring("Name,Tel,Mail\nCy,07400 123458,\n")

    history = world.lm("history", "--json").json
    shown = world.lm("show", first["import_id"], "--json").json

    assert [row["import_id"] for row in history] == [second["import_id"], first["import_id"]]
    assert {row["status"] for row in history} == {"completed"}
    assert (shown["ledger"]["created"], shown["receipt"]["file"]) == (2, "drop1.csv")


@pytest.mark.feature("MA-001", "MA-004", "MA-008")
def test_what_is_changed_in_a_saved_template_holds_for_the_imports_after_it(world, home):
    world.lm("templates", "new", "web")
    saved = home.templates / "web.yaml"
    text = (
        world.make_template(description="From the web form")
        .read_text()
        .replace('"supplier": "Acme"', '"supplier": "{}"')
    )
    before, after = (text.replace("{}", name) for name in ("Before", "After"))
    drops = [world.write(f"{n}.csv", f"Name,Tel,Mail\nAnn,07400 12345{n},\n") for n in range(2)]

    saved.write_text(before)
    first = world.lm("import", drops[0], "-t", "web", "--json").json[0]
    saved.write_text(after)
    second = world.lm("import", drops[1], "-t", "web", "--json").json[0]

    assert (first["supplier"], second["supplier"]) == ("Before", "After")
    assert [row["description"] for row in world.lm("templates", "list", "--json").json] == ["From the web form"]


@pytest.mark.feature("MA-045", "ML-026")
def test_one_template_holds_what_is_apart_elsewhere_by_hand_and_by_api(world):
    by_hand = {
        "phone": {"format": "uk"},
        "email": {"validate": True},
        "cost_per_lead": 0.45,
        "dedupe": {"keys": ["email"], "scope": ["file"], "action": "keep_new"},
        "mapping": {"phone1": "Tel", "email": "Mail", "address": {"columns": ["A", "B"], "separator": ", "}},
    }
    by_api = {
        "high_priority": True,
        "user": "api-bot",
        "response_url": "https://example.com/done",
        "request_format": "xml",
        "ignore_secondary": True,
        "list": {"mode": "per_day", "prefix": "Web "},
    }

    checked = world.check(**by_hand, **by_api)
    formats = [
        world.check(phone={"format": name}).code for name in ("uk", "intl_uk", "intl_aus", "intl_sa", "advanced", "us")
    ]

    assert checked.code == 0
    assert formats == [0, 0, 0, 0, 0, 2]


@pytest.mark.feature("AM-001")
def test_many_peoples_leads_are_brought_by_one_command(world):
    text = "customer_name,phone1\n" + "".join(f"P{n},07400 1{n:05}\n" for n in range(1, 2001))
    drops = [world.write(f"{n}.csv", text.replace("07400", f"0740{n}")) for n in (1, 2)]
    template = world.make_template(mapping={"name": "customer_name", "phone1": "phone1"})

    results = world.lm("import", *drops, "-t", template, "--json").json

    assert [result["created"] for result in results] == [2000, 2000]


@pytest.mark.feature("AM-016")
def test_the_sample_mapping_of_ameyo_reads_its_sample_columns(world):
    mapping = {"name": "customer_name", "phone1": "phone1", "email": "", "phone2": "", "time_zone": ""}

    world.bring("customer_name,phone1\nAnn Able,07400 123456\n", mapping=mapping)

    assert world.ask("SELECT first_name, last_name, phone1 FROM leads") == [("Ann", "Able", "07400123456")]


def test_a_content_is_not_imported_again_though_its_raw_copy_is_gone(world, home):
    first = world.bring()
    for path in home.raw.glob("*/*"):
        path.unlink()

    again = world.try_import().json[0]

    assert again["status"] == "already_imported"
    assert first["import_id"] in again["message"]
