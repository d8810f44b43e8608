"""The command `offer`: what the text means, which editions there are, publishing, proving."""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib import import_module

from offer.errors import OfferError
from offer.wording import printable

# The name of a command, its file in offer/commands/, and what it is for.
COMMANDS = (
    ("check", "check", "что значит текст и можно ли по нему продавать"),
    ("import", "import_page", "страница с текстом оферты → Markdown"),
    ("show", "show", "все редакции или точный текст одной"),
    ("diff", "diff", "что изменилось между двумя редакциями"),
    ("verify", "verify", "свидетельство, архив, текст или хеш: что это и сходится ли"),
    ("publish", "publish", "опубликовать ветку: редакция и сайт"),
    ("draft", "draft", "показать ветку как черновик, ничего не публикуя"),
    ("admit", "admit", "можно ли принять push: спрашивает git на сервере"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 with one sentence on standard error when not."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # the texts are, whatever the terminal's locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    try:
        chosen = _parser(given[0] if given else "").parse_args(given)
        code: int = chosen.run(chosen)
        return code
    except OfferError as error:
        return _refuse(error.sentence)
    except IsADirectoryError as error:
        return _refuse(f"{error.filename} — папка, а нужен файл.")
    except FileNotFoundError as error:
        return _refuse(f"Нет такого файла: {error.filename}.")
    except OSError as error:
        return _refuse(
            f"{error.filename or 'Файл'}: не читается или не пишется ({error.strerror})."
        )


def _refuse(sentence: str) -> int:
    print("\n".join(map(printable, sentence.split("\n"))), file=sys.stderr)
    return 1


def _parser(asked: str) -> argparse.ArgumentParser:
    """The parser, with the arguments of the command that was asked for alone.

    Only its file is imported: a pusher waits for `admit` and `publish` to start.
    """
    parser = argparse.ArgumentParser(prog="offer", description="Публичная оферта из git.")
    commands = parser.add_subparsers(required=True, metavar="КОМАНДА")
    for name, file, purpose in COMMANDS:
        command = commands.add_parser(name, help=purpose)
        if name == asked:
            module = import_module(f"offer.commands.{file}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
