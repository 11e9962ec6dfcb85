"""What DRF and drf-spectacular are told; settings hand it on to them."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.keys.ByKey"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.keys.InScope"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.keys.PerKey"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.api.keys.AlwaysJson",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.MultiPartParser"],
    "DEFAULT_METADATA_CLASS": None,  # the schema says what there is
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.problems.handle",
}
SPECTACULAR: dict[str, Any] = {
    "TITLE": "Arrowslit",
    "DESCRIPTION": "Submit documents, follow their jobs, fetch typed results, masked.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "portal.api.schema.with_problems",
    ],
}
