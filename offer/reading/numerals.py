"""Russian numbers in words («двух», «пятнадцать тысяч») and in digits → int."""

import re

# Nominative first, then the other forms that stand before a measured noun.
_FORMS: dict[int, str] = {
    1: "один одного одна одной одну одно одному одним",
    2: "два две двух двум",
    3: "три трех трем",
    4: "четыре четырех четырем",
    5: "пять пяти",
    6: "шесть шести",
    7: "семь семи",
    8: "восемь восьми",
    9: "девять девяти",
    10: "десять десяти",
    11: "одиннадцать одиннадцати",
    12: "двенадцать двенадцати",
    13: "тринадцать тринадцати",
    14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати",
    16: "шестнадцать шестнадцати",
    17: "семнадцать семнадцати",
    18: "восемнадцать восемнадцати",
    19: "девятнадцать девятнадцати",
    20: "двадцать двадцати",
    30: "тридцать тридцати",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти",
    60: "шестьдесят шестидесяти",
    70: "семьдесят семидесяти",
    80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
}
_VALUES = {form: value for value, forms in _FORMS.items() for form in forms.split()}
_THOUSAND = {"тысяча", "тысячи", "тысяч", "тысячу"}
_VAGUE = re.compile(
    r"(?:пол|полтор\w*|половин\w*|треть\w*|четверт[ьи]|нескольк\w*|пар[ауы]|десятк\w*|сотн\w*"
    r"|дюжин\w*|миллион\w*|тыс|ноль|нул[ья]|вдвое|втрое|полчаса|полгода|год\w*|квартал\w*)"
)
_WORD = re.compile(r"[^\W\d_]+")


def folded(text: str) -> str:
    """`text` for comparing: small letters, «ё» as «е»."""
    return text.casefold().replace("ё", "е")


def words_value(text: str) -> int | None:
    """«пятнадцать тысяч» → 15000; None when the words are no number from 1 to 999 999."""
    words = folded(text).split()
    thousands = [at for at, word in enumerate(words) if word in _THOUSAND]
    if len(thousands) > 1:
        return None
    if not thousands:
        return _below_thousand(words)
    head, tail = words[: thousands[0]], words[thousands[0] + 1 :]
    count = _below_thousand(head) if head else 1
    rest = _below_thousand(tail) if tail else 0
    return None if count is None or rest is None else count * 1000 + rest


def _below_thousand(words: list[str]) -> int | None:
    """Hundreds, tens and units, each once and in this order."""
    total, ceiling = 0, 1000
    for word in words:
        value = _VALUES.get(word)
        if value is None or value >= ceiling:
            return None
        total += value
        ceiling = 100 if value >= 100 else 10 if value >= 20 else 1
    return total or None


def count_value(digits: str, words: str | None) -> int | None:
    """«1», «один», «1 (один)» → 1; None when unreadable or when figure and words differ."""
    value = int(digits) if re.fullmatch(r"[1-9][0-9]{0,5}", digits) else words_value(digits)
    if words is not None and words_value(words) != value:
        return None
    return value


def numeric_word(text: str) -> str | None:
    """The first word or sign in `text` that says a number, vague ones included."""
    for character in text:
        if character.isnumeric():
            return character
    for match in _WORD.finditer(folded(text)):
        word = match[0]
        if word in _VALUES or word in _THOUSAND or _VAGUE.fullmatch(word):
            return word
    return None


NUMBER_WORDS = "|".join(sorted(_VALUES, key=len, reverse=True))
