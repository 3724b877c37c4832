"""What is taken off a price."""


def percent_off(cart, percent):
    total = cart.total_price()
    return total - total * percent / 100


def fixed_off(cart, amount):
    total = cart.total_price()
    return max(0, total - amount)


def best_discount(cart, percent, amount):
    first = percent_off(cart, percent)
    second = fixed_off(cart, amount)
    return min(first, second)
