"""Clauses 3.2, 3.6, 5.2 and 6.1 → prepayment, pause, unit of account, acceptance of works."""

import re
from collections.abc import Sequence

from offer.reading.figures import (
    COUNT,
    SOFTENED,
    figure_of,
    one_figure,
    spoken,
    strange_reason,
    unread,
)
from offer.reading.numerals import count_value, folded, numeric_word
from offer.reading.passages import Passage, Vocabulary
from offer.values import Place

_PREPAYMENT = figure_of(
    rf"{COUNT} ?(?:%|процент[а-яё]*)(?!\w)(?: ?\((?P<spelled>[а-я ]+) процент[а-яё]*\))?",
    "работ* услуг* начина* приступа* исполнител* оказ* выполн* после при услови* предоплат*"
    " оплат* оплачен* аванс* выбранн* пакет* час* процент* размер* в на к с от из того как когда"
    " стоимост* цен* заказчик* получ* производ* вносит внес внесен* внесени* осуществля* порядк*"
    " сумм* перечисл* поступлен* зачислен* денежн* средств* счет* и его ее их это сто ста по",
    r"позже|позднее|потом|затем|кредит|в долг|по факту|без предоплат"
    r"|предоплат|аванс|рассроч|постоплат|частями|половин|процент|отсроч",
    100,
    "размер предоплаты",
)
_UNIT = figure_of(
    rf"{COUNT} (?:минут(?:а|ы|у)?|мин\.?)(?!\w)",
    "минимальн* наименьш* единиц* учет* времени рабоч* составля* равна равняется это минут* мин в"
    " врем* учитыва* отрезками по с и точностью до работ* шаг* исполнител*",
    r"не (?:учит|счита|спис)|полн|целы|минимум|менее|тариф|минут|мин(?!\w)|секунд"
    r"|час(?:а|ов|у)?(?!\w)|единиц",
    60,
    "единица учёта",
)
_ACCEPTANCE = figure_of(
    rf"{COUNT} рабоч(?:его|их|ий) (?:дня|дней|день)(?!\w)",
    "результат* работ* услуг* задач* счита* принят* если в течение рабоч* дня дней день с со"
    " момента даты получен* уведомлен* об о ее его их выполнен* завершен* готовност* заказчик* не"
    " направ* представ* сообщ* замечани* возражени* претензи* мотивированн* письменн* на и"
    " отводится отведен* дается имеет за это время срок* по электронной почте согласованн* канал*"
    " связи таких такие свои рассматрива* проверя* принима* отправлен* отказ* исполнител*",
    r"рабоч[а-яё]+ д[не]|дн[яейю](?!\w)|день|час(?:а|ов)?(?!\w)|недел|срок|молчан"
    r"|акт(?:а|у|ом)?(?!\w)",
    30,
    "срок на замечания",
)

_AFTERWARDS = r"после (?:оказани|выполнени|завершени|приемк)|по (?:факту|окончани|завершени)"


def read_prepayment(passages: Sequence[Passage]) -> tuple[int, Place]:
    """Percent of the price paid before work begins, 1..100. Raises Unread."""
    said = spoken(passages)
    for sentence in said:
        full = re.fullmatch(
            r"[^0-9%]*(?<!\w)полн(?:ой|ая|ую) (?:предоплат|предварительн[а-яё]+ оплат)[^0-9%]*",
            folded(sentence.text),
        )
        if (
            full
            and len(said) == 1
            and not _PREPAYMENT.vocabulary.strange(
                re.sub(r"полн[а-яё]+|предварительн[а-яё]+", "", folded(sentence.text))
            )
        ):
            return 100, sentence.place
    percent, place, sentence = one_figure(_PREPAYMENT, said)
    text = folded(sentence.text)
    if not re.search(r"предоплат|предварительн|аванс", text) or re.search(_AFTERWARDS, text):
        raise unread("prepayment", "не сказано, что это предоплата", sentence)
    return percent, place


