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


def no_break(text: str) -> str:
    """`text` with no-break spaces in sums, before units and dashes, after short prepositions."""
    text = _INSIDE_NUMBERS.sub(_NO_BREAK, text)
    text = _BEFORE_UNITS.sub(_NO_BREAK, text)
    text = _BEFORE_DASH.sub(_NO_BREAK, text)
    return _AFTER_SHORT.sub(lambda match: match["word"] + _NO_BREAK, text)
