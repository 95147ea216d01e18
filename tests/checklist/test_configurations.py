"""What import configurations elsewhere say beside settings: a language, a mapping that is found, one use only."""

import pytest

LANGUAGES = "Tel,Lang\n07400 123456,EN\n07400 123457,\n07400 123458,Klingonese\n07400 123459,Deutsch\n"
MAPPED = {"phone1": "Tel", "language": "Lang"}


@pytest.mark.feature("CM-029")
def test_the_default_language_stands_where_the_cell_is_blank_or_no_language_and_every_such_row_says_so(world):
    result = world.bring(LANGUAGES, mapping=MAPPED, default_language="en_gb", call_info="{{language}}")

    assert world.ask("SELECT language, call_info FROM leads ORDER BY row_number") == [
        ("en", "en"),
        ("en-GB", "en-GB"),
        ("en-GB", "en-GB"),
        ("de", "de"),
    ]
    assert result["warnings"] == {"W_LANGUAGE_DEFAULT": 2, "W_LANGUAGE_UNKNOWN": 1}
    assert world.ask("SELECT raw_cells->>'language' FROM import_rows WHERE row_number = 3") == [("Klingonese",)]


@pytest.mark.feature("CM-029")
def test_without_a_language_column_every_lead_has_the_default_and_no_row_is_warned(world):
    result = world.bring(LANGUAGES, mapping={"phone1": "Tel"}, default_language="fr")

    assert world.ask("SELECT DISTINCT language FROM leads") == [("fr",)]
    assert result["warnings"] == {}


def test_without_a_default_a_blank_stays_blank_and_what_is_no_language_is_emptied(world):
    result = world.bring(LANGUAGES, mapping=MAPPED)

    assert world.ask("SELECT language FROM leads ORDER BY row_number") == [("en",), (None,), (None,), ("de",)]
    assert result["warnings"] == {"W_LANGUAGE_UNKNOWN": 1}


def test_a_default_language_never_overwrites_that_of_a_lead_that_is_updated(world):
    update = {"keys": ["phone"], "scope": ["destination"], "action": "update"}
    world.bring("Tel,Lang\n07400 123456,fr\n07400 123457,fr\n", mapping=MAPPED)

    world.bring("Tel,Lang\n07400 123456,\n07400 123457,nl\n", mapping=MAPPED, dedupe=update, default_language="en")

    assert world.ask("SELECT language FROM leads ORDER BY row_number") == [("fr",), ("nl",)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("English", "Did you mean 'en'?"),
        ("en-QQ", "Did you mean 'en'?"),
        ("xx", "is not a language tag"),
        (1, "string"),
    ],
)
def test_a_default_that_is_no_language_tag_is_refused_in_one_line(world, language, said):
    answer = world.check(default_language=language)

    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1


AUTO = """\
# kept by Mary
supplier: Acme   # paid monthly
list: {name: Warm}
mapping: auto    # to be found
hold_above: 1
"""
ROWS = "".join(f"Ann{n},Able,07400 12345{n},ann{n}@example.com,X{n}\n" for n in range(6))
FIRST = f"Vorname,Name,Handy,email,Ref\n{ROWS}"


def save_auto(world, home, text=AUTO, name="web"):
    home.make()
    path = home.templates / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.feature("CM-003")
def test_the_first_import_finds_the_mapping_and_the_template_keeps_it_and_the_rest_of_its_text(world, home):
    path = save_auto(world, home)
    checked = world.lm("templates", "check", path)
    previewed = world.lm("preview", world.write("a.csv", FIRST), "-t", "web", "--json").json
    untouched = path.read_text()

    (first,) = world.lm("import", "a.csv", "-t", "web", "--json").json

    kept = path.read_text()
    assert (checked.code, untouched) == (0, AUTO)
    assert {row["field"]: (row["headers"], row["from"]) for row in previewed["mapping"]} == {
        "first_name": (["Vorname"], "first import"),
        "last_name": (["Name"], "first import"),
        "phone1": (["Handy"], "first import"),
        "email": (["email"], "first import"),
        None: (["Ref"], None),
    }
    assert first["created"] == 6
    assert "first_name from 'Vorname', last_name from 'Name', email from 'email', phone1 from 'Handy'" in " ".join(
        first["notices"]
    )
    found = "mapping:    # to be found\n  first_name: Vorname\n  last_name: Name\n  email: email\n  phone1: Handy\n"
    assert kept == AUTO.replace("mapping: auto    # to be found\n", found)


