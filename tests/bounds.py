"""How long the long checks are."""

import os


def bounded(examples: int) -> int:
    """Return how many examples a long check draws: CI bounds them by LEADMILL_FULL_SHARE, a share of the whole."""
    return max(1, round(examples * float(os.environ.get("LEADMILL_FULL_SHARE", "1"))))
