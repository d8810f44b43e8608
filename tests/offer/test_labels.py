"""What an edition says about itself: its class of change and its summary, and who may say what."""

import pytest

from tests.offer.refusing import refusal
from tests.offer.repository import OFFER, Sandbox

DEARER = ("15 000 ₽", "16 000 ₽")


def test_an_editorial_label_needs_equal_terms(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)}, "Опечатка\n\nChange: editorial\n")

    assert refusal(public).code == "not_editorial"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("не входит разработка", "входит разработка"), "п. 2.2, слово «не»"),
        (("у которых от 1 до 10 лицензий", "у которых от 1 до 20 лицензий"), "п. 2.3, слово «10"),
        (("\n2.4. Правообладателем", "\n2.4. Добавлен.\n\n2.6. Правообладателем"), "добавлен п. 2"),
    ],
)
def test_an_editorial_label_covers_no_change_of_substance(
    public: Sandbox, change: tuple[str, str], named: str
) -> None:
    text = public.offer(change)
    public.commit({"docs/offer.md": text}, "Описка\n\nChange: editorial\n")
    error = refusal(public)

    assert error.code == "not_editorial"
    assert named in error.sentence.replace("\u00a0", " ")


def test_a_label_that_nobody_knows_is_refused(public: Sandbox) -> None:
    public.commit({"docs/offer.md": OFFER + "\n"}, "Строка\n\nChange: мелочь\n")

    assert "«Change: мелочь»" in refusal(public).sentence


def test_the_authors_summary_does_not_hide_a_price(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)}, "Цена\n\nSummary: Мелкие уточнения\n")
    (edition,) = public.publish(days=1).created

    assert edition.summary.replace("\u00a0", " ") == (
        "Мелкие уточнения. 5 часов: 15 000 ₽ → 16 000 ₽; изменён п. 3.1"
    )


def test_an_editorial_correction_with_its_own_summary(public: Sandbox) -> None:
    public.commit(
        {"docs/offer.md": public.offer(("остаются за их", "принадлежат их"))},
        "Слог\n\nSummary: исправлен слог определений\nChange: editorial\n",
    )
    (edition,) = public.publish(days=1).created

    assert (edition.change, edition.summary) == ("editorial", "исправлен слог определений")


def test_one_commit_without_the_label_makes_it_a_change_of_terms(public: Sandbox) -> None:
    dispute = ("Любой спор", "Всякий спор")
    public.commit({"docs/offer.md": public.offer(dispute)}, "Спор")
    text = public.offer(dispute, ("остаются за их", "принадлежат их"))
    public.commit({"docs/offer.md": text}, "Слог\n\nChange: editorial\n")
    (edition,) = public.publish(days=1).created

    assert edition.change == "terms"


def test_the_summary_of_an_older_edition_is_not_used_again(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)}, "Цена\n\nSummary: дороже\n")
    public.publish(days=1)
    public.commit({"docs/offer.md": public.offer(("15 000 ₽", "17 000 ₽"))}, "Ещё")
    (edition,) = public.publish(days=2).created

    assert edition.summary.startswith("5\xa0часов: 16\xa0000\xa0₽ → 17\xa0000\xa0₽")


@pytest.mark.parametrize("kind", ["PGP", "SSH"])
def test_a_summary_that_a_tag_could_not_give_back_publishes_nothing(
    public: Sandbox, kind: str
) -> None:
    summary = f"Summary: -----BEGIN {kind} SIGNATURE-----"
    public.commit(
        {"docs/offer.md": public.offer(("Любой спор", "Всякий спор"))}, f"Спор\n\n{summary}\n"
    )

    assert refusal(public).code == "bad_summary"


def test_a_rewritten_branch_brings_no_old_summary_back(public: Sandbox) -> None:
    dispute = public.offer(("Любой спор", "Всякий спор"))
    public.commit({"docs/offer.md": dispute}, "Спор\n\nSummary: О спорах\n")
    public.publish(days=1)
    public.git("checkout", "-q", "--orphan", "anew")
    public.commit({"docs/offer.md": dispute}, "Спор\n\nSummary: О спорах\n")
    public.commit({"docs/offer.md": public.offer(("остаются за их", "принадлежат их"))}, "Слог")
    public.git("branch", "-q", "-M", "anew", "main")
    (edition,) = public.publish(days=2).created

    assert "О спорах" not in edition.summary
