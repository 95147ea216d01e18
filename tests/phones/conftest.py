import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.phones import numbering


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tables built by tests out of the user's cache; one folder for all workers of a run."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    chosen = os.environ.get("LEADMILL_TEST_CACHE_DIR", str(root / "leadmill-cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADMILL_CACHE_DIR", chosen)
        yield


@pytest.fixture
def forgotten_tables() -> Iterator[None]:
    """Forget the tables that are in memory, before and after."""
    numbering.forget_tables()
    yield
    numbering.forget_tables()


@pytest.fixture
def phones_data() -> Path:
    """The folder of real telephone numbers beside the checkout."""
    folder = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "phones"
    if not folder.is_dir():
        pytest.skip(f"the real files are not here: {folder}")
    return folder
