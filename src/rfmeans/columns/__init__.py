"""The room `columns`."""
