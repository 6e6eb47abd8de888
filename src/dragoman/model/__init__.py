"""The one incident that every adapter reads to and writes from.  Knows no format."""

from dragoman.model.incident import *  # noqa: F403
from dragoman.model.indicator import *  # noqa: F403
from dragoman.model.intel import *  # noqa: F403
from dragoman.model.marking import Level, level, strictest  # noqa: F401
from dragoman.model.narrative import *  # noqa: F403
from dragoman.model.observable import *  # noqa: F403
from dragoman.model.parts import *  # noqa: F403
