#!/usr/bin/env python3
"""Makes `Protocols/openapi.json`, the OpenAPI 3.1 description of the officers' API, and the same text as a Swift
literal, `Sources/NodeServer/OpenAPI+Document.swift`.

    python3 generate.py           writes both
    python3 generate.py --check   writes nothing; fails when one of them is not what would be written

Schemas come from `Protocols/schema`, with its comments as descriptions; roles and scopes from
`Sources/Casework/Permission.swift`; everything else is stated by hand in `routes.py`.

Needs Python 3.9 or later and `protoc`, 3.15 or later. It reads the descriptors itself, so that no package is needed.
"""

import sys

sys.dont_write_bytecode = True

import json
import pathlib
import re
import subprocess
import tempfile

import routes

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = PROJECT / "Protocols/schema"
DOCUMENT = PROJECT / "Protocols/openapi.json"
LITERAL = PROJECT / "Sources/NodeServer/OpenAPI+Document.swift"


# Descriptors


def wire(data):
    """Fields of an encoded message: {number: [value]}, an integer or bytes each."""
    fields, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            value = varint()
        else:
            assert tag & 7 == 2, "descriptors hold varints and byte strings"
            count = varint()
            value = data[at : at + count]
            assert len(value) == count, "a descriptor is cut short"
            at += count
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def text(fields, number):
    return fields.get(number, [b""])[0].decode()


def sentence(comment):
    """One line, with names of fields as JSON spells them."""
    line = " ".join(comment.split())
    return re.sub(r"`[a-z]+(?:_[a-z]+)+`", lambda name: camel(name[0]), line)


def camel(name):
    return re.sub(r"_(.)", lambda letter: letter[1].upper(), name)


class Field:
    def __init__(self, fields, comment):
        self.name = text(fields, 10)
        self.isRepeated = fields[4][0] == 3
        self.kind = fields[5][0]
        self.message = text(fields, 6).split(".")[-1]
        self.isChoice = 9 in fields
        self.comment = comment
        assert 17 not in fields, self.name + ": optional fields are not provided for"


class Message:
    def __init__(self, fields, comments, place):
        self.name = text(fields, 1)
        self.comment = comments.get(place, "")
        assert 3 not in fields, self.name + ": nested messages and maps are not provided for"
        assert len(fields.get(8, [])) <= 1, self.name + ": more than one oneof is not provided for"
        self.fields = [
            Field(wire(field), comments.get(place + (2, index), "")) for index, field in enumerate(fields.get(2, []))
        ]


def packed(data):
    """Integers, one behind the other."""
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    return tuple(numbers)


