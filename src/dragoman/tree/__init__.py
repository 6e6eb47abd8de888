"""The borders of every format: one strict JSON codec and one hardened XML parser."""
