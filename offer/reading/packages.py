"""Clause 3.1 → packages: hours, price and the rate of an extra hour."""

import re
from collections.abc import Iterator, Sequence

from offer.reading.money import kopecks, money_pattern
from offer.reading.numerals import folded, numeric_word, words_value
from offer.reading.passages import Passage, Unread, Vocabulary
from offer.reading.tables import Table, read_tables
from offer.values import Package, Place

EXAMPLE = "- 3 часа — 9 000 ₽, дополнительный час — 3 200 ₽;"

LEAST_KOPECKS = 100  # YooKassa's smallest payment

_DASH = r"(?: ?[—–:] ?| - )"
_HOURS = (
    r"(?P<hours>[0-9]{1,3})(?: ?\((?P<hours_words>[а-яё ]+)\))? ?"
    r"(?:час(?:а|ов|ы)?|ч\.?)(?!\w)»?(?: (?:поддержки|работы|работ))?"
)
_PRICED = rf"(?:{_DASH}|,? (?:(?:стоит|стоят|стоимость(?:ю)?|цена|ценой|по цене|за){_DASH}? ?))"
_PER_HOUR = r" ?(?:/ ?(?:1 )?|за (?:1 |один |каждый )?|в )(?:час|ч)(?!\w)\.?"
_EXTRA = (
    r"(?:за )?(?:кажд[а-яё]+ )?"
    r"(?P<extra>(?:дополнительн[а-яё]+|доп\.?|последующ[а-яё]+) ?(?:час[а-яё]*|ч\.?)(?! ?[а-яё]+ов)"
    r"|час (?=сверх))(?: ?сверх (?:пакета|него|них|лимита))?"
)
_EXTRA_PRICED = (
    rf"(?:{_DASH}|,? (?:(?:стоит|стоят|оплачива[ею]тся)(?:{_DASH}| ))?(?:по )?(?:цене )?(?:за )?)"
)
_ITEM = re.compile(
    rf"(?:пакет(?: (?:на|из|в))?{_DASH}? ?)?«?{_HOURS}"
    rf"{_PRICED}{money_pattern('price')}"
    rf"(?:,|;|\.| и|, а| \() ?{_EXTRA}{_EXTRA_PRICED}{money_pattern('rate')}"
    rf"(?P<per_hour>{_PER_HOUR})?\)?(?: ?[;.](?= |$)|,?$|(?<=\.)(?= ))",
    re.IGNORECASE,
)
_CHUNK = re.compile(r".+?(?:[;:](?= |$)|[.!?](?= [А-ЯЁA-Z«]|$)|$)", re.DOTALL)
_INTRODUCTION = Vocabulary.of(
    "услуг* оказыва* предоставля* прода* приобрета* покупа* оплачива* реализу* выбира* доступн*"
    " пакет* рабоч* врем* час* исполнител* заказчик* техническ* поддержк* следующ* один* из"
    " стоимост* цен* тариф* указан* приведен* таблиц* ниже в по на и с к для это действу*"
    " рубл* российск* федераци* может любой любого их его состав* перечень"
)
_FOREIGN = re.compile(
    r"[$€£¥₸₴]|(?<!\w)(?:USD|EUR|CNY|KZT|BYN|доллар[а-яё]*|евро|юан[а-яё]*|тенге"
    r"|тыс|т\.? ?р)(?!\w)",
    re.IGNORECASE,
)
_PRICING = re.compile(r"(?<!\w)(?:цен[аыеуо]|стоимост|тариф|рубл|оплачива|действу)")
_PACKAGES = re.compile(
    r"пакет\w*(?: рабоч\w+)?(?: час\w*| врем\w*)?|ниже(?!\w)|таблиц|следующ|рабоч\w+ врем\w+ пакет"
)
_HEDGE = re.compile(
    r"(?<!\w)(?:от|до|около|примерно|порядка|почти|более|менее|не|или|либо|было|вместо|скидк[а-яё]*"
    r"|акци[а-яё]*|бесплатн[а-яё]*|минимум|максимум|плюс|минус|ориентировочно)(?!\w)",
    re.IGNORECASE,
)


