"""The real documents beside the checkout, where they exist; tests that need them say so and skip where they do not."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from dragoman import Context

SHARED = Path(__file__).parents[1].parent / "shared"
IODEF = sorted(SHARED.glob("corpus/iodef/v2-*.xml"))
IODEF1 = [file for file in sorted(SHARED.glob("corpus/iodef/v1-*.xml")) if "doctype" not in file.name]
IODEF_JSON = sorted(SHARED.glob("corpus/iodef/json-*.json"))
IODEF_CBOR = sorted(SHARED.glob("corpus/iodef/cbor-*.cbor"))
MISP = [file for file in sorted(SHARED.glob("corpus/misp/*.json")) if "malicious_pypi" not in file.name]
OLDER = sorted(SHARED.glob("corpus/stix/playbook_viewer*.json"))  # STIX 2.0
STIX = [file for file in sorted(SHARED.glob("corpus/stix/*.json")) if file not in OLDER]
DOCUMENTS = [
    *(("iodef-2", file) for file in IODEF),
    *(("iodef-1", file) for file in IODEF1),
    *(("iodef-json", file) for file in IODEF_JSON),
    *(("misp", file) for file in MISP),
    *(("stix-2.0", file) for file in OLDER),
    *(("stix-2.1", file) for file in STIX),
]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
needed = pytest.mark.skipif(not DOCUMENTS, reason="the corpus does not stand beside the checkout")


def context(**settings: object) -> Context:
    """A context whose clock stands still."""
    return Context(now=lambda: NOW, **settings)  # type: ignore[arg-type]


def tool(name: str) -> ModuleType:
    """A tool that stands beside the corpus, such as the oracle `fidelity`, which knows no adapter."""
    spec = importlib.util.spec_from_file_location(name, SHARED / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
