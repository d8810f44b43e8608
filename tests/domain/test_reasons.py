"""A reason that names somebody is refused by the very word, so that it can be written otherwise."""

import json

import pytest

from checkout.domain.reasons import trouble

PARTY = json.dumps(
    {
        "kind": "person",
        "name": "Анна Лишнева",
        "email": "anna@example.ru",
        "phone": "+7 912 345-67-89",
        "inn": None,
    }
)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("вернули Лишневой", "Слово «Лишневой» похоже на имя или фамилию клиента"),
        ("звонок анне", "Слово «анне» похоже на имя или фамилию клиента"),
        ("письмо от a@b.ru вчера", "Слово «a@b.ru» похоже на адрес почты"),
        ("анна лишнева просила", "«Анна Лишнева» — из данных клиента"),
        ("звонок с 8 (912) 345 67 89", "Цифры 9123456789 — из данных клиента"),
    ],
)
def test_the_word_that_names_somebody_is_said(reason: str, told: str) -> None:
    why = (trouble(reason, PARTY) or "").replace("\u00a0", " ")

    assert why.startswith(f"{told}, а личные данные из журнала не стереть")


def test_a_reason_without_them_may_stand() -> None:
    assert trouble("письмо от 23.11.2026, платёж лишь один", PARTY) is None
