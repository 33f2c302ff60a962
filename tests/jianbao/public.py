"""What `import jianbao` offers, as text: names, signatures, fields. docs/api.txt holds it (`make docs` writes it)."""

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

import attrs

import jianbao

HEAD = "The public names of `import jianbao`. Written by `make docs`; a line that changes is a change of the API.\n"


def public() -> str:
    """The text of docs/api.txt."""
    return HEAD + "".join(f"\n{line}" for name in sorted(jianbao.__all__) for line in described(name)) + "\n"


def described(name: str) -> Iterator[str]:
    """One name, and what of it is public."""
    found = getattr(jianbao, name)
    if not inspect.isclass(found):
        yield f"{name}{inspect.signature(found)}" if inspect.isfunction(found) else f"{name} = {found}"
        return
    bases = ", ".join(base.__name__ for base in found.__bases__ if base is not object)
    yield f"class {name}" + (f"({bases})" if bases else "")
    if issubclass(found, Enum):
        yield from (f"    {one.name} = {one.value!r}" for one in found)
        return
    if attrs.has(found):
        yield from (f"    {one.name}: {shown(one.type)}" for one in attrs.fields(found) if not one.name.startswith("_"))
    elif issubclass(found, BaseException):
        yield f"    exit_code: int = {getattr(found, 'exit_code', None)}"
    else:
        yield f"    __init__{inspect.signature(found.__init__)}"
    for method, value in sorted(vars(found).items()):
        if method.startswith("_"):
            continue
        if inspect.isfunction(value):
            yield f"    {method}{inspect.signature(value)}"
        elif isinstance(value, property):
            yield f"    {method} -> {shown(inspect.signature(value.fget).return_annotation)}"  # type: ignore[arg-type]


def shown(annotation: Any) -> str:
    """A type as it is written."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
