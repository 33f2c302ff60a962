"""The query language: text in, a tree out. Pure; one meaning in every door."""

from archive.query.language.errors import QueryError
from archive.query.language.parser import parse

__all__ = ["QueryError", "parse"]
