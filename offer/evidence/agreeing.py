"""What is said twice must be said alike: acceptance.json and YooKassa's answer as the facts."""

from collections.abc import Iterator

from offer.addresses import page_url
from offer.evidence import dossier as the
from offer.evidence.bundle import Bundle, Fact, moment
from offer.evidence.chain import digest
from offer.evidence.lasting import package_named, term
from offer.evidence.strict_json import (
    MISSING,
    NotCanonicalError,
    at,
    number_at,
    parsed,
    same,
    text_at,
)
from offer.evidence.verdict import Check, fails, holds, unknown
from offer.values import Terms
from offer.wording import hours, money

EDITION = ("number", "sha256", "tag_id")


def summary(bundle: Bundle) -> Iterator[Check]:
    """Every value of acceptance.json that a fact has too is the fact's."""
    if the.ACCEPTANCE not in bundle.files:
        return
    try:
        said = parsed(bundle.files[the.ACCEPTANCE])
    except NotCanonicalError as error:
        yield fails(the.ACCEPTANCE, str(error))
        return
    if not same(at(said, "schema"), the.SCHEMA):
        yield fails(the.ACCEPTANCE, "schema не 1: эту запись сделала другая версия программы")
        return
    order, accepted, paid = bundle.order, bundle.acceptance, bundle.payment
    if order is None or accepted is None or paid is None:
        return
    differs = [
        ".".join(path)
        for path, wanted in _expected(bundle, order, accepted, paid)
        if not same(at(said, *path), wanted)
    ]
    if differs:
        yield fails(the.ACCEPTANCE, f"расходится с фактами: {', '.join(differs)}")
    else:
        yield holds(the.ACCEPTANCE, "каждое значение то же, что в фактах")


def _expected(
    bundle: Bundle, order: Fact, accepted: Fact, paid: Fact
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Paths of acceptance.json, each with what a fact says there."""
    for name in ("order", "hours", "price_kopecks"):
        yield (name,), at(order.value, name)
    if at(order.value, "shown", "price") is not MISSING:  # the first version did not keep it
        yield ("shown", "price"), money(number_at(order.value, "price_kopecks"))
    if isinstance(zone := at(order.value, "zone"), str):
        yield ("zone",), zone
    yield ("sample",), same(at(order.value, "sample"), True)
    what = at(order.value, "what")
    yield ("what",), what if isinstance(what, str) else "package"
    if (extra := at(order.value, "for_package")) is not MISSING:
        yield ("for_package",), extra
    yield ("price_kopecks",), at(accepted.value, "amount_kopecks")
    yield ("price_kopecks",), at(paid.value, "amount_kopecks")
    for name in ("currency", "test", "payment_id"):
        yield (name,), at(paid.value, name)
    yield ("accepted_at",), at(accepted.value, "captured_at")
    yield ("accepted_at",), at(paid.value, "captured_at")
    yield ("payment_id",), at(accepted.value, "payment_id")
    for name in ("shown", "period"):
        yield (name,), at(accepted.value, name)
    yield ("details", "sha256"), at(accepted.value, "details_sha256")
    yield ("party", "kind"), at(accepted.value, "party_kind")
    yield from _edition("edition", "offer", order, at(order.value, "edition"))
    yield from _consented(bundle, accepted)
    yield from _rows(bundle, order, accepted, paid)


def _consented(bundle: Bundle, accepted: Fact) -> Iterator[tuple[tuple[str, ...], object]]:
    if bundle.consent is None:
        yield ("consent",), None
        yield ("ledger", "consent"), None
        return
    given = at(bundle.consent.value, "document")
    if bundle.order is not None:
        yield from _edition("consent", "consent", bundle.order, given)
    yield ("consent", "sha256"), at(accepted.value, "consent_sha256")
    yield ("ledger", "consent"), _row(bundle, bundle.consent)


def _edition(
    key: str, document: str, order: Fact, named: object
) -> Iterator[tuple[tuple[str, ...], object]]:
    """An edition as the fact names it; the first version's facts name neither date nor site."""
    yield (key, "document"), document
    yield (key, "document"), at(named, "document")
    for name in EDITION:
        yield (key, name), at(named, name)
    if (published := at(named, "published_at")) is not MISSING:
        yield (key, "published_at"), published
    if isinstance(site := at(order.value, "site"), str):
        yield (key, "url"), site + page_url(document, number_at(named, "number"))


def _rows(
    bundle: Bundle, order: Fact, accepted: Fact, paid: Fact
) -> Iterator[tuple[tuple[str, ...], object]]:
    named = {"order": order, "acceptance": accepted, "payment": paid, "head": paid}
    for name, fact in named.items():
        yield ("ledger", name), _row(bundle, fact)


def _row(bundle: Bundle, fact: Fact) -> object:
    link = bundle.by_number.get(fact.number)
    return {"number": fact.number, "hash": link.hash if link else "?"}


def told_by_yookassa(bundle: Bundle) -> Iterator[Check]:
    """YooKassa's answer says what the acceptance says, and holds the offer's hash."""
    accepted, data = bundle.acceptance, bundle.files.get(the.PAYMENT)
    if data is None or accepted is None:
        return
    try:
        told = parsed(data)
    except NotCanonicalError as error:
        yield fails(the.PAYMENT, str(error))
        return
    differs = [name for name, right in _told(bundle, accepted, told) if not right]
    if differs:
        yield fails(the.PAYMENT, f"расходится с акцептом: {', '.join(differs)}")
    else:
        yield holds(
            the.PAYMENT, "успешный платёж: сумма, номер, время и хеш оферты — те же, что в акцепте"
        )


def _told(bundle: Bundle, accepted: Fact, told: object) -> Iterator[tuple[str, bool]]:
    fact, order = accepted.value, at(accepted.value, "order")
    paid = bundle.payment.value if bundle.payment else None
    yield "status", text_at(told, "status") == "succeeded"
    yield "id", same(at(told, "id"), at(fact, "payment_id"))
    amount = _kopecks(text_at(told, "amount", "value"))
    yield "amount.value", amount is not None and same(amount, at(fact, "amount_kopecks"))
    yield "amount.currency", same(at(told, "amount", "currency"), at(paid, "currency"))
    taken, captured = (moment(text_at(it, "captured_at")) for it in (told, fact))
    yield "captured_at", taken is not None and taken == captured
    yield "metadata.order", same(at(told, "metadata", "order"), order)
    offer = at(told, "metadata", "offer_sha256")
    yield "metadata.offer_sha256", same(offer, at(fact, "edition", "sha256"))
    consented = at(fact, "consent_sha256")
    if isinstance(consented, str):
        named = at(told, "metadata", "consent_sha256")
        yield "metadata.consent_sha256", same(named, consented)


def _kopecks(written: str) -> int | None:
    whole, dot, rest = written.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 13):
        return None
    if dot and not (rest.isascii() and rest.isdigit() and len(rest) == 2):
        return None
    return int(whole) * 100 + int(rest or 0)


