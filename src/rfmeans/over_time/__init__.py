"""The room `over_time`."""
