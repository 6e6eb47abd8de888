"""A profile: who we are, what we agreed with whom, and where things are kept.  One TOML file, checked before anything runs.

`[defaults]` and the options of formats stay as they are; the sections here are those that sharing needs.  Paths stand
relative to the file.  pydantic is imported when a profile is read, not before.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dragoman.errors import UsageError

SECTIONS = ("sender", "store", "agreements", "fetch", "personal", "provenance", "types", "policy", "derivation")
Treatment = Literal["block", "redact", "pseudonymise", "allow"]
HOST = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII)


def _host(text: str) -> str:
    if HOST.fullmatch(text.lower()) is None:
        raise ValueError(f"{text!r:.80} is no host: one is files.example.com, or with a port files.example.com:8443")
    return text.lower()


Host = Annotated[str, AfterValidator(_host)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(Section):
    """Who sends: `id` is a UUID."""

    id: str | None = None
    name: str | None = None


class Store(Section):
    """Where attachments are kept, under names that nobody can guess."""

    path: Path = Path("attachments")


class Agreement(Section):
    """What was agreed with one partner, in both directions.

    formats: of attachments.  fields: those that the partner gets (all, when empty); withhold: those that it does not.
    max_tlp, perimeter: what may pass at all.  liaison: whom this partner talks to.  personal, basis: what becomes of
    personal data.  order: which source wins when two differ ("base" is the message itself).  hosts: where the partner's
    attachments may be fetched; token_env, token_file: the credential for these hosts, never in the profile itself.
    """

    formats: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    withhold: tuple[str, ...] = ()
    max_tlp: str | None = None
    perimeter: str | None = None
    liaison: dict[str, str] | None = None
    personal: Treatment | None = None
    basis: str | None = None
    mappings: tuple[Path, ...] = ()
    order: tuple[str, ...] = ()
    hosts: tuple[Host, ...] = ()
    token_env: str | None = None
    token_file: Path | None = None


class Fetch(Section):
    """Bounds of a fetch: bytes after decoding, seconds, redirects.  ca_file: who signs the partners' certificates."""

    max_bytes: int = Field(default=25 * 2**20, ge=1)
    connect_seconds: Seconds = 5
    idle_seconds: Seconds = 10
    total_seconds: Seconds = 60
    redirects: int = Field(default=3, ge=0, le=20)
    ca_file: Path | None = None
    private_hosts: tuple[Host, ...] = ()  # hosts of ours that may have a private address: an operator's decision


class Personal(Section):
    """What becomes of personal data, by default and for single fields; the key of pseudonyms stands in a file.

    basis: why some of it is allowed.  fields: by kind (mail), field (EmailMessage.sender) or path (liaison.email).
    countries: whose national numbers are looked for.  also: what is left alone unless it stands here.
    """

    default: Treatment = "redact"
    basis: str | None = None
    fields: dict[str, Treatment] = Field(default_factory=dict)
    key_file: Path | None = None
    countries: tuple[str, ...] = ()
    also: tuple[Literal["liaison", "ip"], ...] = ()


class Provenance(Section):
    """Where the link from what we sent to what we had received is kept, and the key that signs an export."""

    path: Path = Path("provenance.db")
    key_file: Path | None = None


class Types(Section):
    """Files of incident types with their custom fields."""

    files: tuple[Path, ...] = ()


class Policy(Section):
    """The file that says what may pass to which perimeter, and when."""

    file: Path | None = None


class Derivation(Section):
    """What becomes of a received incident that we pass on.

    keep: the fields taken over when nobody chose others.  round: to which time (15m, 1h, 1d) times are rounded down.
    max_tlp: the strictest marking that may be passed on at all, AMBER or less; unmarked: how to treat what nobody marked.
    marking: the least strict marking of what we send.  names: of upstreams and their tools, which no text may say;
    harmless: words that are somebody's name but tell nothing.
    """

    keep: tuple[str, ...] = ()
    round: str = "1h"
    max_tlp: str = "AMBER"
    unmarked: str = "AMBER"
    marking: str | None = None
    names: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()


class Profile(Section):
    """All sections that sharing needs; `base` is the folder to which paths are relative."""

    base: Path = Path()
    sender: Sender = Sender()
    store: Store = Store()
    agreements: dict[str, Agreement] = Field(default_factory=dict)
    fetch: Fetch = Fetch()
    personal: Personal = Personal()
    provenance: Provenance = Provenance()
    types: Types = Types()
    policy: Policy = Policy()
    derivation: Derivation = Derivation()

    def agreement(self, name: str) -> Agreement:
        """The agreement with a partner.  Raises UsageError for one that nobody made."""
        if name not in self.agreements:
            known = ", ".join(sorted(self.agreements)) or "none"
            raise UsageError(f"no agreement with {name!r}", fix=f"a section [agreements.{name}]; there are: {known}")
        return self.agreements[name]

    def says(self, section: str) -> bool:
        """Whether the file has a section: without it, what it would say is the default and nobody's decision."""
        return section in self.model_fields_set

    @property
    def policy_file(self) -> Path | None:
        """The policy that the profile names; None: ours holds."""
        return None if self.policy.file is None else self.path(self.policy.file)

    def path(self, relative: Path) -> Path:
        """Where a path of the profile stands."""
        return self.base / relative


def load(file: str | Path | None) -> Profile:
    """The profile of a file; without one, a profile that agreed with nobody.  Raises UsageError naming the line, OSError."""
    if file is None:
        return Profile()
    raw = parsed(file)
    known = {name: raw[name] for name in SECTIONS if name in raw}
    try:
        return Profile(base=Path(file).parent, **known)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(step) for step in fault["loc"])
        what = f"{place}: {fault['msg'].removeprefix('Value error, ')}"
        raise UsageError(what, where=str(file), fix="see the guide on profiles") from None


def parsed(file: str | Path) -> dict[str, Any]:
    """The TOML of a profile.  Raises UsageError naming the line, OSError."""
    try:
        return tomllib.loads(Path(file).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error))
        what, where = (found[1], f"{file}:{found[2]}:{found[3]}") if found else (str(error), str(file))
        raise UsageError(f"not a profile: {what}", where=where, fix="a profile is TOML: [stix] shape = 'D'") from None
