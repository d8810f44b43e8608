"""Views with plausible values, for the tests of the pages and for looking at them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from checkout.domain.labels import TRY_AGAIN, offer_label, pay_button
from checkout.domain.proposal import propose
from checkout.domain.receipt import Fiscal
from checkout.domain.receipts import PAYMENT, PREPAYMENT, Kind, Standing
from checkout.domain.refusal import Obstacle, Refusal
from checkout.domain.transitions import ReceiptState
from checkout.web.pages import Changed, FieldError, OrderForm, OrderPage, RefusalForm, Retry
from checkout.web.record_views import Compared, ComparePage, DayPage, InForceThen, Record
from offer.changes.change_sentences import sentences_of
from offer.changes.comparison import Side, compare_sides
from offer.evidence.settlement import LedgerRef, Party
from offer.periods import Period
from offer.redline import compare
from offer.release import PublishedEdition
from offer.terms import Package, Place, Requisites, Terms, WorkingHours
from offer.wording import money

MOSCOW = ZoneInfo("Europe/Moscow")
HOSTILE = """"><script>alert('x')</script><b onmouseover=alert(1)>"""
OLD_TEXT = """## 3. Порядок

3.1. Услуги продаются пакетами:

- 2 часа — 7 000 ₽, дополнительный час — 3 500 ₽;
- 5 часов — 15 000 ₽, дополнительный час — 3 000 ₽.

3.4. Неиспользованные часы на следующий период не переносятся.

3.5. Часы списываются только за выполненные работы.
"""
NEW_TEXT = """## 3. Порядок

3.1. Услуги продаются пакетами:

- 2 часа — 7 000 ₽, дополнительный час — 3 500 ₽;
- 5 часов — 16 000 ₽, дополнительный час — 3 200 ₽.

3.4. Неиспользованные часы переносятся на следующий месяц, если пакет куплен снова.

3.5. Часы списываются только за выполненные работы.

3.8. Срочные задачи исполнитель берёт по согласованию.
"""
REQUISITES = Requisites(
    name="Индивидуальный предприниматель Дудкин Антон Александрович",
    inn="230909098157",
    account="40802810720000480414",
    bank="ООО «Банк Точка»",
    bic="044525104",
    correspondent_account="30101810745374525104",
    phone="+7 938 478 10 91",
    email="dudkinanton@bk.ru",
)


def package(price_kopecks: int = 1_500_000, extra_hour_kopecks: int = 300_000) -> Package:
    return Package(5, price_kopecks, extra_hour_kopecks, Place("3.1", 40))


def terms(sold: Package) -> Terms:
    return Terms(
        packages=(sold,),
        prepayment_percent=100,
        term_months=1,
        moves_to_working_day=True,
        pauses_at_limit=True,
        working_hours=WorkingHours((1, 2, 3, 4, 5), time(9), time(18)),
        unit_minutes=5,
        acceptance_working_days=1,
        requisites=REQUISITES,
        places={"working_hours": Place("4.1", 62), "term_months": Place("3.3", 48)},
    )


def edition(document: str = "offer", number: int = 3, digit: str = "9") -> PublishedEdition:
    return PublishedEdition(
        document=document,
        number=number,
        sha256=f"{digit}f2c41ab" * 8,
        commit="c0ffee" * 6 + "beef",
        tag=f"{document}/{number}",
        tag_id="decade" * 6 + "fade",
        published_at=datetime(2026, 11, 21, 21, 30, tzinfo=UTC),
        change=None,
        summary="5 часов: 15 000 ₽ → 16 000 ₽; изменены 3.1, 3.4",
        text=b"",
        terms=None,
        page=f"/{document}/{number}/",
        source=f"/{document}/{number}/{document}.md",
    )


def period(*, provisional: bool = False) -> Period:
    return Period(
        starts_at=datetime(2026, 11, 22, 11, 3, tzinfo=UTC),
        expires_at=datetime(2026, 12, 22, 21, 0, tzinfo=UTC),
        last_day=date(2026, 12, 22),
        reason=(
            "Оплата 22.11.2026. Месяц считают со следующего дня, и он кончается 22.12.2026. "
            "Это вторник, рабочий день, поэтому срок не сдвигается. "
            "Пакет действует до\u00a022.12.2026 включительно, до\u00a024:00 "
            "по московскому времени."
        ),
        provisional=provisional,
    )


TYPED: Mapping[str, str] = {
    "kind": "company",
    "organisation": "ООО «Ромашка»",
    "inn": "7707083893",
    "kpp": "770701001",
    "name": "Иванова Мария Петровна",
    "email": "buh@romashka.example",
    "phone": "+7 900 000 00 00",
}


