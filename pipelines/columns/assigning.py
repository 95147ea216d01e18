"""Which column goes to which field, so that the whole fits best."""

from collections.abc import Sequence

import numpy as np


def assign_best(scores: Sequence[Sequence[float]]) -> list[int]:
    """Return for every row the column it is given, each column once, so that the scores add up to the most.

    ``scores`` is a table of at least as many columns as rows. Of equally good answers the same one every time. Source:
    the Hungarian method, in Jonker's and Volgenant's form with shortest augmenting paths.
    """
    cost = -np.asarray(scores, dtype=np.float64)
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.zeros(columns + 1, dtype=np.int64)  # the row, from 1, of each column, from 1; 0 for none
    for row in range(1, rows + 1):
        owner[0], at = row, 0
        least = np.full(columns + 1, np.inf)
        before = np.zeros(columns + 1, dtype=np.int64)
        is_used = np.zeros(columns + 1, dtype=bool)
        while owner[at]:
            is_used[at] = True
            reached = cost[owner[at] - 1] - row_price[owner[at]] - column_price[1:]
            is_better = ~is_used[1:] & (reached < least[1:])
            least[1:][is_better], before[1:][is_better] = reached[is_better], at
            at = int(np.argmin(np.where(is_used, np.inf, np.where(np.arange(columns + 1) == 0, np.inf, least))))
            step = least[at]
            row_price[owner[is_used]] += step
            column_price[is_used] -= step
            least[~is_used] -= step
        while at:
            owner[at] = owner[before[at]]
            at = int(before[at])
    answer = [0] * rows
    for column in range(1, columns + 1):
        if owner[column]:
            answer[owner[column] - 1] = column - 1
    return answer
