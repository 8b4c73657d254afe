"""What a function that a user pool calls may count on."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field, create_model

from {{ project.package }}.guard import Context, Ident, Line, Payload, guarded
from {{ project.package }}.guard.disposal import EventRejected, FunctionFailed
from {{ project.package }}.guard.origin import Attribute
from {{ project.package }}.guard.sources.cognito import (
    TRIGGERS,
    Challenge,
    ClientMetadata,
    Deny,
    Password,
    Trigger,
    UserName,
    ValidationData,
    cognito,
)

#: Every event that AWS documents for a trigger, by what its request has besides attributes.
EVENTS: dict[Trigger, tuple[dict[str, Any], list[str]]] = {
    "pre-sign-up": (
        {"validationData": {"captcha": "a-1"}, "clientMetadata": {"from": "app"}},
        ["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"],
    ),
    "post-confirmation": ({}, ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"]),
    "pre-authentication": ({"validationData": None, "userNotFound": True}, ["PreAuthentication_Authentication"]),
    "post-authentication": ({"newDeviceUsed": True}, ["PostAuthentication_Authentication"]),
    "pre-token-generation": (
        {
            "groupConfiguration": {
                "groupsToOverride": ["staff"],
                "iamRolesToOverride": ["arn:aws:iam::111122223333:role/staff"],
                "preferredRole": None,
            },
            "scopes": ["openid"],
        },
        [
            "TokenGeneration_HostedAuth",
            "TokenGeneration_Authentication",
            "TokenGeneration_NewPasswordChallenge",
            "TokenGeneration_AuthenticateDevice",
            "TokenGeneration_RefreshTokens",
            "TokenGeneration_ClientCredentials",
        ],
    ),
    "custom-message": (
        {"codeParameter": "{{ '{####}' }}", "linkParameter": "{{ '{##Click Here##}' }}", "usernameParameter": None},
        [
            "CustomMessage_SignUp",
            "CustomMessage_AdminCreateUser",
            "CustomMessage_ResendCode",
            "CustomMessage_ForgotPassword",
            "CustomMessage_UpdateUserAttribute",
            "CustomMessage_VerifyUserAttribute",
            "CustomMessage_Authentication",
        ],
    ),
    "user-migration": (
        {"password": "correct horse", "validationData": {"captcha": "a-1"}},
        ["UserMigration_Authentication", "UserMigration_ForgotPassword"],
    ),
    "define-auth-challenge": (
        {"session": [{"challengeName": "SRP_A", "challengeResult": True}]},
        ["DefineAuthChallenge_Authentication"],
    ),
    "create-auth-challenge": (
        {
            "challengeName": "CUSTOM_CHALLENGE",
            "session": [{"challengeName": "CUSTOM_CHALLENGE", "challengeResult": False, "challengeMetadata": "SUM"}],
        },
        ["CreateAuthChallenge_Authentication"],
    ),
    "verify-auth-challenge": (
        {"privateChallengeParameters": {"sum": "5"}, "challengeAnswer": "5", "userNotFound": False},
        ["VerifyAuthChallengeResponse_Authentication"],
    ),
}
PASSED = Challenge(name="SRP_A", passed=True)
each_event = pytest.mark.parametrize(
    ("trigger", "name"), [(trigger, name) for trigger, (_, names) in EVENTS.items() for name in names]
)


class User(Payload):
    """What is known of a user, or nothing."""

    id: Annotated[UserName | None, Attribute("user_name")] = None
    verified: Annotated[bool, Attribute("email_verified")] = False
    email: Line | None = None
    team: Ident | None = Field(None, alias="custom:team")


def _event(name: str, request: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "1",
        "triggerSource": name,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_EXAMPLE00",
        "userName": "jane",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "CLIENT_ID_NOT_APPLICABLE"},
        "request": request,
        "response": {},
    }


def _asking(kind: Any) -> type[Payload]:
    """A model with one field."""
    return create_model("Asking", __base__=Payload, value=(kind, ...))


def _taken(model: type[Payload], trigger: Trigger, event: dict[str, Any], context: Context) -> Any:
    seen: list[Payload] = []
    guarded(cognito(model, trigger))(lambda payload, _context: seen.append(payload))(event, context)
    return seen[0]


@each_event
@pytest.mark.parametrize("verified", ["true", True])
def test_every_event_of_a_trigger_comes_back(trigger: Trigger, name: str, verified: object, context: Context) -> None:
    own = {"sub": "a", "email_verified": verified, "cognito:new": "b"}
    written = {**own, "email": "a@example.com", "custom:team": "c"}
    for attributes in (written, {}, None):
        event = _event(name, {"userAttributes": attributes, **EVENTS[trigger][0]})
        assert guarded(cognito(User, trigger))(lambda _user, _context: None)(event, context) == event
    user = _taken(User, trigger, _event(name, {"userAttributes": written}), context)
    assert (user.id, user.verified, user.email, user.team) == ("jane", True, "a@example.com", "c")


@each_event
def test_no_trigger_takes_the_event_of_another(trigger: Trigger, name: str, context: Context) -> None:
    for other in TRIGGERS.keys() - {trigger}:
        with pytest.raises(EventRejected):
            _taken(User, other, _event(name, EVENTS[trigger][0]), context)


def test_a_machine_has_no_name(context: Context) -> None:
    event = _event("TokenGeneration_ClientCredentials", {"scopes": ["orders/read"]})
    del event["userName"]
    assert _taken(User, "pre-token-generation", event, context) == User()


@pytest.mark.parametrize(
    ("trigger", "kind", "value"),
    [
        ("pre-sign-up", Annotated[Ident, ValidationData("captcha")], "a-1"),
        ("pre-sign-up", Annotated[Ident, ClientMetadata("from")], "app"),
        ("pre-authentication", Annotated[bool, Attribute("user_not_found")], True),
        ("post-authentication", Annotated[bool, Attribute("new_device")], True),
        ("pre-token-generation", Annotated[list[Ident], Attribute("groups")], ["staff"]),
        ("pre-token-generation", Annotated[list[Ident], Attribute("scopes")], ["openid"]),
        ("custom-message", Annotated[Line, Attribute("code")], "{{ '{####}' }}"),
        ("user-migration", Annotated[Password, Attribute("password")], "correct horse"),
        ("define-auth-challenge", Annotated[list[Challenge], Attribute("session")], [PASSED]),
        ("create-auth-challenge", Annotated[Line, Attribute("challenge")], "CUSTOM_CHALLENGE"),
        ("verify-auth-challenge", Annotated[dict[Ident, Line], Attribute("right_answers")], {"sum": "5"}),
        ("verify-auth-challenge", Annotated[Line, Attribute("answer")], "5"),
    ],
)
def test_what_a_trigger_says_is_there_for_who_asks(
    trigger: Trigger, kind: Any, value: object, context: Context
) -> None:
    request, (name, *_) = EVENTS[trigger]
    assert _taken(_asking(kind), trigger, _event(name, request), context).value == value


@pytest.mark.parametrize(
    ("trigger", "kind"),
    [
        ("post-confirmation", Annotated[Ident, ValidationData()]),
        ("pre-authentication", Annotated[Ident, ClientMetadata()]),
        ("pre-sign-up", Annotated[list[Ident], Attribute("groups")]),
        ("post-authentication", Annotated[Password, Attribute("password")]),
    ],
)
def test_what_a_trigger_does_not_have_cannot_be_asked_for(trigger: Trigger, kind: Any) -> None:
    with pytest.raises(TypeError, match="cognito events have n"):
        cognito(_asking(kind), trigger)


class Confirm(Payload):
    """An answer, in words of Python."""

    confirm: bool = Field(alias="autoConfirmUser")


@pytest.mark.parametrize("answer", [{"autoConfirmUser": True}, Confirm(autoConfirmUser=True)])
def test_an_answer_stands_in_the_event(answer: object, context: Context) -> None:
    event = {**_event("PreSignUp_SignUp", {}), "response": {"autoConfirmUser": False, "autoVerifyEmail": False}}
    answered = guarded(cognito(User, "pre-sign-up"))(lambda _user, _context: answer)(event, context)
    assert answered == {**event, "response": {"autoConfirmUser": True, "autoVerifyEmail": False}}


def test_an_answer_that_is_none_is_a_failure(context: Context) -> None:
    with pytest.raises(FunctionFailed, match=r"^TypeError, correlation id [a-z0-9-]+$"):
        guarded(cognito(User, "pre-sign-up"))(lambda _user, _context: True)(_event("PreSignUp_SignUp", {}), context)


def test_a_no_is_no_failure(context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    handler = guarded(cognito(User, "pre-sign-up"))(lambda _user, _context: Deny("not invited"))
    with pytest.raises(EventRejected, match=r"^not invited, correlation id [a-z0-9-]+$"):
        handler(_event("PreSignUp_SignUp", {}), context)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("reason", ["", "a@example.com", "No", "a" * 65, "not invited\n", "<b>"])
def test_a_reason_holds_no_value(reason: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        Deny(reason)
