"""Do the next pieces of work while the last one is used: reading a file in order, on more than one processor."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

# One more than there are cores, up to a few, as each waits for others at times.
WORKERS = min(4, (os.cpu_count() or 1) + 1)
T = TypeVar("T")


def work_ahead(work: Callable[..., T], pieces: Iterable[tuple[object, ...]], ahead: int = WORKERS) -> Iterator[T]:
    """Yield ``work(*piece)`` for every piece, in order; at most ``ahead`` beyond the one in use are under way.

    What a piece raises is raised in its turn. A single piece is worked on without a thread.
    """
    coming = iter(pieces)
    first = list(islice(coming, 2))
    if len(first) < 2:
        yield from (work(*piece) for piece in first)
        return
    with ThreadPoolExecutor(WORKERS) as workers:
        under_way: deque[Future[T]] = deque(workers.submit(work, *piece) for piece in first)
        while under_way:
            under_way.extend(workers.submit(work, *piece) for piece in islice(coming, ahead + 1 - len(under_way)))
            yield under_way.popleft().result()
