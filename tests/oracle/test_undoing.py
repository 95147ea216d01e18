"""Whatever was imported into whatever stands there: an undo leads back to the state before, to the row."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from pipelines.errors import UserError
from tests.bounds import bounded
from tests.oracle.driver import Pipeline
from tests.oracle.fast_driver import FastPipeline
from tests.oracle.model_records import Born
from tests.oracle.test_oracle import ORACLE, comparable, hold_nothing
from tests.oracle.worlds import DropPlan, WorldPlan, pick, sequences

# What imports bring and undos take away again; what the dialler and the authorities said stays.
BROUGHT = ("leads", "lists", "suppliers", "callbacks", "fetched", "additions",
           "lead_images", "callback_images", "fetched_images")  # fmt: skip


# An undo puts nothing back that has expired: that is looked at in tests/expiring.
FAR = {"on": "2027-01-01"}


def live_long(plan: WorldPlan) -> WorldPlan:
    """Let every lead of a plan that expires do so long after it is undone."""
    for drop in plan.drops:
        if drop.settings.get("expiry"):
            drop.settings["expiry"] = FAR
    return plan


def dial(pipeline: FastPipeline | Pipeline, drop: DropPlan) -> None:
    leads: list[Born] = sorted(pipeline.read_state().leads)
    chosen = [pick(positions, leads) for positions in (drop.called, drop.callbacks, drop.fetched)]
    if any(chosen):
        pipeline.tamper(*chosen)
    pipeline.report(drop.history)


def read_brought(pipeline: FastPipeline) -> dict[str, list[tuple[Any, ...]]]:
    """Return what imports brought, without the lists on which somebody was invited: that is on record for ever."""
    store = pipeline.read_store()
    history = pipeline.connection.sql("SELECT DISTINCT list_id FROM contact_history").fetchall()
    named = {list_id for (list_id,) in history}
    brought = {name: store[name] for name in BROUGHT}
    return brought | {
        "lists": [row for row in brought["lists"] if row[0] not in named],
        "additions": [row for row in brought["additions"] if (row[1], row[2]) not in {("list", n) for n in named}],
    }


def check_each_undo(plan: WorldPlan) -> None:
    """Undo each import at once and bring its drop again; the state and the report must be what they were."""
    with FastPipeline.opened() as pipeline:
        pipeline.load_dnc(plan.dnc)
        for drop in live_long(plan).drops:
            dial(pipeline, drop)
            before = pipeline.read_store()
            first = pipeline.import_rows(drop.rows, drop.settings, drop.day)

            pipeline.undo(pipeline.import_ids.pop())

            assert pipeline.read_store() == before
            again = pipeline.import_rows(drop.rows, drop.settings, drop.day)
            assert comparable(again) == comparable(first)
            pipeline.check_points()


def check_undos_in_reverse(plan: WorldPlan) -> None:
    """Import all, then undo all, the newest first: every state on the way back is the one on the way there."""
    with FastPipeline.opened() as pipeline:
        pipeline.load_dnc(plan.dnc)
        states = []
        for drop in live_long(plan).drops:
            states.append(pipeline.read_store())
            pipeline.import_rows(drop.rows, drop.settings, drop.day)

        for import_id, before in zip(reversed(pipeline.import_ids), reversed(states), strict=True):
            pipeline.undo(import_id)
            assert pipeline.read_store() == before


def check_undos_in_any_order(plan: WorldPlan) -> None:
    """Undo the oldest that may be undone, over and over: nothing that imports brought is left."""
    with FastPipeline.opened() as pipeline:
        pipeline.load_dnc(plan.dnc)
        for drop in live_long(plan).drops:
            dial(pipeline, drop)
            pipeline.import_rows(drop.rows, drop.settings, drop.day)
        waiting = list(pipeline.import_ids)
        while waiting:
            waiting.remove(_undo_first(pipeline, waiting))
            pipeline.check_points()

        assert read_brought(pipeline) == {name: [] for name in BROUGHT}


def _undo_first(pipeline: FastPipeline, waiting: list[str]) -> str:
    """Undo the first of these imports that may be; a refusal changes nothing, and the newest is never refused."""
    for import_id in waiting[:-1]:
        before = pipeline.read_store()
        try:
            pipeline.undo(import_id)
        except UserError:
            assert pipeline.read_store() == before
        else:
            return import_id
    pipeline.undo(waiting[-1])
    return waiting[-1]


def check_undos_that_skip(plan: WorldPlan) -> None:
    """Undo all, the oldest first, leaving what later ones touched; then all that was left, the newest first."""
    with FastPipeline.opened() as pipeline:
        pipeline.load_dnc(plan.dnc)
        for drop in live_long(plan).drops:
            dial(pipeline, drop)
            pipeline.import_rows(drop.rows, drop.settings, drop.day)

        for import_id in pipeline.import_ids:
            pipeline.undo(import_id, skip_touched=True)
            pipeline.check_points()
        for import_id in reversed(pipeline.import_ids):
            with suppress(UserError):  # nothing of it was left
                pipeline.undo(import_id)

        assert read_brought(pipeline) == {name: [] for name in BROUGHT}


def check_published(plan: WorldPlan) -> None:
    """As ``check_each_undo``, end to end: what readers see is what they saw."""
    with Pipeline.opened() as pipeline:
        pipeline.load_dnc(plan.dnc)
        for drop in hold_nothing(live_long(plan)).drops:
            dial(pipeline, drop)
            before = pipeline.read_published()
            pipeline.import_rows(drop.rows, drop.settings, drop.day)

            pipeline.undo(pipeline.import_ids.pop())

            assert pipeline.read_published() == before
            pipeline.import_rows(drop.rows, drop.settings, drop.day)


@settings(ORACLE, max_examples=3)
@given(plan=sequences())
def test_an_import_that_is_undone_leaves_the_state_before_it_and_can_be_brought_again(plan):
    check_each_undo(plan)


@settings(ORACLE, max_examples=3)
@given(plan=sequences())
def test_imports_undone_one_after_the_other_lead_back_the_way_they_came(plan):
    check_undos_in_reverse(plan)


@settings(ORACLE, max_examples=3)
@given(plan=sequences())
def test_in_whatever_order_imports_are_undone_nothing_of_them_is_left(plan):
    check_undos_in_any_order(plan)


@settings(ORACLE, max_examples=3)
@given(plan=sequences())
def test_what_undos_left_to_later_imports_goes_with_them(plan):
    check_undos_that_skip(plan)


@settings(ORACLE, max_examples=1)
@given(plan=sequences())
def test_readers_see_after_an_undo_what_they_saw_before_the_import(plan):
    check_published(plan)


def test_a_list_on_which_somebody_was_invited_outlives_the_undo_of_all_that_used_it():
    survey = {"id": 7, "invite_in_days": 0, "invite_at": "00:00"}
    ann = [{"first_name": "Ann", "phone1": "07400 123456"}]
    invited = {"supplier": "Acme", "list": {"mode": "named", "name": "Cold"}, "survey": survey}
    newer = {"supplier": "Acme", "list": {"mode": "named", "name": "Warm"},
             "dedupe": {"scope": ["global"], "action": "keep_new", "keys": ["phone"]}}  # fmt: skip
    with FastPipeline.opened() as pipeline:
        pipeline.import_rows(ann, invited, date(2026, 7, 6))
        pipeline.import_rows(ann, newer, date(2026, 7, 8))

        for import_id in pipeline.import_ids:
            pipeline.undo(import_id, skip_touched=True)

        assert [row[1] for row in pipeline.read_store()["lists"]] == ["Cold"]
        assert read_brought(pipeline) == {name: [] for name in BROUGHT}


@pytest.mark.full
@pytest.mark.parametrize(
    "check", [check_each_undo, check_undos_in_reverse, check_undos_in_any_order, check_undos_that_skip]
)
def test_undos_lead_back_at_length(check):
    settings(ORACLE, max_examples=bounded(500))(given(plan=sequences())(check))()


@pytest.mark.full
@settings(ORACLE, max_examples=bounded(100))
@given(plan=sequences())
def test_readers_see_what_they_saw_before_at_length(plan):
    check_published(plan)
