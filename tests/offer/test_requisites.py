import pytest

from offer.errors import OfferError
from offer.requisites import (
    clean_inn,
    clean_kpp,
    is_account,
    is_bic,
    is_correspondent_account,
    is_inn,
    is_kpp,
    is_ogrn,
    is_ogrnip,
)
from tests.offer.offers import REQUISITES, codes_of, terms_of

OWN_BIC = "044525104"
OGRNIP = "304150000000072"


@pytest.mark.parametrize(
    "inn",
    ["230909098157", "7707083893", "7736207543", "7707329152", "7710140679", "7750005725"],
)
def test_a_real_inn_passes(inn: str) -> None:
    assert is_inn(inn)


@pytest.mark.parametrize(
    "inn",
    [
        *("230909098158", "230909098175", "7707083894", "0000000000", "000000000000"),
        *("", "23090909815", "2309090981570", "77070838 93", "７７０７０８３８９３", "77O7083893"),
    ],
)
def test_a_wrong_or_empty_inn_is_refused(inn: str) -> None:
    assert not is_inn(inn)


@pytest.mark.parametrize(
    "ogrn",
    ["1027700132195", "1027700229193", "1047707030513", "1027739642281", "1127711000031"],
)
def test_a_real_ogrn_passes(ogrn: str) -> None:
    assert is_ogrn(ogrn)


@pytest.mark.parametrize("ogrn", ["1027700132196", "0000000000000", "102770013219", OGRNIP])
def test_a_wrong_ogrn_is_refused(ogrn: str) -> None:
    assert not is_ogrn(ogrn)


@pytest.mark.parametrize("ogrnip", ["304150000000050", "304150000000061", OGRNIP])
def test_an_ogrnip_whose_remainder_has_two_digits_passes(ogrnip: str) -> None:
    assert is_ogrnip(ogrnip)


@pytest.mark.parametrize("ogrnip", ["304150000000051", "000000000000000", "1027700132195", ""])
def test_a_wrong_ogrnip_is_refused(ogrnip: str) -> None:
    assert not is_ogrnip(ogrnip)


@pytest.mark.parametrize(("kpp", "right"), [("773601001", True), ("7736AB001", True)])
def test_a_kpp_may_have_letters_in_its_middle(kpp: str, right: bool) -> None:
    assert is_kpp(kpp) is right


@pytest.mark.parametrize("kpp", ["77360100", "7736010011", "77360A001A", "000000000", ""])
def test_a_kpp_of_another_shape_is_refused(kpp: str) -> None:
    assert not is_kpp(kpp)


@pytest.mark.parametrize(
    ("account", "bic"),
    [
        ("30101810745374525104", OWN_BIC),
        ("30101810400000000225", "044525225"),
        ("30101810145250000974", "044525974"),
        ("30101810200000000593", "044525593"),
    ],
)
def test_a_bank_and_its_correspondent_account_fit(account: str, bic: str) -> None:
    assert is_bic(bic)
    assert is_correspondent_account(account, bic)


def test_the_contractors_account_fits_his_bank() -> None:
    assert is_account("40802810720000480414", OWN_BIC)


@pytest.mark.parametrize(
    ("account", "bic"),
    [
        ("40802810720000480415", OWN_BIC),
        ("40802810720000480414", "044525225"),
        ("00000000000000000000", OWN_BIC),
        ("4080281072000048041", OWN_BIC),
    ],
)
def test_an_account_that_does_not_fit_its_bank_is_refused(account: str, bic: str) -> None:
    assert not is_account(account, bic)


@pytest.mark.parametrize(
    ("account", "bic"),
    [("30101810745374525105", OWN_BIC), ("30101810400000000225", OWN_BIC)],
)
def test_a_correspondent_account_of_another_bank_is_refused(account: str, bic: str) -> None:
    assert not is_correspondent_account(account, bic)


@pytest.mark.parametrize("bic", ["000000000", "04452510", "0445251041", "994525104"])
def test_a_bic_of_another_shape_is_refused(bic: str) -> None:
    assert not is_bic(bic)


def test_an_account_at_the_central_bank_is_keyed_by_its_region() -> None:
    assert is_account("40101810045250010041", "044525000")
    assert not is_account("40101810045250010041", "044525225")


