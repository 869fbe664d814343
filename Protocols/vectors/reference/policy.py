"""Trust policies (log.md, "Policies")."""

import itertools

from .notes import VKey, decimal
from .refusal import Refusal


class Group:
    def __init__(self, threshold, members):
        self.threshold, self.members = threshold, members


class Policy:
    """C2SP tlog-policy. A member of the quorum is a VKey or a Group; `quorum` is None for `quorum none`."""

    def __init__(self, data):
        if len(data) > 256 << 10 or (data and not data.endswith(b"\n")):
            raise Refusal("malformedPolicy")
        self.logs, self.witnesses, self.quorum = [], [], "missing"
        self.defined, self.members, self.groups = {}, set(), 0
        for line in data.split(b"\n"):
            if any((byte < 0x20 and byte != 0x09) or byte == 0x7F for byte in line):
                raise Refusal("malformedPolicy")
            words = line.replace(b"\t", b" ").split(b" ")
            words = [word for word in words if word]
            if not words or words[0].startswith(b"#"):
                continue
            handler = {b"log": self.log, b"witness": self.witness, b"group": self.group, b"quorum": self.set_quorum}
            if words[0] not in handler:
                raise Refusal("malformedPolicy")
            handler[words[0]](words[1:])
        if self.quorum == "missing":
            raise Refusal("malformedPolicy")

    @staticmethod
    def utf8(word):
        try:
            return word.decode()
        except UnicodeDecodeError:
            raise Refusal("malformedPolicy") from None

    def add(self, vkeys, vkey):
        if any(other.key == vkey.key for other in vkeys) or len(vkeys) >= 256:
            raise Refusal("malformedPolicy")
        vkeys.append(vkey)

    def log(self, words):
        if not 1 <= len(words) <= 2:
            raise Refusal("malformedPolicy")
        self.add(self.logs, VKey(self.utf8(words[0])).require(1))
        self.utf8(words[-1])

    def witness(self, words):
        if not 2 <= len(words) <= 3:
            raise Refusal("malformedPolicy")
        vkey = VKey(self.utf8(words[1])).require(4)
        self.add(self.witnesses, vkey)
        self.define(words[0], vkey)
        if len(words) > 2:
            self.utf8(words[2])

    def group(self, words):
        if len(words) < 3 or self.groups >= 256:
            raise Refusal("malformedPolicy")
        self.groups += 1
        names = words[2:]
        for name in names:
            if name not in self.defined or name in self.members:
                raise Refusal("malformedPolicy")
            self.members.add(name)
        shorthand = {b"all": len(names), b"any": 1}
        threshold = shorthand.get(words[1])
        if threshold is None:
            threshold = decimal(words[1].decode("latin-1"), "malformedPolicy")
        if not 1 <= threshold <= len(names):
            raise Refusal("malformedPolicy")
        self.define(words[0], Group(threshold, [self.defined[name] for name in names]))

    def set_quorum(self, words):
        if len(words) != 1 or self.quorum != "missing" or not (words[0] == b"none" or words[0] in self.defined):
            raise Refusal("malformedPolicy")
        self.quorum = None if words[0] == b"none" else self.defined[words[0]]

    def define(self, name, what):
        if name == b"none" or name in self.defined:
            raise Refusal("malformedPolicy")
        self.defined[name] = what

    def is_met(self, cosigners, part="quorum"):
        part = self.quorum if part == "quorum" else part
        if part is None:
            return True
        if isinstance(part, VKey):
            return part in cosigners
        return sum(self.is_met(cosigners, member) for member in part.members) >= part.threshold

    def needed_for_split_view(self, part):
        """log.md, "What a policy tolerates": the fewest members that two quorums share."""
        if isinstance(part, VKey):
            return 1
        if part is None:
            return 0
        shared = max(0, 2 * part.threshold - len(part.members))
        return sum(sorted(self.needed_for_split_view(member) for member in part.members)[:shared])

    def needed_to_block(self, part):
        if isinstance(part, VKey):
            return 1
        failing = len(part.members) - part.threshold + 1
        return sum(sorted(self.needed_to_block(member) for member in part.members)[:failing])

    def tolerance(self):
        """(witnesses needed for a split view, witnesses that may be unreachable), by formula; counted out as well
        where there are few enough witnesses for it."""
        split_view = self.needed_for_split_view(self.quorum)
        unreachable = len(self.witnesses) if self.quorum is None else self.needed_to_block(self.quorum) - 1
        if len(self.witnesses) <= 8:
            sets = [
                frozenset(some)
                for n in range(len(self.witnesses) + 1)
                for some in itertools.combinations(self.witnesses, n)
            ]
            quorums = [some for some in sets if self.is_met(some)]
            assert split_view == min(len(a & b) for a in quorums for b in quorums)
            everyone = frozenset(self.witnesses)
            survives = [
                n
                for n in range(len(everyone) + 1)
                if all(self.is_met(everyone - lost) for lost in sets if len(lost) == n)
            ]
            assert unreachable == max(survives)
        return split_view, unreachable
