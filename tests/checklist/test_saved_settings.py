"""Settings and mappings that are kept, loaded apart from each other, put over, and taken from the past."""

import pytest

SWAPPED = "Tel,Vorname\n07400 123458,Cy\n"


def save(world, name, **changes):
    path = world.make_template(name, **changes)
    path.rename(world.lm("templates", "new", name, "--json").json["path"])


@pytest.mark.feature("ML-023")
def test_saved_settings_fill_every_setting_and_leave_supplier_list_and_mapping_alone(world):
    save(
        world, "strict", supplier="Other", list={"name": "Cold"}, email={"validate": True}, phone={"format": "intl_uk"}
    )
    drop = world.write("drop.csv", "Name,Tel,Mail\nAnn,07400 123456,ann@\nBob,07400 123457,\n")

    (result,) = world.lm("import", drop, "-t", world.make_template(), "--settings", "strict", "--json").json

    assert (result["supplier"], result["list"]) == ("Acme", "Warm")
    assert result["reasons"] == {"R_EMAIL_INVALID": 1}
    assert world.ask("SELECT phone1 FROM leads") == [("00447400123457",)]


@pytest.mark.feature("ML-023", "ML-024")
def test_saved_settings_are_listed_by_the_names_they_were_given_and_those_of_one_off_imports_are_not(world):
    save(world, "Energy nightly")

    world.bring(name="one-off")

    assert [row["name"] for row in world.lm("templates", "list", "--json").json] == ["Energy nightly"]


@pytest.mark.feature("ML-068")
def test_a_saved_mapping_fills_all_fields_in_an_import_and_in_a_preview(world):
    save(world, "german", mapping={"first_name": "Vorname", "phone1": "Tel"})
    world.lm("mappings", "save", "by name", "--from", "german")
    template, drop = world.make_template(), world.write("drop.csv", SWAPPED)

    (result,) = world.lm("import", drop, "-t", template, "--mapping", "by name", "--json").json
    previewed = world.lm("preview", drop, "-t", template, "--mapping", "by name", "--json").json
    shown = world.lm("show", result["import_id"], "--json").json["settings"]

    assert world.ask("SELECT first_name, phone1 FROM leads") == [("Cy", "07400123458")]
    assert {row["field"]: row["headers"] for row in previewed["mapping"]} == {
        "first_name": ["Vorname"],
        "phone1": ["Tel"],
    }
    assert {row["setting"]: row["from"] for row in shown}["mapping.phone1"] == "mapping by name"


@pytest.mark.feature("ML-068")
def test_a_template_names_a_saved_mapping_and_goes_without_one_where_the_import_names_it(world):
    save(world, "german", mapping={"first_name": "Vorname", "phone1": "Tel"})
    world.lm("mappings", "save", "german", "--from", "german")

    named = world.try_import(SWAPPED, mapping="german")
    without = world.try_import(SWAPPED.replace("8", "9"), "--mapping", "german", mapping=None)
    neither = world.try_import(SWAPPED, mapping=None)
    unknown = world.try_import(SWAPPED, mapping="germna")

    assert (named.code, without.code, neither.code, unknown.code) == (0, 0, 2, 2)
    assert "--mapping NAME" in neither.err
    assert "Did you mean 'german'?" in unknown.err


@pytest.mark.feature("ML-069")
def test_a_mapping_is_named_renamed_written_over_and_deleted(world, home):
    save(world, "acme")

    saved = world.lm("mappings", "save", "first", "--from", "acme", "--json")
    taken = world.lm("mappings", "save", "first", "--from", "acme")
    replaced = world.lm("mappings", "save", "first", "--from", "acme", "--replace")
    renamed = world.lm("mappings", "rename", "first", "second", "--json")
    listed = world.lm("mappings", "list", "--json").json
    shown = world.lm("mappings", "show", "second", "--json").json["mapping"]
    deleted = world.lm("mappings", "delete", "second")

    assert saved.json["fields"] == 3
    assert (taken.code, replaced.code, deleted.code) == (2, 0, 0)
    assert renamed.json["path"] == str(home.mappings / "second.yaml")
    assert listed == [{"name": "second", "fields": 3, "problem": None}]
    assert shown == {"first_name": "Name", "phone1": "Tel", "email": "Mail"}
    assert world.lm("mappings", "list", "--json").json == []


@pytest.mark.parametrize("command", [("show", "nine"), ("rename", "nine", "ten"), ("delete", "nine"), ("show", "../x")])
def test_a_mapping_that_is_not_there_is_said_in_one_line(world, command):
    answer = world.lm("mappings", *command)

    assert answer.code == 2
    assert answer.err.count("\n") == 1


@pytest.mark.feature("ML-025")
def test_each_user_has_a_default_of_their_own_and_the_others_have_the_homes(world):
    for name in ("acme", "bolt", "cord"):
        save(world, name, list={"name": name})
    world.lm("templates", "default", "acme")
    world.lm("templates", "default", "bolt", "--user", "mary")
    drop = world.write("drop.csv", "Name,Tel,Mail\nAnn,07400 123456,\n")

    used = [
        world.lm("import", drop, "--user", user, "--dry-run", "--json").json[0]["template"] for user in ("mary", "joe")
    ]
    listed = {
        row["name"]: (row["is_default"], row["default_of"]) for row in world.lm("templates", "list", "--json").json
    }
    world.lm("templates", "default", "bolt", "--user", "mary", "--off")
    afterwards = world.lm("import", drop, "--user", "mary", "--dry-run", "--json").json[0]["template"]

    assert used == ["bolt", "acme"]
    assert listed == {"acme": (True, []), "bolt": (False, ["mary"]), "cord": (False, [])}
    assert afterwards == "acme"


