"""naive stores: to come"""


class NaiveStore: ...


class View: ...


def make_store(kind, params): ...
