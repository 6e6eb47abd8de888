"""Tables as they were parsed, kept beside them in `__pycache__` as Python keeps its modules: parsing YAML takes longer
than translating.  What is kept names the digest of the text it was made from, so an edited table is parsed again.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any


def parsed(file: Traversable, parse: Callable[[str], Any]) -> Any:
    """What `parse` makes of the text of a file, or made of the same text before.  Raises what `parse` raises."""
    raw = file.read_bytes()
    digest, place = sha256(raw).hexdigest(), _place(file)
    with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
        if place is not None:
            known, value = marshal.loads(place.read_bytes())
            if known == digest:
                return value
    value = parse(raw.decode("utf-8"))
    if place is not None and not sys.dont_write_bytecode:
        _keep(place, (digest, value))
    return value


def _place(file: Traversable) -> Path | None:
    """Where the parsed form stands; None inside an archive."""
    return file.parent / "__pycache__" / f"{file.name}.{sys.implementation.cache_tag}" if isinstance(file, Path) else None


def _keep(place: Path, value: Any) -> None:
    """Writes it whole or not at all; a folder that cannot be written to, or a value that cannot be kept, is no error."""
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    with contextlib.suppress(OSError, ValueError):
        data = marshal.dumps(value)
        place.parent.mkdir(exist_ok=True)
        draft.write_bytes(data)
        os.replace(draft, place)
