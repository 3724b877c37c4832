"""Lines for the report of the month."""

from shop.cart import build_cart
from shop.discount import percent_off


def heading(month, owner):
    return f"Report of {month} for {owner}"


def summary(owner, rows, percent):
    cart = build_cart(owner, rows)
    total = cart.total_price()
    reduced = percent_off(cart, percent)
    return f"{owner}: {total} before, {reduced} after the discount"


def footer(count):
    return f"{count} carts in all"