@pytest.mark.feature("ML-025")
def test_the_default_is_taken_away_and_goes_with_its_template(world):
    save(world, "acme")
    save(world, "bolt")
    world.lm("templates", "default", "acme")
    world.lm("templates", "default", "bolt", "--user", "mary")

    other = world.lm("templates", "default", "bolt", "--off")
    world.lm("templates", "default", "acme", "--off")
    world.lm("templates", "delete", "bolt")
    answer = world.lm("preview", world.write("drop.csv", SWAPPED), "--user", "mary")

    assert (other.code, answer.code) == (2, 2)
    assert "there is no default" in answer.err


@pytest.mark.feature("ML-095")
def test_any_key_is_changed_for_one_preview_or_import_and_the_rest_of_its_part_stays(world):
    template = world.make_template(dedupe={"keys": ["phone"], "scope": ["file"], "action": "keep_existing"})
    drop = world.write("drop.csv", "Name,Tel,Mail,Note\nAnn,07400 123456,a@\nBob,07400 123456,b@\n")
    changes = ("--set", "dedupe.action=keep_new", "--set", "phone={format: intl_uk}", "--set", "mapping.notes=Note")

    seen = world.lm("preview", drop, "-t", template, *changes, "--json").json
    (result,) = world.lm("import", drop, "-t", template, *changes, "--json").json

    settings = {row["setting"]: (row["value"], row["from"]) for row in seen["settings"]}
    assert settings["dedupe.action"] == ("keep_new", "override")
    assert settings["dedupe.keys"] == (["phone"], "template")
    assert [row["field"] for row in seen["mapping"]] == ["first_name", "phone1", "email", "notes"]
    assert world.ask("SELECT first_name, phone1 FROM leads") == [("Bob", "00447400123456")]
    assert result["rejected"] == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("nonsense", "is not KEY=VALUE"),
        ("=x", "is not KEY=VALUE"),
        ("supplier.name=x", "has no keys of its own"),
        ("supplier.name.x=y", "has no keys of its own"),
        ("phone.fromat=uk", "Did you mean 'format'?"),
        ("dedupe.action=update", "'dedupe.scope' is missing"),
        ("phone=[", "not YAML"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_one_line(world, change, said):
    answer = world.try_import("Name,Tel,Mail\n", "--set", change)

    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.feature("ML-095", "ML-097")
def test_a_past_import_is_made_again_with_changes_by_one_command_whatever_became_of_its_template(world):
    past = world.bring("Name,Tel,Mail\nAnn,07400 123456,\n", "--supplier", "Bravo", phone={"format": "intl_uk"})
    for path in world.folder.glob("acme.yaml"):
        path.unlink()
    later = world.write("later.csv", "Name,Tel,Mail\nBob,07400 123457,\n")

    (other,) = world.lm("import", later, "--like", past["import_id"], "--list", "Cold", "--json").json
    again = world.lm("import", "--like", past["import_id"], "--json")
    (forced,) = world.lm("import", "--like", past["import_id"], "--list", "Third", "--force", "--json").json
    shown = world.lm("show", other["import_id"], "--json").json["settings"]

    origins = {row["setting"]: row["from"] for row in shown}
    assert (other["template"], other["supplier"], other["list"]) == ("acme", "Bravo", "Cold")
    assert again.json[0]["status"] == "already_imported"
    assert (forced["file"], forced["list"], forced["created"]) == (past["file"], "Third", 1)
    assert world.ask("SELECT DISTINCT left(phone1, 4) FROM leads") == [("0044",)]
    assert (origins["list.name"], origins["phone.format"]) == ("override", f"import {past['import_id']}")


def test_an_import_is_like_a_past_one_or_by_a_template_not_both(world):
    past = world.bring()

    both = world.lm("import", "drop1.csv", "--like", past["import_id"], "-t", "acme.yaml")
    unknown = world.lm("import", "drop1.csv", "--like", "20260302-0000000000")

    assert (both.code, unknown.code) == (2, 2)
    assert "without --template" in both.err
    assert "leadmill history" in unknown.err


@pytest.mark.feature("ML-018")
def test_ones_own_company_is_the_supplier_where_a_template_names_none(world):
    refused = world.try_import(supplier=None)
    set_ = world.lm("suppliers", "default", "Mill House Ltd", "--json")

    own = world.bring(supplier=None)
    named = world.bring("Name,Tel,Mail\nCy,07400 123458,\n")
    shown = world.lm("show", own["import_id"], "--json").json["settings"]
    world.lm("suppliers", "default", "Mill House Ltd", "--off")

    assert "leadmill suppliers default NAME" in refused.err
    assert set_.json == {"name": "Mill House Ltd", "default": True}
    assert (own["supplier"], named["supplier"]) == ("Mill House Ltd", "Acme")
    assert {row["setting"]: row["from"] for row in shown}["supplier"] == "home"
    assert world.check(supplier=None).code == 2


@pytest.mark.feature("MA-043")
def test_sections_that_are_not_in_use_any_more_are_passed_over(world):
    checked = world.check(primary_key={"field": "ref"}, primary_key_field="ref", third_party={"url": "x"})
    result = world.bring(primary_key_field="ref", third_party=[])

    assert checked.code == 0
    assert result["created"] == 2


@pytest.mark.feature("AM-014")
def test_a_field_that_comes_from_an_empty_text_is_not_mapped(world):
    mapping = {"twitter": "", "facebook": None, "phone2": "", "email": "", "first_name": "Name", "phone1": "Tel"}

    result = world.bring(mapping=mapping)

    assert result["created"] == 2
    assert world.ask("SELECT DISTINCT email, phone2 FROM leads") == [(None, None)]
