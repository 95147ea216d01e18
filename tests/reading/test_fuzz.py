"""Any bytes whatever: a drop is refused in one line, or every row of it is there and has a fate.

An example that fails is written beside the test's other files, and the message says how to read it again.
"""

import os
from pathlib import Path
from random import Random

import pytest

from tests.bounds import bounded
from tests.reading.fuzzing import check_import, check_read, make_example
from tests.reading.mutations import Seed, make_seeds

# Another run of the same examples needs the same seed: LEADMILL_FUZZ_SEED=7 pytest tests/reading/test_fuzz.py
SEED = os.environ.get("LEADMILL_FUZZ_SEED", "0")
DATA = Path(__file__).parents[3] / "shared" / "data"
# In every so many imports one is carried out, its reject file written and brought back.
KEPT = 10


def fuzz(folder: Path, seeds: tuple[Seed, ...], kind: str, examples: int) -> None:
    """Check so many mutated drops: ``read`` them, or ``import`` them."""
    for number in range(examples):
        path = make_example(Random(f"{SEED} {kind} {number}"), seeds, folder)
        try:
            if kind == "read":
                check_read(path)
            else:
                home = folder / (f"home-{number}" if number % KEPT == 0 else "home")
                check_import(path, home, is_kept=number % KEPT == 0)
        except Exception as error:
            replay = f"Replay: python -m tests.reading.fuzzing {path} (seed {SEED!r}, example {number})"
            error.add_note(replay)
            raise
        path.unlink()


def take_real_files(rng: Random) -> tuple[Seed, ...]:
    """Return some of the real files that are small."""
    files = [path for folder in ("csv", "leads") for path in sorted((DATA / folder).rglob("*")) if path.is_file()]
    small = [path for path in files if 0 < path.stat().st_size <= 64 << 10]
    chosen = rng.sample(small, min(40, len(small)))
    return tuple(Seed(path.name, {"drop": path.read_bytes()}, lambda parts: parts["drop"]) for path in chosen)


@pytest.mark.parametrize("seed", make_seeds(), ids=lambda seed: seed.name)
def test_every_seed_is_read_undamaged(seed, tmp_path):
    path = tmp_path / f"0-{seed.name}"
    path.write_bytes(seed.content)

    outcome = check_read(path), check_import(path, tmp_path / "home")

    assert outcome[0] in ("csv", "json", "xml", "xlsx")
    assert outcome[1] == "completed"


def test_any_bytes_are_refused_or_read_to_the_last_row(tmp_path):
    fuzz(tmp_path, make_seeds(), "read", 150)


def test_an_import_of_any_bytes_balances(tmp_path):
    fuzz(tmp_path, make_seeds(), "import", 30)


@pytest.mark.full
def test_any_bytes_are_refused_or_read_to_the_last_row_at_length(tmp_path):
    fuzz(tmp_path, make_seeds(), "read", bounded(100_000))


@pytest.mark.full
def test_an_import_of_any_bytes_balances_at_length(tmp_path):
    fuzz(tmp_path, make_seeds(), "import", bounded(3_000))


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the checkout (../shared/data)")
@pytest.mark.parametrize(
    "examples", [30, pytest.param(bounded(10_000), marks=pytest.mark.full)], ids=["some", "at length"]
)
def test_real_files_with_any_damage_are_refused_or_read_to_the_last_row(tmp_path, examples):
    fuzz(tmp_path, take_real_files(Random(SEED)), "read", examples)
