"""An incident told as a tree (events that hold systems that hold addresses) as a flat STIX graph, and back.

The flat graph is still in the model's parts; the table of the format writes and reads those.  What belongs to what is
said by relationships of the kinds that STIX names.  The id of such a relationship follows from the place of the
member in the tree (`paths.py`), so that a reader who knows the rule finds the tree again, and one who does not sees
ordinary objects and relationships.  Everything a shape cannot say is found by comparison and carried (`dragoman.carry`).
"""

from dragoman_stix.narrative.assemble import assemble
from dragoman_stix.narrative.flatten import flatten
from dragoman_stix.narrative.guarding import guarded, times

__all__ = ["assemble", "flatten", "guarded", "times"]
