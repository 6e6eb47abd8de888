"""Where an element stands, for messages.  Only asked for when something is wrong, but then perhaps a million times."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lxml import etree


class Places:
    """Remembers which children it has counted: asking for all children of an element costs as much as for one."""

    def __init__(self) -> None:
        self._counted: dict[Any, dict[Any, str]] = {}

    def of(self, element: Any, step: str = "") -> str:
        """/IODEF-Document/Incident[1]/Contact[2]/@role; a number only where there are several."""
        steps = [step] if step else []
        while element is not None:
            parent = element.getparent()
            steps.append(etree.QName(element).localname if parent is None else self._among(parent)[element])
            element = parent
        return "/" + "/".join(reversed(steps))

    def _among(self, parent: Any) -> dict[Any, str]:
        if parent not in self._counted:
            children = [child for child in parent if isinstance(child.tag, str)]
            totals, seen, names = Counter(child.tag for child in children), Counter[str](), {}
            for child in children:
                seen[child.tag] += 1
                number = f"[{seen[child.tag]}]" if totals[child.tag] > 1 else ""
                names[child] = etree.QName(child).localname + number
            self._counted[parent] = names
        return self._counted[parent]
