"""Requests that come while others are being answered are answered together, each with its own."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from starlette.responses import Response

from checkout.web import gathering
from checkout.web.asked import Asked
from checkout.web.gathering import Gathering

PATIENCE = 10


def run(asked: Coroutine[Any, Any, list[Any]]) -> list[Any]:
    """In a thread of its own: the browser's loop runs in this one once a test has opened it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


class Clerk:
    """Answers a name by its name, once he may; says no to «bad»."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.may, self.quiet = threading.Event(), threading.Event()
        self.quiet.set()
        self.was_quiet: list[bool] = []
        self.gathering = Gathering(self.answer_all, self.quiet)

    def answer_all(self, asked: Sequence[Asked]) -> list[Response | Exception]:
        names = cast(list[str], [*asked])
        self.groups.append(names)
        self.was_quiet.append(self.quiet.is_set())
        assert self.may.wait(PATIENCE)
        if "worst" in names:
            raise LookupError("of no use to anybody")
        return [KeyError(it) if it == "bad" else Response(it) for it in names]

    def asked(self, first: str, *others: str) -> list[Any]:
        """What each is answered: the others came while the first was being answered."""

        async def ask() -> list[Any]:
            tasks = [asyncio.create_task(self._ask(first))]
            while not self.groups:
                await asyncio.sleep(0.001)
            tasks += [asyncio.create_task(self._ask(it)) for it in others]
            await asyncio.sleep(0)
            self.may.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

        return run(ask())

    async def _ask(self, name: str) -> str:
        answer = await self.gathering.answer(cast(Asked, name))
        return bytes(answer.body).decode()


def test_those_who_come_meanwhile_are_answered_together_each_with_his_own() -> None:
    clerk = Clerk()

    assert clerk.asked("a", "b", "c", "d") == ["a", "b", "c", "d"]
    assert clerk.groups == [["a"], ["b", "c", "d"]]


def test_many_are_answered_by_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_AT_ONCE", 2)
    clerk = Clerk()

    assert clerk.asked("a", "b", "c", "d") == ["a", "b", "c", "d"]
    assert clerk.groups == [["a"], ["b", "c"], ["d"]]


def test_what_stands_in_place_of_one_answer_is_raised_to_him_alone() -> None:
    answers = Clerk().asked("a", "b", "bad", "c")

    assert (answers[:2], answers[3]) == (["a", "b"], "c")
    assert isinstance(answers[2], KeyError)


def test_a_failure_of_the_call_is_everyones_who_was_in_it_and_the_next_are_answered() -> None:
    clerk = Clerk()
    answers = clerk.asked("a", "b", "worst")

    assert answers[0] == "a"
    assert [type(it) for it in answers[1:]] == [LookupError] * 2
    assert clerk.asked("c", "d") == ["c", "d"]


def test_when_no_thread_can_be_had_everyone_is_told_so_and_the_next_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clerk = Clerk()

    async def ask_without_threads() -> list[Any]:
        with monkeypatch.context() as machine:
            # the machine's own refusal: a thread of anyio's pool is started or not at all
            machine.setattr(threading.Thread, "start", _no_thread)
            asked = asyncio.gather(*(clerk._ask(it) for it in "ab"), return_exceptions=True)
            return await asyncio.wait_for(asked, PATIENCE)

    assert [type(it) for it in run(ask_without_threads())] == [RuntimeError] * 2
    assert clerk.quiet.is_set()
    assert clerk.asked("c", "d") == ["c", "d"]


def _no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_it_is_quiet_again_when_nobody_waits() -> None:
    clerk = Clerk()
    clerk.asked("a", "b")

    assert clerk.was_quiet == [False, False]
    assert clerk.quiet.is_set()
