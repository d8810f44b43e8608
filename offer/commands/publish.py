"""`offer publish`: the branch becomes public; a server's `post-receive` calls it."""

import argparse
import os
import sys
from pathlib import Path

from offer.addresses import page_url
from offer.clock import clock_of
from offer.commands.asked import NAMES, of_branch
from offer.errors import OfferError
from offer.publish import Published, current_release, publish


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    of_branch(parser, "main")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="папка выпусков")
    parser.add_argument("--url", help="адрес сайта")
    parser.add_argument(
        "--sign", action="store_true", help="подписать метки ключом из настроек git"
    )
    parser.add_argument(
        "--push", metavar="REMOTE", help="отдать метки туда, где хранится git, до показа сайта"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="показать, что изменится, ничего не меняя"
    )


def run(chosen: argparse.Namespace) -> int:
    """Publish, or with --dry-run only tell; 1 with the reason, and what is still in force."""
    os.umask(0o022)  # the site is read by others than who publishes it
    try:
        lines = _foretold(chosen) if chosen.dry_run else _done(chosen)
    except (OfferError, OSError) as error:
        return _not_published(error, chosen.to)
    for line in lines:
        print(line)
    return 0


def _done(chosen: argparse.Namespace) -> list[str]:
    done = publish(
        chosen.repository,
        chosen.to,
        now=clock_of(chosen.clock_file),
        ref=chosen.ref,
        url=chosen.url,
        push=chosen.push,
        sign=chosen.sign,
    )
    return _published(done, (chosen.url or "").rstrip("/"))


def _foretold(chosen: argparse.Namespace) -> list[str]:
    from offer.publishing.foretell import foretell

    return foretell(chosen.repository, chosen.to, now=clock_of(chosen.clock_file), ref=chosen.ref)


def _published(done: Published, url: str) -> list[str]:
    """What the person who pushed reads; the offer's own line comes last."""
    lines = [
        f"Опубликовано: {NAMES[edition.document]}, редакция {edition.number}"
        f"{_address(url, edition.document, edition.number)}"
        for edition in done.created
        if edition.document != "offer"
    ]
    lines += [
        f"PDF редакции {edition.tag} сделан заново, его SHA-256 теперь {edition.pdf_sha256}"
        for edition in done.reprinted
    ]
    offer = done.release.current("offer")
    if offer:
        news = any(edition.document == "offer" for edition in done.created)
        state = "" if news else " (прежняя), обновлены страницы сайта"
        state = state if news or done.switched else " (прежняя), менять нечего"
        lines.append(
            f"Опубликовано: редакция {offer.number}{state}{_address(url, 'offer', offer.number)}"
        )
    return lines


def _address(url: str, document: str, number: int) -> str:
    return f", {url}{page_url(document, number)}" if url else ""


def _not_published(error: OfferError | OSError, to: Path) -> int:
    from offer.draft import UnsellableError

    if isinstance(error, UnsellableError) and len(error.problems) > 1:
        for problem in error.problems:
            print(problem.sentence, file=sys.stderr)
    reason = error.sentence if isinstance(error, OfferError) else str(error)
    release = current_release(to)
    offer = release.current("offer") if release else None
    left = f"по-прежнему редакция {offer.number}" if offer else "пока ничего не опубликовано"
    print(f"НЕ ОПУБЛИКОВАНО: {reason.rstrip('.')}. На сайте {left}.", file=sys.stderr)
    return 1
