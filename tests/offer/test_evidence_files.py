"""The files of an acceptance are checked by `sha256sum` and a shell, with nothing else at hand."""

import io
import json
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from offer.evidence.archive import archive
from offer.evidence.chain import canonical, entry
from offer.evidence.dossier import ACCEPTANCE, DETAILS, LINKS, PAYMENT, fact, fact_name
from offer.evidence.redaction import redacted
from offer.evidence.takeout import Later, attachments, evidence_zip, takeout
from tests.dossiers import dossier
from tests.mail.facts import MOSCOW

ANSWER: dict[str, Any] = {
    "id": "2c1f0e9a-000f-5000-8000-1f0c3d5b7a99",
    "status": "succeeded",
    "amount": {"value": "15000.00", "currency": "RUB"},
    "income_amount": {"value": "14475.00", "currency": "RUB"},
    "metadata": {"order": "26-0001", "offer_sha256": "9f" * 32},
    "recipient": {"account_id": "100500", "gateway_id": "100700"},
    "confirmation": {"type": "redirect", "return_url": "https://oferta.example/orders/SECRET"},
    "payment_method": {
        "type": "bank_card",
        "id": "2c1f0e9a-000f-5000-8000-1f0c3d5b7a99",
        "saved": False,
        "title": "Bank card *4477",
        "card": {"first6": "555555", "last4": "4477", "issuer_name": "Банк"},
        "payer_bank_details": {"account": "40817810000000004477", "bik": "044525104"},
        "account_number": "410011758831136",
        "phone": "79000004477",
        "whatever_comes_next": "4477",
    },
    "authorization_details": {"rrn": "10000000000", "auth_code": "000000"},
}


def later(**changes: Any) -> Later:
    case = dossier()
    made = {"order": "26-0001", "sha256": sha256(b"paper").hexdigest(), "bytes": 5}
    row = entry("certificate", made, at=case.payment.at, last=case.payment)
    links = (*case.links, row.link)
    return Later(**{"certificate": b"paper", "rows": (row,), "links": links, **changes})


def whole(**changes: Any) -> Later:
    head = {"day": "2026-11-23", "at": "2026-11-23T00:00:00.000Z", "number": 8, "hash": "h" * 64}
    rest: dict[str, Any] = {
        "letters": (b"one", b"two"),
        "origin": "saltaddress",
        "page": b"<html>",
        "head": head,
        "stamp": b"stamp",
    }
    return later(**rest | changes)


def unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def run(folder: Path, script: str) -> str:
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.parametrize("of", ["certificate", "archive"])
def test_sha256sum_confirms_every_file(tmp_path: Path, of: str) -> None:
    case = dossier()
    files = attachments(case, MOSCOW) if of == "certificate" else takeout(case, whole(), MOSCOW)
    answer = run(unpacked(tmp_path, files), "sha256sum --strict -c SHA256SUMS")
    assert answer.count(": OK\n") == len(files) - 1


def test_a_fact_is_the_bytes_whose_hash_stands_in_its_link() -> None:
    case = dossier(tries=2)
    files = attachments(case, MOSCOW)
    links = {link["number"]: link for link in map(json.loads, files[LINKS].splitlines())}
    assert len(case.rows) == 6
    for row in case.rows:
        assert sha256(files[fact_name(row)]).hexdigest() == links[row.number]["fact_sha256"]


def test_the_readmes_own_line_follows_the_chain_to_its_head(tmp_path: Path) -> None:
    case = dossier(others=5)
    files = attachments(case, MOSCOW)
    (line,) = (it for it in files["README.txt"].decode().splitlines() if "while IFS" in it)
    hashes = [it.split()[0] for it in run(unpacked(tmp_path, files), line).splitlines()]
    links = [json.loads(it) for it in files[LINKS].splitlines()]
    assert hashes[:-1] == [link["previous"] for link in links[1:]]
    assert hashes[-1] == case.payment.hash


def test_details_and_payment_are_the_bytes_whose_hashes_the_facts_have() -> None:
    case = dossier()
    files = attachments(case, MOSCOW)
    hidden = sha256(files[DETAILS]).hexdigest()
    assert fact(case.order)["details_sha256"] == fact(case.acceptance)["details_sha256"] == hidden
    assert fact(case.payment)["answer_sha256"] == sha256(files[PAYMENT]).hexdigest()
    assert files[DETAILS].startswith(case.salt.encode())


def test_acceptance_json_says_it_all_once() -> None:
    case = dossier()
    said = json.loads(attachments(case, MOSCOW)[ACCEPTANCE])
    told = case.settlement
    assert said["schema"] == 1
    assert said["ledger"]["head"] == {"number": case.payment.number, "hash": case.payment.hash}
    assert said["ledger"]["order"]["number"] == fact(case.acceptance)["order_row"]
    assert said["edition"]["url"] == told.edition.url
    assert said["consent"]["sha256"] == fact(case.acceptance)["consent_sha256"]
    assert said["party"] == json.loads(case.details)
    assert said["details"]["salt"] == case.salt
    assert said["shown"] == fact(case.order)["shown"]
    assert said["seller"]["inn"] == told.terms.requisites.inn
    assert (said["hours"], said["price_kopecks"], said["sample"]) == (5, 15_000_00, False)


