"""A dataclass -> options of a command: how groups of options are declared, and how commands take them."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from functools import cache, wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from collections.abc import Callable


def option(words: str, default: Any = None, *, name: str = "", hidden: bool = False) -> Any:
    """Return a field of a group: an option that is called like it, unless it has a name of its own.

    ``default``: MISSING for an option that must be given.
    """
    return field(default=default, metadata={"help": words, "name": name, "hidden": hidden})


@dataclass(frozen=True)
class OptionGroup:
    """Options that name arguments of `rfmeans.segment`."""

    def given(self) -> dict[str, Any]:
        """Return those that were given, as `rfmeans.segment` takes them."""
        options = {each.name: (each.default, getattr(self, each.name)) for each in fields(self)}
        return {name: value for name, (usual, value) in options.items() if value not in (usual, [])}


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options: each parameter that is a group becomes the group's own options."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        parameters += (
            _options(groups[name]) if name in groups else [parameter.replace(annotation=hints[name])]
        )

    @wraps(command)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{option.name: given.pop(option.name) for option in fields(group)})
        command(**given)

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


@cache
def _options(group: Any) -> list[inspect.Parameter]:
    """Return the options of a group, worked out once for all the commands that share it."""
    hints = get_type_hints(group)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=Annotated[hints[each.name], _typer_option(each, group.PANEL)],
        )
        for each in fields(group)
    ]


def _typer_option(each: Field[Any], panel: str) -> Any:
    told = each.metadata
    return typer.Option(_name(each), help=told["help"], hidden=told["hidden"], rich_help_panel=panel)


def _name(option: Field[Any]) -> str:
    name = option.metadata["name"] or option.name.replace("_", "-")
    return f"--{name}/--no-{name}" if option.default is True else f"--{name}"
