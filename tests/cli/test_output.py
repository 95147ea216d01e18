"""What tables in a terminal look like."""

from pipelines.cli.output import make_table


def test_figures_have_their_thousands_apart_and_ids_are_as_they_are_elsewhere():
    table = make_table("Leads", ["lead_id", "rows"], [[1234567, 1234567], [None, 0]])

    shown = [list(column.cells) for column in table.columns]

    assert shown == [["1234567", "–"], ["1,234,567", "0"]]
    assert [column.justify for column in table.columns] == ["left", "right"]
