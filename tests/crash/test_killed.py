"""Processes that are killed, wherever they are: the home is as before or as after, and the next run goes on.

What an act comes to is taken from a home in which nothing was killed: every published byte, what the store holds, what
is kept in files. `tests/crash/world.py` has the acts, `dying.py` the steps.
"""

import os
import random

import pytest

from pipelines.home import PARTIAL, Home
from tests.bounds import bounded
from tests.conftest import copy_home
from tests.crash.world import State, World, do, hash_seen, kill_at_random, kill_at_step, list_steps, read_state

ACTS = (
    "import", "import of several", "release", "clone", "undo", "expire", "maintain", "dnc load", "dialler load",
    "backfill",
)  # fmt: skip
LONGEST = 1.0  # seconds in which a command that has begun is killed at random
EACH_AT_RANDOM = 5


def check_killed(world: World, name: str, home: Home) -> None:
    """Hold a home in which an act was killed to what that act comes to, and do it again."""
    act = world.acts[name]
    allowed, end = world.end(name)
    seen = hash_seen(home)
    assert seen in allowed, "readers see what never was"

    do(home, act.command, (*act.codes, *act.again))

    assert find_differences(read_state(home), end, act.tells_again) == []
    assert [path.name for path in home.published.glob(".current-*")] == []


def find_differences(one: State, other: State, without: tuple[str, ...] = ()) -> list[str]:
    """Return by name the parts that differ: of what readers see, of the files, of the store.

    ``raw/`` may keep more in the first: bytes that an act which was not done had kept already, by their content. Files
    that were not whole yet lie hidden until they are swept.
    """
    pairs = zip(vars(one.leave_out(without)).values(), vars(other.leave_out(without)).values(), strict=True)
    differing = [name for a, b in pairs for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]
    differing = [name for name in differing if f"/{PARTIAL}" not in name]
    return [name for name in differing if not name.startswith("raw/") or name in other.files]


@pytest.mark.parametrize(
    ("name", "step", "count"),
    [
        ("import", "rename published/current", 1),
        ("undo", "after COMMIT", 2),
        ("release", "after COMMIT", 3),
        pytest.param("clone", "after COMMIT", 2, marks=pytest.mark.full),
        pytest.param("import", "rename templates/template.schema.json", 1, marks=pytest.mark.full),
        pytest.param("import", "rename templates/acme.yaml", 1, marks=pytest.mark.full),
        pytest.param("backfill", "rename published/current", 1, marks=pytest.mark.full),
    ],
)
def test_what_is_killed_before_readers_see_it_is_seen_when_it_is_done_again(world, tmp_path, name, step, count):
    home = copy_home(world.home, tmp_path / "home")

    was_killed = kill_at_step(home, world.acts[name].command, step, count)

    assert was_killed
    check_killed(world, name, home)


@pytest.mark.full
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_every_step_and_at_any_time_nothing_is_lost_and_nothing_double(world, tmp_path, name):
    chance = random.Random(f"{os.environ.get('LEADMILL_SEED', '5')} {name}")
    command = world.acts[name].command
    steps = list_steps(copy_home(world.home, tmp_path / "listed"), command)
    rounds = [(step, chance.randint(1, count)) for step, count in steps.items()] + [("", 0)] * EACH_AT_RANDOM
    chance.shuffle(rounds)
    # A step comes first: what is to be killed at some time may have ended before.
    rounds.sort(key=lambda each: not each[0])
    chance.shuffle(rest := rounds[1:])
    rounds[1:] = rest
    died = 0

    for number, (step, count) in enumerate(rounds[: max(2, bounded(len(rounds)))]):
        home = copy_home(world.home, tmp_path / f"home{number}")
        if step:
            was_killed = kill_at_step(home, command, step, count)
        else:
            was_killed = kill_at_random(home, command, chance, LONGEST)
        died += was_killed
        try:
            check_killed(world, name, home)
        except AssertionError as error:
            error.add_note(f"{name} was killed at {step or 'some time'}, number {count}")
            raise

    assert died


@pytest.mark.full
def test_a_home_in_which_every_act_was_killed_ends_as_one_in_which_none_was(world, tmp_path):
    chance = random.Random(os.environ.get("LEADMILL_SEED", "5"))
    home, quiet = (copy_home(world.home, tmp_path / name) for name in ("home", "quiet"))
    # The two of which the log tells that they were done twice are killed in the other tests.
    for name in (name for name in ACTS if not world.acts[name].tells_again):
        act = world.acts[name]
        for _ in range(max(1, bounded(3))):
            kill_at_random(home, act.command, chance, LONGEST)
        do(home, act.command, (*act.codes, *act.again))
        do(quiet, act.command, act.codes)

    assert find_differences(read_state(home), read_state(quiet)) == []
    do(home, ("replay", "--into", str(tmp_path / "again")))  # ends with 1 where a byte is another
    do(home, ("maintain",))
    left = [path.name for path in home.work.iterdir()]
    assert left == []
