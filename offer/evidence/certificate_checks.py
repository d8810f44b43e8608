"""What is checked of a certificate beyond the files in it: its own hash, and everything else in it.

It is made again from the files inside. What then differs is named as far as words can name it.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher

from offer.evidence.bundle import Bundle
from offer.evidence.dossier import SUMS
from offer.evidence.pdf_reading import ReadPdf, Words, read_pdf
from offer.evidence.remaking import NotRemadeError, certificate_again
from offer.evidence.verdict import Check, fails, holds, judged

DOCUMENT = "документ"
MOST_QUOTES = 3
MOST_WORDS = 4_000  # that are compared; a certificate has some 500
LONGEST_QUOTE = 80


def own_hash(right: bool | None) -> Check:
    """Whether the certificate is the one whose hash stands in its keywords."""
    if right is None:
        return fails(
            DOCUMENT, "в нём нет его собственного хеша: это не свидетельство этой программы"
        )
    return judged(
        DOCUMENT,
        right,
        "хеш в ключевых словах сходится: ни один байт не изменён",
        "хеш в ключевых словах не сходится: файл изменён после того, как его составили",
    )


def closed(bundle: Bundle) -> Iterator[Check]:
    """The rows end with the payment: what came later is not for a certificate to say."""
    if not bundle.links or bundle.payment is None:
        return
    last = max(bundle.links[-1].number, *(it.number for it in bundle.facts))
    if last != bundle.payment.number:
        yield fails(DOCUMENT, f"после оплаты в нём стоит запись № {last}: такой в нём не бывает")


def made_again(bundle: Bundle, data: bytes, read: ReadPdf) -> Iterator[Check]:
    """The certificate of these files has the same bytes; `read` is what those of `data` hold."""
    try:
        again = certificate_again(bundle)
    except NotRemadeError as error:
        yield from _unreadable(read.words())
        yield fails(DOCUMENT, f"составить его заново из вложенных файлов нельзя: {error}")
        return
    if again == data:
        yield holds(
            DOCUMENT,
            "составлен заново из вложенных файлов: те же байты, на страницах то же, что в фактах",
        )
        return
    words, right = read.words(), read_pdf(again)
    yield from _unreadable(words)
    yield from _other_files(bundle, right.inside.files)
    if words.text:
        yield from _other_words(words.text, right.words().text)
    yield fails(
        DOCUMENT,
        "составленный заново из вложенных файлов, он другой: изменены страницы или служебные части",
    )


def _unreadable(words: Words) -> Iterator[Check]:
    if words.silent:
        yield fails(DOCUMENT, words.silent)


def _other_files(bundle: Bundle, right: dict[str, bytes]) -> Iterator[Check]:
    for name, data in bundle.files.items():
        if name != SUMS and data != right.get(name):  # the list was checked line by line
            yield fails(name, "не тот файл, который составляется по фактам")


def _other_words(found: str, right: str) -> Iterator[Check]:
    """The first passages that the pages say otherwise."""
    here, there = found.split()[:MOST_WORDS], right.split()
    compared = SequenceMatcher(None, here, there, autojunk=False).get_opcodes()
    differ = [it for it in compared if it[0] != "equal"]
    for _, start, end, first, last in differ[:MOST_QUOTES]:
        said, due = _quoted(here[start:end]), _quoted(there[first:last])
        yield fails(DOCUMENT, f"на страницах {said}, а по фактам должно быть {due}")


def _quoted(words: list[str]) -> str:
    text = " ".join(words)
    shown = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    return f"«{shown}»" if shown else "ничего"
