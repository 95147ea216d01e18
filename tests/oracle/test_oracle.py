"""Whatever is imported into whatever stands there: the pipeline equals the row-by-row model."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.bounds import bounded
from tests.oracle.driver import Model, Pipeline
from tests.oracle.fast_driver import FastPipeline
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
        return {"list": outcome.list_name, "held": [(row.fate, row.code) for row in outcome.fates]}
    return {"list": outcome.list_name, "fates": list(_cut(outcome.fates)), "effects": outcome.effects}


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


def list_meant(drop: DropPlan) -> set[str]:
    """Return the lists that a drop takes to be there."""
    source = drop.settings["list"].get("clone_from")
    return {*drop.settings.get("dedupe", {}).get("lists", ()), *([source] if source else [])}


def compare(plan: WorldPlan, opened: AbstractContextManager[Pipeline | FastPipeline]) -> None:
    """Play a plan in the model and in the pipeline; every report and every state must be equal."""
    model = Model()
    with opened as pipeline:
        model.load_dnc(plan.dnc)
        pipeline.load_dnc(plan.dnc)
        for drop in plan.drops:
            if not list_meant(drop) <= set(model.world.zones):
                continue  # an import that was held has made no list
            leads = sorted(model.read_state().leads)
            chosen = [pick(positions, leads) for positions in (drop.called, drop.callbacks, drop.fetched)]
            if any(chosen):
                model.tamper(*chosen)
                pipeline.tamper(*chosen)

            for each in (model, pipeline) if drop.history else ():
                each.report(drop.history)
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
