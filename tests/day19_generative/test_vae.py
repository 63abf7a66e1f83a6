"""Checks of vae.py: PyTorch's distributions, gradients in closed form, and digits that collapse or do not."""

import numpy as np
import torch
from scipy.stats import norm
from torch.distributions import Normal, kl_divergence

from course.data import load_digits
from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw

SHAPES = [(4, 3), (1, 1), (2, 7), (5, 2)]


def slopes(module, name, weights, *leaves):
    """The gradients of a weighted sum of an exercise's result by its arguments."""
    import torch

    leaves = [leaf.clone().requires_grad_() for leaf in leaves]
    return torch.autograd.grad((getattr(module, name)(*leaves) * weights).sum(), leaves)


@points(1)
def test_reparameterise_moves_and_stretches(student, rng):
    for shape in SHAPES:
        mu, log_variance, noise = draw(rng, *shape) + 1, 1.5 * draw(rng, *shape), draw(rng, *shape)
        with assert_unchanged(mu, log_variance, noise):
            result = student.reparameterise(mu, log_variance, noise)
        deviation = np.sqrt(np.exp(log_variance.numpy()))
        expected = norm.ppf(norm.cdf(noise.numpy()), loc=mu.numpy(), scale=deviation)
        assert_close(result, expected, name="sample")
    single = [draw(rng, 3, 2).float() for _ in range(3)]
    mu, log_variance, noise = (part.double().numpy() for part in single)
    assert_close(student.reparameterise(*single), mu + np.exp(log_variance) ** 0.5 * noise, name="sample")
    mu, log_variance, noise, weights = (draw(rng, 2, 3) for _ in range(4))
    by_mu, *_ = assert_parts(student.run(slopes, "reparameterise", weights, mu, log_variance, noise), 3)
    assert_close(by_mu, weights, name="gradient by mu")


@hidden
@points(1)
def test_reparameterise_lets_gradients_through(student, rng):
    for shape in SHAPES[:3]:
        mu, log_variance, noise, weights = (draw(rng, *shape) for _ in range(4))
        result = student.run(slopes, "reparameterise", weights, mu, log_variance, noise)
        by_mu, by_log_variance, _ = assert_parts(result, 3)
        assert_close(by_mu, weights, name="gradient by mu")
        expected = weights * noise * log_variance.exp().sqrt() / 2
        assert_close(by_log_variance, expected, name="gradient by log σ²")


@points(1)
def test_gaussian_kl_of_rows(student, rng):
    for shape in SHAPES:
        mu, log_variance = draw(rng, *shape) + 0.5, 1.3 * draw(rng, *shape)
        with assert_unchanged(mu, log_variance):
            result = student.gaussian_kl(mu, log_variance)
        expected = kl_divergence(Normal(mu, log_variance.exp().sqrt()), Normal(0, 1)).sum(dim=1)
        assert_close(result, expected, name="array of divergences")
    mu, log_variance = draw(rng, 3, 4).float(), draw(rng, 3, 4).float()
    expected = kl_divergence(Normal(mu.double(), log_variance.double().exp().sqrt()), Normal(0, 1)).sum(dim=1)
    assert_close(student.gaussian_kl(mu, log_variance), expected, name="array of divergences")


@hidden
@points(1)
def test_gaussian_kl_can_be_differentiated(student, rng):
    for b, k in [(3, 4), (1, 6)]:
        mu, log_variance, weights = draw(rng, b, k), draw(rng, b, k), draw(rng, b)
        result = student.run(slopes, "gaussian_kl", weights, mu, log_variance)
        by_mu, by_log_variance = assert_parts(result, 2)
        assert_close(by_mu, weights[:, None] * mu, name="gradient by mu")
        expected = weights[:, None] * (log_variance.exp() - 1) / 2
        assert_close(by_log_variance, expected, name="gradient by log σ²")


def parts_by_hand(logits, x, mu, log_variance):
    """Reconstruction and divergence with NumPy and SciPy's idea of a normal distribution."""
    logits, x = np.asarray(logits, dtype=float), np.asarray(x, dtype=float)
    reconstruction = (np.logaddexp(0, logits) - x * logits).sum() / len(x)
    deviation = torch.as_tensor(log_variance).double().exp().sqrt()
    kl = kl_divergence(Normal(torch.as_tensor(mu).double(), deviation), Normal(0, 1)).sum() / len(x)
    return float(reconstruction), float(kl)


