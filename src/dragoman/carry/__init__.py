"""What a target does not say natively travels beside it, and finds its way back.

A writer makes the native document; the same format's reader reads it back; whatever differs from the model is the
*cargo*.  So the cargo is what is missing by comparison, not by somebody's care, and a translation cannot call native
what does not come back.  Reading applies the cargo to what the document natively says; a value that was edited natively
in between wins over the cargo, what was carried for a part that is gone goes with it, and the ledger tells.

The cargo is plain JSON, in buckets: "" for the document, and one for each part that the format can address
(`Anchor`).  In a bucket, a step is a field name.  An object with "=" sets a value, and "of" is the print (`align`) of
what stood there natively; it is left out when nothing did.  For a list, "of" holds the prints of the native items,
"items" are pairs of the index of one and its changes, "drop" names those that do not count, "more" are further items,
and "at" is where they stand among all (at the end, when it is left out).
"""

from dragoman.align import Anchor
from dragoman.carry.bucket import Cargo, Change, no_anchor
from dragoman.carry.comparison import Comparison, same_value
from dragoman.carry.marked import markings_in
from dragoman.carry.unloading import Unloading

__all__ = ["Anchor", "Cargo", "Change", "Comparison", "Unloading", "markings_in", "no_anchor", "same_value"]
