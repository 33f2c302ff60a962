"""`python -m jianbao` is the `jianbao` command."""

from crawler.cli import main

main(prog_name="jianbao")
