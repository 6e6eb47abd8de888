"""IODEF v2 (RFC 7970): the adapter.  What goes where stands in `mappings/iodef-2.yaml`."""

from dragoman_iodef.adapter import Iodef2

adapter = Iodef2()

__all__ = ["adapter"]
