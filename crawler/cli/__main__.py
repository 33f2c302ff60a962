"""`python -m crawler.cli` is the `jianbao` command, wherever Python keeps its scripts."""

from crawler.cli import main

main(prog_name="jianbao")
