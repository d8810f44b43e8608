"""A bound on time and memory while a stranger's file is read: a hostile one can only be refused.

Where the system has no such bounds, the limits of the readers remain.
"""

import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from offer.errors import OfferError

MOST_SECONDS = 60
MOST_MORE_MEMORY = 1024 * 1024 * 1024  # above what the process has already


@contextmanager
def bounded(seconds: int = MOST_SECONDS, memory: int = MOST_MORE_MEMORY) -> Iterator[None]:
    """Raises OfferError when what is inside takes longer, or more memory."""
    try:
        with _in_memory(memory), _in_time(seconds):
            yield
    except MemoryError:
        raise OfferError("too_much", "Файл занимает слишком много памяти: не читаю.") from None
    except _TooLongError:
        raise OfferError("too_long", "Файл читается слишком долго: не читаю.") from None


class _TooLongError(BaseException):
    """Not an Exception: whoever reads a damaged file catches those."""


def _too_long(signum: int, frame: FrameType | None) -> None:
    raise _TooLongError


@contextmanager
def _in_time(seconds: int) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _in_memory(more: int) -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    wanted = pages * resource.getpagesize() + more
    limits = [it for it in (soft, hard) if it != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *limits]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
