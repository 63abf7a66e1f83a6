"""Linear regression by gradient descent, with sliders for the learning rate and the number of steps (given).

    python -m day02_optimization.slider      opens a window
    slider.show_in_notebook()                the same in a notebook, with ipywidgets if that is installed

Without a display there is nothing to slide on; `course plot day02` then draws the same as still pictures.
"""

import sys
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.widgets import Slider

from course.data import load_diabetes
from course.plots import BLUE, GREEN, GREY, RED, label, panels
from day02_optimization.line import fit_line, mean_squared_error, predict, standardise, to_original_units

LEARNING_RATE, STEPS = 0.1, 20
LOWEST, HIGHEST, MOST_STEPS = 0.01, 1.1, 60
SLOPES, INTERCEPTS = np.linspace(-60, 160, 45), np.linspace(-60, 360, 45)


def draw(points: Axes, surface: Axes, learning_rate: float, steps: int) -> None:
    """The line after some steps of `fit_line`, and the way there across the mean squared error."""
    bmi, progression = load_diabetes()
    z, mean, scale = standardise(bmi)
    path = np.asarray(fit_line(z, progression, learning_rate, steps))

    points.clear()
    points.plot(bmi, progression, ".", color=GREY, markersize=4, alpha=0.6, label="442 patients")
    ends = np.array([bmi.min(), bmi.max()])
    points.plot(ends, predict(to_original_units(path[-1], mean, scale), ends), color=RED, label="line")
    label(points, "body mass index / kg/m²", "progression of diabetes", f"after {steps} steps", legend=True)
    points.set(ylim=(-150, 400))

    surface.clear()
    errors = [[mean_squared_error(np.array([a, b]), z, progression) for a in SLOPES] for b in INTERCEPTS]
    surface.contour(SLOPES, INTERCEPTS, errors, levels=12, colors=[GREY], linewidths=0.7)
    surface.plot(*path.T, color=BLUE, marker="o", markersize=3)
    surface.plot(*path[-1], color=RED, marker="o", linestyle="", label="this line")
    surface.plot(
        np.mean(z * progression), np.mean(progression), "*", color=GREEN, markersize=11, label="minimum"
    )
    label(surface, "slope over z", "intercept over z", f"learning rate {learning_rate:.2f}", legend=True)
    surface.set(xlim=(SLOPES[0], SLOPES[-1]), ylim=(INTERCEPTS[0], INTERCEPTS[-1]))


def add_sliders(figure: Figure) -> tuple[Slider, Slider]:
    """Two panels and two sliders; keep what is returned, or the sliders stop to react."""
    points, surface = figure.subplots(1, 2, gridspec_kw={"bottom": 0.28, "left": 0.09, "right": 0.97})
    rate = Slider(
        figure.add_axes((0.2, 0.1, 0.6, 0.04)), "learning rate", LOWEST, HIGHEST, valinit=LEARNING_RATE
    )
    steps = Slider(figure.add_axes((0.2, 0.04, 0.6, 0.04)), "steps", 0, MOST_STEPS, valinit=STEPS, valstep=1)

    def update(_: float) -> None:
        draw(points, surface, rate.val, int(steps.val))
        figure.canvas.draw_idle()

    rate.on_changed(update)
    steps.on_changed(update)
    update(0.0)
    return rate, steps


def show_in_notebook() -> None:
    """Sliders above a picture; without ipywidgets a sentence and the picture alone."""
    from IPython.display import Image, display

    def picture(learning_rate: float = LEARNING_RATE, steps: int = STEPS) -> None:
        figure, (points, surface) = panels(1, 2)
        draw(points, surface, learning_rate, steps)
        png = BytesIO()
        figure.savefig(png, format="png")
        display(Image(png.getvalue()))

    try:
        from ipywidgets import FloatSlider, IntSlider, interact
    except ImportError:
        print(
            "For sliders in the notebook, `pip install ipywidgets` and start it again; here is a still picture."
        )
        picture()
        return
    interact(
        picture,
        learning_rate=FloatSlider(LEARNING_RATE, min=LOWEST, max=HIGHEST, step=0.01, continuous_update=False),
        steps=IntSlider(STEPS, min=0, max=MOST_STEPS, continuous_update=False),
    )


def main() -> int:
    """Open the window; the exit status is 1 where that is impossible."""
    from matplotlib import pyplot
    from matplotlib.backends import BackendFilter, backend_registry

    try:
        figure = pyplot.figure(figsize=(10, 5.5))
        has_window = pyplot.get_backend().lower() in backend_registry.list_builtin(BackendFilter.INTERACTIVE)
    except ImportError:  # a window system was asked for by name, and it is not there
        has_window = False
    if not has_window:
        print(
            "There is no display to open a window on; run this on your desktop, use the notebook, or look at the "
            "still pictures of `course plot day02`.",
            file=sys.stderr,
        )
        return 1
    try:
        sliders = add_sliders(figure)
    except NotImplementedError as error:
        print(f"There is nothing to slide yet: {error}.", file=sys.stderr)
        return 1
    pyplot.show()
    del sliders  # until here they had to stay alive
    return 0


if __name__ == "__main__":
    sys.exit(main())
