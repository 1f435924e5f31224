"""Short ways to write a file of decisions in a test."""

from xml.sax.saxutils import escape

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(*parts, space=MODEL):
    return f'<definitions xmlns="{space}" id="file" name="File" namespace="urn:test">{"".join(parts)}</definitions>'.encode()


def literal(text):
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(name, box, *needs, type=""):
    typed = f' typeRef="{type}"' if type else ""
    return f'<decision id="d_{name.replace(" ", "_")}" name="{name}"><variable name="{name}"{typed}/>{"".join(needs)}{box}</decision>'


def needs_input(id):
    return f'<informationRequirement><requiredInput href="#{id}"/></informationRequirement>'


def needs_decision(name):
    return f'<informationRequirement><requiredDecision href="#d_{name}"/></informationRequirement>'


def needs_knowledge(id):
    return f'<knowledgeRequirement><requiredKnowledge href="#{id}"/></knowledgeRequirement>'


def given(name, type=""):
    typed = f' typeRef="{type}"' if type else ""
    return f'<inputData id="i_{name.replace(" ", "_")}" name="{name}"><variable name="{name}"{typed}/></inputData>'


def table(rules, inputs=("a",), outputs=("o",), policy="UNIQUE", aggregation="", types=(), more="", out_types=(), values=(), defaults=()):
    def column(place, text):
        kind = f' typeRef="{types[place]}"' if place < len(types) and types[place] else ""
        return f'<input id="in{place}"><inputExpression{kind}><text>{escape(text)}</text></inputExpression>{more}</input>'

    def answer(place, name):
        kind = f' typeRef="{out_types[place]}"' if place < len(out_types) else ""
        listed = f"<outputValues><text>{escape(values[place])}</text></outputValues>" if place < len(values) else ""
        default = f"<defaultOutputEntry><text>{escape(defaults[place])}</text></defaultOutputEntry>" if place < len(defaults) else ""
        return f'<output name="{name}"{kind}>{listed}{default}</output>'

    def row(number, cells):
        asked = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells[: len(inputs)])
        said = "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in cells[len(inputs) :])
        return f'<rule id="r{number}">{asked}{said}<annotationEntry><text>row {number}</text></annotationEntry></rule>'

    counted = f' aggregation="{aggregation}"' if aggregation else ""
    columns = "".join(column(place, text) for place, text in enumerate(inputs))
    answers = "".join(answer(place, name) for place, name in enumerate(outputs))
    rows = "".join(row(number, cells) for number, cells in enumerate(rules, 1))
    return f'<decisionTable id="tab" hitPolicy="{policy}"{counted}>{columns}{answers}{rows}</decisionTable>'
