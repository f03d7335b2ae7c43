"""Writes model/src/test/resources/jinja/cases.json with what jinja2 makes of the snippets.

Use: pip install jinja2 (3.1.6) in a venv outside the tree, then python tools/jinja_oracle.py
The environment is the one transformers renders chat templates in.
"""
import datetime
import json
import os

import jinja2
import jinja2.ext
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

import jinja_families
import jinja_layouts

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "model", "src", "test", "resources", "jinja", "cases.json")
NOW = datetime.datetime(2026, 2, 7, 15, 4, 5, 60)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_write"), [], [], body).set_lineno(line)

    def _write(self, caller):
        return caller()


class Namespace(jinja2.utils.Namespace):
    def __init__(*args, **kwargs):
        self, args = args[0], args[1:]
        parts = dict(*args, **kwargs)
        for name in parts:
            Namespace.check(name)
        jinja2.utils.Namespace.__init__(self, parts)

    def __setitem__(self, name, value):
        Namespace.check(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)

    @staticmethod
    def check(name):
        if name.startswith("_"):
            raise jinja2.exceptions.SecurityError(name)


def refuse(message):
    raise jinja2.exceptions.TemplateError(message)


def to_json(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
)
environment.filters["tojson"] = to_json
environment.globals["raise_exception"] = refuse
environment.globals["strftime_now"] = NOW.strftime
environment.globals["namespace"] = Namespace

CONTEXT = {
    "d": {"k": 1, "z": "two"},
    "tree": [{"n": 1, "c": [{"n": 2, "c": []}, {"n": 3, "c": [{"n": 4, "c": []}]}]}, {"n": 5, "c": []}],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " 你好 <b>\"quoted\"</b> "},
        {"role": "assistant", "content": "Hi\n"},
        {"role": "user", "content": "2+2?"},
    ],
}


def case(name, template, context):
    try:
        return dict(name=name, template=template, context=context,
                    expected=environment.from_string(template).render(**context))
    except Exception as error:
        return dict(name=name, template=template, context=context, error=str(error))


def main():
    cases = []
    with open(os.path.join(HERE, "jinja_snippets.txt"), encoding="utf-8") as lines:
        snippets = lines.read().replace("\\\n", "\\\0").split("\n")
    for number, line in enumerate(s.replace("\\\0", "\\\n") for s in snippets):
        if line:
            found = case("snippet %03d" % number, line, CONTEXT)
            assert "error" not in found, (line, found["error"])
            cases.append(found)
    for number, template in enumerate(jinja_layouts.LAYOUTS):
        found = case("layout %02d" % number, template, CONTEXT)
        assert "error" not in found, found
        cases.append(found)
    for number, template in enumerate(jinja_layouts.ERRORS):
        found = case("error %02d" % number, template, CONTEXT)
        assert "error" in found, template
        cases.append(found)
    for name, template, context in jinja_families.cases():
        found = case("family " + name, template, context)
        assert "error" not in found, found
        cases.append(found)
    os.makedirs(os.path.dirname(OUT), exist_ok=True)
    with open(OUT, "w", encoding="utf-8") as out:
        json.dump(cases, out, ensure_ascii=False, indent=1)
        out.write("\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
