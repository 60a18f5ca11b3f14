"""A request as the simulator received it."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from functools import cached_property
from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import unquote

from . import _tokens


@dataclass(frozen=True)
class Request:
    """One request. `headers` has lower-case names; `body` is the entity, with chunked framing undone; `json` is None unless it parses."""

    index: int
    """Order of arrival at this simulator, from 0."""
    connection: int
    """Which connection brought it, from 0."""
    method: str
    path: str
    """The request target, query included."""
    headers: Mapping[str, str]
    body: bytes
    json: Any = None

    @property
    def id(self) -> str:
        """What the provider calls this request in the headers of its answer."""
        return f"req_{self.index:032x}"

    @property
    def deployment(self) -> Optional[str]:
        """The deployment that a path of Azure OpenAI names, if it is one: /openai/deployments/NAME/..."""
        parts = self.path.partition("?")[0].split("/", 4)
        return parts[3] if len(parts) == 5 and parts[1:3] == ["openai", "deployments"] else None

    @property
    def model(self) -> Optional[str]:
        """The model asked for, if any."""
        if self.deployment is not None:  # whatever the body says
            return self.deployment
        model = self.json.get("model") if isinstance(self.json, dict) else None
        if model is None and self.form:
            return self.form.get("model")
        path = self.path.partition("?")[0]
        if model is None and "/model/" in path and path.count("/") > 2:  # Bedrock names it there, percent-encoded
            return unquote(path.partition("/model/")[2].rpartition("/")[0])
        if model is None and "/models/" in self.path and ":" in self.path:  # Google's APIs name it there
            model = self.path.partition("?")[0].rpartition("/")[2].partition(":")[0]
        return model if isinstance(model, str) else None

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The fields of a multipart form that are no files; empty for any other body."""
        return self._parts[0]

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """The files of a multipart form, by field name and place."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[Dict[str, str], Dict[str, bytes]]:
        fields: Dict[str, str] = {}
        files: Dict[str, bytes] = {}
        kind = self.headers.get("content-type", "")
        if not kind.lower().startswith("multipart/form-data"):
            return fields, files
        parsed = message_from_bytes(b"content-type: " + kind.encode("latin-1") + b"\r\n\r\n" + self.body)
        for part in parsed.get_payload() if parsed.is_multipart() else []:
            name = str(part.get_param("name", "", "content-disposition"))
            content = part.get_payload(decode=True)
            if not isinstance(content, bytes):
                continue
            if part.get_filename() is None:
                fields[name] = content.decode("utf-8", "replace")
            else:
                files[f"{name}[{len(files)}]"] = content
        return fields, files

    @property
    def messages(self) -> List[Any]:
        """The messages of the chat, the items of a response's input, Gemini's contents, or an empty list."""
        body = self.json if isinstance(self.json, dict) else {}
        messages = body.get("messages", body.get("input", body.get("contents")))
        return messages if isinstance(messages, list) else []

    @property
    def stream(self) -> bool:
        """Whether a stream was asked for."""
        return isinstance(self.json, dict) and self.json.get("stream") is True

    @property
    def last_text(self) -> str:
        """Text of the last message of the user, of the input or of the prompt, or ""."""
        for name in ("input", "prompt"):
            text = self.json.get(name) if isinstance(self.json, dict) else None
            if isinstance(text, list) and text and isinstance(text[-1], str):
                text = text[-1]
            if isinstance(text, str):
                return text
        for message in reversed(self.messages):
            if isinstance(message, dict) and message.get("role") == "user":
                return _tokens.text_of(message.get("content", message.get("parts")))
        return ""