@pytest.mark.feature("CM-003")
def test_later_imports_go_by_what_the_first_one_found_and_a_lost_header_is_refused(world, home):
    save_auto(world, home)
    second = f"Handy,Vorname,Name,email\n{'07400 123499,Cy,Cole,'}\n"
    drops = [world.write("a.csv", FIRST), world.write("b.csv", second)]

    both = world.lm("import", *drops, "-t", "web", "--json").json
    lost = world.lm("import", world.write("c.csv", second.replace("Handy", "Mobil")), "-t", "web")

    assert [result["created"] for result in both] == [6, 1]
    assert not any("was found in this drop" in notice for notice in both[1]["notices"])
    assert lost.code == 2
    assert "'Handy' is not there" in lost.err


@pytest.mark.feature("CM-003")
def test_a_drop_whose_columns_are_not_certain_is_refused_with_what_to_write(world, home):
    path = save_auto(world, home)
    drop = world.write("a.csv", "Code,What\n" + "".join(f"A{n},thing {n}\n" for n in range(8)))

    answer = world.lm("import", drop, "-t", "web")

    assert (answer.code, path.read_text()) == (2, AUTO)
    assert "Found: Code, What." in answer.err
    assert "mapping: {phone1: HEADER}" in answer.err


@pytest.mark.parametrize(
    ("headers", "mapping"),
    [
        ("Name,First Name,phone2,Handy,E-Mail", {"first_name": ["First Name"], "last_name": ["Name"], "phone1": ["Handy"], "phone2": ["phone2"], "email": ["E-Mail"]}),  # noqa: E501
        ("Company,Full Name,Agent Phone,Tel,Mail", {"company": ["Company"], "name": ["Full Name"], "phone1": ["Tel"], "email": ["Mail"]}),  # noqa: E501
        ("Kunde,Wer,A,A,B", {"phone1": ["A"], "phone2": ["A"], "email": ["B"]}),
    ],
)  # fmt: skip
def test_headers_called_as_fields_come_first_then_what_is_certain(world, home, headers, mapping):
    save_auto(world, home)
    rows = "".join(f"Able,Ann,07400 1234{n},07400 1235{n},ann{n}@example.com\n" for n in range(10, 22))

    seen = world.lm("preview", world.write("a.csv", f"{headers}\n{rows}"), "-t", "web", "--json").json["mapping"]

    assert {row["field"]: row["headers"] for row in seen if row["field"]} == mapping


@pytest.mark.parametrize("option", ["--dry-run", "--ad-hoc"])
def test_a_dry_run_and_a_one_off_import_find_the_mapping_and_do_not_keep_it(world, home, option):
    path = save_auto(world, home, AUTO.replace("auto", "{}"))

    (result,) = world.lm("import", world.write("a.csv", FIRST), "-t", "web", option, "--json").json

    assert result["created"] == 6
    assert path.read_text() == AUTO.replace("auto", "{}")
    told = "once the import is completed" if option == "--dry-run" else "for this drop only"
    assert told in " ".join(result["notices"])


def test_a_template_outside_the_home_is_used_with_what_is_found_and_says_that_it_does_not_keep_it(world, home):
    path = world.write("web.yaml", AUTO)

    (result,) = world.lm("import", world.write("a.csv", FIRST), "-t", path, "--json").json

    assert result["created"] == 6
    assert "for this drop only" in " ".join(result["notices"])
    assert path.read_text() == AUTO


def test_a_held_first_import_brings_its_mapping_when_it_is_released(world, home):
    path = save_auto(world, home, AUTO.replace("hold_above: 1", "hold_above: 0"))
    drop = world.write("a.csv", FIRST + "Bob,Bell,123,,X\n")

    (held,) = world.lm("import", drop, "-t", "web", "--json").json
    waiting = path.read_text()
    world.lm("release", held["import_id"])

    assert (held["status"], "mapping: auto" in waiting) == ("held", True)
    assert "  phone1: Handy\n" in path.read_text()


def test_a_mapping_that_is_found_has_to_go_with_the_rest_of_the_template(world, home):
    save_auto(world, home, AUTO + "contact: phone\n")

    answer = world.lm("import", world.write("a.csv", "Name,Mail\nAnn,ann@example.com\n"), "-t", "web")

    assert answer.code == 2
    assert "contact: phone, yet the mapping has no phone." in answer.err


