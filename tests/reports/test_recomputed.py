"""Whatever has happened, the Supplier Summary says what a recomputation row by row says."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.published.reading import open_reader
from pipelines.published.summarising import BASES, PERIODS, ReportPeriod, summarise_suppliers
from tests.bounds import bounded
from tests.reports.conftest import FIRST_DAY, SHORT, History
from tests.reports.recomputing import recompute

SLICES = ((), ("list", "template"), ("import",))


def tidy(line):
    """Return a line with its columns by name, maps as dictionaries, figures to nine places."""
    found = {name: dict(value) if isinstance(value, list | dict) else value for name, value in sorted(line.items())}
    return {name: round(float(v), 6) if isinstance(v, Decimal | float) else v for name, v in found.items()}


def check_summaries(history: History, *, asked) -> None:
    with open_reader(history.home, history.now) as connection:
        for one in asked:
            cursor = connection.execute(summarise_suppliers(one))
            names = [column[0] for column in cursor.description]
            said = [tidy(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
            assert said == [tidy(line) for line in recompute(history, one)], one


def draw_questions(dice, count):
    every = list(itertools.product(PERIODS, BASES, SLICES))
    drawn = [ReportPeriod(period, basis, slices=slices) for period, basis, slices in dice.sample(every, count)]
    since = FIRST_DAY + timedelta(days=dice.randrange(4))
    nothing = ReportPeriod(until=date(2020, 1, 1))
    return [
        *drawn,
        nothing,
        ReportPeriod("week", "activity", since, since + timedelta(days=2)),
        ReportPeriod("day", since=since),
    ]


@pytest.mark.parametrize("seed", [2])
def test_the_summary_of_a_random_history_is_what_its_rows_add_up_to(live, seed):
    history = live(seed, SHORT)

    check_summaries(history, asked=draw_questions(history.dice, 2))
    assert history.refused


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 100 + bounded(60)))
def test_the_summaries_of_long_histories_are_what_their_rows_add_up_to(live, seed):
    history = live(seed, 25)

    check_summaries(history, asked=draw_questions(history.dice, 24))
