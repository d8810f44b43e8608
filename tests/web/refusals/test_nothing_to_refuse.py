"""Where there is nothing to refuse, and what stays of a refusal afterwards."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from checkout.__main__ import main
from checkout.answer import answer
from checkout.verify import verify
from tests.town import ROMASHKA, Town, moscow
from tests.web.buying import page_of, spoilt_and_settled
from tests.web.refusals.leaving import (
    ZONE,
    give_back,
)
from tests.web.refusing import bought, later, order_page, refusals, refuse
from tests.web.test_consent import found_wrong, whole
from tests.web.test_retry import declined

# --- where there is nothing to refuse


def test_an_unpaid_order_cannot_be_refused_and_has_no_button(own_town: Town) -> None:
    for token in (own_town.order(), declined(own_town)):
        answer = own_town.client.get(f"/orders/{token}/refuse")

        assert (answer.status_code, refuse(own_town, token).status_code) == (409, 409)
        assert page_of(answer).one("h1").text == "Пакет по заказу ещё не начался"
        assert "/refuse" not in own_town.client.get(f"/orders/{token}").text
    assert refusals(own_town) == []


def test_a_case_of_odd_money_cannot_be_refused_yet(own_town: Town) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, amount_kopecks=1)

    assert page_of(refuse(own_town, token)).one("h1").text == "С платежом ещё разбираются"


@pytest.mark.parametrize(
    ("kopecks", "heading"), [(None, "Деньги уже возвращены"), (500_000, "Пакет уже прекращён")]
)
def test_what_a_refund_has_ended_cannot_be_refused(
    own_town: Town, token: str, kopecks: int | None, heading: str
) -> None:
    give_back(own_town, kopecks)
    answer = refuse(own_town, token)

    assert answer.status_code == 409
    assert page_of(answer).one("h1").text == heading
    assert "/refuse" not in own_town.client.get(f"/orders/{token}").text
    assert refusals(own_town) == []


def test_while_a_refund_is_on_its_way_nothing_can_be_refused(own_town: Town, token: str) -> None:
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    give_back(own_town, 500_000, leaves=False)
    answer = refuse(own_town, token)

    assert answer.status_code == 409
    assert page_of(answer).one("h1").text == "Возврат ещё не закончен"
    assert "/refuse" not in own_town.client.get(f"/orders/{token}").text


@pytest.mark.parametrize(
    ("party", "said"),
    [({}, "Потребитель вправе это оспорить"), (ROMASHKA, "задайте его исполнителю")],
    ids=["person", "company"],
)
def test_after_the_term_there_is_a_sentence_instead_of_a_button(
    own_town: Town, party: dict[str, str], said: str
) -> None:
    token = bought(own_town, **party)
    last = moscow(2026, 12, 24, 0)
    own_town.clock.now = last - timedelta(minutes=1)
    open_still = own_town.client.get(f"/orders/{token}/refuse").status_code
    own_town.clock.now = last
    answer, page = refuse(own_town, token), order_page(own_town, token)

    assert (open_still, answer.status_code) == (200, 409)
    for text in (page_of(answer).text, page.one("section", id="refusal").text):
        assert said in text
        assert "п. 3.4" in text
    assert f"/orders/{token}/refuse" not in [it.attributes["href"] for it in page.all("a")]
    assert page.one("section", id="refusal").text.endswith("+7 938 478 10 91")


def test_a_refusal_made_in_time_is_decided_after_the_term_too(own_town: Town) -> None:
    token = bought(own_town)
    own_town.clock.now = moscow(2026, 12, 23, 23)
    refuse(own_town, token)
    later(own_town, days=5)

    assert order_page(own_town, token).one("h1").text == "Вы отказались от пакета 23.12.2026"
    give_back(own_town, 1_500_000)
    assert "Отказ от пакета исполнен" in order_page(own_town, token).text
    assert whole(own_town) == []


# --- what stays of it


def test_the_archive_tells_of_it_in_words_and_has_its_letters(own_town: Town, token: str) -> None:
    refuse(own_town, token, "Проект закрыт")
    own_town.work()
    answer(own_town.shop.store, "2026-0001", "Часы отработаны.")
    own_town.work()
    archive = ZipFile(BytesIO(own_town.client.get(f"/orders/{token}/evidence.zip").content))
    files = {it.partition("/")[2]: archive.read(it) for it in archive.namelist()}
    letters = [data.decode() for name, data in files.items() if name.startswith("letters/")]

    assert "клиент отказался от пакета (fact-" in files["README.txt"].decode()
    assert "исполнитель ответил на отказ от пакета (fact-" in files["README.txt"].decode()
    assert len([name for name in files if name.endswith("-refusal.json")]) == 2
    assert len(letters) == 3
    assert "адресатов писем, отказа от пакета: " in files["README.txt"].decode()
    assert found_wrong(own_town, token) == []


def test_the_facts_for_programs_keep_their_keys(own_town: Town, token: str) -> None:
    before = own_town.facts(token)
    refuse(own_town, token)

    assert own_town.facts(token) == before
    assert "refus" not in json.dumps(before)


def test_verify_counts_the_refusals(own_town: Town, token: str) -> None:
    refuse(own_town, token)
    lines = [it.sentence for it in verify(own_town.shop.store, ZONE)]

    assert "Отказы от пакетов: 1, сходятся с журналом." in lines


@pytest.mark.usefixtures("as_its_process")
def test_the_command_answers_and_says_what_follows(
    own_town: Town, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(own_town, token)
    named = main(["answer", "2026-0001", "--text", "Ответ Анне Карениной"])
    done = main(["answer", "2026-0001", "--text", "Часы отработаны."])
    again = main(["answer", "2026-0001", "--text", "Часы отработаны."])
    said = capsys.readouterr()

    assert (named, done, again) == (1, 0, 1)
    assert "личные данные" in said.err
    assert "✓ Ответ по заказу 2026-0001 записан, дело закрыто (срок был до 13.12.2026)" in said.out
    assert "нет отказа, который ждёт ответа" in said.err
    assert "Часы отработаны." in order_page(own_town, token).text