def read_packages(passages: Sequence[Passage]) -> tuple[tuple[Package, ...], list[Unread]]:
    """The packages read and what could not be; with anything unread the packages are partial."""
    packages: list[Package] = []
    unread: list[Unread] = []
    tables, rest = read_tables(passages)
    for passage in rest:
        try:
            packages.extend(_prose(passage))
        except Unread as error:
            unread.append(error)
    for table in tables:
        _read_rows(table, packages, unread)
    unread.extend(_twice(packages))
    if not packages and not unread:
        place = passages[0].place if passages else Place("3.1", 1)
        unread.append(Unread("no_packages", "пакетов с ценой не нашлось", place))
    return tuple(packages), unread


def _prose(passage: Passage) -> Iterator[Package]:
    """The packages of a paragraph or bullet; raises Unread at the first doubtful words."""
    if passage.kind in ("ordered", "code"):
        raise _unread("list", "пакеты пишут списком с «-», а не так", passage.text, passage.place)
    text, start = passage.text.replace("\n", " "), 0
    while start < len(text):
        match = _ITEM.match(text, start)
        place = passage.at(start)
        if match:
            yield _package(match, place)
        else:
            match = _CHUNK.match(text, start)
            assert match  # noqa: S101  # the pattern takes any text that is not empty
            _check_introduction(match[0], place)
        start = match.end() + (text[match.end() : match.end() + 1] == " ")


def _package(match: re.Match[str], place: Place) -> Package:
    found = match[0].strip()
    hours, words = int(match["hours"]), match["hours_words"]
    price, rate = kopecks("price", match), kopecks("rate", match)
    if words is not None and words_value(words) != hours:
        raise _unread("hours", "число часов цифрами и словами разное", found, place)
    if price is None or rate is None:
        raise _unread("sum", "сумма написана непонятно", found, place)
    if not match["per_hour"] and re.search(r"час[ыао]", match["extra"], re.IGNORECASE):
        raise _unread("rate", "непонятно, за один ли это дополнительный час", found, place)
    return checked(Package(hours, price, rate, place), found)


def checked(package: Package, found: str) -> Package:
    """`package` if it can be sold at all; raises Unread for a zero or less than a rouble."""
    if not (package.hours and package.price_kopecks and package.extra_hour_kopecks):
        raise _unread("zero", "ноль вместо числа часов или цены", found, package.place)
    if min(package.price_kopecks, package.extra_hour_kopecks) < LEAST_KOPECKS:
        reason = "меньше 1 рубля ЮKassa не принимает"
        raise _unread("too_small", reason, found, package.place)
    return package


def _check_introduction(text: str, place: Place) -> None:
    """Words around the packages may not touch their meaning."""
    text = text.strip()
    for code, reason, pattern in (
        ("currency", "цены пишут в рублях, а здесь другая валюта или «тыс.»", _FOREIGN),
        ("negative", "число с минусом", re.compile(r"−|[—–:(] ?[-—–] ?[0-9]|(?<![0-9])-[0-9]")),
    ):
        if pattern.search(text):
            raise _unread(code, reason, text, place)
    numeric = numeric_word(text) is not None and not re.fullmatch(
        r"\D*\bод(?:ин|ного) из [^0-9]*", text, re.IGNORECASE
    )
    hedge, strange = _HEDGE.search(text), _INTRODUCTION.strange(text)
    if numeric and hedge:
        raise _unread("vague", f"слово «{hedge[0]}» делает цену или часы неточными", text, place)
    if numeric:
        raise _unread("package", "не удалось прочитать пакет", text, place)
    if strange is None and _names_price(folded(text)):
        reason = "так говорят о другой цене; перед пакетами пишут только, что они следуют"
        raise _unread("words", reason, text, place)
    if strange:
        reason = f"слово «{strange}» может менять цены; такое условие пишут отдельным пунктом"
        raise _unread("words", reason, text, place)


