"""The two steps of reading in one, for tests that want a source's customers once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.orders.intake import Intake, customers_at
from rfmeans.orders.understand import understand

if TYPE_CHECKING:
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.settings import Reading


def read(source: Any, reading: Reading, workspace: Workspace, **options: Any) -> Intake:
    """Return the customers of a source, which the workspace closes."""
    return customers_at(workspace.enter_context(understand(source, reading)), workspace, **options)
