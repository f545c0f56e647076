"""The room `orders`."""
