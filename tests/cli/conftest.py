"""A small world for the command line: eight rows of one supplier, each with its own fate, and a do-not-call list."""

import pytest

from pipelines.home import Home
from tests.conftest import copy_home, run_main

ACME = """\
name: acme
supplier: Acme Data
cost_per_lead: 0.45
currency: GBP
list: {mode: named, name: Warm leads}
phone: {format: uk}
dnc: {categories: [TPS, Requested]}
dedupe: {keys: [phone, email], scope: [file, destination], action: keep_existing}
time_zone: Europe/London
call_info: "{{first_name}} of {City}"
mapping:
  first_name: First
  last_name: Last
  phone1: Tel
  email: Mail
  city: City
"""
DROP = """\
First,Last,Tel,Mail,City
Ann,Able,07400 123450,ann@able.co.uk,Leeds
Ben,Best,0121 234 5671,,"Leek, Staffs"
Cid,Cole,,,York
Dee,Dunn,+44 7400 123450,dee@dunn.co.uk,Bath

Eve,East,07400123455,,Ely
Fay,Fern,1234,,Hull
Gus,Gold,07400 123457,gus@gold.co.uk,Zürich
Hal,Hart,07400 123458,hal@hart.co.uk,Deal,Kent
"""
BAD_DROP = (
    "First,Last,Tel,Mail,City\n"
    + "".join(f"Person{n},X,12{n:02},,Rome\n" for n in range(9))
    + "Ida,Ince,07400 123459,,Rye\n"
)
# The same shape, other people.
OTHERS = DROP.replace("07400", "07401").replace("7400", "7401").replace("121 234", "121 235").replace(".co.uk", ".com")
# What stands in the drops about a person, none of which belongs in a message or in a log.
PERSONAL = (
    "Able",
    "ann@able.co.uk",
    "7400 123450",
    "7400123450",
    "Best",
    "0121 234 5671",
    "1212345671",
    "Fern",
    "Person3",
)


@pytest.fixture
def acme(tmp_path):
    """The supplier's template and drop, as files that no home has seen."""
    (tmp_path / "acme.yaml").write_text(ACME, encoding="utf-8")
    drop = tmp_path / "acme.csv"
    drop.write_text(DROP, encoding="utf-8")
    return drop


@pytest.fixture(scope="session")
def acme_home(tmp_path_factory) -> tuple[Home, str]:
    """A home into which the drop was imported on 2026-03-02, and the import's id; for reading only.

    Four rows were created, three rejected, one quarantined; of Ben, whose number the TPS has, nothing was left.
    """
    folder = tmp_path_factory.mktemp("acme")
    (folder / "acme.yaml").write_text(ACME, encoding="utf-8")
    (folder / "acme.csv").write_text(DROP, encoding="utf-8")
    (folder / "TPS.txt").write_text("0121 234 5671\n07400 999999\n", encoding="utf-8")
    home = folder / "home"
    loaded = run_main("dnc", "load", folder / "TPS.txt", "--category", "TPS", "--as-of", "2026-03-01", "--home", home)
    assert loaded.code == 0, loaded.err
    done = run_main(
        "import", folder / "acme.csv", "-t", folder / "acme.yaml", "--on", "2026-03-02", "--home", home, "--json"
    )
    assert done.code == 0, done.err
    return Home(home), done.json[0]["import_id"]


@pytest.fixture
def shared(acme_home, monkeypatch) -> str:
    """Stand where that home and its files are; return the import's id."""
    home, import_id = acme_home
    monkeypatch.setenv("LEADMILL_HOME", str(home.root))
    monkeypatch.chdir(home.root.parent)
    return import_id


@pytest.fixture
def loaded(lm, home, acme, acme_home) -> str:
    """A copy of that home, to be changed; the import's id."""
    copy_home(acme_home[0], home.root)
    return acme_home[1]


@pytest.fixture
def held(lm, home, tmp_path, loaded):
    """A second drop of which most numbers are local; it is held."""
    drop = tmp_path / "bad.csv"
    drop.write_text(BAD_DROP, encoding="utf-8")
    answer = lm("import", drop, "-t", "acme", "--on", "2026-03-03", "--json")
    assert (answer.code, answer.json[0]["status"]) == (1, "held")
    return answer.json[0]["import_id"]
