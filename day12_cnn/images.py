"""Images to learn from and images to be judged by (given): the digits, or MNIST, behind one interface."""

import numpy as np

from course.data import load_images

TEST_IMAGES = {"digits": 500, "mnist": 2000}
"""How many images are kept for testing."""

Sets = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Training images and labels, test images and labels."""


def split_images(data: str = "digits", seed: int = 0) -> Sets:
    """Images for training and for testing, standardised with the training statistics.

    Parameters
    ----------
    data : "digits" (1,797 images of 8×8 pixels, 500 for testing) or "mnist" (10,000 of 28×28, 2,000 for testing)
    seed : of the division

    Returns
    -------
    train_images : (n, 1, h, w) float64 array
    train_labels : (n,) int64 array
    test_images : (m, 1, h, w) float64 array
    test_labels : (m,) int64 array
    """
    images, labels = load_images(data)
    order = np.random.default_rng(seed).permutation(len(images))
    train, test = order[TEST_IMAGES[data] :], order[: TEST_IMAGES[data]]
    images = (images - images[train].mean()) / images[train].std()
    images = images[:, np.newaxis]
    return images[train], labels[train], images[test], labels[test]
