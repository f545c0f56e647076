"""The room `inspection`."""
