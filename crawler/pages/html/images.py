"""An image's address. Pages that load their images as they come into view write it elsewhere than in `src`, where a
placeholder stands."""

import re
from typing import Final

from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.html.parse import Element

IMAGE_TAGS: Final = ("img", "amp-img", "amp-anim", "mip-img")

# What holds the image's own address wherever it stands, whatever `src` says.
_LAZY: Final = (
    *("data-src", "data-original", "data-echo", "data-lazy-src", "data-lazy", "data-lazyload", "data-lazy-original"),
    *("data-actualsrc", "data-real-src", "data-realsrc", "real_src", "realsrc", "original", "_src", "data-cfsrc"),
)
# Of other attributes only where `src` is a placeholder, and never these.
_OTHER: Final = frozenset("src alt title class id style width height onerror onload onclick href srcset".split())
_NAMED: Final = re.compile(r"src|ur[li]|img|image|pic|photo|file|orig|lazy|echo|real|actual|full|large|hi-?res")
_ADDRESS: Final = re.compile(r"(?:https?:)?//\S+|[\w./%~-]{1,200}\.(?:jpe?g|png|gif|webp)(?:[?!@]\S*)?", re.IGNORECASE)
_ENDING: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp)(?:[?!@]\S*)?$", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(
    r"(?:data|about|javascript):|#|(?:[^?#]*[/_.-])?(?:blank|none|spacer|pixel|1x1|transparent|trans|gr[ea]y|"
    r"load(?:ing|er)?|lazy(?:[_-]?load(?:ing)?)?|place[_-]?holder|no[_-]?(?:pic|img|image)|default[_-]?(?:pic|img|image))"
    r"[\w-]{0,12}\.(?:gif|png|svg|jpe?g|webp)(?:[?#].*)?$",
    re.IGNORECASE | re.DOTALL,
)
# https://html.spec.whatwg.org/multipage/images.html#srcset-attributes
_CANDIDATE: Final = re.compile(r"([^\s,]\S*?),?(?:\s+([\d.]{1,8})[wxh])?\s*(?:,|\s|$)")
_LONGEST: Final = 8_000
_TINY: Final = frozenset(("0", "1", "2", "0px", "1px"))


def image_block(element: Element) -> RawBlock:
    """An image's block. Its address as written, "" without one."""
    return RawBlock("image", fold(element.get("alt") or ""), element, 0, (), image_address(element))


def image_address(element: Element) -> str:
    """Where the image is, as written: by the attribute that a script would load it from, where there is one, else by
    `src`; by the largest of a `srcset` or of a `<picture>` where these are placeholders. "" without any."""
    for name in _LAZY:
        value = element.get(name)
        if value and (value := value.strip()) and not _is_placeholder(value):
            return str(value)
    source = (element.get("src") or "").strip()
    if source and not _is_placeholder(source):
        return str(source)
    return _elsewhere(element) or _in_picture(element)


def image_without_script(element: Element) -> Element | None:
    """The image that a `<noscript>` shows in place of one that needs a script; None where it shows none, or where that
    stands beside it with its address, and for pixels that only count readers."""
    beside = [one for one in (element.getprevious(), element.getnext()) if one is not None]
    if any(image_address(image) for one in beside for image in one.iter(*IMAGE_TAGS)):
        return None
    image = next(element.iter(*IMAGE_TAGS), None)
    if image is None or image.get("width") in _TINY or image.get("height") in _TINY:
        return None
    return image


def _is_placeholder(address: str) -> bool:
    return len(address) > _LONGEST or _PLACEHOLDER.match(address) is not None


def _elsewhere(element: Element) -> str:
    """The address that another attribute holds."""
    for name, value in element.items():
        if name.endswith("srcset"):
            value = _largest(value)
        elif name in _OTHER or not (_NAMED.search(name) or _ENDING.search(value[-200:])) or not _ADDRESS.match(value):
            continue
        if value and not _is_placeholder(value):
            return str(value).strip()
    return ""


def _in_picture(element: Element) -> str:
    """The address that a `<source>` of the image's `<picture>` holds."""
    around = next((one for one in element.iterancestors() if one.tag != "source"), None)  # see SKIPPED_TAGS
    if around is None or around.tag != "picture":
        return ""
    found = (_elsewhere(source) for source in around.iter("source"))
    return next((address for address in found if address), "")


def _largest(srcset: str) -> str:
    """The address of a `srcset` with the highest width or density."""
    found = _CANDIDATE.findall(srcset[:_LONGEST])
    return max(found, key=lambda one: float(one[1].strip(".") or 1), default=("", ""))[0] if found else ""
