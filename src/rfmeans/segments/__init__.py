"""The room `segments`."""
