"""Consent is a fact by itself, withdrawn as easily as given, and nothing paid depends on it."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from checkout.buy import retry
from checkout.domain.details import Part
from checkout.store import ledger
from checkout.verify import verify
from offer.editions import sha256
from offer.evidence.examining import examine_pdf, examine_zip
from offer.evidence.verdict import Mark
from tests.store.market import purchase
from tests.town import Town, a_town, text_of
from tests.web.buying import JSON, letters_to, page_of
from tests.web.test_retry import declined

CONSENT = sha256(text_of("consent"))
ANNA = "anna@example.ru"


def rows(town: Town, kind: str) -> list[tuple[int, dict[str, Any]]]:
    found = town.shop.store.read(ledger.entries)
    return [(it.number, json.loads(it.fact)) for it in found if it.kind == kind]


def paid(town: Town, **changes: str) -> str:
    token = town.order(**changes)
    town.pay(token)
    town.work()
    return token


def withdraw(town: Town, token: str) -> int:
    return town.client.post(f"/orders/{token}/consent/withdraw").status_code


def whole(town: Town) -> list[str]:
    """What `checkout verify` finds wrong."""
    remarks = verify(town.shop.store, town.shop.settings.zone)
    return [it.sentence for it in remarks if it.mark == "✗"]


def found_wrong(town: Town, token: str) -> list[str]:
    """What `offer verify` finds wrong in the papers the client holds."""
    certificate, archive = (
        town.client.get(f"/orders/{token}/{name}").content
        for name in ("certificate.pdf", "evidence.zip")
    )
    checks = [*examine_pdf(certificate).checks, *examine_zip(archive).checks]
    return [str(it) for it in checks if it.mark is Mark.FAILS]


def test_withdrawing_is_logged_with_the_same_care_as_giving(own_town: Town) -> None:
    token = paid(own_town, accept_consent=CONSENT)
    own_town.clock.now += timedelta(days=1)
    assert withdraw(own_town, token) == 303
    (_, given), (number, withdrawn) = rows(own_town, "consent")
    who = own_town.shop.store.read(lambda tx: ledger.details(tx, number, Part.PARTY))
    whence = own_town.shop.store.read(lambda tx: ledger.details(tx, number, Part.ORIGIN))

    assert (given["action"], withdrawn["action"]) == ("given", "withdrawn")
    assert withdrawn["document"] == given["document"]
    assert withdrawn["document"]["sha256"] == CONSENT
    assert withdrawn["label"] == "Отозвать согласие"
    assert withdrawn["page"] == f"/orders/{withdrawn['order']}"
    assert all(token not in row.fact for row in own_town.shop.store.read(ledger.entries))
    assert who is not None
    assert whence is not None
    assert (withdrawn["details_sha256"], withdrawn["origin_sha256"]) == (who.sha256, whence.sha256)
    assert json.loads(who.text)["email"] == ANNA
    assert whole(own_town) == []


def test_a_withdrawal_ends_nothing_that_was_paid(own_town: Town) -> None:
    token = paid(own_town, accept_consent=CONSENT)
    before = own_town.facts(token)
    paper = own_town.client.get(f"/orders/{token}/certificate.pdf").content
    withdraw(own_town, token)
    after = own_town.facts(token)

    assert after == before
    assert own_town.client.get(f"/orders/{token}/certificate.pdf").content == paper


def test_withdrawing_twice_is_withdrawing_once(own_town: Town) -> None:
    token = paid(own_town, accept_consent=CONSENT)
    assert {withdraw(own_town, token) for _ in range(3)} == {303}
    own_town.work()

    assert len(rows(own_town, "consent")) == 2
    assert len([it for it in letters_to(own_town, ANNA) if "отозвано" in it.text]) == 1


def test_both_are_told_of_a_withdrawal(own_town: Town) -> None:
    token = paid(own_town, accept_consent=CONSENT)
    withdraw(own_town, token)
    own_town.work()
    mine = letters_to(own_town, ANNA)[-1]
    his = letters_to(own_town, "dudkinanton@bk.ru")[-1]

    assert "пакет действует как прежде" in mine.text.replace("\u00a0", " ")
    assert any(f"/orders/{token}" in link for link in mine.links)
    assert ANNA in his.text
    assert "удалите его данные" in his.text.replace("\u00a0", " ")
    assert whole(own_town) == []


def test_who_paid_nothing_reads_of_no_package(own_town: Town) -> None:
    token = declined(own_town, accept_consent=CONSENT)
    pages = [own_town.client.get(f"/orders/{token}").text]
    withdraw(own_town, token)
    pages.append(own_town.client.get(f"/orders/{token}").text)
    own_town.work()
    mine = letters_to(own_town, ANNA)[-1]
    his = letters_to(own_town, "dudkinanton@bk.ru")[-1]

    assert all("платенный пакет" not in it for it in (*pages, mine.text, his.text))
    assert "его ещё можно оплатить" in mine.text.replace("\u00a0", " ")
    assert "Заказ не оплачен" in his.text.replace("\u00a0", " ")
    assert mine.header("Subject").startswith("[ТЕСТ] ")
    assert "Тестовый режим" in his.text


def test_after_another_try_the_page_still_says_that_it_was_withdrawn(own_town: Town) -> None:
    token = declined(own_town, accept_consent=CONSENT)
    withdraw(own_town, token)
    own_town.client.post(f"/orders/{token}/retry", data={"accept_offer": sha256(text_of("offer"))})
    page = own_town.client.get(f"/orders/{token}").text

    assert "отозвано" in page
    assert "не&nbsp;дано" not in page


def test_the_order_page_has_the_button_and_then_the_day(own_town: Town) -> None:
    token = paid(own_town, accept_consent=CONSENT)
    before = own_town.client.get(f"/orders/{token}").text
    withdraw(own_town, token)
    after = own_town.client.get(f"/orders/{token}").text

    assert f'action="/orders/{token}/consent/withdraw"' in before
    assert "Отозвать согласие" in before
    assert "Отозвать согласие" not in after
    assert "Отозвано" in after


def test_the_letter_leads_to_the_button_and_opening_it_withdraws_nothing(own_town: Town) -> None:
    token = paid(own_town, accept_consent=CONSENT)
    (link,) = [it for it in letters_to(own_town, ANNA)[0].links if it.endswith("#consent")]
    assert own_town.client.get(link).status_code == 200
    assert own_town.client.get(f"/orders/{token}/consent/withdraw").status_code == 303

    assert len(rows(own_town, "consent")) == 1


def test_without_a_consent_there_is_nothing_to_withdraw(own_town: Town) -> None:
    token = paid(own_town)
    assert withdraw(own_town, token) == 303
    page = own_town.client.get(f"/orders/{token}").text

    assert rows(own_town, "consent") == []
    assert "Отозвать согласие" not in page
    assert "Согласие на" not in letters_to(own_town, ANNA)[0].text
    assert withdraw(own_town, "no-such-order") == 404


def test_a_foreign_page_cannot_withdraw(own_town: Town) -> None:
    token = paid(own_town, accept_consent=CONSENT)
    answer = own_town.client.post(
        f"/orders/{token}/consent/withdraw", headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403
    assert len(rows(own_town, "consent")) == 1


def test_trying_again_does_not_bring_a_withdrawn_consent_back(own_town: Town) -> None:
    token = declined(own_town, accept_consent=CONSENT)
    withdraw(own_town, token)
    own_town.client.post(f"/orders/{token}/retry", data={"accept_offer": sha256(text_of("offer"))})
    own_town.pay(token)

    assert own_town.facts(token)["consent_sha256"] is None
    assert whole(own_town) == []
    assert found_wrong(own_town, token) == []


def test_a_withdrawal_while_the_retry_is_on_its_way_is_not_overrun(own_town: Town) -> None:
    token = declined(own_town, accept_consent=CONSENT)
    consent = own_town.shop.shelf.release().current("consent")
    decided_before = replace(purchase(own_town.shop, "retry"), consent=consent)
    withdraw(own_town, token)
    retry(own_town.shop, token, decided_before)

    assert len(rows(own_town, "order")) == 2
    assert own_town.facts(token)["consent_sha256"] is None
    assert whole(own_town) == []


def test_a_consent_kept_through_a_retry_is_in_the_papers(own_town: Town) -> None:
    token = declined(own_town, accept_consent=CONSENT)
    own_town.client.post(f"/orders/{token}/retry", data={"accept_offer": sha256(text_of("offer"))})
    assert whole(own_town) == []
    own_town.pay(token)
    own_town.work()
    archive = ZipFile(BytesIO(own_town.client.get(f"/orders/{token}/evidence.zip").content))
    (said,) = [it for it in archive.namelist() if it.endswith("/acceptance.json")]
    summary = json.loads(archive.read(said))
    ((number, _),) = rows(own_town, "consent")

    assert summary["consent"]["sha256"] == CONSENT
    assert summary["ledger"]["consent"]["number"] == number
    assert found_wrong(own_town, token) == []
    withdraw(own_town, token)
    own_town.work()
    assert whole(own_town) == []
    assert found_wrong(own_town, token) == []


def test_a_consent_withdrawn_before_paying_is_not_offered_for_withdrawal(own_town: Town) -> None:
    token = own_town.order(accept_consent=CONSENT)
    withdraw(own_town, token)
    own_town.pay(token)
    own_town.work()
    letter = next(it for it in letters_to(own_town, ANNA) if "Оплачено" in it.header("Subject"))

    assert not any(it.endswith("#consent") for it in letter.links)
    assert whole(own_town) == []
    assert found_wrong(own_town, token) == []


# --- the address is confirmed by the first link opened


def link_of(town: Town) -> str:
    return next(it for it in letters_to(town, ANNA)[0].links if "/orders/" in it)


def test_the_first_link_opened_confirms_the_address_once(own_town: Town) -> None:
    token = paid(own_town)
    link = link_of(own_town)
    pages = [own_town.client.get(link) for _ in range(3)]
    ((number, fact),) = rows(own_town, "confirmation")
    ((_, order),) = rows(own_town, "order")
    whence = own_town.shop.store.read(lambda tx: ledger.details(tx, number, Part.ORIGIN))

    assert {it.status_code for it in pages} == {200}
    assert "адрес подтверждён" in pages[0].text
    assert fact["order"] == own_town.facts(token)["number"]
    assert fact["details_sha256"] == order["details_sha256"]
    assert whence is not None
    assert fact["origin_sha256"] == whence.sha256
    assert whole(own_town) == []


def test_the_same_page_is_answered_with_the_key_and_without_it(own_town: Town) -> None:
    token = paid(own_town)
    link = link_of(own_town)
    own_town.client.get(link)

    assert own_town.client.get(link).text == own_town.client.get(f"/orders/{token}").text
    assert own_town.client.get(link, headers=JSON).json() == own_town.facts(token)


@pytest.mark.parametrize("how", ["HEAD", "a wrong key", "a foreign key", "no key"])
def test_nothing_else_confirms_an_address(own_town: Town, how: str) -> None:
    token, other = paid(own_town), own_town.order(email="boris@example.ru")
    own_town.pay(other)
    own_town.work()
    foreign = next(
        it for it in letters_to(own_town, "boris@example.ru")[0].links if "letter=" in it
    )
    asked = {
        "HEAD": lambda: own_town.client.head(link_of(own_town)),
        "a wrong key": lambda: own_town.client.get(f"/orders/{token}?letter=guessed"),
        "a foreign key": lambda: own_town.client.get(
            f"/orders/{token}?letter={foreign.partition('letter=')[2]}"
        ),
        "no key": lambda: own_town.client.get(f"/orders/{token}"),
    }[how]()

    assert asked.status_code == 200
    assert rows(own_town, "confirmation") == []
    assert "подтверждён" not in page_of(own_town.client.get(f"/orders/{token}")).text


@pytest.mark.parametrize("key", ["%00", "a%00b", "%ff", "%ED%A0%80", "", "x" * 5000])
def test_a_key_that_fits_no_database_is_a_wrong_key(
    tmp_path: Path, database_url: str, key: str
) -> None:
    with a_town(tmp_path, database_url) as town:
        token = paid(town)

        assert town.client.get(f"/orders/{token}?letter={key}").status_code == 200
        assert rows(town, "confirmation") == []


def test_the_return_address_of_a_payment_confirms_nothing(own_town: Town) -> None:
    own_town.order()
    (payment,) = own_town.yookassa.payments()

    assert "letter=" not in payment["confirmation"]["return_url"]
