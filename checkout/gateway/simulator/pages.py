"""What people see of the simulator: the hosted payment page, and a desk with everything on it.

The hosted page behaves like YooKassa's smart page: a declined attempt leaves the payment pending
and may be repeated, and every way back to the shop is open at any moment. Everything works
without JavaScript.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from checkout.gateway.simulator.control import REASON, Desk
from checkout.gateway.simulator.notices import MODES
from checkout.gateway.simulator.objects import METHODS, Entry, kopecks
from checkout.gateway.simulator.rules import ObjectionError
from offer.wording import moment, money

CONTRACT = "/checkout/payments/v2/contract"
MOSCOW = ZoneInfo("Europe/Moscow")
TEMPLATES = Path(__file__).parent.parent / "templates"

REASONS = {
    "insufficient_funds": "недостаточно средств",
    "general_decline": "банк не назвал причину",
    "card_expired": "срок действия карты истёк",
    "invalid_card_number": "неверный номер карты",
    "invalid_csc": "неверный код с обратной стороны карты",
    "3d_secure_failed": "не пройдено подтверждение в банке",
    "call_issuer": "банк просит позвонить ему",
    "fraud_suspected": "банк заподозрил мошенничество",
    "issuer_unavailable": "банк не отвечает",
    "payment_method_limit_exceeded": "превышен лимит по карте",
    "payment_method_restricted": "операции по карте ограничены",
    "country_forbidden": "карта выпущена в другой стране",
    "identification_required": "кошелёк не подтверждён",
    "internal_timeout": "ЮKassa не успела провести платёж",
    "expired_on_confirmation": "платёж не подтвердили вовремя",
    "expired_on_capture": "списание не подтвердили вовремя",
    "canceled_by_merchant": "магазин отменил платёж",
}
DECLINES = tuple(REASONS)[:14]  # what a bank may say; the rest is said by time and shop
STATES = {
    "pending": "ждёт оплаты",
    "waiting_for_capture": "деньги удержаны, ждёт списания",
    "succeeded": "оплачен",
    "canceled": "отменён",
}
DELIVERIES = {
    "now": "сразу",
    "never": "никогда",
    "twice": "дважды",
    "late": "позже, по команде",
    "reordered": "не по порядку",
}

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class View:
    """A payment as its pages show it."""

    id: str
    sum: str
    description: str
    status: str
    state: str
    reason: str
    return_url: str
    page: str
    at: str
    sbp: bool
    declines: tuple[str, ...]


def routes(desk: Desk) -> list[Route]:
    """The hosted page, the desk, and their stylesheet."""
    return [
        Route(CONTRACT, _page(desk, _show), methods=["GET"]),
        Route(CONTRACT, _page(desk, _chosen), methods=["POST"]),
        Route("/", _page(desk, _desk), methods=["GET"]),
        Route("/desk", _page(desk, _ordered), methods=["POST"]),
        Route("/simulator.css", _stylesheet),
        Route("/favicon.ico", lambda request: Response(status_code=204)),
    ]


def reason_in_words(reason: str) -> str:
    """A cancellation reason in Russian; one nobody told us of as it stands."""
    return REASONS.get(reason, reason)


Act = Callable[[Desk, Request, FormData], Response]


def _page(desk: Desk, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        async with request.form() as form:
            try:
                return await run_in_threadpool(act, desk, request, form)
            except ObjectionError as objection:
                code, sentence = objection.status, objection.description
                return _html("missing.html", status=code, code=code, sentence=sentence)

    return endpoint


def _html(template: str, *, status: int = 200, back: str = "", **values: object) -> Response:
    """A page; `back` is the shop's address, to which its forms may lead."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(back)) if back else ""
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {origin}"
    )
    headers = {"Content-Security-Policy": policy.strip(), "Cache-Control": "no-store"}
    return HTMLResponse(_environment.get_template(template).render(values), status, headers)


