"""Loads a site file, and tells everything in it that cannot be loaded, not only the first.

Python stops at the first error. Here what raised is taken out of the file, in memory, and the rest is tried again, so
that each error is told once, with its line.
"""

import ast
import importlib.util
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeGuard

from attrs import frozen

_MOST: Final = 50
"""So many errors of one file are told."""


@frozen
class Loaded:
    """A site file. `module`: None where it is no Python. `errors`: what could not be loaded in it, a line each; what
    raised is missing in the module then."""

    module: ModuleType | None
    errors: tuple[str, ...]


class Missing:
    """Stands in a file that is being checked for what could not be made. Whatever is done with it does nothing."""

    def __getattr__(self, name: str) -> "Missing":
        return Missing()

    def __call__(self, *_: object, **__: object) -> "Missing":
        return Missing()

    def __getitem__(self, _: object) -> "Missing":
        return Missing()

    def __add__(self, _: object) -> "Missing":
        return Missing()

    __radd__ = __or__ = __ror__ = __mod__ = __add__

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        return ""


def load_file(file: Path) -> Loaded:
    """The file's module, run with the crawler's rights, and what in it could not be loaded."""
    name = f"jianbao_site_{file.stem}"
    try:
        tree = ast.parse(file.read_bytes(), str(file))
    except OSError as error:
        return Loaded(None, (f"cannot be read: {error.strerror or error}",))
    except (SyntaxError, ValueError) as error:
        return Loaded(None, (f"cannot be loaded: {_said(error)}{_at(getattr(error, 'lineno', None))}",))
    errors: list[str] = []
    while True:
        module, raised = _run(tree, name, file)
        if raised is not None and raised.line not in errors:
            errors.append(raised.line)
        if raised is None or len(errors) >= _MOST or not _take_out(tree, raised, name, file):
            return Loaded(module, tuple(errors))


@frozen
class _Raised:
    """An error: what is said of it, and where in the file it was raised: first and last line, first and last column in
    bytes (PEP 657)."""

    line: str
    position: tuple[int | None, ...]


def _run(tree: ast.Module, name: str, file: Path) -> tuple[ModuleType, _Raised | None]:
    module = _new(name, file)
    try:
        exec(compile(tree, str(file), "exec"), module.__dict__)  # noqa: S102 - site files are code, and trusted
    except (Exception, SystemExit) as error:  # whatever a site file raises
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        last = frames[-1] if frames else None
        position = (last.lineno, last.end_lineno, last.colno, last.end_colno) if last else ()
        return module, _Raised(f"cannot be loaded: {_said(error)}{_at(last.lineno if last else None)}", position)
    return module, None


def _new(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_loader(name, loader=None, origin=str(file))
    if spec is None:
        raise AssertionError(f"{file}: no spec")
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(file)
    module.__dict__[_NAME] = Missing
    return module


def _said(error: BaseException) -> str:
    words = " ".join(str(error).split())
    if isinstance(error, SyntaxError):
        words = error.msg
    return f"{type(error).__name__}: {words}"


def _at(line: int | None) -> str:
    return f" (line {line})" if line else ""


_NAME: Final = "__missing__"


def _take_out(tree: ast.Module, raised: _Raised, name: str, file: Path) -> bool:
    """Takes out of the tree what raised the error: of a call the one argument, or the one element of an argument, that
    it goes without; else the call, or the import. Whether that could be done."""
    expressions = [node for node in ast.walk(tree) if _is_expression(node) and _covers(node, raised.position)]
    if not expressions:
        return _replace_import(tree, raised.position)
    node = min(expressions, key=_size)
    if isinstance(node, ast.Call):
        # That without which nothing is wrong there; else that without which something else is.
        for enough in (True, False):
            for change in _lesser(node):
                undo = change()
                _, now = _run(tree, name, file)
                same = now is not None and now.position == raised.position
                if not same or (not enough and now and now.line != raised.line and "required" not in now.line):
                    return True
                undo()
    _Replace(node).visit(tree)
    ast.fix_missing_locations(tree)
    return True


_Undo = Callable[[], None]


def _lesser(call: ast.Call) -> Iterator[Callable[[], _Undo]]:
    """The ways to take one thing out of a call's arguments."""
    for keyword in call.keywords[:]:
        if isinstance(keyword.value, ast.Tuple | ast.List):
            for element in keyword.value.elts[:]:
                yield partial(_without, keyword.value.elts, element)
        yield partial(_without, call.keywords, keyword)


def _without(held: list[Any], one: Any) -> _Undo:
    place = held.index(one)
    del held[place]
    return partial(held.insert, place, one)


def _replace_import(tree: ast.Module, position: tuple[int | None, ...]) -> bool:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    raising = next((node for node in imports if position and node.lineno == position[0]), None)
    if raising is None:
        return False
    _Replace(raising).visit(tree)
    ast.fix_missing_locations(tree)
    return True


def _is_expression(node: ast.AST) -> TypeGuard[ast.expr]:
    """Whether the node can be replaced by another value."""
    return isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _covers(node: ast.expr, position: tuple[int | None, ...]) -> bool:
    if not position or None in position:
        return False
    first, last, begin, end = position
    return (node.lineno, node.col_offset) <= (first, begin) and (node.end_lineno, node.end_col_offset) >= (last, end)


def _size(node: ast.expr) -> tuple[int, int]:
    lines = (node.end_lineno or 0) - node.lineno
    return lines, (node.end_col_offset or 0) - (0 if lines else node.col_offset)


class _Replace(ast.NodeTransformer):
    """Replaces one node: an expression by what stands for nothing, an import by names for it."""

    def __init__(self, target: ast.AST) -> None:
        self.target = target

    def visit(self, node: ast.AST) -> Any:
        if node is not self.target:
            return self.generic_visit(node)
        nothing = ast.Call(func=ast.Name(id=_NAME, ctx=ast.Load()), args=[], keywords=[])
        if isinstance(node, ast.expr):
            return ast.copy_location(nothing, node)
        if not isinstance(node, ast.Import | ast.ImportFrom):
            raise AssertionError(f"neither an expression nor an import: {node}")
        names = [(alias.asname or alias.name).partition(".")[0] for alias in node.names if alias.name != "*"]
        made = [
            ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=nothing) for name in dict.fromkeys(names)
        ]
        return [ast.copy_location(one, node) for one in made] or ast.copy_location(ast.Pass(), node)
