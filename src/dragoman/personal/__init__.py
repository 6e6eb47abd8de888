"""Personal data: finds it, and blocks, redacts, pseudonymises or allows it as the profile says (GD-1, GD-2, A9, A20)."""

from dragoman.personal.find import Finding, findings, untreated
from dragoman.personal.rules import allows_all, personal_of
from dragoman.personal.treat import treated

__all__ = ["Finding", "allows_all", "findings", "personal_of", "treated", "untreated"]
