"""All of it stands in pyproject.toml; `scrapyd-deploy` builds a project's egg by this file."""

from setuptools import setup

setup()
