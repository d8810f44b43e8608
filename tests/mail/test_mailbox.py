"""The demo's mailbox: what tools and people see of the letters in it."""

import re
import smtplib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from checkout.mail.letters import Letter
from checkout.mail.mailbox import Mailbox
from checkout.mail.smtp import Mailer
from tests.mail.test_smtp import DATE, SENDER, letter


def send(mailbox: Mailbox, *letters: Letter) -> None:
    mailer = Mailer(mailbox.smtp_url, SENDER)
    for number, each in enumerate(letters):
        raw = mailer.compose(each, message_id=f"<{number}@oferta.example>", date=DATE)
        mailer.send(raw, to=each.to)


def test_tools_read_letters_as_json_oldest_first() -> None:
    with Mailbox() as mailbox:
        send(mailbox, letter(), letter(to="desk@example.ru", subject="Новый заказ", attachments=()))
        first, second = TestClient(mailbox.app).get("/messages").json()
    assert first["id"] == "1"
    assert first["to"] == "m.kovaleva@example.ru"
    assert first["subject"] == "Оплачено: 5 часов поддержки до 22.12.2026"
    assert first["date"] == "2026-11-22T11:03:30+00:00"
    assert first["text"] == letter().text
    assert first["links"] == [
        "https://oferta.example/orders/QmFzZTY0dG9rZW4tMjItY2hhcnM",
        "https://oferta.example/offer/3/",
        "https://oferta.example/offer/3/offer.md",
        "https://oferta.example/consent/1/",
        "https://oferta.example/orders/QmFzZTY0dG9rZW4tMjItY2hhcnM#consent",
    ]
    assert first["attachments"] == [
        {
            "name": "certificate-26-0001.pdf",
            "media_type": "application/pdf",
            "size": 11,
            "url": "/messages/1/files/1",
        }
    ]
    assert (second["to"], second["attachments"]) == ("desk@example.ru", [])


def test_the_raw_letter_and_its_attachment_are_the_bytes_that_came() -> None:
    with Mailbox() as mailbox:
        send(mailbox, letter())
        client = TestClient(mailbox.app)
        raw = client.get("/messages/1.eml")
        file = client.get("/messages/1/files/1")
        assert raw.content == mailbox.letters[0].raw
    assert raw.headers["content-type"] == "message/rfc822"
    assert file.content == b"%PDF-1.7\n\x00\xff"
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == 'inline; filename="certificate-26-0001.pdf"'


def test_people_read_the_list_and_a_letter_in_russian() -> None:
    with Mailbox() as mailbox:
        client = TestClient(mailbox.app)
        assert "Писем пока нет" in client.get("/").text
        send(mailbox, letter(text="Тело <b>письма</b> https://oferta.example/orders/x\n"))
        listed, shown = client.get("/"), client.get("/messages/1")
    for page in (listed, shown):
        assert "Тестовый режим: деньги не&nbsp;списываются" in page.text
        assert "Оплачено: 5 часов поддержки до 22.12.2026" in page.text
        assert "certificate-26-0001.pdf" in page.text
    assert '<a href="/messages/1">' in listed.text
    assert "22.11.2026, 14:03\u00a0(МСК)" in listed.text
    assert "&lt;b&gt;письма&lt;/b&gt;" in shown.text
    assert '<a href="https://oferta.example/orders/x" rel="noopener noreferrer">' in shown.text


@pytest.mark.parametrize("path", ["/", "/messages/1"])
def test_a_page_has_no_inline_style_or_script_and_asks_no_foreign_host(path: str) -> None:
    with Mailbox() as mailbox:
        send(mailbox, letter(text="Тело письма\n"))
        client = TestClient(mailbox.app)
        page = client.get(path)
        assert not re.search(r"<script|<style|style=| on\w+=", page.text)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        for address in re.findall(r'(?:href|src)="([^"]*)"', page.text):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/messages/2", "/messages/2.eml", "/messages/1/files/2", "/nope"])
def test_what_is_not_there_is_said_plainly(path: str) -> None:
    with Mailbox() as mailbox:
        send(mailbox, letter())
        answer = TestClient(mailbox.app).get(path)
    assert answer.status_code == 404
    assert "Такого письма нет" in answer.text


def test_letters_outlive_the_mailbox_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with Mailbox(folder) as mailbox:
        send(mailbox, letter(), letter(subject="Второе"))
    assert [path.name for path in sorted(folder.iterdir())] == ["0001.eml", "0002.eml"]
    with Mailbox(folder) as again:
        send(again, letter(subject="Третье"))
        subjects = [kept.header("Subject") for kept in again.letters]
    assert subjects == ["Оплачено: 5 часов поддержки до 22.12.2026", "Второе", "Третье"]


def test_a_foreign_letter_without_headers_is_shown_too() -> None:
    with Mailbox() as mailbox:
        with smtplib.SMTP("127.0.0.1", int(mailbox.smtp_url.rsplit(":", 1)[1])) as smtp:
            smtp.sendmail("a@example.ru", ["b@example.ru"], "hello")
        client = TestClient(mailbox.app)
        assert client.get("/messages").json()[0]["date"] is None
        assert "Без темы" in client.get("/").text
        assert client.get("/messages/1").status_code == 200
