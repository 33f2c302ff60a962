"""Judged blocks made ready to store: every address absolute, every kept image with its caption."""

from collections.abc import Callable, Iterable

import attrs

from archive.store.records import ImageRecord
from crawler.pages.html.urls import absolute
from crawler.pages.page import Block


def finish(
    base: str, blocks: Iterable[Block], clear: Callable[[str], str] | None = None
) -> tuple[tuple[Block, ...], tuple[ImageRecord, ...]]:
    """Judged blocks with absolute addresses, and the kept images with their captions.

    `base`: what its addresses are relative to. `clear`: makes an image's address out of the written one. An image
    without a usable address, and a link without one, are left out. An image's caption is the first kept one after it.
    """
    done: list[Block] = []
    images: list[ImageRecord] = []
    for block in blocks:
        if block.kept and block.kind == "image":
            address = absolute(base, clear(block.url) if clear is not None else block.url)
            if not address:
                continue
            if address != block.url:
                block = attrs.evolve(block, url=address)
            images.append(ImageRecord(url=address))
        elif block.kept:
            if block.kind == "caption" and images and not images[-1].caption:
                images[-1] = ImageRecord(url=images[-1].url, caption=block.text)
            if block.links:
                links = ((start, end, absolute(base, href)) for start, end, href in block.links)
                block = attrs.evolve(block, links=tuple(link for link in links if link[2]))
        done.append(block)
    return tuple(done), tuple(images)
