"""The walk up to the lock: the drop's bytes are kept, and meanwhile it is read and cleaned."""

from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import cache, partial
from pathlib import Path

from pipelines.engine import Engine
from pipelines.errors import UserError
from pipelines.home import RawCopy, hash_kept, keep_raw_meanwhile
from pipelines.order import Order
from pipelines.reading.drops import Drop
from pipelines.receipts import ImportResult, find_published, outline_import, refuse_again
from pipelines.reuse import require_unused
from pipelines.staging import CleanedDrop, clean_drop, is_small, open_ordered


def keep_and_clean(order: Order, folder: Path, engine: Engine) -> CleanedDrop | UserError | ImportResult:
    """Read and clean a drop while its copy is made safe, unless it was brought before; return what became of it.

    Meanwhile the store is opened for a small one, to be cleaned about as soon: others wait for it that long at most.
    """
    with ExitStack() as keeping:
        try:
            with order.timed("keep"):
                require_unused(order)
                raw = keeping.enter_context(_keep(order))
            drop = _open(order, raw.path)
            with order.timed("keep"):
                order.sha256 = raw.sha256
        except UserError as error:
            return outline_import(order, "failed", None, str(error))
        if raw.was_kept and not order.is_forced and not order.is_released:
            earlier = find_published(order.home, order.sha256, order.template.name)
            if earlier:
                return refuse_again(order, *earlier)
        if isinstance(drop, UserError):
            return drop
        if is_small(drop) and not order.is_rehearsal:
            engine.open_ahead(order.home)
        try:
            cleaned = clean_drop(order, drop, folder)
        except UserError as error:
            return error.rename(raw.path, order.name)
        with order.timed("keep"):
            keeping.close()
    return cleaned


def _open(order: Order, kept: Path) -> Drop | UserError:
    """Open a kept drop while its bytes are hashed; return what is wrong with one that cannot be read."""
    try:
        return open_ordered(order, kept)
    except UserError as error:
        return error


def _keep(order: Order) -> AbstractContextManager[RawCopy]:
    if order.is_rehearsal or order.is_released:
        return nullcontext(RawCopy(order.file, cache(partial(hash_kept, order.home, order.file))))
    return keep_raw_meanwhile(order.home, order.file)
