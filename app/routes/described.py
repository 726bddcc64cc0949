"""The OpenAPI description of a body that a route reads itself: JSON, or a form with a picture."""

from typing import Any

from pydantic import BaseModel

_EMPTY = {"type": "string", "maxLength": 0}


def body_of(json_model: type[BaseModel], form_model: type[BaseModel]) -> dict[str, Any]:
    """What `openapi_extra` takes for a route that reads its body itself, with `read_form`: there
    an empty field that need not be there is the same as none, and so is a list of nothing.
    """
    form = _inlined(form_model)
    for name, schema in form["properties"].items():
        if name not in form.get("required", []):
            form["properties"][name] = _or_none(schema)
    return _described(json_model, form)


def _or_none(schema: dict[str, Any]) -> dict[str, Any]:
    """A form has no null, but fields that nobody typed into."""
    names = ("title", "description", "default")
    around: dict[str, Any] = {name: schema[name] for name in names if name in schema}
    alone = {name: value for name, value in schema.items() if name not in around}
    choices = alone.pop("anyOf", [alone])
    if any(one.get("type") == "array" for one in choices):
        for one in choices:
            one.pop("minItems", None)
        return schema
    if around.get("default") is None:
        around.pop("default", None)
    return {**around, "anyOf": [*(one for one in choices if one != {"type": "null"}), _EMPTY]}


def _described(json_model: type[BaseModel], form: dict[str, Any]) -> dict[str, Any]:
    form["properties"] = {
        "image": {"type": "string", "format": "binary", "description": "The picture's file."},
        **form["properties"],
    }
    form["required"] = ["image", *form.get("required", [])]
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _inlined(json_model)},
                "multipart/form-data": {"schema": form},
            },
        }
    }


def picture_body_of(json_model: type[BaseModel], form_model: type[BaseModel]) -> dict[str, Any]:
    """As `body_of`, for a body that may also be the picture as it is, and need not hold one."""
    described = _described(json_model, _inlined(form_model))
    content = described["requestBody"]["content"]
    content["multipart/form-data"]["schema"].pop("required")
    content["image/*"] = {"schema": {"type": "string", "format": "binary"}}
    return described


def json_body_of(model: type[BaseModel]) -> dict[str, Any]:
    """As `body_of`, for a body that comes as JSON only."""
    content = {"application/json": {"schema": _inlined(model)}}
    return {"requestBody": {"required": True, "content": content}}


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema with its parts in place: `$defs` do not work inside an OpenAPI path."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolve(parts[node["$ref"].rpartition("/")[2]])
            return {key: resolve(value) for key, value in node.items()}
        if isinstance(node, list):
            return [resolve(value) for value in node]
        return node

    resolved: dict[str, Any] = resolve(schema)
    return resolved
