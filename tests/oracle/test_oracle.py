"""Whatever is imported into whatever stands there: the pipeline equals the row-by-row model."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.bounds import bounded
from tests.oracle.driver import Model, Pipeline
from tests.oracle.fast_driver import FastPipeline
from tests.oracle.model_lists import is_there
from tests.oracle.model_records import Fate, Outcome
from tests.oracle.worlds import DropPlan, WorldPlan, pick, worlds

ORACLE = settings(
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def comparable(outcome: Outcome) -> dict[str, Any]:
    """Return what of an outcome is compared: of a row that gave no lead, only its fate and code."""
    if outcome.is_held:  # nothing was done: there are no effects, and no leads
        held = [(row.fate, row.code) for row in outcome.fates]
        return {"list": outcome.list_name, "held": held, "ages": outcome.ages}
    fates = list(_cut(outcome.fates))
    return {"list": outcome.list_name, "fates": fates, "effects": outcome.effects, "ages": outcome.ages}


def _cut(fates: Iterable[Fate]) -> Iterable[tuple[object, ...]]:
    for row in fates:
        if row.fate in ("created", "updated"):
            yield row.fate, row.code, row.lead, sorted(row.warnings)
        else:
            yield row.fate, row.code


def hold_nothing(plan: WorldPlan) -> WorldPlan:
    """Let every import of a plan go through: whether it is held is decided around what FastPipeline drives."""
    for drop in plan.drops:
        drop.settings.pop("hold_above", None)
    return plan


def prepare(drop: DropPlan, *worlds: Model | Pipeline | FastPipeline) -> None:
    """Let people, the dialler and the surveys do what they do before a drop, in each of these worlds."""
    standing = worlds[0].read_state()
    leads = sorted(standing.leads)
    chosen = [pick(positions, leads) for positions in (drop.called, drop.callbacks, drop.fetched)]
    for world in worlds:
        for name, campaign in drop.campaigns.items():
            if name in standing.lists:
                world.set_campaign(name, campaign)
        if any(chosen):
            world.tamper(*chosen, status=drop.status)
        if drop.history:
            world.report(drop.history)


def compare(plan: WorldPlan, opened: AbstractContextManager[Pipeline | FastPipeline]) -> None:
    """Play a plan in the model and in the pipeline; every report and every state must be equal."""
    model = Model()
    with opened as pipeline:
        model.load_dnc(plan.dnc)
        pipeline.load_dnc(plan.dnc)
        for drop in plan.drops:
            prepare(drop, model, pipeline)
            if not is_there(drop.settings, drop.day, model.world.campaigns):
                continue  # an import that was held has made no list
            expected = model.import_rows(drop.rows, drop.settings, drop.day)
            got = pipeline.import_rows(drop.rows, drop.settings, drop.day)

            assert comparable(got) == comparable(expected)
            if isinstance(pipeline, Pipeline):
                assert got.cost == expected.cost
        assert pipeline.read_state() == model.read_state()


@settings(ORACLE, max_examples=12)
@given(plan=worlds())
def test_screening_and_committing_equal_the_model(plan):
    compare(hold_nothing(plan), FastPipeline.opened())


@settings(ORACLE, max_examples=3)
@given(plan=worlds())
def test_the_pipeline_equals_the_model_end_to_end(plan):
    compare(plan, Pipeline.opened())


@pytest.mark.full
@settings(ORACLE, max_examples=bounded(3_000))
@given(plan=worlds())
def test_screening_and_committing_equal_the_model_at_length(plan):
    compare(hold_nothing(plan), FastPipeline.opened())


@pytest.mark.full
@settings(ORACLE, max_examples=bounded(300))
@given(plan=worlds())
def test_the_pipeline_equals_the_model_end_to_end_at_length(plan):
    compare(plan, Pipeline.opened())
