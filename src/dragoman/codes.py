"""What every code means and what to do about it: of losses (D101 …) and of exit statuses (E1 …).

`dragoman explain CODE` prints an entry.  D1xx: the target has no such place.  D2xx: the source is at fault.
D3xx: something happened to the document on its way.  D4xx: it may not pass.  D5xx: what an incident type says.
D6xx: a message or its attachments.
"""

from __future__ import annotations

from dataclasses import dataclass

from dragoman.errors import UsageError


@dataclass(frozen=True, slots=True)
class Code:
    """title: a few words, for tables.  meaning: what happened.  fix: what the user can do, if anything."""

    title: str
    meaning: str
    fix: str


CODES = {
    "D101": Code(
        "carried",
        "The target format has no place of its own for this value. It travels in the target's extension "
        "mechanism, where Dragoman finds it again; a reader who has never heard of Dragoman does not see it.",
        "Nothing, if the document comes back through Dragoman. If the receiver has to see the value, choose a "
        "richer target format, or give the value a place with --mapping.",
    ),
    "D102": Code(
        "narrowed",
        "The target says the same with less: a coarser word, a lost precision. What it was is carried beside it.",
        "Look whether the coarser value still serves the receiver. A finer word of yours can be mapped with --mapping.",
    ),
    "D103": Code(
        "defaulted",
        "The target format demands a value that nobody said. It was filled in from the profile, or with the word "
        "that the format has for 'not known'.",
        "Say it in the source, or set it under [defaults] in a profile (--profile FILE). --strict refuses instead.",
    ),
    "D104": Code(
        "dropped, because carrying is off",
        "The target format has no place of its own for this value, and carrying was switched off. It is not in "
        "the output.",
        "Leave out --carry drop, if the value may travel in the target's extension mechanism.",
    ),
    "D201": Code(
        "invalid value",
        "The value is not what its place demands: not a number, a timestamp, an id. It was not guessed at: it is "
        "kept as it stands and carried.",
        "Correct it in the source. `dragoman validate` lists all such values of a document.",
    ),
    "D202": Code(
        "unknown word",
        "The format closes the list of words for this place, and this is none of them. It is kept as it stands "
        "and carried.",
        "Correct the word in the source, or use the format's own way to extend the list (IODEF: ext-value).",
    ),
    "D203": Code(
        "another namespace",
        "The document is of this format but for its namespaces: its elements are in none, or it uses a prefix that it "
        "does not declare. It was read as if they were right, and goes back to the same format as it stood.",
        "Write the namespace of the format on the root element. `dragoman validate` says what is wrong besides.",
    ),
    "D204": Code(
        "missing",
        "The standard of the source demands something that is not there, such as the time of the report. The document was "
        "read without it; nothing was put in its place, except where the target demands it too.",
        "Say it in the source. `dragoman validate` lists all that is missing.",
    ),
    "D205": Code(
        "another version",
        "The document is in the namespace of this version of the format and calls itself another. The namespace was "
        "believed; the number is kept as it stands and carried.",
        "Correct the version, or the namespace, in the source.",
    ),
    "D206": Code(
        "more than is allowed",
        "Something stands more often than the standard of the source allows, or beside what it may only replace. All of "
        "it was read; in the same format it goes back as it stood, in another one where that has the room.",
        "Nothing, if the receiver does not mind; else leave one of them out of the source.",
    ),
    "D207": Code(
        "half an extension",
        "A word of one's own takes two attributes, x='ext-value' and ext-x with the word. Only one of them is there. It is "
        "kept as it stands and carried.",
        "Write both, or neither.",
    ),
    "D301": Code(
        "edited since it was carried",
        "A value was carried beside its native form, and the native form was edited afterwards. The edit wins, "
        "and what was carried for it is dropped.",
        "Nothing, if the edit was meant.",
    ),
    "D302": Code(
        "carried for a part that is gone",
        "A value was carried for a part of the document that is no longer there, so it is dropped with that part.",
        "Nothing, if the part was removed on purpose. Else restore the part in the document and translate again.",
    ),
    "D303": Code(
        "carried in a way that cannot be understood",
        "What was carried for a part of the document is not what Dragoman writes: it was edited, cut off or comes from "
        "another program. It is dropped; what the document says natively stands.",
        "Translate the original document again, if there is one.",
    ),
    "D401": Code(
        "may not pass",
        "The marking of this value, or the policy of the perimeter, does not let it go where the document goes. It was "
        "taken out before anything was written.",
        "`dragoman policy explain` says of every value why it passes or not. Who may change the marking is its author.",
    ),
    "D402": Code(
        "refers to what was taken out",
        "It refers to, ties something to, or translates a part that may not pass. It was taken out with it; an id that was "
        "made of what is gone was replaced by another, for whoever guesses the value could make the id.",
        "Nothing: it would tell that the part exists.",
    ),
    "D403": Code(
        "repeats what was taken out",
        "It holds a copy of a value that may not pass, maybe in other letters, made harmless (evil[.]example) or encoded. In "
        "prose the copy is blanked; any other value is taken out whole.",
        "Rewrite the text without the value, if the receiver needs it.",
    ),
    "D411": Code(
        "personal data, taken out",
        "The value says who somebody is, or repeats such a value. It was taken out; in a text, `[personal data]` stands in "
        "its place.",
        "`dragoman personal find` lists what was found and why. What has to be said can be allowed with a basis, or said "
        "with a pseudonym.",
    ),
    "D412": Code(
        "personal data, as a pseudonym",
        "A pseudonym stands in the place of the value: the same one for the same value, in every document that was made "
        "with the same key.",
        "Nothing. Who has the key can tell whether a pseudonym is that of somebody; keep it to yourselves.",
    ),
    "D413": Code(
        "kept beside personal data",
        "The reader had kept this verbatim, and it may repeat the personal data that stood in it or beside it. It was taken "
        "out as a whole.",
        "Give the value a place of its own with --mapping, if the receiver needs it.",
    ),
    "D414": Code(
        "personal data, allowed",
        "The value is personal and stays, for the reason that is told.",
        "Nothing, if the reason holds for this receiver.",
    ),
    "D415": Code(
        "an id made from personal data",
        "The id was made from a value that is gone, so who guesses the value could check the guess. It has another id, and so "
        "has all that refers to it.",
        "Nothing.",
    ),
    "D501": Code(
        "not a field of its type",
        "The incident has a custom field that its incident type does not define. It is kept as it stands.",
        "Define it in the file of the type, with its partner, or leave it out of the source.",
    ),
    "D502": Code(
        "a field is missing",
        "The incident type asks for a custom field, and the incident has none or one without a value. Nothing was put in "
        "its place.",
        "Say it in the source, or set `required` to false in the file of the type.",
    ),
    "D503": Code(
        "taken from the incident type",
        "The incident names its type, or a custom field names its definition; what it did not say besides was taken from "
        "the file of the type.",
        "Nothing, if the file is the one that was agreed on.",
    ),
    "D504": Code(
        "put as the incident type has it",
        "A value or name meant the same as another: a number with leading zeros, a field under the name that a partner "
        "uses. It was put in the form that the incident type defines.",
        "Nothing, if the file is the one that was agreed on. To keep the spelling, translate without the types.",
    ),
    "D505": Code(
        "withheld by the incident type",
        "The file of the incident type says that the consequence of such incidents is not for others. It was taken out.",
        "Set `withhold_consequence` to false in the file, if the partner may know it.",
    ),
    "D506": Code(
        "an unknown incident type",
        "The incident says a type that no file defines. It is kept; its custom fields were checked by the types that they "
        "say of themselves.",
        "Define the type in a file that [types] in the profile names.",
    ),
    "D601": Code(
        "not given to this partner",
        "The agreement with the partner that --for names withholds the value, does not list its field, or names another "
        "liaison; or it is a file that the incident lists, which nobody prepared for this partner. It is neither in the "
        "message nor in an attachment.",
        "Nothing, if it is meant so. Else change fields, withhold or liaison of the agreement in the profile.",
    ),
    "D602": Code(
        "attachment not read",
        "What the attachment says is not in the incident: it was not asked for, nobody here reads its format, or it did "
        "not come as the message promised. The reason says which. The message itself is used, and still lists it.",
        "Read the reason. What was cut off goes on where it stopped when the message is unpacked again.",
    ),
    "D603": Code(
        "sources differ",
        "The message and its attachments, or two attachments, say different things of one value. One of them won; what the "
        "other says is told here and is not in the output.",
        "Ask the provider. `order` of the agreement says who wins.",
    ),
    "D604": Code(
        "a file, prepared like the message",
        "The file that was attached holds incidents, and something may be kept from its receiver. So it was read, prepared by "
        "the same steps as the message, and written again in its own format under another name.",
        "Nothing. `--vouch FILE` attaches it byte for byte instead; whoever says so answers for all that is in it.",
    ),
    "D605": Code(
        "a file as it is",
        "The file was attached byte for byte, or stays listed where it is. Nothing looked into it: no marking, agreement or "
        "rule on personal data was applied.",
        "Nothing, if whoever named it with --vouch knows what is in it and what its name says.",
    ),
    "D701": Code(
        "not passed on",
        "A message that is derived takes over only what was chosen, and of that only what cannot show from whom we had it. "
        "This is not part of it.",
        "Choose it with --keep, if it may be chosen, or say it in your own words.",
    ),
    "D702": Code(
        "names the upstream",
        "The text says a name, a mail domain, a host or an id of those from whom we had the incident. A receiver must not "
        "learn who they are, so the text was not taken over.",
        "Write it in your own words (--summary, --description). A word that names nobody goes into [derivation] harmless.",
    ),
    "E1": Code(
        "exit status 1: a fault of ours",
        "Dragoman met something that it should have foreseen. No output was written for this document.",
        "Run it again with DRAGOMAN_DEBUG=1 in the environment and report what it prints.",
    ),
    "E2": Code(
        "exit status 2: usage",
        "The command line, a profile or a mapping table asks for something that does not exist.",
        "See `dragoman COMMAND --help`, `dragoman formats`, and the line that the message names.",
    ),
    "E3": Code(
        "exit status 3: forbidden losses, or differences",
        "The translation met losses of a kind that --strict or --fail-on forbids, so nothing was written. "
        "`dragoman diff` ends so when the documents differ.",
        "List the losses with -v, then mend the source, set a default in a profile, or allow the kind.",
    ),
    "E4": Code(
        "exit status 4: bad input",
        "The document is broken as a whole (not well-formed, an unknown format, over a limit) or, for `dragoman "
        "validate` and `dragoman types check`, not valid by its standard or type.",
        "Correct the place that the message names. Limits can be raised with --limit NAME=N.",
    ),
    "E5": Code(
        "exit status 5: invalid output",
        "What would be written is not valid in its format, so it was not written.",
        "The message names the value; set a default for it in a profile, or report it if the source is right.",
    ),
    "E6": Code(
        "exit status 6: some documents failed",
        "Of several documents some could not be translated; the others were. Each failure has a line on standard "
        "error.",
        "Mend the documents that the lines name and translate those again.",
    ),
    "E7": Code(
        "exit status 7: a peer, the network or the disk",
        "A file could not be read or written, or the other end of a pipe or connection is gone.",
        "Check the name, the rights and the space that is left, then try again.",
    ),
}


def explained(code: str) -> tuple[str, Code]:
    """A code as it is written in the list, and its entry: case does not matter, `4` is exit status E4.

    Raises UsageError.
    """
    name = code.strip().upper()
    name = f"E{name}" if name.isdigit() else name
    if name not in CODES:
        raise UsageError(f"no code {code!r}", fix=f"there are {', '.join(CODES)}")
    return name, CODES[name]