@points(2)
def test_negative_elbo_and_its_parts(student, rng):
    for b, d, k, beta in [(4, 6, 2, 1.0), (1, 5, 3, 0.3), (3, 1, 1, 4.0)]:
        logits, x = 2 * draw(rng, b, d), torch.tensor(rng.uniform(size=(b, d)))
        mu, log_variance = draw(rng, b, k) + 0.5, draw(rng, b, k)
        with assert_unchanged(logits, x, mu, log_variance):
            result = student.negative_elbo(logits, x, mu, log_variance, beta)
        loss, reconstruction, kl = assert_parts(result, 3)
        expected, expected_kl = parts_by_hand(logits, x, mu, log_variance)
        assert_close(reconstruction, expected, name="reconstruction")
        assert_close(kl, expected_kl, name="divergence, without beta,")
        assert_close(loss, expected + beta * expected_kl, name="loss")
    logits, x = 500 * draw(rng, 4, 3).sign() + draw(rng, 4, 3), torch.tensor(rng.uniform(size=(4, 3)))
    mu, log_variance = draw(rng, 4, 2), draw(rng, 4, 2)
    loss, reconstruction, _ = assert_parts(student.negative_elbo(logits, x, mu, log_variance, 0.5), 3)
    assert_finite(loss, name="loss for logits of ±500")
    expected, expected_kl = parts_by_hand(logits, x, mu, log_variance)
    assert_close(reconstruction, expected, name="reconstruction for logits of ±500")
    assert_close(loss, expected + 0.5 * expected_kl, name="loss for logits of ±500")


@hidden
@points(1)
def test_negative_elbo_of_sure_answers(student, rng):
    logits = 1000 * draw(rng, 3, 5).sign() + draw(rng, 3, 5)
    x, mu, log_variance = torch.tensor(rng.uniform(size=(3, 5))), draw(rng, 3, 2), draw(rng, 3, 2)
    loss, reconstruction, _ = assert_parts(student.negative_elbo(logits, x, mu, log_variance), 3)
    assert_finite(loss, name="loss for logits of ±1000")
    expected, expected_kl = parts_by_hand(logits, x, mu, log_variance)
    assert_close(reconstruction, expected, name="reconstruction")
    assert_close(loss, expected + expected_kl, name="loss with the usual beta")


def slopes_of_the_loss(module, *leaves):
    """The gradients of the loss by its four arguments."""
    import torch

    leaves = [leaf.clone().requires_grad_() for leaf in leaves]
    return torch.autograd.grad(module.negative_elbo(*leaves, 0.7)[0], leaves)


@hidden
@points(1)
def test_negative_elbo_can_be_differentiated(student, rng):
    logits, x = draw(rng, 4, 5), torch.tensor(rng.uniform(size=(4, 5)))
    mu, log_variance = draw(rng, 4, 3), draw(rng, 4, 3)
    grads = assert_parts(student.run(slopes_of_the_loss, logits, x, mu, log_variance), 4)
    assert_close(grads[0], (logits.sigmoid() - x) / 4, name="gradient by the logits")
    assert_close(grads[2], 0.7 * mu / 4, name="gradient by mu")
    assert_close(grads[3], 0.7 * (log_variance.exp() - 1) / 8, name="gradient by log σ²")


def digits(rng):
    """Digits in [0, 1], 1,297 to train with and 500 that are new."""
    images = load_digits().images[rng.permutation(1797)].reshape(-1, 64)
    x = torch.tensor(images, dtype=torch.float32)
    return x[500:], x[:500]


def train_digits(module, x, new, noise, depth, epochs, warming, seed):
    """Train a VAE through the given loop; what it says about new digits, and digits out of z = noise."""
    import torch

    from day19_generative.networks import VAE
    from day19_generative.training import train_vae

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = VAE(depth=depth)
    train_vae(model, x, epochs=epochs, warming=warming, seed=seed)
    with torch.no_grad():
        mu, log_variance = model.encode(new)
        logits = model.decode(mu + torch.exp(log_variance / 2) * noise)
        return logits, mu, log_variance, torch.sigmoid(model.decode(noise))


