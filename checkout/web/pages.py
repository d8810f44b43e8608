"""Pages as pure functions: a view in, HTML out. No decisions, no clock, no request.

Jinja2 with autoescape (every value is text) and StrictUndefined (a misspelt name is an error in
a test, not a blank on a page). The environment is made once; templates come from this package.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from checkout.domain import labels, package_life, refusal_words
from checkout.domain.extra_hours import MOST_HOURS
from checkout.domain.refusal import LONGEST_REASON
from checkout.web.record_views import ComparePage, DayPage
from checkout.web.states import words
from checkout.web.views import (
    Changed,
    FieldError,
    OrderForm,
    OrderPage,
    RefusalForm,
    Retry,
    Trouble,
)
from offer import wording
from offer.changes.change_sentences import ChangeSentence
from offer.changes.redline_html import change_list, redline_html, redline_legend
from offer.evidence.settlement import Party
from offer.manifest import badge
from offer.redline import ClauseChange, clause_name
from offer.release import PublishedEdition
from offer.typography import no_break_in_page

__all__ = [
    "Changed",
    "FieldError",
    "OrderForm",
    "OrderPage",
    "RefusalForm",
    "Retry",
    "Trouble",
    "changed",
    "compare",
    "day",
    "extra_form",
    "order",
    "order_form",
    "refusal",
    "trouble",
]

_PAGES: Final = Environment(
    loader=PackageLoader("checkout.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# the name over every page, as in mkdocs.yml
SITE_NAME: Final = "Техническая поддержка amoCRM"
FIELDS: Final = {
    "kind": "Вы заказываете как",
    "organisation": "Название компании",
    "inn": "ИНН",
    "kpp": "КПП",
    "name": "Фамилия, имя и отчество",
    "email": "Электронная почта",
    "phone": "Телефон",
}
KINDS: Final = {"person": "Физическое лицо", "sole_trader": "ИП", "company": "Компания"}
BOXES: Final = ("accept_offer", "accept_consent")


def _badge(edition: PublishedEdition, zone: ZoneInfo) -> str:
    return badge(edition.number, edition.published_at, edition.sha256, zone)


def _offer_label(edition: PublishedEdition, zone: ZoneInfo) -> str:
    return labels.offer_label(edition.number, edition.published_at.astimezone(zone).date())


def _consent_label(edition: PublishedEdition) -> str:
    return labels.consent_label(edition.number)


def _local_day(instant: datetime, zone: ZoneInfo) -> str:
    return wording.day(instant.astimezone(zone).date())


def _error_of(form: OrderForm, field: str) -> str | None:
    return next((error.sentence for error in form.errors if error.field == field), None)


def _typed(form: OrderForm) -> dict[str, str]:
    """What the client typed, without the boxes: those are ticked anew."""
    return {name: form.values[name] for name in FIELDS if form.values.get(name)}


def _typed_in_words(form: OrderForm) -> list[tuple[str, str]]:
    typed = _typed(form)
    return [(FIELDS[name], KINDS.get(value, value)) for name, value in typed.items()]


def _change_list(sentences: Sequence[ChangeSentence]) -> Markup:
    return Markup(change_list(sentences))  # noqa: S704 - it escapes what it is given


def _redline(changes: Sequence[ClauseChange], level: int) -> Markup:
    html = redline_legend(changes) + redline_html(changes, level=level)
    return Markup(html)  # noqa: S704 - it escapes what it is given


def _customer(party: Party) -> str:
    """The contract's party as people name him: a sole trader is one by «ИП»."""
    is_named = party.name.lower().startswith(("ип ", "индивидуальный предприниматель "))
    return f"ИП {party.name}" if party.kind == "sole_trader" and not is_named else party.customer


def _tel(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


_PAGES.filters |= {
    "badge": _badge,
    "by_days": refusal_words.by_days,
    "by_hours": refusal_words.by_hours,
    "change_list": _change_list,
    "clause_name": clause_name,
    "consent_label": _consent_label,
    "customer": _customer,
    "day": wording.day,
    "in_a_line": package_life.in_a_line,
    "decision": refusal_words.decision,
    "error_of": _error_of,
    "hours": wording.hours,
    "local_day": _local_day,
    "minutes": wording.minutes,
    "moment": wording.moment,
    "money": wording.money,
    "offer_label": _offer_label,
    "pay_button": lambda kopecks: labels.pay_button(wording.money(kopecks)),
    "proposed_sum": refusal_words.proposed,
    "redline": _redline,
    "right_to_refuse": refusal_words.right,
    "tel": _tel,
    "term_is_over": refusal_words.over,
    "typed": _typed,
    "typed_in_words": _typed_in_words,
    "working_hours": wording.working_hours,
}
_PAGES.globals |= {
    "site_name": SITE_NAME,
    "form_fields": (*FIELDS, *BOXES),
    "fields": FIELDS,
    "withdraw_label": labels.WITHDRAW_CONSENT,
    "refuse_label": refusal_words.REFUSE,
    "refuse_extra_label": refusal_words.REFUSE_EXTRA,
    "by_hours_label": refusal_words.BY_HOURS,
    "by_days_label": refusal_words.BY_DAYS,
    "not_counted": refusal_words.NOT_COUNTED,
    "can_refuse": refusal_words.CAN_REFUSE,
    "by_itself": refusal_words.BY_ITSELF,
    "work_not_counted": package_life.WORK_NOT_COUNTED,
    "most_extra_hours": MOST_HOURS,
    "longest_reason": LONGEST_REASON,
    "kinds": KINDS,
}


def order_form(page: OrderForm) -> str:
    """The order form; with errors, a summary of them on top."""
    return render("order_form.html", form=page, test=page.test, requisites=page.terms.requisites)


def extra_form(page: OrderForm) -> str:
    """The form of extra hours for a package; with errors, a summary of them on top."""
    return render("extra_form.html", form=page, test=page.test, requisites=page.terms.requisites)


def changed(page: Changed) -> str:
    """What changed since the form was opened, and the decision anew."""
    form = page.form
    return render(
        "changed.html", page=page, form=form, test=form.test, requisites=form.terms.requisites
    )


def order(page: OrderPage) -> str:
    """An order in its state: what it is, what about the money, what to do next, the facts."""
    return render(
        "order.html",
        page=page,
        words=words(page),
        test=page.test,
        requisites=page.terms.requisites,
    )


def refusal(page: RefusalForm) -> str:
    """What leaving the package comes to, and the form that leaves it."""
    return render("refuse.html", page=page, test=page.test, requisites=page.terms.requisites)


def compare(page: ComparePage) -> str:
    """Two editions of a document compared, and the form that chooses them."""
    return _of_record("compare.html", page)


def day(page: DayPage) -> str:
    """The editions in force on a day, and the form that asks for another."""
    return _of_record("day.html", page)


def _of_record(name: str, page: ComparePage | DayPage) -> str:
    record = page.record
    return render(name, page=page, record=record, test=record.test, requisites=record.requisites)


def trouble(page: Trouble) -> str:
    """Something went wrong: what, what about the money, one next step."""
    return render("trouble.html", page=page, test=page.test, requisites=page.requisites)


def render(name: str, **values: Any) -> str:  # noqa: ANN401 - a template takes any value
    return no_break_in_page(_PAGES.get_template(name).render(**values))
