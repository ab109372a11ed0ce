"""Login: session.* and appToken.startSession (Kaltura server, SessionService.php, AppTokenService.php)."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from kaltura_standin.account import ADMIN, USER, AppToken
from kaltura_standin.apierrors import ApiError
from kaltura_standin.call import Call
from kaltura_standin.ks import Ks, parse_privileges

_ONE_DAY = 86_400  # seconds


def start_session(call: Call) -> str:
    """session.start: return a KS (a bare string) if the admin secret is right. Raises START_SESSION_ERROR."""
    partner = call.text("partnerId") or str(call.account.partner_id)
    right = hmac.compare_digest(call.text("secret").encode(), call.account.admin_secret.encode())
    if not right or partner != str(call.account.partner_id):
        raise ApiError("START_SESSION_ERROR", PID=partner)
    ks = call.keyring.issue(
        type_=call.number("type", USER),
        user_id=call.text("userId"),
        expiry=call.number("expiry", _ONE_DAY),
        privileges=call.text("privileges"),
    )
    return ks.text


def log_in(call: Call) -> str:
    """user.loginByLoginId: return a KS for an address and its password; a bare string (KalturaBaseUserService.php)."""
    known = [user for user in call.account.users if user.email and user.email == call.text("loginId")]
    if not known or not known[0].password:
        raise ApiError("USER_NOT_FOUND")
    user = known[0]
    if not hmac.compare_digest(call.text("password").encode(), user.password.encode()):
        raise ApiError("USER_WRONG_PASSWORD")
    if user.one_time_code and call.text("otp") != user.one_time_code:
        raise ApiError("INVALID_OTP" if call.text("otp") else "MISSING_OTP")
    ks = call.keyring.issue(
        type_=ADMIN if user.is_admin else USER,
        user_id=user.id,
        expiry=call.number("expiry", _ONE_DAY),
        privileges=call.text("privileges"),
    )
    return ks.text


def start_widget_session(call: Call) -> dict[str, Any]:
    """session.startWidgetSession: return a weak KS to anybody: the first half of a login with an app token."""
    partner_id = call.account.partner_id
    if call.text("widgetId") != f"_{partner_id}":
        raise ApiError("INVALID_WIDGET_ID", WIDGET_ID=call.text("widgetId"))
    expiry = call.number("expiry", _ONE_DAY)
    ks = call.keyring.issue(type_=USER, user_id="", expiry=expiry, privileges="view:*,widget:1")
    kind = "KalturaStartWidgetSessionResponse"
    return {"partnerId": partner_id, "ks": ks.text, "userId": 0, "objectType": kind}


def _session_info(ks: Ks) -> dict[str, Any]:
    return {
        "ks": ks.text,
        "sessionType": ks.type,
        "partnerId": ks.partner_id,
        "userId": ks.user_id,
        "expiry": ks.expiry,
        "privileges": ks.privilege_list,
        "objectType": "KalturaSessionInfo",
    }


def get_session(call: Call) -> dict[str, Any]:
    """session.get: return the content of the KS."""
    other = call.text("session")
    return _session_info(call.keyring.check(other) if other else call.ks)


def end_session(call: Call) -> None:
    """session.end: log out this KS, and every KS with the same `sessionid`."""
    call.keyring.end(call.ks)


def start_app_token_session(call: Call) -> dict[str, Any]:
    """appToken.startSession: the hash is plain H(KS of this call + token) in lower-case hex."""
    token = _usable_token(call)
    digest = hashlib.new(token.hash_type.lower(), (call.ks.text + token.token).encode()).hexdigest()
    if not hmac.compare_digest(call.text("tokenHash").encode(), digest.encode()):
        raise ApiError("INVALID_APP_TOKEN_HASH")
    left = token.expiry - int(time.time()) if token.expiry else token.session_duration
    ids = f"sessionid:{token.id},apptoken:{token.id}"
    fixed = parse_privileges(f"{token.privileges},{ids}")
    asked = parse_privileges(call.text("sessionPrivileges"))
    free = ",".join(f"{name}:{value}" for name, value in asked.items() if name not in fixed)
    ks = call.keyring.issue(
        type_=token.session_type,
        user_id=token.user_id or call.text("userId"),
        expiry=min(call.number("expiry", _ONE_DAY), token.session_duration, left),
        privileges=f"{free},{token.privileges},{ids}",
    )
    return _session_info(ks)


def _usable_token(call: Call) -> AppToken:
    token = call.account.app_token(call.text("id"))
    if token is None:
        raise ApiError("APP_TOKEN_ID_NOT_FOUND", ID=call.text("id"))
    if not token.active:
        raise ApiError("APP_TOKEN_NOT_ACTIVE", ID=token.id)
    if token.expiry and token.expiry <= time.time():
        raise ApiError("APP_TOKEN_EXPIRED", ID=token.id)
    return token
