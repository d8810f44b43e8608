"""A plain-text page of an offer → natural Markdown. No word is lost but what is listed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from offer.clauses import decode
from offer.errors import OfferError
from offer.limits import refuse_large

_BULLET = re.compile(r"(?:[•·▪‣●◦∙■]\s*|[-*–—]\s+)(?=\S)")
_SECTION = re.compile(r"(?:#{1,6}\s*)?(?P<number>[1-9][0-9]?)\.?\s+(?P<title>[А-ЯЁA-Z].*)")
_SUBCLAUSE = re.compile(r"(?P<number>[1-9][0-9]?(?:\.[1-9][0-9]?){1,2})\.?\s+(?P<text>\S.*)")
_LONE_NUMBER = re.compile(r"[1-9][0-9]?(?:\.[1-9][0-9]?){0,2}\.?")
_TITLE = re.compile(r"(?:#\s*)?(?:(?:публичная |договор[ -])?оферта|договор)(?!\w)", re.IGNORECASE)
_LABELLED = re.compile(r"[^:]{2,40}: ?\S|[^:]{2,40}:$")
_ENDS = (".", ";", ":", "!", "?", "»", ")", "…")
_LONG = 60  # a line this long was broken by the page, not by its writer
_CONTINUES = re.compile(r"[а-яёa-z0-9(₽«%]")

# What a site builder leaves on a copied page. The first kind is no clause anywhere.
_BUILDER = re.compile(
    r"made (?:on|with|in)(?: tilda)?|tilda(?: publishing)?|сделано на tilda|создано на \w+"
    r"|©.*|\(c\) ?20\d\d.*|все права защищены\.?|(?:на|вернуться) ?(?:верх|к началу)|↑|×|☰",
    re.IGNORECASE,
)
# The second kind is furniture only outside the numbered clauses.
_MENU_ITEM = (
    r"(?:главная|меню|о нас|о компании|услуги|цены|тарифы|блог|отзывы|портфолио|кейсы|контакты"
    r"|войти|вход|корзина|поиск|оставить заявку|заказать звонок|связаться|подробнее|принять"
    r"(?: все)?|отклонить|согласен|хорошо|ок|ok|закрыть|настройки"
    r"|политика(?: конфиденциальности| обработки (?:персональных )?данных)?)"
)
_MENU = re.compile(
    rf"{_MENU_ITEM}(?:[ |/·•]+{_MENU_ITEM})*\.?|.*(?<!\w)(?:cookies?|куки)(?!\w).*", re.IGNORECASE
)


@dataclass(frozen=True)
class Imported:
    """Markdown of the offer, and the lines of the page that are no part of it."""

    markdown: str
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class _Block:
    """A heading, a paragraph or a bullet: what will be one line of Markdown, in parts."""

    kind: str
    parts: list[str]

    @property
    def text(self) -> str:
        return " ".join(self.parts)

    def ends(self, *ends: str) -> bool:
        return bool(self.parts) and self.parts[-1].endswith(ends)


@dataclass
class _Page:
    blocks: list[_Block] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    title: str = ""
    titling: bool = False  # the line before was the title
    section: int = 0
    requisites: bool = False
    fresh: bool = True  # a blank line or a heading stands before

    @property
    def last(self) -> _Block:
        return self.blocks[-1] if self.blocks else _Block("", [])


def run_import(data: bytes, source: str) -> tuple[str, str]:
    """The command's standard output (Markdown) and standard error (what was dropped).

    Raises OfferError when the file is too large or no text of an offer is in it.
    """
    refuse_large(data, source)
    imported = import_page(decode(data, source))
    if not re.search(r"[^\W\d_]", imported.markdown):
        sentence = f"{source}: в файле нет текста оферты. Сохраните в него страницу целиком."
        raise OfferError("empty_page", sentence)
    if not imported.dropped:
        return imported.markdown, "Ничего не отброшено.\n"
    listed = "".join(f"  {line}\n" for line in imported.dropped)
    return imported.markdown, f"Отброшено как не относящееся к оферте:\n{listed}"


def import_page(text: str) -> Imported:
    """Markdown from a copied page: `N. Title` are sections, `N.N.` clauses, `•` and `-` bullets."""
    page = _Page()
    for line in _joined(_clean(text)):
        if not line:
            page.fresh, page.titling = True, False
        elif _is_furniture(page, line):
            page.dropped.append(line)
        else:
            _take(page, line)
            page.fresh = page.last.kind == "section"
    title = [_Block("title", [f"# {page.title}"])] if page.title else []
    return Imported(_markdown([*title, *page.blocks]), tuple(page.dropped))


def _clean(text: str) -> list[str]:
    """Lines without invisible characters and with single ordinary spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    visible = (
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character)[0] != "C"
    )
    return [re.sub(r"\s+", " ", line).strip() for line in "".join(visible).split("\n")]


