"""Clause 3.3 → how many months a package lasts, and whether its end moves from a day off."""

import re
from collections.abc import Sequence
from dataclasses import replace

from offer.reading.figures import COUNT, figure_of, one_figure, spoken, unread
from offer.reading.numerals import folded
from offer.reading.passages import Passage, Vocabulary
from offer.values import Place

_TERM = figure_of(
    rf"{COUNT} (?:календарн[а-яё]+ )?месяц(?:а|ев)?(?!\w)",
    "срок* действи* действу* пакет* час* кажд* любой любого составля* равен в течение календарн*"
    " месяц* с со момента дня даты оплаты его ее выбранн* купленн* приобретенн* заказчик*"
    " исчисля* отсчитыва* считая и это услуг* поддержк* полной",
    r"заморо|замора|актив|сгора|восстан|ожив|действ|аннул|бессроч|сохран|отлож|пауз|дн[яейю]|день|дат|месяц|недел|час|момент|срок|продл|продол|приостан|истек|истеч|начин|начал|"
    r"оканч|оконч|заканч|переход|перенос|сдвиг|нерабоч|выходн|праздни",
    60,
    "срок действия пакета",
)


def read_term(passages: Sequence[Passage]) -> tuple[int, bool, Place]:
    """Months of a package, and whether its end moves to a working day. Raises Unread."""
    said = spoken(passages)
    moving = [s for s in said if re.search(r"нерабоч|выходн|праздни", folded(s.text))]
    rest = [_from_payment(s) for s in said if s not in moving and not _names_moscow(s)]
    months, place, sentence = one_figure(_TERM, rest)
    if not re.search(r"(?:с|со) (?:момента|дня|даты) (?:[а-я]+ )?оплаты", folded(sentence.text)):
        raise unread("start", "не сказано, что срок идёт с момента оплаты", sentence)
    if len(moving) > 1:
        raise unread("moving", "о переносе с нерабочего дня сказано дважды", moving[1])
    return months, _moves(moving[0]) if moving else True, place


def _names_moscow(sentence: Passage) -> bool:
    return _MOSCOW.strange(re.sub(r"utc ?\+ ?3", "", folded(sentence.text))) is None


def _from_payment(sentence: Passage) -> Passage:
    """«Со дня, следующего за днём оплаты» is how the Code counts from the day of payment."""
    text = re.sub(r", следующ[а-яё]+ за дн[а-яё]+ (?=[а-яё ]*оплаты)", " ", sentence.text)
    return replace(sentence, text=text)


_MOSCOW = Vocabulary.of(
    "все сроки срок время даты в оферте этой настоящей считаются исчисляются определяются указано"
    " указаны это и по московскому московское времени часовому поясу мск"
)
_CONDITION = Vocabulary.of(
    "если последний день окончание окончания конец срок* действ* пакет* приходится придется выпад*"
    " попад* окажется оказался является на нерабоч* выходн* праздничн* или и дни днем то"
)
_DAY_OFF = re.compile(
    r"если (?:последний день|окончание|день окончания|конец|срок)[^.;]*?"
    r"(?:нерабоч|выходн|праздничн)[^.;]*?(?:,|—|то) ?(?P<outcome>.+)"
)
_MOVES = Vocabulary.of(
    "то он срок* действ* пакет* днем днём день окончания окончание его срока истека* заканчива*"
    " оканчива* счита* переносится продлевается ближайш* следующ* за ним рабоч* день днем дня в на"
    " до первый первого наступа* им последним"
)
_STAYS = Vocabulary.of(
    "то он срок* действ* пакет* окончания окончание его срока истека* заканчива* оканчива* не"
    " переносится сдвигается продлевается меняется рабоч* день на в этот тот же самый следующ*"
    " ближайш* все равно и дня днем за ним"
)


def _moves(sentence: Passage) -> bool:
    """What clause 3.3 says of a last day that is not a working day."""
    text = folded(sentence.text)
    match = _DAY_OFF.fullmatch(text)
    if match and _CONDITION.strange(text[: match.start("outcome")]) is None:
        outcome = match["outcome"]
        if re.search(
            r"(?<!\w)не (?:переносится|сдвигается|продлевается)|в этот (?:же )?день", outcome
        ):
            strange = _STAYS.strange(outcome)
            moved: bool | None = False
        else:
            strange = _MOVES.strange(outcome)
            moved = bool(re.search(r"(?:следующ|ближайш|перв)\w* .*рабоч", outcome)) or None
        if moved is not None and strange is None:
            return moved
    elif re.fullmatch(
        r"(?:окончание|конец|последний день)(?: срока)?(?: действия)?(?: пакета)? (?:с|из-за) "
        r"(?:нерабоч|выходн|праздничн)\w*[^0-9]*? не (?:переносится|сдвигается)[^0-9]*",
        text,
    ) and not re.search(r"кроме|если|исключ", text):
        return False
    raise unread("moving", "непонятно, переносится ли конец срока с нерабочего дня", sentence)
