from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.definitions import defs
from assets.resources import ClockResource, HomeResource
from assets.sensors import landing_sensor
from examples.generator import make_drop
from pipelines.home import Home
from pipelines.published.reading import open_reader
from pipelines.published.summarising import name_reports

ON = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Mill:
    """A home, an instance of Dagster, and a clock that a test moves."""

    home: Home
    instance: dg.DagsterInstance
    now: datetime = NOON

    def land(self, template: str, name: str, content: bytes) -> Path:
        path = self.home.landing / template / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def tick(self, *, after: float = 0) -> dg.SensorResult | dg.SkipReason:
        """Let the sensor look, so many seconds after its last look; add the keys it asks for, as the daemon does."""
        self.now += timedelta(seconds=after)
        resources = {
            "home": HomeResource(root=str(self.home.root)),
            "clock": ClockResource(fixed_at=self.now.isoformat()),
        }
        with dg.build_sensor_context(
            instance=self.instance, resources=resources, sensor_name="landing_sensor"
        ) as context:
            answer = landing_sensor(context)
        if isinstance(answer, dg.SensorResult):
            for request in answer.dynamic_partitions_requests or ():
                self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        return answer

    def take(self) -> dg.SensorResult:
        """Let the sensor look until what is there has settled."""
        self.tick()
        answer = self.tick(after=60)
        assert isinstance(answer, dg.SensorResult), answer
        return answer

    def run(self, request: dg.RunRequest, *, on: date = ON, force: bool = False) -> dg.ExecuteInProcessResult:
        """Run what the sensor asks for."""
        return defs.resolve_job_def("import_drops").execute_in_process(
            instance=self.instance,
            tags=dict(request.tags),
            run_config={"ops": {"import_landed_drops": {"config": {"on": on.isoformat(), "force": force}}}},
            raise_on_error=False,
        )

    def take_and_run(self) -> list[dg.ExecuteInProcessResult]:
        return [self.run(request) for request in self.take().run_requests or ()]

    def taken(self) -> list[str]:
        return list(self.instance.get_dynamic_partitions("drops"))

    def read(self, query: str) -> pl.DataFrame:
        with open_reader(self.home, self.now, reports=name_reports(query)) as connection:
            return connection.sql(query).pl()

    def done(self, asset: str) -> set[str]:
        """The partitions of an asset that are materialised."""
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset)))


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mill]:
    """A new home with one template, `people`, and nothing landed."""
    home = Home(tmp_path / "home").make()
    (home.templates / "people.yaml").write_text(PEOPLE)
    monkeypatch.setenv("LEADMILL_HOME", str(home.root))
    with dg.DagsterInstance.ephemeral() as instance:
        yield Mill(home, instance)


@pytest.fixture
def drop() -> Callable[[int], bytes]:
    """Make a clean-shaped drop of 40 people, another one for each seed."""
    return lambda seed: make_drop("uk_hand_kept", 40, seed, plain=True).content


PEOPLE = """\
name: people
supplier: People Ltd
cost_per_lead: 0.30
currency: GBP
list: {mode: named, name: People}
phone: {format: uk}
hold_above: 0.9
dedupe: {keys: [phone], scope: [file, global], action: keep_existing}
time_zone: Europe/London
mapping:
  first_name: First Name
  last_name: Last Name
  phone1: Tel
  phone2: Mobile
  email: E-mail
"""


@pytest.fixture
def on() -> date:
    """The logical date of the imports."""
    return ON
