"""No-break spaces where Russian typography wants them, so that sources are typed as usual."""

import re

_NO_BREAK = "\u00a0"
_UNITS = r"₽|%|руб|рубл|час|ч\b|мин|месяц|календарн|рабоч|дн|день|лиценз|год|лет"  # after a number
_BEFORE_DASH = re.compile(r"(?<=\S) (?=[—–] )")
_INSIDE_NUMBERS = re.compile(r"(?<=[0-9]) (?=[0-9])")
_BEFORE_UNITS = re.compile(rf"(?<=[0-9]) (?=(?:{_UNITS}))")
_AFTER_SHORT = re.compile(
    r"(?<![\w-])(?P<word>в|во|и|к|ко|с|со|о|об|у|а|на|по|за|до|от|из|не|ст\.|п\.|ч\.|№) (?=\S)",
    re.IGNORECASE,
)
# «ст. 23 п. 1 пп. 8» and «ст. 191, 192» are one name; a dash may stand before a tag
_IN_PAGES = re.compile(
    r"(?<=[0-9]) (?=коп\.|(?:ст|пп?|ч)\.\s[0-9])"
    r"|(?<=(?<![\w-])пп\.) (?=\S)"
    r"|(?<=\S) (?=[—–](?:\s|\0|$))",
    re.IGNORECASE,
)
_ARTICLES = re.compile(r"ст\.\s[0-9.]+(?:,\s[0-9.]+)+")
# what stands between the texts of a page: tags, and what is read to the letter
_TAGS = re.compile(
    r"(<(?P<kept>script|style|textarea|pre|code)\b.*?</(?P=kept)>|<[^>]*>)", re.DOTALL
)
_TAG = "\0"  # stands for a tag among the texts; HTML itself reads this sign as REPLACED
_REPLACED = "\ufffd"
_TAG_AND_KEPT = 3  # `split` gives a text, a tag, what is kept in it, a text …


def no_break(text: str) -> str:
    """`text` with no-break spaces in sums, before units and dashes, after short prepositions.

    A certificate is set by it and is made again to the byte: what it makes of a text stays.
    """
    text = _INSIDE_NUMBERS.sub(_NO_BREAK, text)
    text = _BEFORE_UNITS.sub(_NO_BREAK, text)
    text = _BEFORE_DASH.sub(_NO_BREAK, text)
    return _AFTER_SHORT.sub(lambda match: match["word"] + _NO_BREAK, text)


def no_break_in_page(html: str) -> str:
    """The same for the words of a page, and more; what stands in its tags, and code, stays."""
    parts = _TAGS.split(html.replace(_TAG, _REPLACED))
    text = _IN_PAGES.sub(_NO_BREAK, no_break(_TAG.join(parts[::_TAG_AND_KEPT])))
    text = _ARTICLES.sub(lambda match: match[0].replace(" ", _NO_BREAK), text)
    tags = [*parts[1::_TAG_AND_KEPT], ""]
    return "".join(it for pair in zip(text.split(_TAG), tags, strict=True) for it in pair)
