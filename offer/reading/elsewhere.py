"""Terms said again, or otherwise, outside the clause that the site reads them from.

The site sells by clauses 3.1, 3.2, 3.3, 3.6, 4.1, 5.2 and 6.1 alone, so a price, a term or a
working day named anywhere else would be a promise that nobody keeps. A sentence is judged by the
words in it; a bullet or a row together with the words that introduce it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from offer.clauses import Clause
from offer.reading.numerals import folded, numeric_word
from offer.reading.passages import Passage, Unread, passages, sentences, shortened
from offer.values import Place


@dataclass(frozen=True)
class _Said:
    """A sentence, and the words it is understood with: its own and those that introduce it."""

    own: str
    whole: str
    kind: str
    number: str

    def has(self, *patterns: re.Pattern[str]) -> bool:
        return all(pattern.search(self.whole) for pattern in patterns)

    def names(self, *patterns: re.Pattern[str]) -> bool:
        """As `has`, in the sentence itself."""
        return all(pattern.search(self.own) for pattern in patterns)

    @cached_property
    def counts(self) -> bool:
        return numeric_word(self.own) is not None


@dataclass(frozen=True)
class _Rule:
    """`homes` are the clauses where such a sentence belongs, the first being the one to name."""

    code: str
    homes: tuple[str, ...]
    reason: str
    says: Callable[[_Said], bool]


def said_elsewhere(clauses: Sequence[Clause]) -> Iterator[Unread]:
    """Every sentence that says a term of another clause; one finding for each sentence."""
    for clause in clauses:
        title = Passage(clause.title, Place(clause.number, clause.line))
        introduction = clause.title
        for passage in (title, *passages([clause])):
            if passage.kind in ("paragraph", "ordered"):
                introduction = ""
            for sentence in sentences(passage):
                broken = _broken(sentence.text, introduction, sentence.kind, clause.number)
                if broken:
                    reason = f"{broken.reason}: «{shortened(sentence.text)}»"
                    yield Unread(broken.code, reason, sentence.place)
                if passage.kind in ("paragraph", "ordered"):
                    introduction = sentence.text


# Editions of one offer share nearly all their sentences, and a history is read as a whole.
@lru_cache(maxsize=4096)
def _broken(text: str, introduction: str, kind: str, number: str) -> _Rule | None:
    """The first rule that a sentence of this clause breaks."""
    own = folded(text)
    whole = f"{folded(introduction)} {own}" if kind in ("bullet", "row") else own
    said = _Said(own, whole, kind, number)
    rules = (rule for rule in _RULES if not _at_home(rule, number))
    return next((rule for rule in rules if rule.says(said)), None)


def _at_home(rule: _Rule, number: str) -> bool:
    return any(f"{number}.".startswith(f"{home}.") for home in rule.homes)


def _stems(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})")


_CURRENCY = re.compile(r"₽|(?<!\w)(?:руб|rub(?!\w)|р\.(?!\w)|доллар|евро(?!п))|[$€]")
_GROUPED = re.compile(
    r"(?<![\w.+])[1-9][0-9]{0,2}(?: [0-9]{3})+(?!\w|[.,][0-9])|(?<!\w)тыс(?:яч|\.)"
    r"|(?<![\w.+-])(?!(?:19|20)[0-9]{2}(?!\w))[1-9][0-9]{3,5}(?!\w|[.,][0-9])"
)
_PAYING = _stems(
    r"(?:о|пред|до|пере|вы)?пла(?:т[аеиуы]|т[яи]т|чива|тн)|цен[аыеуо]|стоимост|сто[ия]т(?!\w)"
    r"|тариф|ставк|сумм|комисси|ндс(?!\w)|скидк|аванс|вперед|дешевле|дороже|прайс"
)
_SOLD = _stems(r"пакет|час|минут|услуг|работ|задач|созвон|консультац|обращени|заказ(?!чик)")
_PRICED = _stems(r"пакет|час|(?:о|пред)?пла(?:т|ч)|цен[аыеуо]|стоимост|тариф|скидк|ставк")
_LIABILITY = _stems(r"ответственност|неустойк|пен[яиею](?!\w)|штраф|убытк|ущерб|уставн")
_REFUND = re.compile(r"возвра[тщ]|удерж")
_PERCENT = re.compile(r"%|процент")
_FULL = re.compile(r"(?<![\w.,])100 ?(?:%|процент\w*)(?: ?\([а-я ]+\))?(?=[^%]*предоплат)")
_MULTIPLE = _stems(
    r"вдвое|втрое|вчетверо|в (?:[0-9]|пол|дв|тр|нескольк)\S* раз|двойн|тройн|полуторн|удв(?:о|аи)"
    r"|утр(?:о|аи)|скид(?:к|ок)|наценк|надбавк|коэффициент|дешевле|дороже|повышенн|сниженн"
    r"|половин\w+ (?:цен|стоим)|полцен|акци(?:я|и|ю|ей|онн)(?!\w)|промокод"
)
_NO_CHANGE = re.compile(
    r"не (?:предоставл|применя|действу|дела|дает|дают|предусм|начисл|взима|меня|повыш|увелич|удва)"
    r"|(?:скидок|наценок|надбавок|акций) нет|нет (?:скидок|наценок|надбавок)"
    r"|без (?:скид|нацен|надбав|комисс|доплат)"
)
_BUYERS = _stems(r"клиент|заказчик|компани|организаци|лиц(?:ам|а)?(?!\w)|меньше|больше|нко(?!\w)")
_ONLY = _stems(r"только|лишь|исключительно")
_FREE = _stems(r"бесплатн|подарок|подар[ие]т|бонусн")
_TAX = _stems(r"ндс(?!\w)|налог|комисси|сбор(?!\w)")
_ADDED = _stems(r"добавля|увеличива|сверх|прибавля|плюс|без учета|не включ|не вход")
_INCLUDED = re.compile(
    r"включа|включен|входит|в том числе|не облага|освобожд|без ндс|не (?:является|признается)"
)
_OPEN = re.compile(
    r"договорн|индивидуальн|по (?:взаимн\w+ )?(?:согласован|договор[её]н|соглашен)|примерн"
    r"|ориентировочн|приблизительн|окончательн|уточня|завис[ия]т|как правило|как минимум|не ниже"
)
_SEPARATE = _stems(r"отдельн|таких|разработк|новы[хе]|новой|нового|иных")
_PRICE_FOR_A_WHILE = re.compile(
    r"(?<!\w)(?:цен[аы]|стоимость|тарифы?) действу\w+ (?:до|по|с)(?!\w)"
    r"|(?:оплат|плат|расч[её]т)\w*[^.]* в (?:доллар|евро)"
)
_PRICE = _stems(r"цен[аыеуо]|стоимост|тариф|прайс")


def _says_price(said: _Said) -> bool:
    return (
        _says_sum(said)
        or _says_otherwise_priced(said)
        or (said.names(_PRICE, _OPEN) and not said.names(_SEPARATE))
        or said.names(_PRICE_FOR_A_WHILE)
    )


def _says_sum(said: _Said) -> bool:
    if said.kind == "row" and said.names(_CURRENCY):
        return True
    if not said.counts or (said.has(_LIABILITY) and not said.has(_PRICED)):
        return False
    bare = said.number != "11" and said.has(_PAYING) and said.names(_GROUPED)
    return said.names(_CURRENCY) or bare


def _says_percent(said: _Said) -> bool:
    own = _FULL.sub("", said.own)
    if not (_PERCENT.search(own) and (said.has(_PAYING) or said.has(_PRICED))):
        return False
    taxed = said.has(_TAX) and said.has(_INCLUDED) and not said.has(_ADDED)
    return not (said.has(_LIABILITY) or said.has(_REFUND) or taxed)


def _says_otherwise_priced(said: _Said) -> bool:
    if said.has(_NO_CHANGE) and not said.counts:
        return False
    dearer = said.names(_MULTIPLE) and (said.has(_PAYING) or said.has(_SOLD) or said.has(_BUYERS))
    free = said.names(_FREE) and said.names(_stems("час|пакет|минут"))
    return (dearer and not said.has(_LIABILITY)) or free or said.names(_TAX, _ADDED)


_CREDIT = _stems(
    r"без (?:предоплат|аванс)|рассрочк|постоплат|отсрочк\w* (?:оплат|платеж)|в кредит|частями"
    r"|в долг|(?:о?плат|оплачива)\w*(?: \w+){0,3} (?:после|по (?:факту|окончани|завершени))(?!\w)"
)


def _says_prepayment(said: _Said) -> bool:
    refused = re.search(r"не (?:предоставл|предусм|допуска|применя|принима)|нельзя|новой", said.own)
    return said.names(_CREDIT) and said.names(_PAYING_OR_CREDIT) and not refused


_PAYING_OR_CREDIT = re.compile(rf"{_PAYING.pattern}|рассрочк|постоплат|в кредит|в долг|предоплат")
_PERIOD = _stems(r"месяц|дн[яей]|день|недел|год(?!н)|лет(?!\w)|квартал|полгода|сут(?:ок|ки)")
_HOURS = re.compile(
    r"(?<!\w)пакет|(?<!рабочие )(?<!\w)(?<!в )часы|(?:неиспользов|неизрасход|оплач|предоплач|куплен"
    r"|приобрет|оставш)\w+ (?:час|врем)|остат\w+ (?:час|пакет|времени)"
)
_LASTING = _stems(
    r"действу|действит|сгора|аннулир|истека|истеч|переход|перенос|перенес|сохран|использ|списыва"
    r"|продл|заканчива|обнул|срок\w* (?:действия )?пакет|срок\w* (?:действия )?час|срок[иа]?(?!\w)"
)
_STARTING = _stems(r"начина|отсчит|исчисля|теч[её]т|активир")
_SINCE = re.compile(r"(?<!\w)(?:с|со|от|после) (?:перв|дат|момент|дня|начал|назначенн)")
_OTHER = _stems(r"друг(?:ой|ого|им)|ин(?:ой|ого)(?!\w)|дольше|больш|длиннее")
_STRETCHED = re.compile(
    r"(?:заморо|продл|приостан|бессрочн|не сгора|не аннулир|(?<!не )перенос\w*|(?<!не )переход[яи]т"
    r"|сохраня)"
)
_NOT_STRETCHED = re.compile(
    r"не (?:продл|заморо|замора|приостан|сохран|перенос)|нельзя|не (?:может|могут|вправе)"
)


def _says_term(said: _Said) -> bool:
    if not said.has(_HOURS) or (said.has(_REFUND) and not said.names(_stems("действу|сгора|прод"))):
        return False
    if said.counts and said.names(_PERIOD) and said.has(_LASTING):
        return True
    if said.names(_STARTING, _SINCE) and not said.names(_stems(r"оплат|оплач")):
        return True
    open_ended = said.names(_stems("срок"), _OPEN) or said.names(_stems("срок"), _OTHER)
    stretched = said.names(_STRETCHED) and not said.names(_NOT_STRETCHED)
    return open_ended or (stretched and not said.names(_stems("работы|оказание")))


_MINUTES = _stems(r"минут|мин(?!\w)|полчас|получас|четверт\w+ часа")
_STEP = _stems(
    r"единиц\w* уч|учитыва|учет|шаг|округл|списыва|списани|засчитыва|тарифиц|тарификац|кратн"
)
_LEAST = _stems(r"минимальн|не менее|минимум|не меньше|как минимум")
_WORK = _stems(r"списа|созвон|задач|обращени|звон[ок]|встреч|учитыва|оплачива|засчит|консультац")
_ROUNDED = re.compile(
    r"округл\w*[^.]*? до (?:[а-я]+ )?(?:час|получас|полчас|минут|дня|суток|половин|четверт)"
)


def _says_unit(said: _Said) -> bool:
    least = said.names(_LEAST, _WORK, _stems("час|минут|получас|полчас"))
    step = said.counts and said.has(_STEP) and said.names(_MINUTES)
    unit = said.counts and said.names(_stems(r"единиц\w* уч"), _stems("час|минут"))
    return least or step or unit or said.names(_ROUNDED)


_REMARKS = re.compile(
    r"замечани|при[её]мк|(?:результат|работ|услуг)\w*(?: \w+){0,3} счита\w+(?: \w+)? принят"
)


def _says_acceptance(said: _Said) -> bool:
    figure = said.counts and said.names(_stems(r"дн[яейю]|день|час|недел|месяц|сут"))
    if said.names(_BY_ACT):
        return True
    return said.has(_REMARKS) and bool(figure or "в любое время" in said.own)


_BY_ACT = re.compile(
    r"(?<!\w)молчани\w+[^.]* (?:не )?(?:счита|означа|явля)"
    r"|(?:результат|работ|услуг)\w* принима\w+ только"
)
_WEEKDAY = _stems(
    r"понедельник|вторник|сред[ауыеа](?!\w)|четверг|пятниц|пн(?!\w)|вт(?!\w)|ср(?!\w)|чт(?!\w)|пт(?!\w)"
)
_DAY_OFF = _stems(r"суббот|воскрес|сб(?!\w)|вс(?!\w)|выходн|праздни|нерабоч")
_ROUND = re.compile(r"круглосуточн|24/7|ежедневно|без выходных|(?<!\w)будн|(?<!\w)по ночам")
_WORKING = re.compile(
    r"(?<!\w)(?:работа(?:ет|ют|ем|ть)(?!\w)|оказыва|на связи|доступ(?:ен|на|ны)(?!\w)|график|режим"
    r"|перерыв|обед|рабоч\w+ врем|врем\w+ работы|принима\w+ обращен)"
)
_CLOCK = re.compile(
    r"(?<!\w)(?:с|до|после) ?[0-2]?[0-9](?:[:.][0-5][0-9]|(?: ?час\w*)? до ?[0-2]?[0-9](?![0-9.]))"
)


_AWAY = re.compile(
    r"(?<!\w)в отпуск|рабоч\w+ день (?:короче|длиннее|сокращ|заканч|оканч|начина|длится)"
)


def _says_working_hours(said: _Said) -> bool:
    if said.names(_AWAY):
        return True
    if not said.has(_WORKING):
        return False
    resting = re.search(r"не (?:работа|оказыва|доступ)", said.own)
    if said.names(_DAY_OFF) and not said.names(_WEEKDAY):
        return not resting
    if resting and said.counts:
        return True
    return said.names(_WEEKDAY) or said.names(_ROUND) or said.names(_CLOCK)


_LIMIT = _stems(r"лимит|исчерпан|израсходован|сверх (?:пакет|лимит|оплачен)")
_GOING_ON = re.compile(
    r"(?<!\w)продолжа|не (?:приостан|прекращ|останавл)|автоматическ"
    r"|без (?:согласован|останов)|потом(?!\w)|позже"
)
_REFERENCE = re.compile(
    r"(?<!\w)(?:пп?\.|пункт\w*) ?[0-9. ,и]*(?<![0-9.])(?:3\.[1236]|4\.1|5\.2|6\.1)"
)
_SET_ASIDE = re.compile(
    r"не (?:примен|действу|распростран|использ)|измен|(?<!\w)(?:иное|иначе|иной|кроме|вместо)"
    r"|исключен|отступ"
)

_TERMS = ("3.1", "3.2", "3.3", "3.6", "4.1", "5.2", "6.1")
_RULES = (
    _Rule("price_elsewhere", ("3.1",), "сайт продаёт только по ценам п. 3.1", _says_price),
    _Rule("price_elsewhere", ("3.1", "3.2"), "сайт продаёт только по ценам п. 3.1", _says_percent),
    _Rule(
        "sale_elsewhere",
        ("3.1",),
        "сайт продаёт всякий пакет п. 3.1 всякому, кто платит",
        lambda said: (
            said.names(_stems("пакет"), _ONLY, _BUYERS)
            or said.names(_stems(r"минимальн\w+ заказ(?!чик)"))
        ),
    ),
    _Rule("prepayment_elsewhere", ("3.2",), "порядок оплаты пишут в п. 3.2", _says_prepayment),
    _Rule("term_elsewhere", ("3.3",), "срок пакета пишут только в п. 3.3", _says_term),
    _Rule("unit_elsewhere", ("5.2",), "единицу учёта пишут только в п. 5.2", _says_unit),
    _Rule(
        "acceptance_elsewhere",
        ("6.1",),
        "срок на замечания пишут только в п. 6.1",
        _says_acceptance,
    ),
    _Rule(
        "working_hours_elsewhere",
        ("4.1",),
        "рабочее время пишут только в п. 4.1",
        _says_working_hours,
    ),
    _Rule(
        "pause_elsewhere",
        ("3.6",),
        "о работе сверх лимита пишут только в п. 3.6",
        lambda said: said.names(_LIMIT, _GOING_ON),
    ),
    _Rule(
        "exception_elsewhere",
        _TERMS,
        "исключение из пункта пишут в нём самом",
        lambda said: said.names(_REFERENCE, _SET_ASIDE),
    ),
)

# The clause in which a sentence of that code should have stood.
HOMES = {rule.code: rule.homes[0] for rule in _RULES if len(rule.homes) < len(_TERMS)}