@training
@points(1)
def test_negative_elbo_trains_a_vae_of_digits(student, rng):
    """Over 16 seeds: reconstruction 21.7 to 22.3, divergence 2.6 to 2.9, ink 0.99 to 1.01; 0.5 s."""
    x, new = digits(rng)
    noise, seed = draw(rng, len(new), 8).float(), int(rng.integers(2**31))
    result = student.run(train_digits, x, new, noise, 1, 20, 0.0, seed)
    logits, mu, log_variance, made_up = assert_parts(result, 4)
    reconstruction, kl = parts_by_hand(logits, new, mu, log_variance)
    assert_between(reconstruction, 15, 24.5, name="reconstruction of new digits, in nats")
    assert_between(kl, 1.5, 8, name="divergence for new digits, in nats")
    ink = float(np.mean(np.asarray(made_up))) / float(new.mean())
    assert_between(ink, 0.8, 1.2, name="ink on made-up digits, in parts of what real ones have,")


@points(1)
def test_warm_up_in_a_straight_line(student, rng):
    for steps, beta in [(10, 1.0), (7, 4.0), (1, 0.5)]:
        for step in [0, 1, *rng.integers(2, 14, size=4).tolist(), steps, steps + 1]:
            expected = np.interp(step, [0, steps], [0, beta])
            assert_close(student.warm_up(step, steps, beta), expected, name=f"beta at step {step} of {steps}")
    assert_close(student.warm_up(3, 8), 0.375, name="usual beta at step 3 of 8")
    for beta in (1.0, 2.5):
        assert_close(student.warm_up(0, 0, beta), beta, name="beta at step 0 without a warm-up")


@training
@points(1)
def test_warm_up_cures_the_collapse_of_a_deep_decoder(student, rng):
    """Over 16 seeds: divergence 0.00 to 0.11 without, 1.1 to 2.2 with a warm-up; gain 2.3 to 4.3 nats; 2 s for both."""
    x, new = digits(rng)
    noise, seed = draw(rng, len(new), 8).float(), int(rng.integers(2**31))
    found = []
    for warming in (0.0, 0.7):
        result = student.run(train_digits, x, new, noise, 4, 30, warming, seed)
        logits, mu, log_variance, _ = assert_parts(result, 4)
        found.append(parts_by_hand(logits, new, mu, log_variance))
    (lost, nothing), (kept, something) = found
    assert_between(nothing, 0, 0.6, name="divergence without a warm-up, in nats,")
    assert_between(something, 0.7, 5, name="divergence with a warm-up, in nats,")
    assert_between(lost - kept, 1, 10, name="gain in reconstruction by the warm-up, in nats,")


@points(0)
def test_active_units_by_their_variance(student, rng):
    for n, active, collapsed, threshold in [
        (40, 2, 3, 4.0),
        (60, 4, 1, 0.01),
        (200, 1, 2, 1.0),
        (50, 1, 0, 0.05),
    ]:
        factors = [*rng.uniform(1.5, 3, size=active), *rng.uniform(0.1, 0.6, size=collapsed)]
        factors, k = rng.permutation(factors), active + collapsed
        mu = rng.normal(size=(n, k))
        mu = (mu - mu.mean(axis=0)) / mu.std(axis=0) * np.sqrt(threshold * factors) + 9 + rng.normal(size=k)
        tensor = torch.tensor(mu)
        with assert_unchanged(tensor):
            result = student.active_units(tensor, threshold)
        assert_equal(result, active, name="number of active dimensions")


@points(0)
def test_active_units_of_few_pictures(student, rng):
    raw = rng.normal(size=(3, 5))
    raw = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    mu = raw * np.sqrt([0.009, 0.011, 0.0085, 0.02, 0.004]) + 1
    assert_equal(student.active_units(torch.tensor(mu)), 2, name="number of active dimensions")
    mu = torch.tensor([[0.5, 1.0, 0.0], [-0.5, -1.0, 0.0], [0.5, 1.0, 4.0], [-0.5, -1.0, 4.0]]) + 2
    cause = "a variance that equals the threshold is not larger"
    assert_equal(student.active_units(mu, 0.25), 2, name="number of active dimensions", cause=cause)


@points(0)
def test_latent_grid_row_by_row(student, rng):
    for n in (*rng.integers(2, 40, size=2).tolist(), 3, 1):
        quantiles = norm.ppf((np.arange(n) + 0.5) / n)
        expected = [(x, y) for y in quantiles[::-1] for x in quantiles]
        cause = "the first coordinate grows along a row, the second falls from row to row"
        assert_close(student.latent_grid(n), np.array(expected), name="grid", cause=cause)
