"""Loading do-not-call lists: their formats, full lists and changes, prefixes."""

import gzip

import pytest

US = ["+12025550101", "+12025550102"]


@pytest.mark.parametrize(
    "text",
    [
        "2025550101\n2025550102\n",
        "202,5550101\n202,5550102\n",
        "202,5550101\r\n\r\n202,5550102",
        "area,number\n202,5550101\n202,5550102\n",
        "number,listed_on\n(202) 555-0101,2026-01-01\n+1 202 555 0102,\n",
        "<ac val='202'><ph val='5550101'/><ph val='5550102'/></ac>",
        "<?xml version='1.0'?><list><ac val='202'><ph val='5550101'/>\n<ph val='5550102'/></ac></list>",
    ],
)
def test_a_list_is_read_in_each_format_of_the_registries(lists, text):
    done = lists.load(text, "--region", "US")

    assert (done["added"], done["unparsed"], done["lines"]) == (2, 0, 2)
    assert lists.entries() == US


def test_a_compressed_list_is_read_as_it_is(lists):
    path = lists.folder / "list.gz"
    path.write_bytes(gzip.compress(b"2025550101\n2025550102\n"))

    assert lists.lm("dnc", "load", path, "--category", "TPS", "--region", "US").code == 0

    assert lists.entries() == US


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><list><ac val='202'><ph val='5550101'/></ac></list>", "document type"),
        ("<list><ac val='202'><ph val='5550101'/>", "this is not XML"),
        ("<list><number>2025550101</number></list>", "has no <ph"),
        ("number,action\n2025550101,perhaps\n", "1 rows have an action that is not known"),
        ("name,town\nAnn,Leeds\n", "No column holds the numbers"),
    ],
)
def test_a_list_that_is_hostile_or_unclear_is_refused_in_one_line(lists, text, why):
    answer = lists.load(text, "--region", "US", fails=True)

    assert answer.code == 2
    assert why in answer.err
    assert len(answer.err.splitlines()) == 1
    assert "5550101" not in answer.err


def test_changes_are_applied_in_the_order_of_the_file_and_the_last_action_of_a_number_wins(lists):
    lists.load("2025550101\n2025550102\n2025550103\n", "--region", "US")

    done = lists.load(
        "number,action\n2025550104,A\n2025550104,D\n2025550101,delete\n2025550101,add\n2025550102,D\n2025550105,A\n",
        "--region", "US", "--changes",
    )  # fmt: skip

    assert (done["added"], done["removed"], done["already_there"]) == (1, 1, 1)
    assert lists.entries() == ["+12025550101", "+12025550103", "+12025550105"]


def test_a_full_list_is_a_difference_to_the_one_before(lists):
    lists.load("2025550101\n2025550102\n2025550103\n", "--region", "US", "--replace")

    done = lists.load("2025550102\n2025550104\n", "--region", "US", "--replace")

    assert (done["added"], done["removed"], done["already_there"]) == (1, 2, 1)
    assert lists.entries() == ["+12025550102", "+12025550104"]


def test_a_file_of_removals_takes_entries_away(lists):
    lists.load("2025550101\n2025550102\n", "--region", "US")

    done = lists.load("2025550101\n2025550109\n", "--region", "US", "--remove")

    assert (done["added"], done["removed"]) == (0, 1)
    assert lists.entries() == ["+12025550102"]


def test_an_entry_that_expired_binds_again_when_it_is_told_anew(lists):
    lists.load("number,expires_on\n07400 123456,2026-01-01\n")
    before = lists.fates(lists.bring("Name,Tel,Mail\nAnn,07400 123456,\n", dnc={"categories": ["TPS"]}))

    lists.load("07400 123456\n")
    after = lists.fates(lists.bring("Name,Tel,Mail\nAda,07400 123456,\n", dnc={"categories": ["TPS"]}))

    assert (before, after) == (["created"], ["R_DNC_TPS"])


def test_a_prefix_forbids_every_number_that_begins_so_until_it_expires(lists):
    lists.load("+447400*\n0121*\n", category="Area")
    lists.load("prefix,expires_on\n07401,2026-01-01\n", "--kind", "prefix", category="Area")
    drop = "Name,Tel,Mail\nAnn,07400 123456,\nBob,0121 234 5671,\nCy,07401 123456,\nDi,07402 123456,\n"

    result = lists.bring(drop, dnc={"categories": ["Area"]})

    assert lists.fates(result) == ["R_DNC_Area", "R_DNC_Area", "created", "created"]
    assert "+44121*" in lists.ask("SELECT detail FROM import_rows WHERE row_number = 2")[0][0]
    assert lists.lm("dnc", "check", "0121 999 1234", "--json").json["is_listed"]


def test_a_load_writes_only_its_own_part_of_what_is_published(lists, home):
    lists.load("2025550101\n", "--region", "US")
    lists.load("2025550102\n", "--region", "US")

    parts = sorted(file.name for file in (home.published / "current" / "dnc").glob("category=TPS/*"))

    assert parts == ["1.parquet", "2.parquet"]
    assert lists.entries() == US
