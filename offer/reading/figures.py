"""How a clause says one figure: the sentence that holds it, and what may stand around it.

Every word of that sentence must be known, because an unknown one («около», «кроме», «от первого
обращения») may change what the figure means.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from offer.reading.numerals import NUMBER_WORDS, count_value, folded, numeric_word
from offer.reading.passages import Passage, Unread, Vocabulary, sentences
from offer.values import Place

_HEDGE = re.compile(r"(?<![а-я])(?<!точностью )(от|до|не|около|более|менее) $")
# A sentence beside the figure that takes some of its certainty away.
SOFTENED = re.compile(
    r"(?<!\w)(?:иное|иначе|иной|исключени|как правило|обычно|примерн|ориентир|приблизит|возможн"
    r"|по усмотрени|по (?:взаимн\w+ )?(?:согласован|договор|соглашен)|кроме"
    r"|мо(?:жет|гут) быть|договорит|условн|в отдельных|некотор"
    r"|не (?:действу|примен|распростран|касается))"
)
COUNT = rf"(?<![\w.,+−-])(?P<count>[0-9]+|{NUMBER_WORDS})(?: ?\((?P<words>[а-я ]+)\))?"


@dataclass(frozen=True)
class Figure:
    """How one figure is written: its pattern, the words around it, and what must not be beside it.

    `touching` are stems that make another sentence of the clause a condition on the figure.
    """

    pattern: re.Pattern[str]
    vocabulary: Vocabulary
    touching: re.Pattern[str]
    ceiling: int
    what: str


def figure_of(pattern: str, words: str, touching: str, ceiling: int, what: str) -> Figure:
    return Figure(
        re.compile(pattern),
        Vocabulary.of(words),
        re.compile(rf"(?<!\w)(?:{touching})"),
        ceiling,
        what,
    )


def spoken(passages: Sequence[Passage]) -> list[Passage]:
    return [sentence for passage in passages for sentence in sentences(passage)]


def one_figure(figure: Figure, spoken: Sequence[Passage]) -> tuple[int, Place, Passage]:
    """The figure and its sentence, if there is one and no other sentence touches it."""
    holding = [s for s in spoken if figure.pattern.search(folded(s.text))]
    if not holding:
        raise unread("missing", f"не найдено: {figure.what}", *spoken[:1])
    if len(holding) > 1:
        raise unread("twice", f"сказано дважды: {figure.what}", holding[1])
    value = _value(figure, holding[0])
    for other in spoken:
        text = folded(other.text)
        beyond = figure.touching.search(text) or SOFTENED.search(text) or numeric_word(text)
        if other is not holding[0] and beyond and figure.vocabulary.strange(text) is not None:
            raise unread("condition", f"непонятное условие, которого касается {figure.what}", other)
        if other is not holding[0] and numeric_word(text):
            raise unread("condition", f"лишнее число там, где {figure.what}", other)
    return value, holding[0].place, holding[0]


def _value(figure: Figure, sentence: Passage) -> int:
    text = folded(sentence.text)
    matches = list(figure.pattern.finditer(text))
    if len(matches) > 1:
        raise unread("twice", f"больше одного числа там, где {figure.what}", sentence)
    match = matches[0]
    around = text[: match.start()] + " " + text[match.end() :]
    hedge = _HEDGE.search(text[: match.start()])
    extra = numeric_word(around) or (hedge[1] if hedge else None)
    strange = figure.vocabulary.strange(around)
    if extra or strange:
        raise unread("condition", strange_reason(extra or strange, figure.what), sentence)
    spelled = match["words"] or match.groupdict().get("spelled")
    value = count_value(match["count"], spelled)
    if value is None or value > figure.ceiling:
        raise unread("number", f"число не годится там, где {figure.what}", sentence)
    return value


def strange_reason(word: str | None, what: str) -> str:
    if word is None:
        return f"не удалось прочитать: {what}"
    return f"непонятно, как «{word}» меняет условие «{what}»; такое пишут отдельным пунктом"


def unread(code: str, reason: str, *found: Passage) -> Unread:
    if not found:
        return Unread(code, f"{reason}: в пункте нет текста", Place("", 0))
    return Unread(code, f"{reason}: «{found[0].text}»", found[0].place)
