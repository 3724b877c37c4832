"""Conclusions from scores: pure functions over numbers that know no engine, no trace and no graph.

Every number comes with an interval or the reason why there is none; claims allow for how many were tried; what is not
shown is called undecided, never absent.  `Method` holds the choices, and the same scores give the same bytes.
"""

from studio.batch.statistics.categories import Categories, Category, Labels, categories
from studio.batch.statistics.comparison import Comparison
from studio.batch.statistics.front import Standing, front
from studio.batch.statistics.many import false_discoveries, holm
from studio.batch.statistics.method import Interval, Method, Score, Scores
from studio.batch.statistics.modules import Margin, Module, Modules, Verdict, judge_modules
from studio.batch.statistics.paired import paired
from studio.batch.statistics.pairs import PairOfModules, Together, judge_pairs
from studio.batch.statistics.summary import Summary, summary
from studio.batch.statistics.unpaired import unpaired

__all__ = [
    "Categories",
    "Category",
    "Comparison",
    "Interval",
    "Labels",
    "Margin",
    "Method",
    "Module",
    "Modules",
    "PairOfModules",
    "Score",
    "Scores",
    "Standing",
    "Summary",
    "Together",
    "Verdict",
    "categories",
    "false_discoveries",
    "front",
    "holm",
    "judge_modules",
    "judge_pairs",
    "paired",
    "summary",
    "unpaired",
]