def test_auto_is_no_name_of_a_saved_mapping(world, home):
    save_auto(world, home)

    named = world.lm("mappings", "save", "auto", "--from", world.make_template())
    empty = world.lm("mappings", "save", "first", "--from", "web")

    assert (named.code, empty.code) == (2, 2)
    assert "no field is mapped yet" in empty.err


ONCE = AUTO.replace("mapping: auto", "mapping: {phone1: Tel}") + "reusable: false\n"


@pytest.mark.feature("CM-028")
def test_a_template_for_one_import_is_used_up_by_it_and_a_clone_is_not(world, home):
    save_auto(world, home, ONCE)
    first, second = world.write("a.csv", "Tel\n07400 123456\n"), world.write("b.csv", "Tel\n07400 123457\n")
    previewed = world.lm("preview", first, "-t", "web")

    (made,) = world.lm("import", first, "-t", "web", "--json").json
    again = world.lm("import", first, "-t", "web", "--json").json
    refused = [
        world.lm(*command)
        for command in (
            ("import", second, "-t", "web"),
            ("import", second, "-t", "web", "--dry-run"),
            ("import", first, "-t", "web", "--force"),
            ("import", second, "--like", made["import_id"]),
            ("preview", second, "-t", "web"),
            ("preview", second, "--like", made["import_id"]),
        )
    ]
    listed = world.lm("templates", "list", "--json").json
    world.lm("templates", "clone", "web", "web two")
    (cloned,) = world.lm("import", second, "-t", "web two", "--json").json

    assert (previewed.code, made["status"]) == (0, "completed")
    assert again[0]["status"] == "already_imported"
    told = f"template web: It was for one import and was used by {made['import_id']}. Clone it:"
    assert [(answer.code, told in answer.err) for answer in refused] == [(2, True)] * 6
    assert [row["used_by"] for row in listed] == [made["import_id"]]
    assert cloned["status"] == "completed"
    assert world.ask("SELECT count(*) FROM imports") == [(2,)]


@pytest.mark.feature("CM-028")
def test_a_held_import_uses_a_template_up_and_is_released_by_it_and_one_that_failed_or_was_cancelled_does_not(
    world, home
):
    save_auto(world, home, ONCE.replace("hold_above: 1", "hold_above: 0"))
    bad = "Tel\n07400 123456\n12\n"
    failed = world.lm("import", world.write("x.csv", "Phone\n1\n"), "-t", "web")
    (cancelled,) = world.lm("import", world.write("y.csv", bad + "13\n"), "-t", "web", "--json").json
    world.lm("cancel", cancelled["import_id"])

    (held,) = world.lm("import", world.write("a.csv", bad), "-t", "web", "--json").json
    other = world.lm("import", world.write("b.csv", bad + "14\n"), "-t", "web")
    (released,) = world.lm("release", held["import_id"], "--json").json

    assert (failed.code, cancelled["status"], held["status"]) == (2, "held", "held")
    assert held["import_id"] in other.err
    assert released["status"] == "completed"


def test_of_two_drops_at_once_a_template_for_one_import_takes_one_and_says_so_of_the_other(world, home):
    save_auto(world, home, ONCE)
    drops = [world.write(f"{name}.csv", f"Tel\n07400 12345{n}\n") for n, name in enumerate("ab")]

    answer = world.lm("import", *drops, "-t", "web", "--json")

    assert [result["status"] for result in answer.json] == ["completed", "failed"]
    assert answer.code == 1
    assert "was used by" in answer.err


def test_the_store_itself_is_asked_under_the_lock(world, home, monkeypatch):
    save_auto(world, home, ONCE)
    world.lm("import", world.write("a.csv", "Tel\n07400 123456\n"), "-t", "web")
    monkeypatch.setattr("pipelines.reuse.find_published_use", lambda home, template: {})

    answer = world.lm("import", world.write("b.csv", "Tel\n07400 123457\n"), "-t", "web")

    assert answer.code == 2
    assert "was used by" in answer.err
    assert world.ask("SELECT count(*) FROM imports") == [(1,)]


def test_a_document_has_its_mapping_found_by_path(world, home):
    path = save_auto(world, home)
    people = [
        f'{{"who": {{"first_name": "Ann{n}"}}, "phones": [{{"number": "07400 1234{n}"}}]}}' for n in range(10, 20)
    ]

    (result,) = world.lm("import", world.write("a.json", f"[{','.join(people)}]"), "-t", "web", "--json").json

    assert (result["status"], result["created"]) == ("completed", 10)
    assert '  phone1: "phones[0].number"\n' in path.read_text()
