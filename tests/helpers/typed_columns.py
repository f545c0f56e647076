"""Columns of a type, made by hand, and what an expression over them holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis


def column(values: list[Any], kind: str, name: str = "x") -> Any:
    return ibis.memtable({name: values}, schema={name: kind})[name]


def read(expression: Any) -> list[Any]:
    values: list[Any] = expression.name("value").to_pyarrow().to_pylist()
    return values


def decimals(*texts: str | None) -> list[Decimal | None]:
    return [None if text is None else Decimal(text) for text in texts]
