"""The environment of a plain shell: what is measured here is what a user gets, who has set no variable of ours."""

from __future__ import annotations

import os

ENVIRONMENT = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