def _view(entry: Entry) -> View:
    details = entry.shown.get("cancellation_details")
    reason = str(details["reason"]) if isinstance(details, dict) else ""
    return View(
        id=entry.id,
        sum=money(kopecks(entry.shown["amount"])),
        description=str(entry.shown.get("description", "")),
        status=entry.status,
        state=STATES.get(entry.status, entry.status),
        reason=reason_in_words(reason),
        return_url=entry.return_url,
        page=f"{CONTRACT}?orderId={entry.id}",
        at=moment(entry.created_at, MOSCOW),
        sbp=entry.captures,
        declines=tuple(reason_in_words(word) for word in entry.declines),
    )


def _show(desk: Desk, request: Request, form: FormData) -> Response:
    payment = _view(desk.shop.entry(request.query_params.get("orderId", "")))
    if payment.status != "pending":
        return _html("over.html", back=payment.return_url, payment=payment)
    declined = "declined" in request.query_params and bool(payment.declines)
    return _html(
        "pay.html",
        back=payment.return_url,
        payment=payment,
        declined=payment.declines[-1] if declined else None,
        reasons={word: REASONS[word] for word in DECLINES},
    )


def _chosen(desk: Desk, request: Request, form: FormData) -> Response:
    entry = desk.shop.entry(request.query_params.get("orderId", ""))
    payment = _view(entry)
    if payment.status != "pending":
        return _html("over.html", status=409, back=payment.return_url, payment=payment)
    match form.get("do"):
        case "pay":
            desk.shop.pay(entry.id, _one_of(form.get("method"), METHODS))
            return _see(payment.return_url)
        case "decline":
            desk.shop.decline(entry.id, _one_of(form.get("reason"), DECLINES))
            return _see(f"{payment.page}&declined")
        case "think":
            return _see(payment.return_url)
        case "leave":
            return _html("left.html", payment=payment)
    raise ObjectionError(422, "Такой кнопки на странице нет.")


def _one_of(value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ObjectionError(422, "Такого выбора на странице нет.")
    return str(value)


def _see(url: str) -> Response:
    return RedirectResponse(url, status_code=303)


def _desk(desk: Desk, request: Request, form: FormData) -> Response:
    return _html(
        "desk.html",
        payments=[_view(entry) for entry in desk.shop.entries()],
        requests=[_shown(seen) for seen in reversed(desk.record.seen())],
        reasons={word: REASONS[word] for word in DECLINES},
        deliveries=DELIVERIES,
        deliver=desk.notices.deliver,
        notices=desk.notices.state(),
        now=moment(desk.shop.now(), MOSCOW),
    )


def _shown(seen: dict[str, object]) -> dict[str, str]:
    return {
        "line": f"{seen['method']} {seen['path']}",
        "headers": "\n".join(f"{k}: {v}" for k, v in _pairs(seen["headers"])),
        "body": json.dumps(seen["body"], ensure_ascii=False, indent=2) if seen["body"] else "",
    }


def _pairs(headers: object) -> list[tuple[object, object]]:
    return sorted(headers.items()) if isinstance(headers, dict) else []


def _ordered(desk: Desk, request: Request, form: FormData) -> Response:
    payment_id = str(form.get("payment", ""))
    match form.get("do"):
        case "pay":
            desk.shop.pay(payment_id, "bank_card")
        case "decline":
            reason = str(form.get("reason", ""))
            if not REASON.fullmatch(reason):
                raise ObjectionError(422, "Такой причины нет.")
            desk.shop.end(payment_id, reason)
        case "expire":
            desk.shop.end(payment_id, "expired_on_confirmation")
        case "deliver":
            desk.notices.choose(_one_of(form.get("mode"), MODES))
        case _:
            raise ObjectionError(422, "Такой кнопки на странице нет.")
    return _see("/")


def _stylesheet(request: Request) -> Response:
    css = (TEMPLATES / "simulator.css").read_text(encoding="utf-8")
    return Response(css, media_type="text/css")
