"""What a certificate costs, beside Typst compiling the very same source and values.

The difference is what we do around it: the files, their hashes, and the document's own hash.
"""

import statistics
import time
from dataclasses import replace
from typing import Any

import typst

from offer.evidence.certificate import certificate
from offer.evidence.dossier import Dossier
from offer.evidence.takeout import Later, evidence_zip
from tests.dossiers import dossier
from tests.mail.facts import MOSCOW, PERSON

TIMES = 30


def of_client(number: int) -> Dossier:
    """A dossier unlike any other, so that nothing of the one before is of use."""
    party = replace(PERSON, name=f"Заказчик {number}", email=f"client-{number}@example.ru")
    return dossier(party=party, order_number=f"26-{number:04}", price_kopecks=15_000_00 + number)


class Compiles:
    """Typst's own time inside what is measured, in milliseconds."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._compile = typst.compile

    def __enter__(self) -> "Compiles":
        typst.compile = self._timed
        return self

    def __exit__(self, *error: object) -> None:
        typst.compile = self._compile

    def _timed(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on as it is
        began = time.perf_counter()
        made = self._compile(*arguments, **options)
        self.took.append((time.perf_counter() - began) * 1000)
        return made


def main() -> None:
    certificate(of_client(0), zone=MOSCOW)
    whole: list[float] = []
    zipped: list[float] = []
    size = 0
    with Compiles() as compiles:
        for number in range(1, TIMES + 1):
            case = of_client(number)
            began = time.perf_counter()
            paper = certificate(case, zone=MOSCOW)
            whole.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            evidence_zip(case, Later(paper, (), case.links), MOSCOW)
            zipped.append((time.perf_counter() - began) * 1000)
            size = len(paper)
    ours, theirs = statistics.median(whole), statistics.median(compiles.took)
    print(f"certificate of two pages with its files, {size // 1024} KB, p50 of {TIMES}:")
    print(f"  whole {ours:.1f} ms; Typst's own compile {theirs:.1f} ms; {ours / theirs - 1:+.1%}")
    print(f"  evidence archive of a kept certificate: {statistics.median(zipped):.1f} ms")


if __name__ == "__main__":
    main()
