"""IODEF v1 (RFC 5070): the adapter.  What goes where stands in `mappings/iodef-1.yaml`, over the table of v2."""

from dragoman_iodef.v1.adapter import Iodef1

adapter = Iodef1()

__all__ = ["adapter"]
