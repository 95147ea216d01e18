"""What Dagster is told: the graph, the places that name it, and which way imports go."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import dagster as dg
import pytest
import yaml

from assets.definitions import defs

ROOT = Path(__file__).parents[2]

GRAPH = {
    "clean_leads": {"raw_drops"},
    "dnc": set(),
    "dnc_checks": {"dnc", "screened_leads"},
    "list_leads": {"screened_leads"},
    "raw_drops": set(),
    "screened_leads": {"clean_leads", "dnc"},
    "supplier_summary": {"screened_leads"},
}
PARTITIONS = {
    "clean_leads": "drops",
    "dnc": None,
    "dnc_checks": None,
    "list_leads": "lists",
    "raw_drops": "drops",
    "screened_leads": "drops",
    "supplier_summary": "days",
}


def test_the_asset_graph_is_the_walk() -> None:
    graph = defs.resolve_asset_graph()

    parents = {key.to_user_string(): graph.get(key).parent_keys for key in graph.get_all_asset_keys()}

    assert {name: {key.to_user_string() for key in keys} for name, keys in parents.items()} == GRAPH


def test_drops_and_lists_are_partitions_by_name_and_the_summary_goes_by_day() -> None:
    graph = defs.resolve_asset_graph()

    found = {}
    for key in graph.get_all_asset_keys():
        cut = graph.get(key).partitions_def
        found[key.to_user_string()] = cut and (cut.name if isinstance(cut, dg.DynamicPartitionsDefinition) else "days")

    assert found == PARTITIONS


def test_the_jobs_sensors_schedules_and_checks_are_these() -> None:
    jobs = {job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")}
    checks = {key.to_user_string() for key in defs.resolve_asset_graph().asset_check_keys}

    assert jobs == {
        "import_drops", "import_queued_drops", "fetch_feeds", "backfill_drops", "rescreen_dnc", "expire_leads",
        "maintain_store",
    }  # fmt: skip
    assert checks == {
        "screened_leads:ledger_balances", "screened_leads:nothing_is_held", "dnc_checks:every_live_lead_was_checked",
        "screened_leads:imports_are_usual", "raw_drops:feeds_have_come",
    }  # fmt: skip
    assert [sensor.name for sensor in defs.sensors or ()] == [
        "landing_sensor",
        "door_sensor",
        "fetch_sensor",
        "feed_sensor",
        "list_sensor",
        "notification_sensor",
    ]
    assert {schedule.name for schedule in defs.schedules or ()} == {
        "supplier_summary_schedule", "rescreen_dnc_schedule", "expire_leads_schedule", "maintain_store_schedule",
    }  # fmt: skip


def test_whoever_writes_the_store_waits_in_the_same_pool() -> None:
    graph = defs.resolve_asset_graph()

    pools = {key.to_user_string(): graph.get(key).pools for key in graph.get_all_asset_keys()}

    assert {name for name, pool in pools.items() if pool == {"writer"}} == {
        "raw_drops", "clean_leads", "screened_leads", "list_leads", "dnc_checks",
    }  # fmt: skip


def test_a_check_says_what_to_do_when_it_fails() -> None:
    graph = defs.resolve_asset_graph()

    descriptions = [graph.get_check_spec(key).description for key in graph.asset_check_keys]

    assert all("If it" in description and "`leadmill " in description for description in descriptions)


def test_workspace_and_project_name_the_same_module() -> None:
    (location,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]

    assert location["python_module"]["module_name"] == project["code_location_target_module"] == "assets.definitions"
    assert location["python_module"]["working_directory"] == "."


@pytest.mark.full  # `.ci/run` does the same
def test_the_workspace_loads_from_the_root_without_a_home_and_makes_none(tmp_path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("LEADMILL_HOME", "DAGSTER_HOME")}
    existed = (ROOT / "leadmill-home").exists()

    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT, env=environment | {"DAGSTER_HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (ROOT / "leadmill-home").exists() == existed


def test_the_instance_that_leadmill_dev_starts_with_is_valid(tmp_path) -> None:
    (tmp_path / "dagster.yaml").write_text((ROOT / "assets" / "dagster.yaml").read_text())

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert instance.global_op_concurrency_default_limit == 1
        assert instance.run_monitoring_enabled


def imported_packages(path: Path) -> set[str]:
    """The first names of all that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("pipelines", {"assets", "dagster", "tests"}), ("assets", {"duckdb", "polars", "sql", "tests", "examples"})],
)
def test_imports_go_one_way(package: str, forbidden: set[str]) -> None:
    modules = sorted((ROOT / package).rglob("*.py"))

    found = {path.relative_to(ROOT).as_posix(): imported_packages(path) & forbidden for path in modules}

    assert modules
    assert {path: names for path, names in found.items() if names} == {}


def test_assets_do_not_postpone_their_annotations() -> None:
    texts = [path.read_text() for path in (ROOT / "assets").glob("*.py")]

    assert not [text for text in texts if "from __future__ import annotations" in text]
