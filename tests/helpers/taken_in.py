"""What a source gives, worked out no further than to its customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from rfmeans.orders.account import LineAccount


class Taken(NamedTuple):
    """The customers: id -> recency, purchases, money; the rows set aside; the account; the line "Read as"."""

    customers: dict[Any, tuple[int, int, float]]
    aside: list[dict[str, Any]]
    lines: LineAccount
    understood: str

    @property
    def money(self) -> dict[Any, float]:
        """The customers: id -> money."""
        return {key: found[2] for key, found in self.customers.items()}


def taken_in(source: Any, **options: Any) -> Taken:
    """Read a source; what was read is what was used and set aside, or it fails."""
    with Workspace() as workspace:
        intake = read(source, make_reading(**options), workspace)
        rows = intake.customers.to_pyarrow().to_pylist()
        found = {
            row["customer_id"]: (row["recency"], row["frequency"], float(row["monetary"])) for row in rows
        }
        aside = intake.set_aside.to_pyarrow().to_pylist()
        lines = intake.account.lines
        assert len(aside) == lines.read.rows - lines.used.rows
        assert abs(sum(float(row["monetary"]) for row in rows) - float(lines.used.money)) < 1e-9
        return Taken(found, aside, lines, str(intake.account.noticed.understood))
