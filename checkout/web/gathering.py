"""Requests that are answered together: a rush of them costs one thread and one call at a time."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from starlette.responses import Response

from checkout.web.asked import Asked

AnswerAll = Callable[[Sequence[Asked]], Sequence[Response | Exception]]
# Nobody is answered before the last of those he is answered with.
MOST_AT_ONCE = 64


@dataclass
class _Room:
    """Who waits in one event loop, and the task that has them answered; None when nobody waits."""

    waiting: list[tuple[Asked, asyncio.Future[Response]]] = field(default_factory=list)
    answering: asyncio.Task[None] | None = None


class Gathering:
    """Has whoever comes while others are being answered wait, and answered with all who came so.

    `quiet` is cleared while anybody waits.
    """

    def __init__(self, answer_all: AnswerAll, quiet: threading.Event) -> None:
        self._answer_all = answer_all
        self._quiet = quiet
        self._room = RunVar[_Room]("room")

    async def answer(self, asked: Asked) -> Response:
        """The answer to one request; raises what stands in its place."""
        room = self._its_room()
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        room.waiting.append((asked, answer))
        if room.answering is None:
            room.answering = asyncio.create_task(self._answer_those_who_wait(room))
        return await answer

    def _its_room(self) -> _Room:
        try:
            return self._room.get()
        except LookupError:
            self._room.set(room := _Room())
            return room

    async def _answer_those_who_wait(self, room: _Room) -> None:
        self._quiet.clear()
        try:
            while room.waiting:
                now, room.waiting = room.waiting[:MOST_AT_ONCE], room.waiting[MOST_AT_ONCE:]
                answers = await self._answers_of([asked for asked, _ in now])
                for (_, waiting), answer in zip(now, answers, strict=True):
                    _give(waiting, answer)
        finally:
            room.answering = None
            self._quiet.set()

    async def _answers_of(self, asked: Sequence[Asked]) -> Sequence[Response | Exception]:
        try:
            return await run_sync(self._answers, asked)
        except Exception as error:  # no thread could be had: nobody may wait for ever for that
            return [error] * len(asked)

    def _answers(self, asked: Sequence[Asked]) -> Sequence[Response | Exception]:
        try:
            return self._answer_all(asked)
        except Exception as error:
            return [error] * len(asked)


def _give(waiting: asyncio.Future[Response], answer: Response | Exception) -> None:
    if waiting.done():  # it was cancelled: the service is ending
        return
    if isinstance(answer, Exception):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
