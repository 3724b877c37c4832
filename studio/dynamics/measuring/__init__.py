"""Measures of information: how varied, how new and how useful to others what each module says is.

Nothing is imported here: the guard of a run needs `findings` alone, and no arrays.
"""
