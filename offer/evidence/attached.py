"""What each file of evidence is, in the words of the certificate and of a PDF reader's list."""

from collections.abc import Iterator, Mapping

from offer.evidence import dossier as the
from offer.paper import Attachment

JSON, TEXT = "application/json", "text/plain"
TYPES = {".md": "text/markdown", ".json": JSON, ".jsonl": "application/x-ndjson"}
WORDS = {
    the.OFFER: "принятый текст оферты",
    the.CONSENT: "текст согласия на обработку данных",
    the.ACCEPTANCE: "всё об акцепте одним файлом, для программ",
    the.LINKS: "звенья журнала от заказа до оплаты",
    the.DETAILS: "кто заказал: соль и данные",
    the.PAYMENT: "ответ ЮKassa о платеже, без данных карты",
    the.README: "как проверить всё это одной командой sha256sum",
    the.SUMS: "хеши всех файлов, для sha256sum -c",
}
KINDS = {
    "order": "запись журнала: заказ",
    "consent": "запись журнала: согласие",
    "acceptance": "запись журнала: акцепт",
    "payment": "запись журнала: платёж",
    "refund": "запись журнала: возврат",
    "receipt": "запись журнала: чек",
    "refusal": "запись журнала: отказ от пакета",
    "message": "запись журнала: письмо",
    "confirmation": "запись журнала: почта подтверждена",
    "case": "запись журнала: вопрос исполнителю",
}


def attached(files: Mapping[str, bytes]) -> Iterator[Attachment]:
    """The files as attachments of a PDF, in the same order."""
    for name, data in files.items():
        suffix = name[name.rfind(".") :]
        yield Attachment(
            name=name,
            data=data,
            mime=TYPES.get(suffix, TEXT),
            relationship=_relationship(name, suffix),
            description=described(name),
        )


def described(name: str) -> str:
    """What the file is, in a few Russian words."""
    if name in WORDS:
        return WORDS[name]
    kind = name.removesuffix(".json").rpartition("-")[2]
    return KINDS.get(kind, "запись журнала")


def _relationship(name: str, suffix: str) -> str:
    """How a file stands to the document (PDF 2.0, 7.11.3, AFRelationship)."""
    if suffix == ".md":
        return "source"
    return "supplement" if name in (the.README, the.SUMS) else "data"
