"""Hypothesis: many ways to write the same terms as clauses of an offer."""

from dataclasses import dataclass
from datetime import time

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

SPACES = (" ", "\u00a0", "\u202f", "\u2009")
RUBLES = ("₽", "руб.", "рублей")
TEENS = {2: "два", 3: "три", 5: "пять", 12: "двенадцать"}
DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")


@dataclass(frozen=True)
class Sold:
    """A package as plain figures: hours, kopecks, kopecks of an extra hour."""

    hours: int
    price: int
    rate: int


@dataclass(frozen=True)
class Said:
    """Figures of an offer and the clauses that say them."""

    packages: tuple[Sold, ...]
    months: int
    unit: int
    days: int
    start: time
    end: time
    week: tuple[int, int]
    clauses: dict[str, str | None]


def amounts() -> SearchStrategy[int]:
    """Sums in kopecks, mostly whole roubles."""
    whole = st.integers(1, 9_999_999).map(lambda rubles: rubles * 100)
    return st.one_of(whole, whole, st.integers(100, 99_999_999))


@st.composite
def money(draw: DrawFn, kopecks: int) -> str:
    rubles, rest = divmod(kopecks, 100)
    space = draw(st.sampled_from(SPACES))
    grouped = f"{rubles:,}".replace(",", space) if draw(st.booleans()) else str(rubles)
    tail = f",{rest:02d}" if rest or draw(st.booleans()) else ""
    return f"{grouped}{tail}{space}{draw(st.sampled_from(RUBLES))}"


@st.composite
def package_line(draw: DrawFn, sold: Sold) -> str:
    space, dash = draw(st.sampled_from(SPACES)), draw(st.sampled_from((" — ", " – ", " - ", ": ")))
    unit = draw(st.sampled_from(("час", "часа", "часов", "ч.")))
    price, rate = draw(money(sold.price)), draw(money(sold.rate))
    extra, per_hour = draw(
        st.sampled_from(
            (
                ("дополнительный час", ""),
                ("каждый дополнительный час", ""),
                ("дополнительные часы", " / час"),
                ("дополнительные часы", "/час"),
                ("доп. часы", " за час"),
            )
        )
    )
    lead = draw(st.sampled_from(("", "", "Пакет на ", "**")))
    hours = f"{lead}{sold.hours}{space}{unit}{'**' if lead == '**' else ''}"
    return f"{hours}{dash}{price}, {extra}{dash}{rate}{per_hour}"


@st.composite
def packages_clause(draw: DrawFn, sold: tuple[Sold, ...]) -> str:
    if draw(st.booleans()):
        rows = [
            f"| {it.hours} часов | {draw(money(it.price))} | {draw(money(it.rate))} / час |"
            for it in sold
        ]
        head = ["| Пакет | Цена | Дополнительный час |", "|---|--:|--:|"]
        return "Пакеты и цены:\n\n" + "\n".join(head + rows)
    mark = draw(st.sampled_from(("- ", "* ", "• ")))
    end = draw(st.sampled_from((";", "", ".")))
    lines = [f"{mark}{draw(package_line(it))}{end}" for it in sold]
    return "Услуги оказываются пакетами:\n\n" + "\n".join(lines)


@st.composite
def said(draw: DrawFn) -> Said:
    """An offer's figures together with clauses that say them in one of many ways."""
    hours = draw(st.lists(st.integers(1, 999), min_size=1, max_size=4, unique=True))
    packages = tuple(Sold(it, draw(amounts()), draw(amounts())) for it in hours)
    months, unit, days = (
        draw(st.integers(1, 60)),
        draw(st.integers(1, 60)),
        draw(st.integers(1, 30)),
    )
    first = draw(st.integers(0, 5))
    last = draw(st.integers(first + 1, 6))
    start = draw(st.integers(0, 22 * 60))
    end = draw(st.integers(start + 1, 23 * 60 + 59))
    opens, closes = time(start // 60, start % 60), time(end // 60, end % 60)
    figure = TEENS.get(months, str(months)) if draw(st.booleans()) else str(months)
    clauses: dict[str, str | None] = {
        "3.1": draw(packages_clause(packages)),
        "3.3": f"Срок действия пакета{draw(st.sampled_from((' — ', ' составляет ')))}{figure}"
        f" календарных месяцев с {draw(st.sampled_from(('момента', 'даты')))} оплаты.",
        "4.1": f"Рабочее время: {DAYS[first]}–{DAYS[last]}, с {opens:%H:%M} до {closes:%H:%M}.",
        "5.2": f"Минимальная единица учёта — {unit}{draw(st.sampled_from(SPACES))}минут.",
        "6.1": f"Результат считается принятым, если в течение {days} рабочих дней с момента"
        " уведомления Заказчик не направил замечания.",
    }
    return Said(packages, months, unit, days, opens, closes, (first + 1, last + 1), clauses)
