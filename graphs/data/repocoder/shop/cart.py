"""A cart: what a customer is about to buy."""


class Cart:
    def __init__(self, owner):
        self.owner = owner
        self.rows = []

    def total_price(self):
        return sum(price * count for _, price, count in self.rows)


def build_cart(owner, rows):
    cart = Cart(owner)
    cart.rows.extend(rows)
    return cart
