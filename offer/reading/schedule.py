"""Clause 4.1 → working days and hours."""

import re
from collections.abc import Sequence
from datetime import time

from offer.reading.numerals import folded, numeric_word
from offer.reading.passages import Passage, Unread, Vocabulary, sentences
from offer.values import Place, WorkingHours

_DAYS = {
    1: r"пн\.?|понедельник[а-яё]{0,2}",
    2: r"вт\.?|вторник[а-яё]{0,2}",
    3: r"ср\.?|сред[аыуе]",
    4: r"чт\.?|четверг[а-яё]{0,2}",
    5: r"пт\.?|пятниц[аыуе]",
    6: r"сб\.?|суббот[аыуе]",
    7: r"вс\.?|воскресень[еяю]",
}
_DAY = "(?:" + "|".join(_DAYS.values()) + r")(?!\w)"
_DASH = r" ?[—–-] ?"
_RANGE = rf"(?:с |со )?(?P<first>{_DAY})(?:{_DASH}| по | до )(?P<last>{_DAY})"
_LIST = rf"(?P<listed>{_DAY}(?:(?:, | и ){_DAY})*)"
_NAMED = (
    r"(?P<named>по будням|в будни(?:е дни)?|будни(?:е дни)?|(?:по )?рабочи[мех]+ дням?"
    r"|рабочие дни|ежедневно)"
)
_HOUR = r"(?P<{0}>[0-9]{{1,2}})(?:[:.](?P<{0}_minutes>[0-9]{{2}}))?(?: ?(?:часов|часа|ч\.?)(?!\w))?"
_HOURS = rf"(?:с |со )?{_HOUR.format('start')}(?:{_DASH}| до ){_HOUR.format('end')}(?![\w:.]*[0-9])"
_LEAD = r"(?P<lead>[а-яa-z ]*?)(?:[:,]| ?[—–-])? ?"
_TAIL = (
    r"(?P<tail>,? ?\(?(?:по московскому времени|время московское|мск)?"
    r"(?:, | ?\()?(?:utc ?\+ ?3|мск)?\)*"
    r"(?:,? (?:кроме|за исключением) (?:(?:нерабочих|праздничных|выходных|и|нерабочих праздничных)"
    r" )+дней)?)\.?"
)
_SCHEDULE = re.compile(rf"{_LEAD}(?:(?:{_RANGE}|{_LIST}|{_NAMED}),? {_HOURS}|(?!)){_TAIL}")
_REVERSED = re.compile(rf"{_LEAD}{_HOURS},? (?:{_RANGE}|{_LIST}|{_NAMED}){_TAIL}")
_LEADING = Vocabulary.of(
    "рабоч* врем* час* дни исполнител* работа* режим график работы"
    " оказыва* услуг* и на связи доступен"
)
_FRIDAY = 5
_OFF_NAMED = re.compile(r"выходн|праздничн|нерабоч")
_WEEKEND = re.compile(r"выходн|(?<!\w)нерабоч\w+\b(?! праздничн)")
_RESTING = re.compile(r"(?<!\w)не (?:работа|оказыва)")
_OFF_DAYS = Vocabulary.of(
    "в во выходн* праздничн* нерабоч* дни дней и исполнител* не работа* время работы указано"
    " московск* по услуг* оказыва* мск"
)


def read_working_hours(passages: Sequence[Passage]) -> tuple[WorkingHours, Place]:
    """Raises Unread unless exactly one schedule is said, with nothing that narrows it."""
    spoken = [sentence for passage in passages for sentence in sentences(passage)]
    joined = [Passage(" ".join(s.text for s in spoken), s.place) for s in spoken[:1]]
    for candidates in (spoken, joined):
        read = [(s, m) for s in candidates if (m := _match(s))]
        if read:
            break
    else:
        raise _unread("не удалось прочитать рабочие дни и часы", spoken)
    if len(read) > 1:
        raise _unread("рабочее время названо дважды", [read[1][0]])
    sentence, match = read[0]
    for other in candidates:
        strange = _OFF_DAYS.strange(other.text) or numeric_word(other.text)
        if other is not sentence and (strange or _narrows(other)):
            raise _unread("непонятное условие рядом с рабочим временем", [other])
    days = _days(match, sentence)
    off = [match["tail"], *(folded(other.text) for other in candidates if other is not sentence)]
    if days[-1] > _FRIDAY and any(_WEEKEND.search(words) for words in off):
        raise _unread("рабочим днём назван и выходной: назовите дни недели", [sentence])
    return WorkingHours(days, *_times(match, sentence)), sentence.place


def _narrows(other: Passage) -> bool:
    """Whether a sentence beside the schedule says more than that on days off nobody works."""
    text = folded(other.text)
    working = re.search(r"работа[ею]|оказыва", text) is not None
    return bool(_OFF_NAMED.search(text)) != bool(_RESTING.search(text)) or (
        working and not _RESTING.search(text)
    )


def _match(sentence: Passage) -> re.Match[str] | None:
    text = folded(sentence.text)
    match = _SCHEDULE.fullmatch(text) or _REVERSED.fullmatch(text)
    return match if match and _LEADING.strange(match["lead"]) is None else None


def _days(match: re.Match[str], sentence: Passage) -> tuple[int, ...]:
    if match["named"]:
        return tuple(range(1, 8 if match["named"] == "ежедневно" else 6))
    if match["listed"]:
        days = [_day(name) for name in re.split(r", | и ", match["listed"])]
        if len(set(days)) != len(days):
            raise _unread("день недели назван дважды", [sentence])
        return tuple(sorted(days))
    first, last = _day(match["first"]), _day(match["last"])
    if first >= last:
        raise _unread("первый день недели не раньше последнего", [sentence])
    return tuple(range(first, last + 1))


def _day(name: str) -> int:
    return next(number for number, form in _DAYS.items() if re.fullmatch(form, name))


def _times(match: re.Match[str], sentence: Passage) -> tuple[time, time]:
    try:
        start, end = (
            time(int(match[name]), int(match[f"{name}_minutes"] or 0)) for name in ("start", "end")
        )
    except ValueError:
        raise _unread("такого времени суток нет", [sentence]) from None
    if start >= end:
        raise _unread("рабочий день кончается не позже, чем начинается", [sentence])
    return start, end


def _unread(reason: str, found: Sequence[Passage]) -> Unread:
    if not found:
        return Unread("working_hours", f"{reason}: в пункте нет текста", Place("", 0))
    return Unread("working_hours", f"{reason}: «{found[0].text}»", found[0].place)
