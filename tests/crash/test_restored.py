"""A home that is put back from a copy of what docs/operations.md says is to be copied."""

import shutil

from pipelines.home import Home
from pipelines.published.publishing import ensure_published
from pipelines.replaying.comparing import hash_generation
from tests.conftest import copy_home
from tests.crash.world import do, hash_seen

COPIED = ("templates", "mappings", "tables", "raw", "store")


def test_a_home_that_was_restored_without_what_is_published_publishes_the_same_bytes(world, tmp_path):
    home = copy_home(world.home, tmp_path / "home")
    for name in ("maintain", "dialler load"):
        do(home, world.acts[name].command)
    restored = Home(tmp_path / "restored")
    for name in COPIED:
        shutil.copytree(home.root / name, restored.root / name)
    for file in home.root.glob("*.yaml"):
        shutil.copy(file, restored.root)

    assert hash_generation(ensure_published(restored)) == hash_seen(home)
    assert do(restored, world.acts["import"].command).code == 0
