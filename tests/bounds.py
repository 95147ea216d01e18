"""How long the long checks are, and which cases are left to them."""

import os
from collections.abc import Collection, Iterable
from typing import Any

import pytest


def bounded(examples: int) -> int:
    """Return how many examples a long check draws: CI bounds them by LEADMILL_FULL_SHARE, a share of the whole."""
    return max(1, round(examples * float(os.environ.get("LEADMILL_FULL_SHARE", "1"))))


def spread(cases: Iterable[str], quick: Collection[str]) -> list[Any]:
    """Return cases for ``parametrize``: those that are not quick are left to the long checks."""
    return [case if case in quick else pytest.param(case, marks=pytest.mark.full) for case in cases]
