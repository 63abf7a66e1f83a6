"""Numbers."""

from collections.abc import Callable

import numpy as np


def mean(x: np.ndarray) -> float:
    """Mean of the entries of a vector."""
    ### BEGIN SOLUTION
    return float(np.add.reduce(x) / len(x))
    ### END SOLUTION


def standardize(x: np.ndarray) -> np.ndarray:
    """The vector moved to mean 0 and scaled to standard deviation 1."""
    ### BEGIN SOLUTION
    centred = x - mean(x)
    return centred / np.sqrt(mean(centred**2))
    ### END SOLUTION


def slope(f: Callable[[float], float], x: float) -> float:
    """Central difference of f at x with a step of 1e-5."""
    ### BEGIN SOLUTION
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5
    ### END SOLUTION


class Account:
    """Money, in whole cents."""

    def __init__(self, balance: int = 0) -> None:
        self.balance = balance

    def deposit(self, amount: int) -> int:
        """Add an amount and return the new balance."""
        ### BEGIN SOLUTION
        self.balance += amount
        return self.balance
        ### END SOLUTION