def _joined(lines: list[str]) -> Iterator[str]:
    """A number that stands alone on its line belongs to the next line with text."""
    number = ""
    for line in lines:
        if _LONE_NUMBER.fullmatch(line) and not number:
            number = line
        elif number and line:
            yield f"{number.rstrip('.')}. {line}"
            number = ""
        elif not number:
            yield line
    if number:
        yield number


def _is_furniture(page: _Page, line: str) -> bool:
    if _BUILDER.fullmatch(line):
        return True
    outside = page.section == 0 or page.requisites
    return outside and _MENU.fullmatch(line) is not None


def _take(page: _Page, line: str) -> None:
    """Adds `line` to the page: as a block of its own, or to the last one."""
    section, subclause = _section(page, line), _SUBCLAUSE.fullmatch(line)
    bullet = _BULLET.match(line)
    if section:
        _open_section(page, section)
    elif subclause:
        _add(page, f"{subclause['number']}. {subclause['text']}", "paragraph")
    elif bullet:
        _add(page, f"- {line[bullet.end() :]}", "bullet")
    elif page.section == 0 and _is_title(page, line):
        page.title, page.titling = f"{page.title} {line.lstrip('# ')}".strip(), True
        return
    elif _continues(page, line):
        page.last.parts.append(line)
    elif (page.requisites and _LABELLED.match(line)) or _is_unmarked_bullet(page, line):
        _add(page, f"- {line}", "bullet")
    else:
        _add(page, line, "paragraph")
    page.titling = False


def _section(page: _Page, line: str) -> re.Match[str] | None:
    """«3. Порядок оказания услуг» and not the third item of a list."""
    match = _SECTION.fullmatch(line)
    if not match or int(match["number"]) != page.section + 1:
        return None
    title = match["title"]
    sentence = title.endswith(";") or " — " in title or (title.endswith(".") and len(title) > 60)
    return None if sentence or len(title) > 120 else match


def _open_section(page: _Page, section: re.Match[str]) -> None:
    page.section = int(section["number"])
    page.requisites = "реквизит" in section["title"].lower()
    _add(page, f"## {page.section}. {section['title'].rstrip('.')}", "section")


def _is_title(page: _Page, line: str) -> bool:
    if page.title:
        return page.titling and line[0].islower()
    return bool(_TITLE.match(line)) and len(line) < 120 and not line.endswith(".")


def _is_unmarked_bullet(page: _Page, line: str) -> bool:
    """Copying often loses the marks of a list: «включаются:» and then small letters."""
    return line[0].islower() and page.last.ends(":", ";")


def _continues(page: _Page, line: str) -> bool:
    """Whether the page broke a line inside a paragraph."""
    if page.requisites and page.last.kind == "bullet" and page.last.ends(":"):
        return True
    if page.fresh or page.last.kind in ("", "section") or page.last.ends(*_ENDS):
        return False
    return bool(_CONTINUES.match(line)) or (not page.requisites and _is_long(page.last))


def _is_long(block: _Block) -> bool:
    return len(block.parts) > _LONG or len(block.text) > _LONG


def _add(page: _Page, text: str, kind: str) -> None:
    page.blocks.append(_Block(kind, [text]))


def _markdown(blocks: list[_Block]) -> str:
    lines: list[str] = []
    previous = ""
    for block in blocks:
        if lines and not (block.kind == previous == "bullet"):
            lines.append("")
        lines.append(block.text)
        previous = block.kind
    return "\n".join(lines) + "\n" if lines else ""
