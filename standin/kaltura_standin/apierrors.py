"""The API's errors, with their exact texts (Kaltura server, KalturaErrors.php and APIErrors.class.php)."""

from __future__ import annotations

import re

_NO_ACCOUNT = "The access to this service is forbidden since the specified partner is {}"
# code: message. The names between @ are the arguments, in order.
MESSAGES = {
    "ACTION_BLOCKED": 'Action "@ACTION_NAME@" in service "@SERVICE_NAME@" is blocked',
    "ACTION_DOES_NOT_EXISTS": 'Action "@ACTION_NAME@" does not exists for service "@SERVICE_NAME@"',
    "APP_TOKEN_EXPIRED": 'Application token id "@ID@" expired',
    "APP_TOKEN_ID_NOT_FOUND": 'Application token id "@ID@" not found',
    "APP_TOKEN_NOT_ACTIVE": 'Application token id "@ID@" not active',
    "CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION": (
        'cannot retrieve another user "@USER_ID@" using non-admin session'
    ),
    "CAPTION_ASSET_FILE_NOT_FOUND": 'Caption asset file not found "@ID@"',
    "CAPTION_ASSET_ID_NOT_FOUND": 'Caption asset id "@ID@" not found',
    "CAPTION_ASSET_IS_NOT_READY": 'Caption asset is not ready "@ID@"',
    "DRUID_QUERY_TIMED_OUT": "Query timed out",
    "ENTRY_ID_NOT_FOUND": 'Entry id "@ENTRY_ID@" not found',
    "INTERNAL_DATABASE_ERROR": "Internal database error",
    "INTERNAL_SERVERL_ERROR": "Internal server error occurred",
    "INTERNAL_SERVER_ERROR": "Internal server error @ERR_TEXT@",
    "INVALID_APP_TOKEN_HASH": "Invalid application token hash",
    "INVALID_ENUM_VALUE": (
        'Invalid enumeration value "@ENUM_VAL@" for parameter "@PARAM_NAME@", expecting enumeration type "@ENUM_TYPE@"'
    ),
    "INVALID_KS": 'Invalid KS "@KSID@", Error "@ERR_CODE@,@ERR_DESC@"',
    "INVALID_OBJECT_ID": "Invalid object id [@ID@]",
    "INVALID_OTP": "One-time password is invalid",
    "INVALID_USER_ID": "Invalid user id",
    "INVALID_WIDGET_ID": "Unknown widget [@WIDGET_ID@]",
    "MISSING_KS": "Missing KS, session not established",
    "LOGIN_BLOCKED": "Login is temporarily blocked",
    "MISSING_OTP": "One-time password is required",
    "PERMISSION_NOT_FOUND": "Permission does not exist [@PERMISSION@]",
    "ROLE_NAME_ALREADY_EXISTS": "Role name already exists",
    "USER_WRONG_PASSWORD": "Wrong password supplied",
    "MISSING_MANDATORY_PARAMETER": 'Missing parameter "@PARAM_NAME@"',
    "PROPERTY_VALIDATION_CANNOT_BE_NULL": 'The property "@PROP_NAME@" cannot be null',
    "QUERY_EXCEEDED_MAX_MATCHES_ALLOWED": "Unable to generate list. max matches value was reached",
    "REPORT_NOT_FOUND": 'Report id "@ID@" not found',
    "SEARCH_TOO_GENERAL": "Unable to create report. Query produced too many results",
    "SERVICE_DOES_NOT_EXISTS": 'Service "@SRV_NAME@" does not exists',
    "SERVICE_FORBIDDEN": "The access to service [@SERVICE@] is forbidden",
    "SERVICE_FORBIDDEN_CONTENT_BLOCKED": _NO_ACCOUNT.format("blocked"),
    "SERVICE_FORBIDDEN_FULLY_BLOCKED": _NO_ACCOUNT.format("fully blocked"),
    "SERVICE_FORBIDDEN_PARTNER_DELETED": _NO_ACCOUNT.format("deleted"),
    "SERVICE_NOT_SPECIFIED": "Service name was not specified, please specify one",
    "START_SESSION_ERROR": "Error while starting session for partner [@PID@]",
    "UNKNOWN_RESPONSE_FORMAT": "Response format provided [@FORMAT@] is not recognized by server",
    "UNKNOWN_ROLE_ID": "Unknown role id",
    "USER_BLOCKED": "this user is blocked",
    "USER_NOT_FOUND": "User was not found",
    "VIRTUAL_EVENT_NOT_FOUND": "Virtual event id [@ID@] not found",
}
_ARGUMENT = re.compile(r"@([A-Z_]+)@")
_TAG = re.compile(r"<[^>]*>")


class ApiError(Exception):
    """An error of the API. Its HTTP status is 200."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        template = MESSAGES.get(code, code)
        self.code = code
        self.args_by_name = {name: _plain(values.get(name, "N/A")) for name in _ARGUMENT.findall(template)}
        self.message = _ARGUMENT.sub(lambda match: self.args_by_name[match[1]], template)

    def as_object(self) -> dict[str, object]:
        """Return the error as JSON shows it: `args` is an empty list if there are no arguments."""
        return {
            "code": self.code,
            "message": self.message,
            "objectType": "KalturaAPIException",
            "args": self.args_by_name or [],
        }


def invalid_ks(ks_id: str) -> ApiError:
    """Return INVALID_KS. Only its KSID says why: EXPIRED, LOGOUT, INVALID_PARTNER, or the KS that was sent."""
    return ApiError("INVALID_KS", KSID=ks_id, ERR_CODE=-1, ERR_DESC="INVALID_STR")


def _plain(value: object) -> str:
    return _TAG.sub("", str(value))
