"""The OpenAPI description of a body that a route reads itself: JSON, or a form with a picture."""

from typing import Any

from pydantic import BaseModel


def body_of(json_model: type[BaseModel], form_model: type[BaseModel]) -> dict[str, Any]:
    """What `openapi_extra` takes for a route that reads its body itself."""
    form = _inlined(form_model)
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
    described = body_of(json_model, form_model)
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