def meaning(bundle: Bundle) -> Iterator[Check]:
    """The accepted text itself sells these hours at this price, by this seller."""
    order, terms = bundle.order, bundle.terms
    if the.OFFER not in bundle.files or order is None:
        return
    if terms is None:
        yield unknown(the.OFFER, "цену в этом тексте программа не прочла: сверьте её глазами")
        return
    if same(at(order.value, "what"), "extra"):
        yield _rate(order, terms)
        return
    sold, price = number_at(order.value, "hours"), number_at(order.value, "price_kopecks")
    package = terms.package(sold)
    if package is None or package.price_kopecks != price:
        yield fails(the.OFFER, "по этому тексту такого пакета за такую цену нет")
    else:
        yield holds(the.OFFER, f"по тексту оферты {hours(sold)} стоят {money(price)}")


def seller(bundle: Bundle) -> Iterator[Check]:
    """The contractor is the one whom the accepted text names."""
    terms = bundle.terms
    if the.OFFER not in bundle.files or bundle.order is None or terms is None:
        return
    if not same(at(bundle.summary, "seller"), vars(terms.requisites)):
        yield fails(the.ACCEPTANCE, "исполнитель не тот, что назван в тексте оферты")


def _rate(order: Fact, terms: Terms) -> Check:
    """Extra hours cost what the accepted text asks for an hour beyond their package (3.1)."""
    sold, price = number_at(order.value, "hours"), number_at(order.value, "price_kopecks")
    package = terms.package(number_at(order.value, "for_package", "hours"))
    if package is None or sold < 1 or sold * package.extra_hour_kopecks != price:
        return fails(the.OFFER, "по этому тексту дополнительные часы столько не стоят")
    rate = money(package.extra_hour_kopecks)
    return holds(
        the.OFFER,
        f"по тексту оферты дополнительный час к пакету {hours(package.hours)} стоит {rate}, "
        f"{hours(sold)} — {money(price)}",
    )


def identity(bundle: Bundle) -> str:
    """«заказ 26-0001, оферта, редакция 3», as far as it can be read."""
    order, number = text_at(bundle.summary, "order"), number_at(bundle.summary, "edition", "number")
    parts = [f"заказ {order}" if order else "заказ не читается"]
    if number > 0:
        parts.append(f"оферта в\u00a0редакции\u00a0{number}")
    if the.OFFER in bundle.files:
        parts.append(f"SHA-256 {digest(bundle.files[the.OFFER])}")
    return ", ".join(parts)


def not_for_real(bundle: Bundle) -> Iterator[Check]:
    """A sample and a test payment say so."""
    if same(at(bundle.summary, "sample"), True):
        yield unknown("образец", "заказчик, заказ и платёж вымышлены, он ничего не подтверждает")
    elif same(at(bundle.summary, "test"), True):
        yield unknown("тестовый режим", "деньги не списаны, документ ничего не подтверждает")


def agreements(bundle: Bundle) -> Iterator[Check]:
    """All checks of this module but identity."""
    yield from not_for_real(bundle)
    yield from summary(bundle)
    yield from told_by_yookassa(bundle)
    yield from meaning(bundle)
    yield from seller(bundle)
    yield from package_named(bundle)
    yield from term(bundle)