def _names_price(text: str) -> bool:
    """Whether an introduction speaks of money otherwise than «Цены пакетов часов:»."""
    others = _PACKAGES.sub("", text)
    if not _PRICING.search(text):
        return False
    return others == text or re.search(r"(?<!\w)(?:час|врем)", others) is not None


def _read_rows(table: Table, packages: list[Package], unread: list[Unread]) -> None:
    try:
        columns = _columns(table)
    except Unread as error:
        unread.append(error)
        return
    for cells, place in table.rows:
        try:
            packages.append(_row(cells, columns, place))
        except Unread as error:
            unread.append(error)


_COLUMNS = {
    "extra": re.compile(
        r"(?:цена |стоимость )?(?:дополнительн[а-яё]+|доп\.?) час[а-яё]*(?P<tail>.*)", re.IGNORECASE
    ),
    "hours": re.compile(
        r"(?:пакет(?: часов)?|(?:количество |число )?час(?:ы|ов))(?P<tail>)", re.IGNORECASE
    ),
    "price": re.compile(r"(?:цена|стоимость)(?: пакета)?(?P<tail>.*)", re.IGNORECASE),
}
_RUBLES_TAIL = re.compile(
    rf"(?:,? ?\(?(?:₽|руб(?:\.|лей)?|в рублях)\)?)?(?P<per_hour>{_PER_HOUR})?", re.IGNORECASE
)


def _columns(table: Table) -> dict[str, tuple[int, bool]]:
    """Column name → its index and whether its heading already names roubles or hours."""
    columns: dict[str, tuple[int, bool]] = {}
    for index, heading in enumerate(table.headings):
        name, match = next(
            ((n, m) for n, p in _COLUMNS.items() if (m := p.fullmatch(heading.strip()))), ("", None)
        )
        if not match or name in columns or not _RUBLES_TAIL.fullmatch(match["tail"]):
            raise _unread("table", "непонятный столбец таблицы", heading, table.place)
        unit = "час" in heading.lower() if name == "hours" else bool(match["tail"].strip())
        columns[name] = (index, unit)
    if len(columns) != len(_COLUMNS):
        found = " | ".join(table.headings)
        raise _unread(
            "table", "нужны столбцы «Пакет», «Цена», «Дополнительный час»", found, table.place
        )
    return columns


def _row(cells: Sequence[str], columns: dict[str, tuple[int, bool]], place: Place) -> Package:
    """A row is read as the sentence it stands for."""
    found = " | ".join(cells)
    if len(cells) != len(columns):
        raise _unread("table", "в строке таблицы не столько ячеек, сколько столбцов", found, place)
    parts = {}
    for name, (index, unit) in columns.items():
        bare = re.fullmatch(r"[0-9][0-9 ]*(?:[.,][0-9]+)?", cells[index])
        suffix = " часов" if name == "hours" else " ₽"
        parts[name] = cells[index] + (suffix if unit and bare else "")
    match = _ITEM.fullmatch(
        f"{parts['hours']} — {parts['price']}, дополнительный час — {parts['extra']}"
    )
    if not match:
        _check_introduction(found, place)
        raise _unread("package", "не удалось прочитать строку таблицы", found, place)
    return _package(match, place)


def _twice(packages: Sequence[Package]) -> Iterator[Unread]:
    seen: dict[int, Package] = {}
    for package in packages:
        first = seen.setdefault(package.hours, package)
        if first is not package:
            yield Unread(
                "two_prices",
                f"пакет на столько же часов ({package.hours}) уже назван в строке"
                f" {first.place.line}; у пакета одна цена",
                package.place,
            )


def _unread(code: str, reason: str, found: str, place: Place) -> Unread:
    return Unread(code, f"{reason}: «{found.strip()}»", place)
