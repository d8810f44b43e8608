"""A signed tag object that no ref names yet, by the key that git's own configuration names.

`git tag --sign` knows every kind of key but always makes a ref as well. So it works in a
repository of its own that is thrown away, and only the signed object goes to the real one.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from offer import git
from offer.errors import OfferError
from offer.tags import SIGNATURE, Tag, plain, tag_date, tag_message

# Who signs and with what: user.signingKey, gpg.format, gpg.program, gpg.ssh.…
SETTINGS = r"^(user\.signingkey$|gpg\.)"
NAMING_A_KEY = ("user.signingkey", "gpg.ssh.defaultkeycommand")


def write_signed_tag(repository: git.Repository, tag: Tag, *, tagger: str, email: str) -> str:
    """Write the tag object with a signature and return its id; no ref points at it.

    Raises OfferError: "no_key" when git's configuration names no key, "not_signed" with what the
    signing program said. Then nothing was written.
    """
    settings = repository.own_settings(SETTINGS)
    keys = [value for name, value in settings if name.lower() in NAMING_A_KEY and value]
    if not keys:
        raise OfferError(
            "no_key",
            "Подписать метку нечем: в настройках git не указан ключ. Укажите его: git config "
            "user.signingKey КЛЮЧ (для ключа ssh ещё git config gpg.format ssh).",
        )
    who = {
        "GIT_COMMITTER_NAME": plain(tagger),
        "GIT_COMMITTER_EMAIL": plain(email),
        "GIT_COMMITTER_DATE": tag_date(tag),
    }
    try:
        content = _signed(repository, tag, settings, who)
    except git.GitError as error:
        said = " / ".join(error.stderr.splitlines()) or error.sentence
        raise _not_signed(tag, keys[-1], said) from error
    if not SIGNATURE.search(content.decode(errors="replace")):
        # git 2.39 makes the tag without a signature when ssh-keygen fails, and calls it success
        raise _not_signed(tag, keys[-1], "программа подписи ничего не подписала")
    return repository.write_tag(content)


def _signed(
    repository: git.Repository, tag: Tag, settings: tuple[tuple[str, str], ...], who: dict[str, str]
) -> bytes:
    """The bytes of the tag object as git signed it."""
    objects = repository.run("rev-parse", "--path-format=absolute", "--git-path", "objects")
    env = git.environment(os.environ) | who
    command = ("tag", "--sign", "--cleanup=verbatim", "--file=-", tag.name, tag.target)
    with TemporaryDirectory(prefix="oferta-signing-") as folder:
        scratch = git.Repository(Path(folder))
        scratch.run("init", "--quiet", "--bare", "--template=")
        Path(folder, "objects/info/alternates").write_bytes(objects)
        scratch.run(*command, stdin=tag_message(tag).encode(), config=settings, env=env)
        return scratch.run("cat-file", "tag", f"refs/tags/{tag.name}", env=env)


def _not_signed(tag: Tag, key: str, reason: str) -> OfferError:
    sentence = (
        f"Подписать метку {tag.name} ключом {key} не удалось: {reason.strip().rstrip('.')}. "
        "Проверьте ключ: git config --get-regexp '^(user.signingkey|gpg)'."
    )
    return OfferError("not_signed", sentence)
