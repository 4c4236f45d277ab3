"""The JSON schema of a workflow template, made from the same enums that the engine reads."""

import json
from typing import Any

from policylab.process.rules import Action, ConditionKind, Role

RULES = (
    "SIMPLE_MAJORITY",
    "ABSOLUTE_MAJORITY",
    "QUALIFIED_MAJORITY",
    "UNANIMITY_CAST_WITH_MAJORITY",
    "CONSENSUS",
    "CONSENT",
    "PER_LEVEL_ASSENT",
    "SILENCE_PROCEDURE",
    "ADVISORY_OPINION",
)
NAME = {"type": "string", "pattern": "^[a-z][A-Za-z0-9-]*$"}
DAYS = {"oneOf": [{"type": "integer", "minimum": 0}, {"$ref": "#/$defs/name"}]}
PARAMS: dict[ConditionKind, dict[str, Any]] = {
    ConditionKind.GROUP_FORMED: {"min": DAYS},
    ConditionKind.MANDATES_VALID: {
        "atLeast": {"type": "integer", "minimum": 1},
        "adReferendum": {"type": "boolean"},
    },
    ConditionKind.NOTICE_RUN: {"days": DAYS},
    ConditionKind.DAYS_PASSED: {"days": DAYS},
    ConditionKind.STATEMENTS_RUN: {"days": DAYS},
    ConditionKind.ASSESSMENT_RECORDED: {"here": {"type": "boolean"}},
    ConditionKind.DRAFT_FROZEN: {"languages": {"type": "array", "items": {"type": "string"}}},
    ConditionKind.PROCEDURE_CLOSED: {"outcome": {"type": "array", "items": {"type": "string"}}},
}
NEED_DAYS = {ConditionKind.NOTICE_RUN, ConditionKind.DAYS_PASSED, ConditionKind.STATEMENTS_RUN}


def template_schema() -> dict[str, Any]:
    """What a workflow file may say (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Workflow template of Policy Lab",
        "description": "How a kind of dialogue proceeds. Printed from the code; edit it there.",
        **_object(_top(), optional={"always"}),
        "$defs": _definitions(),
    }


def printed_schema() -> str:
    """The schema as the file workflows/template.schema.json holds it."""
    return json.dumps(template_schema(), indent=2, ensure_ascii=False) + "\n"


def _object(properties: dict[str, Any], *, optional: set[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in (optional or set())],
        "additionalProperties": False,
    }


def _top() -> dict[str, Any]:
    return {
        "id": _ref("name"),
        "version": {"type": "integer", "minimum": 1},
        "title": _ref("said"),
        "summary": _ref("said"),
        "levels": {
            "description": "Levels proposed to a new dialogue; it chooses among those of its lab.",
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
            "uniqueItems": True,
        },
        "roles": {
            "type": "array",
            "items": _object({"role": _ref("role"), "explanation": _ref("said")}),
        },
        "rule": _ref("rule"),
        "settings": {
            "type": "object",
            "propertyNames": _ref("name"),
            "additionalProperties": _ref("setting"),
        },
        "always": _ref("may"),
        "phases": {"type": "array", "items": _ref("phase"), "minItems": 1},
    }


def _definitions() -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0}
    return {
        "name": NAME,
        "said": _object({"en": _words(), "fr": _words()}),
        "role": {"enum": [role.value for role in Role]},
        "action": {"enum": [action.value for action in Action if action is not Action.READ]},
        "setting": _object(
            {"label": _ref("said"), "default": number, "minimum": number, "maximum": number}
        ),
        "rule": _object(
            {
                "code": {"enum": list(RULES)},
                "inner": _ref("rule"),
                "levels": {"type": "array", "items": {"type": "string"}},
                "numerator": number,
                "denominator": number,
                "base": {"enum": ["entitled", "cast"]},
                "days": DAYS,
                "quorum": {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
            },
            optional={"inner", "levels", "numerator", "denominator", "base", "days", "quorum"},
        ),
        "may": {
            "type": "object",
            "propertyNames": _ref("role"),
            "additionalProperties": {"type": "array", "items": _ref("permit")},
        },
        "permit": {
            "oneOf": [
                _ref("action"),
                _object(
                    {
                        "action": _ref("action"),
                        "needs": _ref("conditions"),
                        "until": _ref("conditions"),
                    },
                    optional={"needs", "until"},
                ),
            ]
        },
        "conditions": {"type": "array", "items": _ref("condition")},
        "condition": {"oneOf": _condition_shapes()},
        "phase": _phase(),
    }


def _phase() -> dict[str, Any]:
    return _object(
        {
            "id": _ref("name"),
            "title": _ref("said"),
            "explanation": _ref("said"),
            "enter": _ref("conditions"),
            "may": _ref("may"),
            "exit": _ref("conditions"),
            "outputs": {
                "type": "array",
                "items": _object({"id": _ref("name"), "title": _ref("said")}),
            },
            "minDays": {"description": "Name of a setting.", **_ref("name")},
            "rhythm": _object({"action": _ref("action"), "every": _ref("name")}),
        },
        optional={"minDays", "rhythm"},
    )


def _condition_shapes() -> list[dict[str, Any]]:
    """A condition by name alone where it needs no parameters, or as {name: parameters}."""
    plain = [kind.value for kind in ConditionKind if kind not in NEED_DAYS]
    plain = [name for name in plain if name not in {"any", "group.formed"}]
    shapes: list[dict[str, Any]] = [
        {"enum": plain},
        _object({"any": {"type": "array", "items": _ref("condition"), "minItems": 2}}),
    ]
    for kind, params in PARAMS.items():
        required = set(params) & {"days", "min"}
        shapes.append(_object({kind.value: _object(params, optional=set(params) - required)}))
    return shapes


def _words() -> dict[str, Any]:
    return {"type": "string", "minLength": 1}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
