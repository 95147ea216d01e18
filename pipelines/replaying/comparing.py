"""Whether two homes have published the same bytes."""

from collections import Counter
from pathlib import Path

from pipelines.home import hash_file


def hash_generation(generation: Path) -> dict[str, str]:
    """Return the SHA-256 of every published part, by relation, partition and part."""
    return {
        file.relative_to(generation).as_posix(): hash_file(file) for file in sorted(generation.glob("*/*/*.parquet"))
    }


def count_differences(one: Path, other: Path) -> dict[str, int]:
    """Return per relation how many parts of two generations differ or stand in one of them only; empty for none."""
    first, second = hash_generation(one), hash_generation(other)
    differing = [name for name in first.keys() | second.keys() if first.get(name) != second.get(name)]
    return dict(sorted(Counter(name.split("/")[0] for name in differing).items()))
