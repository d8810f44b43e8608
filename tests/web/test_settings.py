"""The settings: every wrong one is refused with a sentence, and no secret shows."""

from ipaddress import ip_network

import pytest

from checkout.settings import READERS, Secret, WrongSettings, read_settings

REQUIRED = {
    "CHECKOUT_RELEASE": "current",
    "CHECKOUT_PUBLIC_URL": "https://shop.example/",
    "CHECKOUT_YOOKASSA_SHOP_ID": "1",
    "CHECKOUT_YOOKASSA_SECRET_KEY": "test_hidden",
    "CHECKOUT_SMTP_URL": "smtp://hidden@127.0.0.1",
    "CHECKOUT_MAIL_FROM": "a@example.ru",
}


def test_what_is_not_set_has_its_default() -> None:
    settings = read_settings(REQUIRED)

    assert settings.database_url == Secret("sqlite:///checkout.db")
    assert settings.public_url == "https://shop.example"
    assert settings.yookassa_api_url == "https://api.yookassa.ru/v3"
    assert settings.keep_addresses_days == 365
    assert ip_network("2a02:5180::/32") in settings.notification_sources
    assert settings.test


def test_what_is_set_is_read() -> None:
    said = {
        "CHECKOUT_TRUSTED_PROXIES": " 10.0.0.1, 192.168.7.9/24 ,",
        "CHECKOUT_DESK_EMAILS": "a@example.ru, b@example.ru",
        "CHECKOUT_KEEP_ADDRESSES_DAYS": "30",
        "CHECKOUT_METRICS_TOKEN": "known",
        "CHECKOUT_LISTEN": "[::1]:80",
    }
    settings = read_settings(REQUIRED | said)

    assert settings.trusted_proxies == (ip_network("10.0.0.1"), ip_network("192.168.7.0/24"))
    assert settings.desk_emails == ("a@example.ru", "b@example.ru")
    assert settings.keep_addresses_days == 30
    assert settings.metrics_token == Secret("known")
    assert settings.listen == "[::1]:80"


def test_every_setting_that_is_missing_wrong_or_unknown_is_told_at_once() -> None:
    with pytest.raises(WrongSettings) as wrong:
        read_settings({"CHECKOUT_LISTEN": "anywhere", "CHECKOUT_COLOUR": "red", "HOME": "/"})

    told = wrong.value.sentence.splitlines()
    assert {it.partition(":")[0] for it in told} == {
        *REQUIRED,
        "CHECKOUT_LISTEN",
        "CHECKOUT_COLOUR",
    }
    assert "CHECKOUT_COLOUR: такой настройки нет. Список настроек — в README." in told
    assert "CHECKOUT_RELEASE: не задано. Список настроек — в README." in told
    assert "CHECKOUT_LISTEN: нужны адрес и порт, например 127.0.0.1:8000." in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "shop.example"),
        ("YOOKASSA_API_URL", "ftp://api.example"),
        ("TIME_ZONE", "Europe/Atlantis"),
        ("TIME_ZONE", "../etc"),
        ("TIME_ZONE", ""),
        ("LISTEN", "127.0.0.1"),
        ("KEEP_ADDRESSES_DAYS", "0"),
        ("KEEP_ADDRESSES_DAYS", "366"),
        ("KEEP_ADDRESSES_DAYS", "a year"),
        ("KEEP_ADDRESSES_DAYS", "²"),
        ("TRUSTED_PROXIES", "10.0.0.1,proxy.example"),
        ("NOTIFICATION_SOURCES", "10.0.0.300"),
        ("TIME_STAMP_URLS", "https://one.example,two.example"),
        ("TIME_STAMP_URLS", f"https://{'long' * 64}.example"),
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence_in_russian(name: str, value: str) -> None:
    with pytest.raises(WrongSettings, match=rf"^CHECKOUT_{name}: [«а-я].*\.$"):
        read_settings(REQUIRED | {f"CHECKOUT_{name}": value})


def test_an_empty_token_opens_nothing() -> None:
    assert read_settings(REQUIRED | {"CHECKOUT_METRICS_TOKEN": ""}).metrics_token is None


def test_secrets_show_neither_in_the_settings_nor_by_themselves() -> None:
    settings = read_settings(REQUIRED)

    assert "hidden" not in f"{settings} {settings!r} {settings.smtp_url} {settings.smtp_url!r}"
    assert settings.smtp_url.value == "smtp://hidden@127.0.0.1"
    kinds = {name for name, reader in READERS.items() if reader is Secret}
    assert kinds == {"database_url", "yookassa_secret_key", "smtp_url", "secret_key"}
