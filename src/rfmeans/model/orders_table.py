"""What a model remembers of the table of orders that it was fitted on: what its columns mean, and their types."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from rfmeans.columns.keys import ANY_KEYS, KeyConvention
from rfmeans.columns.layout import Also, Layout
from rfmeans.settings import Columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir


@dataclass(frozen=True)
class OrdersTable:
    """The table of orders that a model was fitted on.

    Attributes
    ----------
    layout
        What its columns mean.
    types
        Types of these columns, by name, as Ibis writes them.
    keys
        How customers and orders are written.
    daily
        Whether order numbers begin again each day.
    clocks
        Whether the time of day tells sales of two days apart.
    """

    layout: Layout
    types: Mapping[str, str]
    keys: KeyConvention = ANY_KEYS
    daily: bool = False
    clocks: bool = False

    @classmethod
    def of(
        cls,
        table: ir.Table,
        layout: Layout,
        keys: KeyConvention = ANY_KEYS,
        *,
        daily: bool = False,
        clocks: bool = False,
    ) -> OrdersTable:
        """Return what is to be remembered of a table."""
        kinds = {name: str(table[name].type()) for name in columns_of(layout)}
        return cls(layout, kinds, replace(keys, padded=True), daily, clocks)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        keys = {"varied": self.keys.varied, "whole": list(self.keys.whole), "zero": self.keys.zero}
        keys |= {"nobody": list(self.keys.nobody)} if self.keys.nobody else {}
        apart = {name: True for name in ("daily", "clocks") if getattr(self, name)}
        return {**asdict(self.layout), "types": dict(self.types), "keys": keys, **apart}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> OrdersTable:
        """Take back what `to_dict` gave.

        Raises
        ------
        ValueError
            If it is damaged.
        """
        found = dict(content)
        types = {str(name): str(kind) for name, kind in found.pop("types").items()}
        keys = found.pop("keys", {})  # an older model has none
        daily, clocks = bool(found.pop("daily", False)), bool(found.pop("clocks", False))
        keys = KeyConvention(
            varied=bool(keys.get("varied")),
            whole=tuple(map(str, keys.get("whole", ()))),
            zero=bool(keys.get("zero")),
            nobody=tuple(map(str, keys.get("nobody", ()))),
        )
        columns = Columns(**found.pop("columns"))
        customers = tuple((str(kind), str(name)) for kind, name in found.pop("customers"))
        also = tuple(
            Also(
                one["column"],
                tuple(one["keep"]),
                tuple(one["drop"]),
                filled=bool(one["filled"]),
                empty=bool(one.get("empty")),  # an older model has none
                unless=str(one.get("unless", "")),  # likewise
            )
            for one in found.pop("also", ())
        )
        found = {key: tuple(value) if isinstance(value, list) else value for key, value in found.items()}
        layout = Layout(columns=columns, customers=customers, also=also, **found)
        named = {name for name in asdict(columns).values() if name is not None}
        if not all(isinstance(name, str) and name for name in named) or columns.customer != customers[0][1]:
            raise ValueError("the orders' columns are not named")
        if set(types) != set(columns_of(layout)):
            raise ValueError("the types of the orders' columns are not those of its columns")
        return cls(layout, types, keys, daily, clocks)


def columns_of(layout: Layout) -> list[str]:
    """Return the columns that a layout reads, each once."""
    names = [name for _, name in layout.customers]
    names += [value for role, value in asdict(layout.columns).items() if value and role != "customer"]
    names += [*(one.column for one in layout.also), *(one.unless for one in layout.also), layout.kind or ""]
    return list(dict.fromkeys(filter(None, names)))
