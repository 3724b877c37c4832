"""Lines for the report of the month."""

from shop.cart import build_cart
from shop.discount import percent_off


def summary(owner, rows, percent):
    cart = build_cart(owner, rows)
    total = cart.total_price()
    saved = total - percent_off(cart, percent)

    return f"{owner}: {total} before, {saved} saved"


def footer(count):
    return f"{count} carts in all"
