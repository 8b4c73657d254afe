"""Bytes in JSON."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .rejection import UNSAFE_TEXT


@dataclass(frozen=True)
class Base64:
    """Base64 text, which the model has as bytes: `Annotated[bytes, Base64(max_bytes=65_536)]`.

    Canonical alone (standard alphabet, padded, no spaces, no spare bits), so that two texts are never the same bytes.
    """

    max_bytes: int

    @property
    def max_length(self) -> int:
        """Of the text."""
        return (self.max_bytes + 2) // 3 * 4

    def __get_pydantic_core_schema__(self, source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        if source is not bytes:
            raise TypeError("Base64 belongs on bytes: Annotated[bytes, Base64(max_bytes=…)]")
        data = core_schema.bytes_schema(strict=True, max_length=self.max_bytes)
        encoded = core_schema.plain_serializer_function_ser_schema(_encoded, when_used="json")
        return core_schema.no_info_before_validator_function(self._decoded, data, serialization=encoded)

    def _decoded(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        if len(value) > self.max_length:
            raise PydanticCustomError(UNSAFE_TEXT, "more bytes than the field takes")
        try:
            data = a2b_base64(value)
        except ValueError:
            data = b""
        if _encoded(data) != value:
            raise PydanticCustomError(UNSAFE_TEXT, "no canonical base64")
        return data


def _encoded(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")
