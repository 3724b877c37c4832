"""Orders: carts that were paid."""

from shop.cart import build_cart
from shop.discount import best_discount


def place_order(owner, rows, percent, amount):
    cart = build_cart(owner, rows)
    reduced = best_discount(cart, percent, amount)
    return {"owner": owner, "paid": reduced}
