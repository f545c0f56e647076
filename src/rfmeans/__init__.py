"""Turn orders into named customer segments."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rfmeans.errors import (
    DataError,
    EngineError,
    ModelError,
    OutputError,
    RFMeansError,
    SettingsError,
    SourceError,
)

if TYPE_CHECKING:
    from rfmeans.between_dates import CustomerMovement, movement
    from rfmeans.campaign import CampaignEffect, effect
    from rfmeans.estimator import RFMeans
    from rfmeans.inspection.inspect import inspect
    from rfmeans.inspection.verdict import Inspection
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.pipeline import assign, segment
    from rfmeans.result import Segmentation
    from rfmeans.settings import Columns, CustomerColumns

__version__ = "0.1.0"

__all__ = [
    "CampaignEffect",
    "Columns",
    "CustomerColumns",
    "CustomerMovement",
    "DataError",
    "EngineError",
    "Inspection",
    "ModelError",
    "OutputError",
    "RFMeans",
    "RFMeansError",
    "SegmentModel",
    "Segmentation",
    "SettingsError",
    "SourceError",
    "assign",
    "effect",
    "inspect",
    "movement",
    "segment",
]

# Loaded on first use, so that `import rfmeans` and `rfmeans --help` load no engine.
_LATER = {
    "CampaignEffect": "campaign",
    "Columns": "settings",
    "CustomerMovement": "between_dates",
    "CustomerColumns": "settings",
    "Inspection": "inspection.verdict",
    "RFMeans": "estimator",
    "SegmentModel": "model.segment_model",
    "Segmentation": "result",
    "assign": "pipeline",
    "effect": "campaign",
    "inspect": "inspection.inspect",
    "movement": "between_dates",
    "segment": "pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