def messages():
    """Every message of the schema, by name."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        output = folder + "/descriptors"
        files = sorted(str(path.relative_to(SCHEMA)) for path in SCHEMA.rglob("*.proto"))
        command = ["protoc", "--proto_path=" + str(SCHEMA), "--include_source_info", "--descriptor_set_out=" + output]
        subprocess.run(command + files, check=True)
        descriptors = wire(pathlib.Path(output).read_bytes())
    for file in map(wire, descriptors[1]):
        comments = {}
        for location in map(wire, wire(file[9][0])[1]):
            comments[packed(location.get(1, [b""])[0])] = sentence(text(location, 3))
        for index, message in enumerate(file.get(4, [])):
            message = Message(wire(message), comments, (4, index))
            assert message.name not in found, message.name
            found[message.name] = message
    return found


# Schemas

KINDS = {
    1: {"type": "number"},  # double
    4: {"type": "string", "format": "uint64", "pattern": "^[0-9]+$"},
    8: {"type": "boolean"},
    9: {"type": "string"},
    12: {"type": "string", "contentEncoding": "base64"},  # bytes
    13: {"type": "integer", "minimum": 0, "maximum": 4294967295},  # uint32
}


def reference(name):
    return {"$ref": "#/components/schemas/" + name}


def vocabulary(comment):
    """The codes of a comment that is a list of codes and nothing else; empty where it says more, or breaks off."""
    codes = re.split(r", (?:or )?", comment)
    isClosed = len(codes) > 1 and all(re.fullmatch(r"[A-Za-z0-9-]+", code) for code in codes)
    return codes if isClosed else []


def nullable(schema):
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    schema = dict(schema, type=[schema["type"], "null"])
    if "enum" in schema:
        schema["enum"] = schema["enum"] + [None]
    return schema


class Schemas:
    """Schemas of the messages that routes name, and of those that these are made of."""

    def __init__(self, messages):
        self.messages = messages
        self.made = {}

    def schema(self, name):
        """A reference, to what is made at the first use."""
        if name not in self.made:
            self.made[name] = None  # so that a message may hold itself
            if name in routes.PROPOSALS:
                self.made[name] = self.proposal(*routes.PROPOSALS[name])
            elif name in routes.PATCHES:
                of, description, more = routes.PATCHES[name]
                self.made[name] = self.patch(self.messages[of], description, more)
            elif name not in self.messages and name.endswith("Patch"):
                self.made[name] = self.patch(self.messages[name[: -len("Patch")]])
            else:
                self.made[name] = self.message(self.messages[name])
        return reference(name)

    def field(self, field, ofPatch=False):
        if field.kind == 11:
            name = field.message + "Patch" if ofPatch and not field.isRepeated else field.message
            schema, description = dict(self.schema(name)), field.comment
        else:
            schema, codes = dict(KINDS[field.kind]), vocabulary(field.comment)
            assert not codes or field.kind == 9, field.name
            if codes:
                schema["enum"] = codes
            description = "" if codes else field.comment
        if field.isRepeated:
            schema = {"type": "array", "items": schema}
        if ofPatch:
            schema = nullable(schema)
        if description:
            schema["description"] = description
        return schema

    def properties(self, message, fields, ofPatch=False):
        properties = {field.name: self.field(field, ofPatch) for field in fields}
        for name in routes.ASSIGNED.get(message.name, []):
            properties[name]["readOnly"] = True
        return properties

    def described(self, description, properties):
        schema = {"type": "object"}
        if description:
            schema["description"] = description
        if properties:
            schema["properties"] = properties
        return schema

    def message(self, message, leaving=()):
        leaving = routes.HIDDEN.get(message.name, []) + list(leaving)
        assert set(leaving) <= {field.name for field in message.fields}, message.name
        fields = [field for field in message.fields if field.name not in leaving]
        properties = self.properties(message, fields)
        schema = self.described(message.comment, properties)
        if message.name in routes.REQUIRED:
            schema["required"] = routes.REQUIRED[message.name]
            assert set(schema["required"]) <= set(properties), message.name
        choices = [field.name for field in fields if field.isChoice]
        if choices:
            schema["oneOf"] = [{"required": [name]} for name in choices]
        return schema

    def proposal(self, of, leaving, description):
        return dict(self.message(self.messages[of], leaving), description=sentence(description))

    def patch(self, message, description="", more={}):
        """What JSON Merge Patch takes: null removes a member, lists are replaced as a whole."""
        assert not any(field.isChoice for field in message.fields), message.name
        properties = self.properties(message, message.fields, ofPatch=True)
        assert not set(more) & set(properties), message.name
        return self.described(sentence(description or message.comment), {**properties, **more})

    def components(self):
        """All that was made. What tables name is among it, or they would say something that nobody hears."""
        tables = [routes.ASSIGNED, routes.REQUIRED, routes.HIDDEN, routes.PROPOSALS, routes.PATCHES]
        unused = {name for table in tables for name in table} - set(self.made)
        assert not unused, unused
        return {name: self.made[name] for name in sorted(self.made)}


# Permissions


def permissions():
    """{permission: its roles and scope} as `Permission.swift` has them."""
    source = (PROJECT / "Sources/Casework/Permission.swift").read_text()

    def enumeration(name):
        body = re.search(r"public enum %s: .*?\n(.*?)(?=\n    public |\n})" % name, source, re.S)[1]
        cases = re.findall(r"^    case `?(\w+)`?(?: = \"(.*)\")?$", body, re.M)
        assert len(cases) == len(re.findall(r"^    case ", body, re.M)) > 0, name
        return {case: text or case for case, text in cases}

    def table(name):
        body = re.search(r"public var %s: .*?\n        switch self {\n(.*?)\n        }" % name, source, re.S)[1]
        rows = re.findall(r"(?:case ([.\w,\s]+?)|(default)):\s*(.+)", body)
        assert len(rows) == len(re.findall(r"^        (?:case|default)\b", body, re.M)) > 0, name
        return {case: value for cases, other, value in rows for case in re.findall(r"\w+", cases or other)}

    roles, scopes, names = enumeration("Role"), enumeration("TokenScope"), enumeration("Permission")
    rolesOf, scopeOf, found = table("roles"), table("scope"), {}
    for name in names:
        carriers = re.findall(r"\.(\w+)", rolesOf[name])
        found[name] = {
            "permission": name,
            "roles": sorted(roles.values() if carriers == ["allCases"] else [roles[role] for role in carriers]),
            "scope": scopes[scopeOf.get(name, scopeOf.get("default")).lstrip(".")],
        }
        assert found[name]["roles"], name
    return found


# Routes


def answer(schemas, answer):
    described = {"description": sentence(answer.description)}
    if answer.headers:
        described["headers"] = {name: {"$ref": "#/components/headers/" + name} for name in answer.headers}
    if answer.schema is not None:
        described["content"] = {answer.mediaType: {"schema": content(schemas, answer.schema)}}
    return described


def content(schemas, schema):
    """By the name of a schema, or as it stands."""
    return schemas.schema(schema) if isinstance(schema, str) else schema


def operation(route, schemas, table):
    needed = [dict(table[name], **({"when": when} if when else {})) for name, when in route.permissions.items()]
    description = sentence(route.description)
    who = ["for %s; a token needs the scope %s." % (", ".join(entry["roles"]), entry["scope"]) for entry in needed]
    if len(who) > 1:
        who = ["- `%s`: %s" % (entry["when"], line) for entry, line in zip(needed, who)]
    elif who:
        who[0] = who[0].capitalize()
    described = {"operationId": route.name, "tags": [route.tag], "summary": route.summary}
    paragraphs = [paragraph for paragraph in [description, "\n".join(who)] if paragraph]
    if paragraphs:
        described["description"] = "\n\n".join(paragraphs)
    described["security"] = [{"bearer": []}] if route.needsSession else []
    if needed:
        described["x-cordon-permissions"] = needed
    inPath = re.findall(r"{(\w+)}", route.path)
    parameters = [routes.PATH_PARAMETERS[name, route.path.split("/")[1]] for name in inPath]
    parameters = [
        {"name": name, "in": "path", "required": True, "description": sentence(description), "schema": schema}
        for name, (description, schema) in zip(inPath, parameters)
    ]
    for name, query in route.query.items():
        parameter = {"name": name, "in": "query", "required": query.isRequired}
        parameters.append(dict(parameter, description=sentence(query.description), schema=query.schema))
    for name in route.headers:
        assert name in routes.HEADER_PARAMETERS, name
        parameters.append({"$ref": "#/components/parameters/" + name})
    if parameters:
        described["parameters"] = parameters
    if route.body:
        described["requestBody"] = {
            "required": True,
            "description": sentence(route.body.description),
            "content": {route.body.mediaType: {"schema": content(schemas, route.body.schema)}},
        }
    described["responses"] = {str(status): answer(schemas, given) for status, given in sorted(route.answers.items())}
    for status in problems(route, inPath):
        described["responses"][str(status)] = {"$ref": "#/components/responses/" + routes.PROBLEMS[status].name}
    return described


def problems(route, inPath):
    """What may go wrong with such a route, and what its table adds."""
    found = {500, 503} | set(route.problems)
    if route.needsSession:
        found.add(401)
    if route.permissions:
        found.add(403)
    if inPath:
        found.add(404)
    if route.body:
        found |= {413, 422}
    if any(query.schema["type"] == "integer" or "pattern" in query.schema for query in route.query.values()):
        found.add(422)
    if "Idempotency-Key" in route.headers:
        found |= {409, 422}
    if "If-Match" in route.headers:
        found |= {412, 422}
    return sorted(found)


def document():
    schemas, table, paths = Schemas(messages()), permissions(), {}
    for route in routes.ROUTES:
        described = paths.setdefault(route.path, {})
        assert route.method not in described, route.path
        described[route.method] = operation(route, schemas, table)
    names = [route.name for route in routes.ROUTES]
    assert len(set(names)) == len(names), "two routes have one name"
    assert {route.tag for route in routes.ROUTES} == set(routes.TAGS), "tags"
    answered = {}
    for status, problem in sorted(routes.PROBLEMS.items()):
        headers = {name: {"$ref": "#/components/headers/" + name} for name in problem.headers}
        content = {"application/problem+json": {"schema": schemas.schema("Problem")}}
        answered[problem.name] = {"description": sentence(problem.description)}
        answered[problem.name].update({"headers": headers} if headers else {}, content=content)
    answers = json.dumps([schemas.made, [route["responses"] for path in paths.values() for route in path.values()]])
    for name in routes.REQUIRED:
        assert json.dumps(reference(name)) not in answers, name + ": an answer may leave out what is empty"
    server = (PROJECT / "Sources/NodeServer/NodeServer.swift").read_text()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cordon: the officers' API",
            "version": re.search(r"static let version = \"(.*)\"", server)[1],
            "description": "\n\n".join(map(sentence, routes.DESCRIPTION.strip().split("\n\n"))),
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": name, "description": sentence(text)} for name, text in routes.TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": routes.BEARER},
            "parameters": {
                name: {"name": name, "in": "header", "description": sentence(description), "schema": schema}
                for name, (description, schema) in routes.HEADER_PARAMETERS.items()
            },
            "headers": {
                name: {"description": sentence(description), "schema": schema}
                for name, (description, schema) in routes.HEADERS.items()
            },
            "responses": answered,
            "schemas": schemas.components(),
        },
    }


def literal(content):
    assert '"""#' not in content and "\\#" not in content and "\r" not in content, "needs another literal"
    return (
        "// Written by Protocols/openapi/generate.py. Do not edit.\n"
        "// swift-format-ignore-file\n\n"
        'extension OpenAPI {\n    static let documentText = #"""\n' + content + '\n"""#\n}\n'
    )


def main():
    check, stale = sys.argv[1:] == ["--check"], []
    assert check or not sys.argv[1:], "only --check is understood"
    made = document()
    content = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    for path, wanted in [(DOCUMENT, content), (LITERAL, literal(content))]:
        if not check:
            path.write_text(wanted, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != wanted:
            stale.append(path.name)
    print("%d routes, %d schemas" % (len(routes.ROUTES), len(made["components"]["schemas"])))
    if stale:
        sys.exit("not what generate.py makes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
