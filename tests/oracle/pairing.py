"""Which rows of one key belong together.

Identical rows pair first. Of the rest, the pairing with the fewest differing cells is taken; among those the one with
the fewest changed rows (a pair whose cells all lie within their relaxations is none); among those the one that gives
the first left row in sort order the first possible right row, then the second, and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

EXACT_ROWS = 64

Cells = tuple[Hashable, ...]
Differing = Callable[[int, int], int]


def pair_group(
    left: Sequence[Cells], right: Sequence[Cells], differing: Differing | None = None
) -> tuple[list[tuple[int, int]], bool]:
    """Pairs of positions, and whether the group was too large to be paired exactly.

    Both sides come in sort order; a row is the tuple of its compared cells, brought to their comparison domains.
    `differing` tells how many cells of two rows differ, by their positions, where that is not how many are unequal.
    """
    pairs = pair_identical(left, right)
    taken_left = {i for i, _ in pairs}
    taken_right = {j for _, j in pairs}
    left_rest = [i for i in range(len(left)) if i not in taken_left]
    right_rest = [j for j in range(len(right)) if j not in taken_right]
    if not left_rest or not right_rest:
        return pairs, False
    if len(left_rest) > EXACT_ROWS or len(right_rest) > EXACT_ROWS:
        return pairs + list(zip(left_rest, right_rest, strict=False)), True
    count = differing or (lambda i, j: differing_cells(left[i], right[j]))
    found = pair_cheapest([[count(i, j) for j in right_rest] for i in left_rest])
    return pairs + [(left_rest[i], right_rest[j]) for i, j in found], False


def pair_identical(left: Sequence[Cells], right: Sequence[Cells]) -> list[tuple[int, int]]:
    """Equal rows, the first with the first."""
    waiting: dict[Cells, list[int]] = defaultdict(list)
    for j, cells in enumerate(right):
        waiting[cells].append(j)
    pairs = []
    for i, cells in enumerate(left):
        if waiting.get(cells):
            pairs.append((i, waiting[cells].pop(0)))
    return pairs


def differing_cells(left: Cells, right: Cells) -> int:
    return sum(1 for left_cell, right_cell in zip(left, right, strict=True) if left_cell != right_cell)


def pair_cheapest(differing: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The assignment of the smallest cost, where the cost is one integer that holds the whole order of preference.

    `differing` holds the number of differing cells for each left row and each right row. The high digits of a cost are
    that number, then comes 1 for a changed row. Its low digits, in base `rows of the right + 1`, are the right
    positions that the left rows get, the first left row in the highest digit, "none" being the largest digit: comparing
    two such numbers compares the two pairings as the rule says.
    """
    left_rows, right_rows = len(differing), len(differing[0])
    base = right_rows + 1
    width = max(left_rows, right_rows)
    changed_weight = base**left_rows
    cells_weight = changed_weight * (left_rows + 1)
    costs = []
    for i, counts in enumerate(differing):
        digit_weight = base ** (left_rows - 1 - i)
        row = [cells * cells_weight + (cells > 0) * changed_weight + j * digit_weight for j, cells in enumerate(counts)]
        costs.append(row + [right_rows * digit_weight] * (width - right_rows))
    return [(i, j) for i, j in enumerate(assign(costs)) if j < right_rows]


def assign(costs: list[list[int]]) -> list[int]:
    """The column of each row in a cheapest assignment (the Hungarian method; at most as many rows as columns)."""
    row_count = len(costs)
    column_count = len(costs[0])
    infinity = sum(max(row) for row in costs) * 4 + 1
    row_potential = [0] * (row_count + 1)
    column_potential = [0] * (column_count + 1)
    row_of_column = [0] * (column_count + 1)  # 1-based; 0 is "none", column 0 holds the row being placed
    for row in range(1, row_count + 1):
        row_of_column[0] = row
        column = 0
        slack = [infinity] * (column_count + 1)
        came_from = [0] * (column_count + 1)
        visited = [False] * (column_count + 1)
        while row_of_column[column]:
            visited[column] = True
            current = row_of_column[column]
            step, next_column = infinity, 0
            for candidate in range(1, column_count + 1):
                if visited[candidate]:
                    continue
                reduced = costs[current - 1][candidate - 1] - row_potential[current] - column_potential[candidate]
                if reduced < slack[candidate]:
                    slack[candidate], came_from[candidate] = reduced, column
                if slack[candidate] < step:
                    step, next_column = slack[candidate], candidate
            for each in range(column_count + 1):
                if visited[each]:
                    row_potential[row_of_column[each]] += step
                    column_potential[each] -= step
                else:
                    slack[each] -= step
            column = next_column
        while column:
            row_of_column[column] = row_of_column[came_from[column]]
            column = came_from[column]
    column_of_row = [0] * row_count
    for column in range(1, column_count + 1):
        if row_of_column[column]:
            column_of_row[row_of_column[column] - 1] = column - 1
    return column_of_row
