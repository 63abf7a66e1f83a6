"""Wrong and right answers for scalar.py."""

from course.testing import misconception, variant


@misconception(
    "Value.__mul__",
    "FILL(scalar.Value.__mul__): what went wrong. What is right.",
)
def first_mistake_of_value_mul(self, x):
    raise NotImplementedError("FILL(scalar.Value.__mul__): its body, and a name")


@misconception(
    "Value.__mul__",
    "FILL(scalar.Value.__mul__): what went wrong. What is right.",
)
def second_mistake_of_value_mul(self, x):
    raise NotImplementedError("FILL(scalar.Value.__mul__): its body, and a name")


@misconception(
    "Value.__mul__",
    "FILL(scalar.Value.__mul__): what went wrong. What is right.",
)
def third_mistake_of_value_mul(self, x):
    raise NotImplementedError("FILL(scalar.Value.__mul__): its body, and a name")


@variant("Value.__mul__")
def another_way_of_value_mul(self, x):
    raise NotImplementedError("FILL(scalar.Value.__mul__): its body, and a name")


@variant("Value.__mul__")
def a_third_way_of_value_mul(self, x):
    raise NotImplementedError("FILL(scalar.Value.__mul__): its body, and a name")


@misconception(
    "topological_order",
    "FILL(scalar.topological_order): what went wrong. What is right.",
)
def first_mistake_of_topological_order(x):
    raise NotImplementedError("FILL(scalar.topological_order): its body, and a name")


@misconception(
    "topological_order",
    "FILL(scalar.topological_order): what went wrong. What is right.",
)
def second_mistake_of_topological_order(x):
    raise NotImplementedError("FILL(scalar.topological_order): its body, and a name")


@misconception(
    "topological_order",
    "FILL(scalar.topological_order): what went wrong. What is right.",
)
def third_mistake_of_topological_order(x):
    raise NotImplementedError("FILL(scalar.topological_order): its body, and a name")


@variant("topological_order")
def another_way_of_topological_order(x):
    raise NotImplementedError("FILL(scalar.topological_order): its body, and a name")


@variant("topological_order")
def a_third_way_of_topological_order(x):
    raise NotImplementedError("FILL(scalar.topological_order): its body, and a name")


@misconception(
    "Arithmetic",
    "FILL(scalar.Arithmetic): what went wrong. What is right.",
)
class FirstMistakeOfArithmetic:
    def __init__(self, x):
        raise NotImplementedError("FILL(scalar.Arithmetic): its body, and a name")


@misconception(
    "Arithmetic",
    "FILL(scalar.Arithmetic): what went wrong. What is right.",
)
class SecondMistakeOfArithmetic:
    def __init__(self, x):
        raise NotImplementedError("FILL(scalar.Arithmetic): its body, and a name")


@misconception(
    "Arithmetic",
    "FILL(scalar.Arithmetic): what went wrong. What is right.",
)
class ThirdMistakeOfArithmetic:
    def __init__(self, x):
        raise NotImplementedError("FILL(scalar.Arithmetic): its body, and a name")


@variant("Arithmetic")
class AnotherWayOfArithmetic:
    def __init__(self, x):
        raise NotImplementedError("FILL(scalar.Arithmetic): its body, and a name")


@variant("Arithmetic")
class AThirdWayOfArithmetic:
    def __init__(self, x):
        raise NotImplementedError("FILL(scalar.Arithmetic): its body, and a name")


@misconception(
    "Value.backward",
    "FILL(scalar.Value.backward): what went wrong. What is right.",
)
def first_mistake_of_value_backward(self, x):
    raise NotImplementedError("FILL(scalar.Value.backward): its body, and a name")


@misconception(
    "Value.backward",
    "FILL(scalar.Value.backward): what went wrong. What is right.",
)
def second_mistake_of_value_backward(self, x):
    raise NotImplementedError("FILL(scalar.Value.backward): its body, and a name")


@misconception(
    "Value.backward",
    "FILL(scalar.Value.backward): what went wrong. What is right.",
)
def third_mistake_of_value_backward(self, x):
    raise NotImplementedError("FILL(scalar.Value.backward): its body, and a name")


@variant("Value.backward")
def another_way_of_value_backward(self, x):
    raise NotImplementedError("FILL(scalar.Value.backward): its body, and a name")


@variant("Value.backward")
def a_third_way_of_value_backward(self, x):
    raise NotImplementedError("FILL(scalar.Value.backward): its body, and a name")
