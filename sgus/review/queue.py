"""A queue as its entries tell it: who decided what, what comes next, who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sgus.core.files import sha256_bytes
from sgus.core.rng import generator
from sgus.review.entry import Draft, Entry, Phase
from sgus.review.form import LedgerError

_NAME: Final = re.compile(r"[\w][\w .()/+-]{0,59}")
_PERSON: Final = re.compile(r"[\w][\w .()/+'\u2019-]{0,59}")
_MOST_WORDS: Final = 300
_ROLES: Final[tuple[Phase, Phase]] = ("first", "second")


@dataclass(frozen=True, eq=False)
class QueueLog:
    """The state of a queue, worked out from its entries.

    Attributes:
        made: The entry that made it.
        live: Decisions that were not undone, by phase, person (`person_key`; "" but for
            training) and image.
        shown: `(person_key, phase, image)` of everything that was on a screen.
        revealed: `(person_key, image)` of what was revealed.
    """

    made: Entry
    live: Mapping[tuple[Phase, str, str], Entry]
    shown: frozenset[tuple[str, Phase, str]]
    revealed: frozenset[tuple[str, str]]

    @property
    def name(self) -> str:
        """Its name."""
        return self.made.queue

    @property
    def training(self) -> bool:
        """Whether it is for training readers."""
        return bool(self.made.saw["training"])

    @property
    def images(self) -> Mapping[str, str]:
        """Image id to SHA-256 of its file when the queue was made."""
        found: Mapping[str, str] = self.made.saw["images"]
        return found

    def decision(self, phase: Phase, image_id: str, *, who: str = "") -> Entry | None:
        """The decision on an image that stands; of training, a person's own."""
        person = person_key(who) if phase == "training" else ""
        return self.live.get((phase, person, image_id))

    def decisions(self, phase: Phase, *, who: str | None = None) -> list[Entry]:
        """The decisions of a phase that stand, in the order they were made; of one person, or all.

        Args:
            phase: The phase.
            who: Only this person's.
        """
        found = [entry for (at, _, _), entry in self.live.items() if at == phase]
        if who is not None:
            found = [entry for entry in found if person_key(entry.who) == person_key(who)]
        return sorted(found, key=lambda entry: entry.number)

    def role(self, phase: Phase) -> str | None:
        """Who decides first, or second: the one whose decisions stand; None while there is none."""
        found = self.decisions(phase)
        return found[0].who if found else None

    def differing(self) -> list[str]:
        """Images that both decided, differently, in the order of the queue."""
        return [
            image
            for image in self.made.saw["orders"]["first"]
            if (first := self.decision("first", image))
            and (second := self.decision("second", image))
            and first.grade != second.grade
        ]

    def order(self, phase: Phase) -> list[str]:
        """The images of a phase in the order they are shown."""
        if phase == "consensus":
            return self.differing()
        orders: Mapping[str, list[str]] = self.made.saw["orders"]
        return list(orders["second" if phase == "second" else "first"])

    def next(self, phase: Phase, *, who: str) -> str | None:
        """The first image that is not decided; None when all are."""
        return next(iter(self.undecided(phase, who=who)), None)

    def undecided(self, phase: Phase, *, who: str) -> list[str]:
        """The images that are not decided (of training: by this person), in their order."""
        return [i for i in self.order(phase) if self.decision(phase, i, who=who) is None]

    def token(self, phase: Phase, image_id: str) -> str:
        """A name of a case that says nothing of the image to who has no access to the ledger."""
        return sha256_bytes("\x1f".join((self.made.hash, phase, image_id)).encode())[:20]

    def image_of(self, phase: Phase, token: str) -> str:
        """The image of a token.

        Raises:
            LedgerError: The phase has no such case.
        """
        for image_id in self.order(phase):
            if self.token(phase, image_id) == token:
                return image_id
        cause = f"it is not a case of the phase {phase} of {self.name}"
        raise LedgerError("the case", cause, "Load the page again")


def person_key(who: str) -> str:
    """What two spellings of a name have in common: case and spaces make no other person."""
    return " ".join(who.split()).casefold()


def person_name(who: str, known: Iterable[str] = ()) -> str:
    """A name as the ledger writes it.

    Args:
        who: As typed.
        known: Names in the ledger; the spelling used there is kept.

    Raises:
        LedgerError: It is empty, too long, or has other signs than a name.
    """
    name = " ".join(who.split())
    if not _PERSON.fullmatch(name):
        cause = "a name is 1 to 60 letters, digits, spaces and -_.()/+' and begins with a letter"
        raise LedgerError(f"name {who!r}", cause, "Type a name or initials")
    return next((other for other in known if person_key(other) == person_key(name)), name)


