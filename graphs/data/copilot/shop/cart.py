"""A cart: what a customer is about to buy."""


class Cart:
    def __init__(self, owner):
        self.owner = owner
        self.rows = []

    def add(self, name, price, count):
        self.rows.append((name, price, count))

    def total_price(self):
        return sum(price * count for _, price, count in self.rows)


def build_cart(owner, rows):
    cart = Cart(owner)
    for name, price, count in rows:
        cart.add(name, price, count)
    return cart
