"""No-break spaces where Russian typography wants them, so that sources are typed as usual."""

import re

_NO_BREAK = "\u00a0"
_UNITS = r"₽|%|руб|рубл|коп\.|час|ч\b|мин|месяц|календарн|рабоч|дн|день|лиценз|год|лет"
# begins with the space, which is quick to look for; «ст. 23 п. 1 пп. 8» is one name
_SPACE = re.compile(
    rf"""
    [ ](?:
        (?: (?<=(?<![\w-])[вкосуаиВКОСУАИ№][ ])
          | (?<=(?<![\w-])(?:[Вв]о|[Кк]о|[Сс]о|[Оо]б|[Нн]а|[Пп]о|[Зз]а|[Дд]о)[ ])
          | (?<=(?<![\w-])(?:[Оо]т|[Ии]з|[Нн]е|НЕ)[ ])
          | (?<=(?<![\w-])[ПпЧч]\.[ ]) | (?<=(?<![\w-])(?:[Сс]т|[Пп]п)\.[ ])
        )(?=\S|$)
      | (?<=[0-9][ ])(?=[0-9]|{_UNITS}|(?:ст|пп?|ч)\.\s[0-9])
      | (?<=\S[ ])(?=[—–](?:\s|$))
    )
    """,
    re.VERBOSE,
)
_ARTICLES = re.compile(r"ст\.\s[0-9.]+(?:,\s[0-9.]+)+")
# what stands between the texts of a page: tags, and what is read to the letter
_TAGS = re.compile(
    r"(<(?P<kept>script|style|textarea|pre|code)\b.*?</(?P=kept)>|<[^>]*>)", re.DOTALL
)
_TAG = "\0"  # in a text's place for a tag: no page has this sign
_TAG_AND_KEPT = 3  # `split` gives a text, a tag, what is kept in it, a text …


def no_break(text: str) -> str:
    """`text` with no-break spaces in sums, before units and dashes, after short prepositions."""
    text = _SPACE.sub(_NO_BREAK, text)
    return _ARTICLES.sub(lambda match: match[0].replace(" ", _NO_BREAK), text)


def no_break_in_page(html: str) -> str:
    """The same for the words of a page; what stands in its tags, and code, stays as it is."""
    parts = _TAGS.split(html)
    texts = no_break(_TAG.join(parts[::_TAG_AND_KEPT])).split(_TAG)
    tags = [*parts[1::_TAG_AND_KEPT], ""]
    return "".join(it for pair in zip(texts, tags, strict=True) for it in pair)