def queue_draft(
    name: str,
    *,
    images: Mapping[str, str],
    who: str,
    boundary: str,
    words: str,
    seed: int,
    training: bool,
    manifest_hash: str,
) -> Draft:
    """The entry that makes a queue: its images, and the order in which each adjudicator sees them.

    The second sees another order than the first, so that tiredness does not fall on the same
    images. Both are written down, and do not depend on any library's later versions.

    Args:
        name: 1 to 60 letters, digits, spaces and `-_.()/+`.
        images: Image id to SHA-256 of its file.
        who: Who makes it.
        boundary: The boundary it is about, or "".
        words: Why these images.
        seed: Of the orders, 0 or more.
        training: For training readers.
        manifest_hash: Of the cohort.

    Raises:
        LedgerError: The name or the words are not allowed, or there is no image.
    """
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        cause = "a queue's name is 1 to 60 letters, digits, spaces and -_.()/+"
        raise LedgerError(f"queue {name!r}", cause, "Choose another name")
    if len(words) > _MOST_WORDS or not words.isprintable():
        cause = f"it is longer than {_MOST_WORDS} characters or has line breaks"
        raise LedgerError("what the queue is for", cause, "Say it in one line")
    if not images:
        raise LedgerError(f"queue {name}", "it has no image", "Choose one or more")
    ids = sorted(images)
    orders = {
        phase: [ids[at] for at in generator(seed, "adjudication", phase).permutation(len(ids))]
        for phase in _ROLES
    }
    body = {
        "boundary": boundary,
        "words": words,
        "seed": seed,
        "training": training,
        "images": dict(images),
        "orders": orders,
    }
    return Draft(who, "queue", name, manifest_hash=manifest_hash, saw=body)


def queue_log(entries: Sequence[Entry], name: str) -> QueueLog:
    """Work a queue out of its entries.

    Args:
        entries: Of the ledger, or of this queue.
        name: Its name.

    Raises:
        LedgerError: There is no such queue.
    """
    mine = [entry for entry in entries if entry.queue == name]
    made = next((entry for entry in mine if entry.kind == "queue"), None)
    if made is None:
        raise LedgerError(f"queue {name}", "there is no such queue", "Choose one of the list")
    undone = {entry.undoes for entry in mine if entry.kind == "undo"}
    live: dict[tuple[Phase, str, str], Entry] = {}
    shown: set[tuple[str, Phase, str]] = set()
    revealed: set[tuple[str, str]] = set()
    for entry in mine:
        person = person_key(entry.who)
        if entry.kind == "reveal":
            revealed.update((person, image) for image in entry.saw["images"])
        if entry.phase is None or entry.image_id is None:
            continue
        if entry.kind == "shown":
            shown.add((person, entry.phase, entry.image_id))
        if entry.kind == "decision" and entry.number not in undone:
            own = person if entry.phase == "training" else ""
            live[entry.phase, own, entry.image_id] = entry
    return QueueLog(made, live, frozenset(shown), frozenset(revealed))


def refuse_phase(log: QueueLog, phase: Phase, *, who: str) -> None:
    """Keep the phases of a queue apart.

    Raises:
        LedgerError: The phase is not for this person, or not of this queue.
    """
    if why := closed(log, phase, who=who):
        raise LedgerError(f"queue {log.name}, phase {phase}", why, "Choose another phase or queue")


def closed(log: QueueLog, phase: Phase, *, who: str) -> str | None:
    """Why a phase is not for a person; None where it is."""
    if log.training != (phase == "training"):
        return "a queue is either for training or for adjudication"
    if phase not in _ROLES:
        return None
    other = _ROLES[1 - _ROLES.index(phase)]
    holder, opposite = log.role(phase), log.role(other)
    if opposite is not None and person_key(opposite) == person_key(who):
        return f"{opposite} decides {other} here, and the two have to be different people"
    if holder is not None and person_key(holder) != person_key(who):
        return f"{holder} decides {phase} here"
    if phase == "second" and opposite is None and holder is None:
        return "nobody has begun to decide first"
    return None


def undo_draft(log: QueueLog, phase: Phase, *, who: str, manifest_hash: str) -> Draft:
    """The entry that takes back a person's last decision of a phase.

    Raises:
        LedgerError: There is none, or it is too late: answers of others were seen.
    """
    found = log.decisions(phase, who=who)
    if not found:
        cause = "there is no decision to take back"
        raise LedgerError(f"queue {log.name}, phase {phase}", cause, "Go on")
    last = found[-1]
    image = last.image_id or ""
    late = (person_key(who), image) in log.revealed
    if late:
        cause = "the answers of others were shown since, and a new decision would not be blind"
        raise LedgerError("the last decision", cause, "Let it stand")
    opened = any(at == "consensus" and i == image for _, at, i in log.shown)
    if phase in _ROLES and (opened or log.decision("consensus", image) is not None):
        cause = "it is before the consensus already"
        raise LedgerError("the last decision", cause, "Settle the image in the consensus")
    return Draft(
        last.who,
        "undo",
        log.name,
        phase,
        image,
        sha256=last.sha256,
        manifest_hash=manifest_hash,
        undoes=last.number,
    )
