"""Uploads: a file comes in, a draft comes of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from policylab import documents
from policylab.documents import ImportMismatch
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.french import said_in
from policylab.kit.ids import key_of, to_global
from policylab.kit.viewer import Viewer
from policylab.transport.house import House, locale_of
from policylab.transport.middleware import UPLOADS

NO_STORE = {"cache-control": "no-store"}
MULTIPART = "multipart/form-data"
LONGEST_FIELD = 500
STATUSES = {
    RefusalCode.NOT_SIGNED_IN: 401,
    RefusalCode.NOT_ALLOWED: 403,
    RefusalCode.NOT_YOUR_ROLE: 403,
    RefusalCode.NOT_FOUND: 404,
    RefusalCode.TOO_LARGE: 413,
    RefusalCode.BAD_FILE: 422,
    RefusalCode.INVALID_INPUT: 422,
}
"""What a refusal is in HTTP; 409 for the others: something stands in the way at the moment."""


def routes(house: House) -> list[Route]:
    """Where files are brought."""
    return [Route(UPLOADS, Importer(house).bring, methods=["POST"], name="import")]


@dataclass(frozen=True)
class _Upload:
    """What was asked: which text, in which language, and the file."""

    document_id: UUID
    language: str
    name: str
    data: bytes


class Importer:
    """Takes a file as a form (documentId, language, file), or as the body with the rest in the
    query (documentId, language, name)."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def bring(self, request: Request) -> Response:
        """Answers `{"draftId"}`, or `{"code", "message", "field", "mismatches"}`."""
        viewer = await self._house.viewer_of(request)
        try:
            _check_may_change(viewer)
            draft_id = await self._import(viewer, await _read(request))
        except Refused as refused:
            return _refusal(refused, locale_of(request, viewer))
        return JSONResponse({"draftId": to_global("Draft", draft_id)}, headers=NO_STORE)

    async def _import(self, viewer: Viewer, upload: _Upload) -> UUID:
        """Judge first, read the file outside of any transaction, then bring it in."""
        where: dict[str, Any] = {"document_id": upload.document_id, "language": upload.language}
        database = self._house.database
        await documents.check_import(database, viewer, **where)
        read = await documents.read_file(upload.name, upload.data)
        async with database.write(viewer) as uow:
            uow.shared = self._house.shared
            draft = await documents.import_text(uow, viewer, name=upload.name, data=read, **where)
        return draft.id


def _check_may_change(viewer: Viewer) -> None:
    if not viewer.signed_in:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first.")
    if viewer.scopes is not None and "write" not in viewer.scopes:
        raise Refused(RefusalCode.NOT_ALLOWED, "This token may only read.")


async def _read(request: Request) -> _Upload:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != MULTIPART:
        query = request.query_params
        return _upload(
            query.get("documentId"),
            query.get("language"),
            query.get("name"),
            await request.body(),
        )
    try:
        async with request.form(max_files=1, max_fields=5, max_part_size=LONGEST_FIELD) as form:
            return await _from_form(form)
    except HTTPException as error:  # what Starlette makes of a form that it can't read
        raise Refused(RefusalCode.INVALID_INPUT, "This form can't be read.") from error


async def _from_form(form: FormData) -> _Upload:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Refused(RefusalCode.INVALID_INPUT, "Send the file as `file`.", field="file")
    data = await file.read()
    return _upload(form.get("documentId"), form.get("language"), file.filename, data)


def _upload(document_id: Any, language: Any, name: Any, data: bytes) -> _Upload:
    for value, field in ((document_id, "documentId"), (language, "language"), (name, "name")):
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_FIELD:
            message = f"Say {field} with the file."
            raise Refused(RefusalCode.INVALID_INPUT, message, field=field)
    return _Upload(key_of(document_id, "Document"), language, name, data)


def _refusal(refused: Refused, locale: str) -> JSONResponse:
    answer: dict[str, Any] = {
        "code": refused.code.value,
        "message": said_in(refused.message, locale),
        "field": refused.field,
    }
    if isinstance(refused, ImportMismatch):
        answer["mismatches"] = [said_in(problem, locale) for problem in refused.problems]
    return JSONResponse(answer, STATUSES.get(refused.code, 409), headers=NO_STORE)