def form(values: Mapping[str, str] | None = None, errors: tuple[FieldError, ...] = ()) -> OrderForm:
    sold = package()
    return OrderForm(
        action="/checkout/5",
        attempt="attempt-1",
        package=sold,
        period=period(),
        terms=terms(sold),
        edition=edition(),
        consent=edition("consent", 1, "c"),
        privacy=edition("privacy", 1, "d"),
        values=values or {},
        errors=errors,
        test=True,
        zone=MOSCOW,
    )


def form_with_errors() -> OrderForm:
    return form(
        TYPED | {"inn": "7707083894", "email": "buh@"},
        (
            FieldError("inn", "ИНН не сходится: проверьте цифры, у компании их 10."),
            FieldError("email", "Введите адрес почты целиком, например buh@example.ru."),
            FieldError("accept_offer", "Отметьте, что принимаете условия оферты."),
        ),
    )


def changed(*, retry: bool = False) -> Changed:
    sold = package(1_600_000, 320_000)
    now = replace(
        form(TYPED), package=sold, terms=terms(sold), edition=edition(number=4, digit="4")
    )
    if retry:
        now = replace(now, action="/orders/secret/retry", consent=None)
    changes = compare(OLD_TEXT, NEW_TEXT)
    return Changed(
        form=now,
        old_edition=edition(),
        old_price_kopecks=1_500_000,
        changes=changes,
        sentences=sentences_of(changes, form(TYPED).terms, now.terms),
        decline_url="/orders/secret" if retry else "/",
        retry=retry,
    )


def changed_consent() -> Changed:
    now = replace(form(TYPED), consent=edition("consent", 2, "e"))
    return Changed(
        form=now,
        old_edition=now.edition,
        old_price_kopecks=now.package.price_kopecks,
        changes=(),
        sentences=(),
        decline_url="/",
        old_consent=edition("consent", 1, "c"),
    )


def retry(*, ask: PublishedEdition | None = None, error: str | None = None) -> Retry:
    return Retry(
        action="/orders/secret/retry",
        fields={"attempt": "attempt-2"},
        edition=ask,
        price_kopecks=1_500_000 if ask else None,
        error=error,
        button=pay_button(money(1_500_000)) if ask else TRY_AGAIN,
        until=period().last_day if ask else None,
    )


def order(state: str, **facts: object) -> OrderPage:
    """An order in `state` with the facts that state has; `facts` replace fields."""
    sold = package()
    settled = state in ("paid", "refunded")
    page = OrderPage(
        number="2026-0017",
        token="secret",
        state=state,
        money_taken={"waiting": None, "created": False, "cancelled": False}.get(state, True),
        hours=5,
        price_kopecks=sold.price_kopecks,
        refunded={"RUB": sold.price_kopecks if state == "refunded" else 0},
        edition=edition(),
        consent_sha256=edition("consent", 1, "c").sha256,
        payment_id=None if state == "created" else "3294a6b0-000f-5000-8000-1a2b3c4d5e6f",
        paid_at=period().starts_at if settled else None,
        period=period() if settled else None,
        acceptance=LedgerRef(42, "ab12cd34" * 8) if settled else None,
        reason=None,
        party=Party(
            "company",
            TYPED["name"],
            TYPED["organisation"],
            TYPED["inn"],
            TYPED["kpp"],
            TYPED["email"],
            TYPED["phone"],
        ),
        terms=terms(sold),
        test=True,
        shown={
            "label": offer_label(1, date(2026, 11, 20)),
            "button": "Оплатить 15\u00a0000\u00a0₽",
        },
        consent=edition("consent", 1, "c"),
        consent_withdrawn_at=None,
        email_confirmed_at=None,
        pay_again_url=None,
        confirmation_url="https://pay.example/1" if state == "waiting" else None,
        zone=MOSCOW,
        retry={"created": retry(), "cancelled": retry(ask=edition())}.get(state),
        receipt=True,
    )
    return replace(page, **facts)  # type: ignore[arg-type]  # names and types as in OrderPage


def receipts() -> tuple[Standing, ...]:
    """A receipt in each of its states, and of each kind."""
    registered = Fiscal(
        "3986", "9288000100115785", "2617603986", datetime(2026, 11, 22, 9, 2, tzinfo=UTC)
    )
    told = [
        (Kind.PAYMENT, PREPAYMENT, 1_500_000, ReceiptState.REGISTERED, registered),
        (Kind.REFUND, PREPAYMENT, 150_050, ReceiptState.FAILED, None),
        (Kind.SETTLEMENT, PAYMENT, 1_349_950, ReceiptState.PENDING, None),
    ]
    return tuple(Standing(*it) for it in told)


