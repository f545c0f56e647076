"""The room `report.charts`."""
