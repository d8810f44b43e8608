"""What was in force on a day: every edition of a document, with its times."""

from dataclasses import replace

from starlette.responses import JSONResponse, Response

from checkout.shop import Shop
from checkout.web import pages, records
from checkout.web.answers import redirect
from checkout.web.asked import Asked
from checkout.web.record_views import DayPage, InForceThen, Record
from offer import timeline
from offer.release import PublishedEdition, Release
from offer.timeline import BeforeFirst, InForce, NotYet, Span
from offer.wording import by_zone_time, counted, day_in_words, moment

ASK = "Назовите день, и страница покажет, какая редакция тогда действовала."
NOT_A_DAY = "«{typed}» — не дата: такого дня нет или он записан иначе. Пример: 22.11.2026."
NOT_YET = (
    "Какая редакция будет действовать в этот день, не знает никто: до него могут опубликовать "
    "новую. Сейчас действует редакция {number}."
)
BEFORE = "Первая редакция опубликована {since}; до этого документа не было."


def at(asked: Asked, shop: Shop) -> Response:
    """GET /{document}/at/DATE: every edition in force at any moment of that day.

    A day that has not begun is answered 416, as Open Terms Archive does; one before the first
    edition 404; what is no date 422. `/{document}/at` asks for the day, `?date=` names it.
    """
    return records.answer(asked, shop, _at)


def _at(asked: Asked, release: Release, record: Record) -> Response:
    typed = str(asked.request.path_params.get("day", "")).strip("/ ")
    typed = typed or records.asked_for(asked, "date")
    page = DayPage(record, None, "Что действовало в этот день", ASK)
    if not typed:
        return records.page(pages.day(page))
    day = timeline.read_day(typed)
    if day is None:
        sentence = NOT_A_DAY.format(typed=records.shown(typed))
        return _leave(asked, replace(page, sentence=sentence, wrong=True), 422)
    address = f"/{record.document}/at/{day.isoformat()}"
    if asked.request.url.path != address:
        return redirect(address)
    published = [(it.number, it.published_at) for it in reversed(record.editions)]
    answer = timeline.on_day(published, day, record.zone, record.now)
    page = replace(page, day=day)
    if isinstance(answer, NotYet):
        return _leave(asked, _not_yet(page), 416)
    if isinstance(answer, BeforeFirst):
        return _leave(asked, _before_first(page), 404)
    return _leave(asked, _in_force(page, release, answer), 200)


def _not_yet(page: DayPage) -> DayPage:
    current = page.record.current
    return replace(
        page,
        heading=f"День ещё не наступил: {_named(page)}",
        sentence=NOT_YET.format(number=current.number),
        instead=current,
    )


def _before_first(page: DayPage) -> DayPage:
    first = page.record.editions[-1]
    return replace(
        page,
        heading=f"Редакций ещё не было: {_named(page)}",
        sentence=BEFORE.format(since=moment(first.published_at, page.record.zone, seconds=True)),
        instead=first,
    )


def _in_force(page: DayPage, release: Release, answer: InForce) -> DayPage:
    return replace(
        page,
        heading=f"Что действовало {_named(page)}",
        sentence=_in_a_sentence(page.record, answer),
        found=tuple(_then(page.record, release, answer, span) for span in answer.spans),
    )


def _named(page: DayPage) -> str:
    return day_in_words(page.day) if page.day else ""


def _in_a_sentence(record: Record, answer: InForce) -> str:
    spans = answer.spans
    if len(spans) > 1:
        number = counted(len(spans), "редакция", "редакции", "редакций")
        said = f"За этот день действовали {number}, одна за другой."
    elif spans[0].since > answer.starts:
        said = (
            f"В этот день появилась редакция {spans[0].number}, первая: до неё документа не было."
        )
    else:
        said = f"Весь день действовала одна редакция: {spans[0].number}."
    counting = f"День считается {by_zone_time(answer.starts, record.zone)}."
    if answer.today:
        said = said.replace("Весь день действовала", "С начала дня действует")
        counting = f"День ещё идёт: ответ дан {moment(record.now, record.zone)}."
    return f"{said} {counting}"


def _then(record: Record, release: Release, answer: InForce, span: Span) -> InForceThen:
    edition = record.editions[-span.number]  # numbered from 1 without a gap, newest first
    return InForceThen(
        edition=edition,
        times=timeline.times(span, answer, record.zone),
        since=span.since,
        until=span.until,
        pdf=_pdf(release, edition),
        difference=f"/{edition.document}/compare?from={edition.number}" if span.until else None,
    )


def _pdf(release: Release, edition: PublishedEdition) -> str | None:
    path = f"{edition.page}{edition.document}.pdf"
    return path if (release.folder / path.removeprefix("/")).is_file() else None


def _leave(asked: Asked, page: DayPage, status: int) -> Response:
    if "application/json" in asked.request.headers.get("accept", ""):
        return JSONResponse(_as_json(page, status), status, records.FRESH)
    return records.page(pages.day(page), status)


def _as_json(page: DayPage, status: int) -> dict[str, object]:
    """The answer for programs: instants with their offset, `until` null while in force."""
    zone = page.record.zone
    return {
        "document": page.record.document,
        "date": page.day.isoformat() if page.day else None,
        "time_zone": zone.key,
        "answered_at": page.record.now.astimezone(zone).isoformat(),
        "error": None if status == 200 else page.sentence,
        "editions": [
            {
                "number": it.edition.number,
                "sha256": it.edition.sha256,
                "from": it.since.astimezone(zone).isoformat(),
                "until": it.until.astimezone(zone).isoformat() if it.until else None,
            }
            for it in page.found
        ],
    }
