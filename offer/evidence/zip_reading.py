"""An evidence archive as a checker reads it: in memory, nothing written, nothing beyond a limit."""

import io
import stat
import zlib
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from offer.evidence.archive import archive
from offer.evidence.pdf_reading import Unpacked, UnreadableError

MOST_UNPACKED = 64 * 1024 * 1024  # of all entries together
MOST_ENTRIES = 4_096
ENCRYPTED = 0x1


def read_zip(data: bytes) -> tuple[str, Unpacked]:
    """The folder everything lies in, and the files in it. Raises UnreadableError."""
    try:
        with ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            refuse_odd(entries)
            return _folder(entries), _unpacked(packed, entries)
    except (UnreadableError, MemoryError):
        raise
    except Exception:  # a parser of damaged files may raise anything at all
        raise UnreadableError("архив повреждён или оборван: он не читается") from None


def refuse_odd(entries: list[ZipInfo]) -> None:
    """Raises UnreadableError for what no evidence archive has, before anything is unpacked."""
    if len(entries) > MOST_ENTRIES:
        raise UnreadableError(f"в архиве больше {MOST_ENTRIES} файлов: это не доказательства")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        megabytes = MOST_UNPACKED // 1024 // 1024
        raise UnreadableError(f"архив распаковывается больше чем в {megabytes} МиБ: не читаю")
    names = [entry.orig_filename for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1}) if _any_twice(names) else []
    if twice:
        raise UnreadableError(f"файл {twice[0]!a} лежит в архиве дважды")
    for entry in entries:
        why = _oddity(entry)
        if why:
            raise UnreadableError(f"{entry.orig_filename!a}: {why}")


def _any_twice(names: list[str]) -> bool:
    return len(set(names)) != len(names)


def _oddity(entry: ZipInfo) -> str | None:
    name = entry.orig_filename
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in name:
        return "имя ведёт наружу из папки архива"
    if any(part in ("", ".", "..") for part in name.rstrip("/").split("/")):
        return "имя ведёт наружу из папки архива"
    if entry.flag_bits & ENCRYPTED:
        return "файл зашифрован, такие архивы не выдаются"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "это ссылка или устройство, а не файл"
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "файл сжат необычным способом"
    return None


def _folder(entries: list[ZipInfo]) -> str:
    tops = {entry.filename.split("/")[0] for entry in entries if "/" in entry.filename}
    return tops.pop() if len(tops) == 1 else ""


def _unpacked(packed: ZipFile, entries: list[ZipInfo]) -> Unpacked:
    found, folder = Unpacked(), _folder(entries)
    for entry in entries:
        if entry.is_dir():
            continue
        name = entry.filename.removeprefix(f"{folder}/")
        try:
            found.files[name] = packed.read(entry)
        except (BadZipFile, EOFError, zlib.error):
            found.spoilt[name] = "повреждён: его контрольная сумма в архиве не сходится"
    return found


def packed_again(folder: str, inside: Unpacked, data: bytes) -> bool:
    """Whether the archive of these files, as this program makes it, has the same bytes."""
    return not inside.spoilt and archive(inside.files, folder) == data