def refusal(**facts: object) -> Refusal:
    """A refusal of 3.12.2026 that waits; `facts` replace fields."""
    asked = Refusal(
        asked=44,
        order_id=17,
        asked_at=datetime(2026, 12, 3, 12, tzinfo=UTC),
        decide_by=date(2026, 12, 13),
        by_hours_kopecks=1_500_000,
        by_days_kopecks=950_000,
        proposed_kopecks=1_500_000,
        answer=None,
        ended=None,
        ended_at=None,
    )
    return replace(asked, **facts)  # type: ignore[arg-type]  # names and types as in Refusal


def answered() -> Refusal:
    """The same, answered in words."""
    at = datetime(2026, 12, 5, 9, tzinfo=UTC)
    return refusal(answer="Все часы отработаны, журнал у вас на почте.", ended=50, ended_at=at)


def refusal_form(kind: str = "person", **facts: object) -> RefusalForm:
    """The form of a package of which half the days are left."""
    sold = package()
    form = RefusalForm(
        number="2026-0017",
        token="secret",
        kind=kind,
        proposal=propose(
            price_kopecks=sold.price_kopecks,
            hours=sold.hours,
            spent_minutes=0,
            unit_minutes=5,
            period=period(),
            returned_kopecks=0,
            at=datetime(2026, 12, 3, 12, tzinfo=UTC),
            zone=MOSCOW,
        ),
        decide_by=date(2026, 12, 13),
        terms=terms(sold),
        reason="",
        error=None,
        test=True,
    )
    return replace(form, **facts)  # type: ignore[arg-type]  # names and types as in RefusalForm


def leaving() -> Mapping[str, OrderPage]:
    """Paid orders as they look on the way out of their package, by what happens to it."""
    gone = datetime(2026, 12, 5, 9, tzinfo=UTC)
    return {
        "refused": order("paid", refusal=refusal()),
        "refused, money on its way": order(
            "paid", refusal=refusal(), returning_kopecks=1_500_000, obstacle=Obstacle.RETURNING
        ),
        "answered": order("paid", refusal=answered()),
        "left": order(
            "paid",
            refusal=refusal(ended=50, ended_at=gone),
            ended_at=gone,
            refunded={"RUB": 950_000},
            obstacle=Obstacle.ENDED,
        ),
        "over": order("paid", is_over=True, obstacle=Obstacle.OVER, pay_again_url="/checkout/5"),
        "over for a company": order(
            "paid", is_over=True, kind="company", obstacle=Obstacle.OVER, pay_again_url="/"
        ),
    }


def record() -> Record:
    return Record(
        document="offer",
        editions=tuple(edition(number=number) for number in (3, 2, 1)),
        zone=MOSCOW,
        now=datetime(2026, 12, 1, 9, tzinfo=UTC),
        public_url="https://shop.example",
        test=True,
        requisites=REQUISITES,
    )


def compared(old: int = 1, new: int = 3) -> ComparePage:
    """Two editions that differ; the newer first when `old` is the greater number."""
    texts = (OLD_TEXT, NEW_TEXT) if old < new else (NEW_TEXT, OLD_TEXT)
    sides = [
        Side("offer", number, text, None) for number, text in zip((old, new), texts, strict=True)
    ]
    found = Compared(
        old=edition(number=old),
        new=edition(number=new),
        comparison=compare_sides(*sides),
        sentence="",
        permanent="/offer/redline/1-3/",
    )
    return ComparePage(record(), (old, new), found)


def not_compared() -> ComparePage:
    return ComparePage(record(), (2, 3), sentence="Редакции 9 нет.", wrong=True)


def day() -> DayPage:
    """A day on which one edition gave way to another."""
    since, until = (edition().published_at, datetime(2026, 11, 22, 11, 3, tzinfo=UTC))
    return DayPage(
        record(),
        date(2026, 11, 22),
        "Что действовало 22 ноября 2026",
        "За этот день действовали 2 редакции, одна за другой.",
        found=(
            InForceThen(
                edition(number=2),
                "с 00:30 до 14:03 (МСК)",
                since,
                until,
                pdf="/offer/2/offer.pdf",
                difference="/offer/compare?from=2",
            ),
            InForceThen(
                edition(), "с 14:03 до 24:00 (МСК)", until, None, pdf=None, difference=None
            ),
        ),
    )


def no_day() -> DayPage:
    return DayPage(record(), None, "Что действовало в этот день", "«вчера» — не дата.", wrong=True)
