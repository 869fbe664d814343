"""What the cases of cards and agreements share: authorities, and ways to spoil a text."""

import reference as ref
from reference import VKey, b64

from .common import Key, expect, note

VN, LA, KH, TH = (Key(name + ".customs/identity") for name in ("vn", "la", "kh", "th"))


def maker(cases, read, fields):
    """A function that adds a case: a note, or a text that `signers` sign in this order."""

    def case(name, expected, text, *signers, line=None, **inputs):
        data = text if isinstance(text, bytes) else note(text, *(key.sign(text) for key in signers))
        case = {"name": name, "outcome": expected, "note": b64(data), **inputs}
        value = expect(name, expected, read, data, *(VKey(text) for text in inputs.values()))
        if expected == "ok":
            case.update(fields(value))
        else:
            found = line_of(read, data, inputs)
            assert line is None or found == line, (name, found, line)
            if found is not None:
                case["line"] = found
        cases.append(case)

    return case


def line_of(read, data, inputs):
    try:
        read(data, *(VKey(text) for text in inputs.values()))
    except ref.Refusal as refusal:
        return getattr(refusal, "line", None)


def mutations(text):
    """The text with one line dropped, doubled, swapped or spoilt: each is refused, and so is more or less of it."""
    lines = text[:-1].split("\n")

    def whole(lines):
        return "".join(line + "\n" for line in lines)

    for index, line in enumerate(lines):
        start, end, where = lines[:index], lines[index + 1 :], "line %d" % (index + 1)
        for what, changed in [
            ("an empty %s" % where, [""]),
            ("a space behind %s" % where, [line + " "]),
            ("a space before %s" % where, [" " + line]),
            ("a mark that turns the text round in %s" % where, [line + "\u202e"]),
            ("a capital in %s" % where, [line[0].upper() + line[1:]]),
        ]:
            yield what, whole(start + changed + end)
        if index:
            key = line.split(":")[0]
            yield "no value in %s" % where, whole(start + [key + ": "] + end)
            yield "no colon in %s" % where, whole(start + [line.replace(":", "", 1)] + end)
            if not end or end[0].split(":")[0] != key:
                yield "another key in %s" % where, whole(start + ["x" + line] + end)
    yield "a line more", text + "more: of this\n"
    yield "a title alone", lines[0] + "\n"
    yield "another version", text.replace(" v1\n", " v2\n", 1)


def spoil(case, text, signers, **inputs):
    for name, changed in mutations(text):
        # What is refused as a whole has no line; what is refused for a value is `badValue`.
        for code in ("malformedStatement", "badValue"):
            try:
                case(name, code, changed, *signers, **inputs)
                break
            except AssertionError:
                if code == "badValue":
                    raise
