"""Contact data on its way from a drop to the published tables, beside the leads it belongs to."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from pipelines.dnc.index import rebuild_sets
from pipelines.errors import UserError
from pipelines.holding import release_import
from pipelines.importing import import_drop
from pipelines.reports.exporting import export_list
from pipelines.reports.previewing import preview_drop
from pipelines.store import open_writer
from pipelines.tables.making import add_field
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import
from tests.tables.conftest import ANN, BEN, CONTRACT, DAY, HEADER, MAPPING, NOW, make_values

DEDUPE = {"keys": ["phone"], "scope": ["file", "destination"]}
USAGES = "SELECT phone1, usage, tariff FROM contract JOIN leads USING (lead_id) ORDER BY phone1"


def rewrite(home, old: str, new: str) -> None:
    path = home.tables / "contract.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.feature("ML-080", "ML-083", "ML-087", "MA-042")
def test_values_stand_in_a_table_of_their_own_in_their_types(bring, ask):
    result = bring(ANN, BEN)

    table = ask("SELECT * FROM contract ORDER BY lead_id")
    assert (result.created, result.warnings) == (2, {})
    assert table.schema == {
        "lead_id": pl.Int64,
        "list_id": pl.Int64,
        "end_date": pl.Date,
        "usage": pl.Int64,
        "price": pl.Decimal(28, 10),
        "best_time": pl.Time,
        "read_on": pl.Datetime("us"),
        "is_dual_fuel": pl.Boolean,
        "landlord": pl.String,
        "tariff": pl.String,
    }
    assert table.drop("lead_id", "list_id").rows()[0] == (
        date(2026, 12, 31),
        3100,
        Decimal("28.5"),
        time(9, 30),
        datetime(2026, 2, 1, 10, 11, 12),  # noqa: DTZ001  the clock's
        True,
        "+442079460000",
        "Gold",
    )
    assert "usage" not in ask("SELECT * FROM leads").columns


@pytest.mark.feature("ML-081", "ML-091")
def test_a_table_is_filtered_by_range_and_joined_with_the_leads(bring, ask):
    bring(ANN, BEN)

    by_date = ask(
        "SELECT phone1 FROM leads JOIN contract USING (lead_id)"
        " WHERE end_date BETWEEN DATE '2027-01-01' AND DATE '2027-12-31'"
    )
    by_number = ask("SELECT usage FROM contract WHERE price > 28.4 AND price < 28.6")

    assert by_date["phone1"].to_list() == ["07400000002"]
    assert by_number["usage"].to_list() == [3100]


def test_a_value_that_does_not_fit_is_kept_raw_and_warned(bring, ask):
    result = bring(ANN.replace("3100", "about 3100").replace("31/12/2026", "31/02/2026"))

    assert (result.created, result.warnings) == (1, {"W_FIELD_TYPE": 1})
    assert ask("SELECT end_date, usage, tariff FROM contract").rows() == [(None, None, "Gold")]
    raw = json.loads(ask("SELECT raw_cells FROM import_rows").item())
    assert raw == {"secondary.contract.usage": "about 3100", "secondary.contract.end_date": "31/02/2026"}


def test_a_value_that_does_not_fit_a_strict_field_rejects_its_row(home, bring, ask):
    rewrite(home, "{name: end_date, type: date}", "{name: end_date, type: date, strict: true}")

    result = bring(ANN.replace("31/12/2026", "soon"), BEN, "1234,never,,,,,,,", hold_above=1)

    assert (result.created, result.rejected) == (1, 2)
    rows = ask("SELECT code, detail, raw_cells FROM import_rows WHERE fate = 'rejected' ORDER BY row_number").rows()
    assert rows[0] == (
        "R_FIELD_TYPE",
        "secondary.contract.end_date is not a date",
        '{"secondary.contract.end_date":"soon"}',
    )
    assert rows[1][:2] == ("R_PHONE_NO_AREA_CODE", None)  # the number comes first in the walk


def test_a_cell_that_holds_more_than_a_phone_is_kept_raw(bring, ask):
    result = bring(ANN.replace("020 7946 0000", "020 7946 0000 or 020 7946 0001"))

    assert result.warnings == {"W_SECOND_NUMBER": 1}
    assert ask("SELECT landlord FROM contract").item() == "+442079460000"
    assert "0001" in ask("SELECT raw_cells FROM import_rows").item()


@pytest.mark.feature("CM-023")
def test_dates_are_read_in_the_order_that_the_template_says(bring, ask):
    bring(ANN.replace("31/12/2026", "12/31/2026"), file={"date_format": "MM/dd/yyyy"})

    assert ask("SELECT end_date FROM contract").item() == date(2026, 12, 31)


@pytest.mark.feature("ML-093")
def test_a_default_shows_where_there_is_no_data_and_is_not_stored(home, bring, ask):
    bring(ANN, BEN)

    before = ask(USAGES)["tariff"].to_list()
    rewrite(home, "default: Unknown", "default: Not told")
    changed = ask(USAGES)["tariff"].to_list()
    rewrite(home, ", default: Not told", "")

    assert (before, changed) == (["Gold", "Unknown"], ["Gold", "Not told"])
    assert ask(USAGES)["tariff"].to_list() == ["Gold", None]


@pytest.mark.feature("MA-041")
def test_with_ignore_secondary_nothing_of_it_is_read(bring, ask):
    mapping = MAPPING | {"secondary.nowhere.at_all": "No such header"}

    result = bring(ANN.replace("3100", "x"), mapping=mapping, ignore_secondary=True)

    assert (result.created, result.warnings) == (1, {})
    assert ask("SELECT * FROM contract").height == 0


@pytest.mark.feature("ML-082")
def test_a_field_that_is_not_there_stops_the_import_before_it_begins(home, bring):
    with pytest.raises(UserError, match="Did you mean 'end_date'"):
        bring(ANN, mapping={"phone1": "Tel", "secondary.contract.end_dat": "End"})

    assert list(home.raw.iterdir()) == []


@pytest.mark.parametrize(
    ("action", "usages"),
    [
        # Ann comes again with another usage and no tariff, then once more with neither.
        ("keep_existing", [("07400000001", 3100, "Gold"), ("07400000002", 1200, "Unknown")]),
        ("reset_older", [("07400000001", 3100, "Gold"), ("07400000002", 1200, "Unknown")]),
        ("keep_new", [("07400000001", None, "Unknown"), ("07400000002", 1200, "Unknown")]),
        ("update", [("07400000001", 5, "Gold"), ("07400000002", 1200, "Unknown")]),
    ],
)
def test_contact_data_follows_its_lead_whatever_the_action(bring, ask, action, usages):
    bring(ANN, BEN)

    bring("07400 000001,,5,,,,,,", "07400 000001,,,,,,,,", dedupe=DEDUPE | {"action": action}, hold_above=1)

    assert ask(USAGES).rows() == usages


def test_a_row_that_updates_an_earlier_row_of_its_file_fills_what_it_left_blank(bring, ask):
    bring(BEN, "07400 000002,,1300,,,,,,Green", dedupe=DEDUPE | {"action": "update"})

    assert ask(USAGES).rows() == [("07400000002", 1300, "Green")]


def test_contact_data_goes_with_deleted_and_expired_leads(bring, ask):
    bring(ANN)
    bring(BEN, delete_existing=True, expiry={"in_days": 1})

    assert ask(USAGES).rows() == [("07400000002", 1200, "Unknown")]
    assert ask("SELECT * FROM contract", NOW + timedelta(days=3)).height == 0


def test_contact_data_moves_with_its_lead(bring, ask):
    bring(ANN)

    dedupe = {"keys": ["phone"], "scope": ["global"], "action": "update", "migrate": True}
    bring("07400 000001,,7,,,,,,", list={"name": "Hot"}, dedupe=dedupe)

    moved = ask("SELECT lists.name, usage, tariff FROM contract JOIN lists USING (list_id)")
    assert moved.rows() == [("Hot", 7, "Gold")]


def test_a_lead_that_stays_is_not_touched_by_an_import_that_fills_no_table(bring, ask):
    bring(ANN)

    bring("07400 000001,,9,,,,,,x", mapping={"phone1": "Tel"}, dedupe=DEDUPE | {"action": "update"})

    assert ask(USAGES).rows() == [("07400000001", 3100, "Gold")]


def test_a_number_that_was_taken_off_the_lead_does_not_come_back_beside_it(home, bring, ask):
    with open_writer(home) as connection:
        connection.execute("INSERT INTO dnc_entries VALUES (442079460000, 1)")
        rebuild_sets(connection)
        connection.execute("INSERT INTO dnc_terms (terms_id, category) VALUES (1, 'Requested')")
    mapping = MAPPING | {"phone2": "Landlord"}

    bring(ANN, mapping=mapping, dnc={"categories": ["Requested"]})

    assert ask("SELECT phone2, landlord FROM contract JOIN leads USING (lead_id)").rows() == [(None, None)]


@pytest.mark.parametrize("changes", [{"dedupe": DEDUPE | {"action": "update"}}, {"delete_existing": True}])
def test_what_an_import_changed_can_be_put_back(home, bring, ask, changes):
    bring(ANN, BEN)
    before = ask("SELECT * FROM contract ORDER BY lead_id")
    second = bring("07400 000001,,5,,,,,,Blue", "07400 000003,,6,,,,,,", **changes)

    undo_import(home, second.import_id, user="op", now=NOW)

    assert ask("SELECT * FROM contract ORDER BY lead_id").equals(before)


def test_a_rehearsal_leaves_no_table_behind(home, bring, ask):
    bring(ANN, mapping={"phone1": "Tel"})

    result = bring(BEN, dry_run=True)

    assert result.created == 1
    with open_writer(home) as connection:
        assert (
            connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'secondary_contract'").fetchall() == []
        )


@pytest.mark.feature("ML-085")
def test_a_field_that_is_added_later_shows_its_default_on_the_leads_that_were_there(home, bring, ask):
    bring(ANN)

    add_field(home, "contract", {"name": "region", "type": "text", "default": "?"}, user="op", now=NOW)
    at_once = ask("SELECT region FROM contract")["region"].to_list()
    bring(BEN.removesuffix(",") + ",North", mapping=MAPPING | {"secondary.contract.region": "Tariff"})

    assert at_once == ["?"]
    assert ask("SELECT region FROM contract ORDER BY lead_id")["region"].sort().to_list() == ["?", "North"]


def test_a_field_that_is_added_by_hand_is_there_with_the_next_import(home, bring, ask):
    bring(ANN)
    (home.tables / "contract.yaml").write_text(CONTRACT + "  - {name: score, type: decimal}\n")

    before = ask("SELECT score FROM contract")["score"].to_list()
    bring(BEN, mapping=MAPPING | {"secondary.contract.score": "Price"})

    assert before == [None]
    assert ask("SELECT max(score) FROM contract").item() == Decimal("31.99")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "{name: usage, type: whole}",
            "{name: usage, type: text}",
            "'usage' was whole and is text now, but .* 1 of its",
        ),
        ("  - {name: landlord, type: phone}\n", "", "'landlord' is gone, but the store keeps 1 of its values"),
    ],
)
def test_a_field_with_values_keeps_its_type_and_its_place(home, bring, ask, old, new, message):
    bring(ANN)
    rewrite(home, old, new)
    mapping = {"phone1": "Tel", "secondary.contract.tariff": "Tariff"}

    with pytest.raises(UserError, match=message):
        bring(BEN, mapping=mapping)

    assert ask("SELECT usage, tariff FROM contract").rows() == [(3100, "Gold")]


def test_a_field_without_values_may_have_another_type(home, bring, ask):
    bring(BEN)
    rewrite(home, "{name: read_on, type: datetime}", "{name: read_on, type: boolean}")

    bring(ANN.replace("01/02/2026 10:11:12", "ja"))

    assert ask("SELECT read_on FROM contract ORDER BY read_on NULLS LAST")["read_on"].to_list() == [True, None]


@pytest.mark.feature("ML-081")
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_list_is_exported_with_its_contact_data_where_it_is_asked_for(home, bring, tmp_path, form):
    bring(ANN, "07400 000009,,,,,,,,", mapping=MAPPING)
    bring(BEN, mapping={"phone1": "Tel"})
    plain, whole = tmp_path / f"plain.{form}", tmp_path / f"whole.{form}"

    export_list(home, "Warm", plain, "all", NOW)
    rows = export_list(home, "Warm", whole, "dialler", NOW, has_secondary=True)

    read = {"csv": pl.read_csv, "parquet": pl.read_parquet}[form]
    assert not [name for name in read(plain).columns if "." in name]
    frame = read(whole).sort("contract.usage", nulls_last=True)
    assert rows == 3
    assert frame.columns[-1] == "contract.tariff"
    assert frame["contract.tariff"].to_list() == ["Gold", "Unknown", "Unknown"]
    if form == "csv":
        assert frame.select("contract.end_date", "contract.best_time", "contract.read_on").row(0) == (
            "2026-12-31",
            "09:30:00",
            "2026-02-01T10:11:12",
        )


@pytest.mark.feature("ML-083")
def test_a_preview_shows_the_mapping_and_the_values_with_their_defaults(home, tmp_path):
    drop = tmp_path / "drop.csv"
    drop.write_text("\n".join([HEADER, ANN, BEN]) + "\n")
    lines = "".join(f"  {field}: {source}\n" for field, source in MAPPING.items())
    path = tmp_path / "acme.yaml"
    path.write_text(f"supplier: Acme\nlist: {{name: Warm}}\nmapping:\n{lines}")

    seen = preview_drop(drop, str(path), home, NOW)

    mapped = {row["field"]: row["headers"] for row in seen["mapping"] if row["field"]}
    assert mapped["secondary.contract.landlord"] == ["Landlord"]
    assert [record["contract.tariff"] for record in seen["records"]] == ["Gold", "Unknown"]
    assert seen["records"][0]["contract.end_date"] == date(2026, 12, 31)


def test_a_table_whose_file_is_wrong_hides_no_other(home, bring, ask):
    bring(ANN)
    (home.tables / "broken.yaml").write_text("fields: [{name: a}]")

    assert ask("SELECT count(*) FROM contract").item() == 1


def test_a_held_import_fills_no_table_until_it_is_released(home, bring, ask):
    held = bring(ANN, "12,,,,,,,,", "13,,,,,,,,")
    before = ask(USAGES).rows()

    release_import(home, held.import_id, now=NOW)

    assert (held.status, before) == ("held", [])
    assert ask(USAGES).rows() == [("07400000001", 3100, "Gold")]


def test_records_of_json_fill_a_table_as_rows_of_csv_do(home, tmp_path, ask):
    drop = tmp_path / "drop.json"
    drop.write_text('[{"Tel": "07400 000001", "more": {"end": "2026-12-31", "dual": true, "usage": 3100}}]')
    mapping = {
        "phone1": "Tel",
        "secondary.contract.end_date": "more.end",
        "secondary.contract.is_dual_fuel": "more.dual",
        "secondary.contract.usage": "more.usage",
    }

    import_drop(drop, build_template(make_values(mapping=mapping), "acme.yaml"), home, on=DAY, now=NOW)

    assert ask("SELECT end_date, is_dual_fuel, usage FROM contract").rows() == [(date(2026, 12, 31), True, 3100)]