def test_what_was_not_given_has_no_file() -> None:
    files = attachments(dossier(consent=None), MOSCOW)
    assert "consent.md" not in files
    assert json.loads(files[ACCEPTANCE])["consent"] is None


def test_every_json_is_canonical() -> None:
    for name, data in attachments(dossier(), MOSCOW).items():
        lines = data.decode().splitlines() if name == LINKS else [data.decode()]
        if name.endswith((".json", ".jsonl")):
            assert [canonical(json.loads(line)) for line in lines] == lines, name


def test_a_row_of_a_stranger_is_only_a_link() -> None:
    for data in takeout(dossier(others=9), whole(), MOSCOW).values():
        assert "Чуж".encode() not in data
        assert b"26-0099" not in data


def test_an_archive_is_stored_sorted_undated_and_can_be_made_again() -> None:
    data = evidence_zip(dossier(), whole(), MOSCOW)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        entries = packed.infolist()
        files = {it.filename.removeprefix("evidence-26-0001/"): packed.read(it) for it in entries}
    assert [it.filename for it in entries] == sorted(it.filename for it in entries)
    assert {(it.compress_type, it.date_time) for it in entries} == {(0, (1980, 1, 1, 0, 0, 0))}
    assert all(it.filename.startswith("evidence-26-0001/") for it in entries)
    assert files == takeout(dossier(), whole(), MOSCOW)
    assert archive(dict(reversed(files.items())), "evidence-26-0001") == data


def test_unzip_and_sha256sum_are_enough(tmp_path: Path) -> None:
    (tmp_path / "evidence.zip").write_bytes(evidence_zip(dossier(), whole(), MOSCOW))
    run(tmp_path, "unzip -q evidence.zip && cd evidence-26-0001 && sha256sum --quiet -c SHA256SUMS")


def test_the_archive_has_the_files_of_the_certificate_and_goes_on() -> None:
    inside, beside = attachments(dossier(), MOSCOW), takeout(dossier(), whole(), MOSCOW)
    own = {LINKS, "README.txt", "SHA256SUMS"}
    assert {name: beside[name] for name in inside if name not in own} == {
        name: data for name, data in inside.items() if name not in own
    }
    assert beside[LINKS].startswith(inside[LINKS])
    assert set(beside) - set(inside) == {
        "certificate.pdf",
        "fact-000008-certificate.json",
        "letters/001.eml",
        "letters/002.eml",
        "origin.txt",
        "order-page.html",
        "heads.json",
        "time-stamp.tsr",
    }


LACKS = {
    "Голова журнала": {"head": None},
    "Страница с формой заказа": {"page": None},
    "Адрес и браузер": {"origin": None},
    "Письма": {"letters": ()},
    "Штамп времени": {"stamp": None},
}


@pytest.mark.parametrize(("about", "changes"), LACKS.items(), ids=LACKS)
def test_the_readme_of_an_archive_says_what_it_lacks(about: str, changes: dict[str, Any]) -> None:
    def lacks(**changes: Any) -> str:
        readme = takeout(dossier(), whole(**changes), MOSCOW)["README.txt"].decode()
        return readme.split("Чего здесь нет")[1]

    assert f"- {about} — " in lacks(**changes)
    assert f"- {about} — " not in lacks()
    assert "- Чеки — здесь их нет" in lacks()


def test_the_readme_of_an_archive_tells_what_happened_after_the_payment() -> None:
    case, rows = dossier(), list(whole().rows)
    told: list[tuple[str, dict[str, Any]]] = [
        ("consent", {"order": "26-0001", "order_row": 2, "action": "withdrawn"}),
        ("erasure", {"order": "26-0001", "rows": [], "reason": "обращение"}),
    ]
    for kind, said in told:
        rows.append(entry(kind, said, at=case.payment.at, last=rows[-1]))
    later = whole(rows=tuple(rows), origin=None)
    readme = takeout(case, later, MOSCOW)["README.txt"].decode()

    assert "согласие на обработку данных отозвано (fact-000009-consent.json)" in readme
    assert "личные данные стёрты (fact-000010-erasure.json)" in readme
    assert "стёрты: 22.11.2026, акт № 10, fact-000010-erasure.json (origin.txt)" in readme
    assert "Согласие дано — 22.11.2026" in readme


def test_a_payments_answer_keeps_what_finds_it_and_loses_card_account_and_links() -> None:
    kept = json.loads(redacted(json.dumps(ANSWER)))
    assert kept["payment_method"] == {
        "type": "bank_card",
        "id": "2c1f0e9a-000f-5000-8000-1f0c3d5b7a99",
        "saved": False,
    }
    assert kept["authorization_details"]["rrn"] == "10000000000"
    assert kept["metadata"] == ANSWER["metadata"]
    assert kept["recipient"] == ANSWER["recipient"]
    for secret in ("4477", "555555", "SECRET"):
        assert secret not in json.dumps(kept)


@pytest.mark.parametrize("answer", ["[]", "null", '{"a": NaN}', "{", '"text"'])
def test_what_is_no_payment_object_is_refused(answer: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is what is promised
        redacted(answer)


def test_numbers_that_canonical_json_cannot_hold_stay_as_they_were_written() -> None:
    assert redacted('{"big": 12345678901234567890, "part": 1.50, "small": 7}') == (
        '{"big":"12345678901234567890","part":"1.50","small":7}'
    )