def read_pause(passages: Sequence[Passage]) -> tuple[bool, Place]:
    """Whether work stops when the hours are used up. Raises Unread."""
    said = spoken(passages)
    pausing = [s for s in said if re.search(r"приостан|продолжа|останавл", folded(s.text))]
    if len(pausing) != 1:
        raise unread("pause", "не сказано однозначно, приостанавливаются ли работы", *said[:1])
    text = folded(pausing[0].text)
    stops = re.search(r"(?<!не )приостанавлива(?:ются|ет)(?!\w)", text)
    goes_on = re.search(r"(?<!\w)не приостанавлива(?:ются|ет)(?!\w)", text)
    strange = (_GOES_ON if goes_on else _STOPS).strange(text)
    bare = re.sub(r"не (?:согласован|согласует|согласуют)\w*|не приостанавлива", "", text)
    if bool(stops) == bool(goes_on) or strange or re.search(r"(?<!\w)не(?!\w)", bare):
        raise unread("pause", strange_reason(strange, "приостановка работ"), pausing[0])
    if not re.search(r"лимит|исчерпан|израсходован|использован|закончи", text):
        raise unread("pause", "не сказано, что работы приостанавливает лимит часов", pausing[0])
    for other in said:
        words = folded(other.text)
        touching = numeric_word(words) or "лимит" in words or SOFTENED.search(words)
        if other is not pausing[0] and touching:
            raise unread("pause", "лишнее условие рядом с приостановкой работ", other)
    return not goes_on, pausing[0].place


def read_unit(passages: Sequence[Passage]) -> tuple[int, Place]:
    """Minutes of the smallest unit of account, 1..60. Raises Unread."""
    said = spoken(passages)
    rounding = [s for s in said if "округл" in folded(s.text)]
    minutes, place, _ = one_figure(_UNIT, [s for s in said if s not in rounding])
    for sentence in rounding:
        text = re.sub(r"один раз|од[а-яё]+ из", "", folded(sentence.text))
        named = [count_value(m["count"], m["words"]) for m in _UNIT.pattern.finditer(text)]
        if any(value != minutes for value in named):
            raise unread("unit", "округление называет другое число минут", sentence)
        if numeric_word(_UNIT.pattern.sub("", text)):
            raise unread("unit", "непонятное число в правиле округления", sentence)
        strange = _ROUNDING.strange(_UNIT.pattern.sub("", _COUNTED_DAY.sub("", text)))
        if strange:
            reason = f"слово «{strange}» в правиле округления может менять единицу учёта"
            raise unread("unit", reason, sentence)
    return minutes, place


def read_acceptance(passages: Sequence[Passage]) -> tuple[int, Place]:
    """Working days for remarks before a result counts as accepted, 1..30. Raises Unread."""
    said = spoken(passages)
    days, place, _ = one_figure(_ACCEPTANCE, said)
    whole = folded(" ".join(sentence.text for sentence in said))
    accepted = re.search(r"(?<!не )счита[а-яё]+ принят|(?<!не )принят[а-яё]+ счита", whole)
    if not accepted or "уведомл" not in whole or not _WITHOUT_REMARKS.search(whole):
        raise unread(
            "acceptance",
            "не сказано, что без замечаний после уведомления результат принят",
            *said[:1],
        )
    return days, place


_WITHOUT_REMARKS = re.compile(
    r"(?<!\w)не (?:был[аио]? )?(?:направ|представ|сообщ)"
    r"|замечани[йея] нет|нет замечани|без замечани"
)
_COUNTED_DAY = re.compile(r"(?<!\w)за (?:кажд\w+ |один |рабоч\w+ )?(?:день|дня)(?!\w)")
_ROUNDING = Vocabulary.of(
    "время времени рабочее работ* затраченн* потраченн* учтенн* фактическ* по над на задач* созвон*"
    " обращени* сообщени* кажд* люб* один раз* округл* складыва* суммир* сумм* итог* общ* и затем"
    " потом вверх вниз в больш* меньш* сторон* до ближайш* наименьш* минимальн* единиц* учет*"
    " кратн* минут* мин целого числа это производит* исполнител* при учете заказчик* отдельно"
    " неполн* полн* начат* начавш* считается последн*"
)
_STOPS = Vocabulary.of(
    "при достижени* достигнут* когда после как только лимит* исчерпан* израсходован* использован*"
    " законч* оплаченн* предоплаченн* час* пакет* работ* услуг* оказани* выполнени* приостанавлива*"
    " исполнител* заказчик* до пока тех пор согласован* согласу* дальнейш* действи* порядк* сторон*"
    " с и их не что весь все всех в полностью"
)
_GOES_ON = Vocabulary.of(
    "при достижени* достигнут* когда после лимит* исчерпан* израсходован* использован* час* пакет*"
    " работ* услуг* не приостанавлива* а и продолжа* оплачива* по дополнительн* цен* ставк*"
    " как исполнител*"
)