@pytest.mark.parametrize(
    ("kind", "typed", "clean"),
    [
        ("company", " 7707083893 ", "7707083893"),
        ("sole_trader", "2309 0909 8157", "230909098157"),
        ("person", "230909098157", "230909098157"),
        ("person", "  ", None),
    ],
)
def test_an_inn_is_cleaned_as_people_type_it(kind: str, typed: str, clean: str | None) -> None:
    assert clean_inn(kind, typed) == clean


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("company", "", "Укажите ИНН организации: 10 цифр."),
        ("company", "230909098157", "В ИНН организации 10 цифр, а здесь их 12."),
        ("sole_trader", "7707083893", "В ИНН предпринимателя 12 цифр, а здесь их 10."),
        ("company", "77O7083893", "В ИНН могут быть только цифры."),
        ("company", "7707083894", "Проверьте ИНН: контрольная цифра не сходится."),
        ("person", "000000000000", "Проверьте ИНН: контрольная цифра не сходится."),
    ],
)
def test_a_wrong_inn_is_refused_with_a_sentence_for_its_owner(
    kind: str, typed: str, sentence: str
) -> None:
    with pytest.raises(OfferError) as refusal:
        clean_inn(kind, typed)

    assert refusal.value.sentence == sentence


def test_a_kpp_is_cleaned_or_refused() -> None:
    assert clean_kpp("7736 01 001") == "773601001"
    assert clean_kpp("") is None
    with pytest.raises(OfferError):
        clean_kpp("77360")


@pytest.mark.parametrize(
    "text",
    [
        REQUISITES.replace("- ", ""),
        REQUISITES.replace(": ", " — ", 3),
        REQUISITES.replace("- ИНН: ", "- **ИНН:** ").replace("Расчётный счёт", "Р/с"),
        REQUISITES.replace("Корреспондентский счёт", "К/с").replace("БИК:", "БИК"),
        REQUISITES.replace("40802810720000480414", "40802 810 7 2000 0480414"),
        REQUISITES.replace(
            "- Контакты: +7 938 478 10 91, ", "- Телефон: +7 938 478 10 91\n- E-mail: "
        ),
        REQUISITES + "\n- Сайт: пример.рф\n- Система налогообложения: УСН",
        "| Реквизит | Значение |\n|--|--|\n"
        + "\n".join(f"| {line[2:].replace(': ', ' | ')} |" for line in REQUISITES.split("\n")),
    ],
)
def test_requisites_are_read_however_people_write_them(text: str) -> None:
    assert terms_of({"11": text}).requisites == terms_of().requisites


def test_a_number_and_an_address_told_later_are_read() -> None:
    text = f"{REQUISITES}\n- ОГРНИП: {OGRNIP}\n- Почтовый адрес: 350000, Краснодар, а/я 15"

    requisites = terms_of({"11": text}).requisites

    assert requisites.ogrnip == OGRNIP
    assert requisites.address == "350000, Краснодар, а/я 15"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("230909098157", "230909098158", "requisite_wrong"),
        ("230909098157", "7707083893", "requisite_wrong"),
        ("40802810720000480414", "40802810720000480415", "requisite_wrong"),
        ("30101810745374525104", "30101810745374525105", "requisite_wrong"),
        ("44525104\n", "4452510\n", "requisite_wrong"),
        ("dudkinanton@bk.ru", "dudkinanton@bk", "requisite_unknown"),
        ("+7 938 478 10 91", "+7 938 478 10", "requisite_wrong"),
        ("+7 938 478 10 91, ", "", "requisite_missing"),
        ("- БИК: 044525104\n", "", "requisite_missing"),
        ("ИНН: 230909098157", "ИНН: 230909098157, КПП: 773601001", "requisite_wrong"),
        ("Банк:", "КПП: 773601001\n- Банк:", "requisite_unknown"),
        ("Банк:", "ОГРНИП: 304150000000051\n- Банк:", "requisite_wrong"),
        ("Банк:", "ОРГНИП: 304150000000072\n- Банк:", "requisite_unknown"),
        ("Банк:", "БИК: 044525225\n- Банк:", "requisite_twice"),
    ],
)
def test_wrong_requisites_keep_an_offer_from_being_sold(old: str, new: str, code: str) -> None:
    assert code in codes_of({"11": REQUISITES.replace(old, new)})
