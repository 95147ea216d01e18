"""The command `leadmill dev`: which process it becomes."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.main import leadmill

ROOT = Path(__file__).parents[2]


@pytest.fixture
def become(monkeypatch, tmp_path):
    """Call `leadmill dev` in an empty folder; return the arguments and the environment it goes on with."""

    def call(*options: str) -> tuple[list[str], dict[str, str]]:
        called = []
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(os, "execve", lambda _, arguments, environment: called.append((arguments, environment)))
        CliRunner().invoke(leadmill, ["--home", "home", "dev", *options], catch_exceptions=False, standalone_mode=False)
        return called[0]

    return call


def test_it_starts_dagster_on_this_home_with_the_instance_that_comes_with_leadmill(
    become, monkeypatch, tmp_path
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)

    arguments, environment = become("--port", "3999")

    assert arguments[1:4] == ["-m", "dagster", "dev"]
    assert arguments[-2:] == ["-p", "3999"]
    assert environment["LEADMILL_HOME"] == str(tmp_path / "home")
    assert environment["DAGSTER_HOME"] == str(tmp_path / "home" / "dagster")
    config = tmp_path / "home" / "dagster" / "dagster.yaml"
    assert config.read_bytes() == (ROOT / "assets" / "dagster.yaml").read_bytes()


def test_an_instance_that_someone_has_changed_is_left_as_it_is(become, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "instance"))
    config = tmp_path / "instance" / "dagster.yaml"
    config.parent.mkdir()
    config.write_text("telemetry: {enabled: true}\n")

    become()

    assert config.read_text() == "telemetry: {enabled: true}\n"


def test_a_folder_named_assets_where_one_stands_is_not_taken_for_ours(become) -> None:
    arguments, environment = become()

    assert environment["PYTHONSAFEPATH"] == "1"
    assert arguments[arguments.index("-d") + 1] == str(ROOT)
