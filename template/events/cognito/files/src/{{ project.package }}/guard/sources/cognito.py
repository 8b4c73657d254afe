"""Triggers of a Cognito user pool: Cognito waits for the answer, and shows users what an error says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints

from ..binding import bound
from ..disposal import Done, EventRejected, Outcome, Raise
from ..limits import KIB, Limits
from ..models import Envelope, Payload
from ..origin import Attribute, Origin
from ..rejection import Problem, Rejected
from ..source import E, Item, Source
from ..text import FreeText, Line, refuse_unsafe

Trigger = Literal[
    "pre-sign-up",
    "post-confirmation",
    "pre-authentication",
    "post-authentication",
    "pre-token-generation",
    "custom-message",
    "user-migration",
    "define-auth-challenge",
    "create-auth-challenge",
    "verify-auth-challenge",
]


def _shown(value: str) -> str:
    refuse_unsafe(value)
    return value


#: A user's name: what pools give and most people choose, addresses of mail among them.
UserName = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+=@-]{0,127}$")]

#: What somebody typed for a password, to the letter. It is in no dump of the model that has such a field.
Password = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=256),
    AfterValidator(_shown),
    FreeText(),
    Field(exclude=True),
]

#: What only Cognito writes among a user's attributes.
_OWN = frozenset(
    {
        "cognito:email_alias",
        "cognito:mfa_enabled",
        "cognito:phone_number_alias",
        "cognito:user_status",
        "email_verified",
        "identities",
        "phone_number_verified",
        "sub",
    }
)
_REASON = re.compile(r"[a-z][a-z0-9_ -]{0,63}\Z")


class ClientMetadata(Origin):
    """What the app sends along, so anybody's word: `invitation: Annotated[Ident, ClientMetadata()]`."""

    part = "client_metadata"


class ValidationData(Origin):
    """What the app sends along to be looked at, so anybody's word."""

    part = "validation_data"


class Challenge(Payload):
    """A step of a sign-in, and whether it was passed."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,64}$")]
    passed: bool
    metadata: Line | None = None


@dataclass(frozen=True)
class Deny:
    """What a function returns that says no: Cognito stops there and shows the user `reason`. It is no failure.

    Raises ValueError for a reason that is not a fixed text of small letters, digits, blanks, `_` and `-`.
    """

    reason: str

    def __post_init__(self) -> None:
        if not _REASON.match(self.reason):
            raise ValueError("a reason is 1 to 64 small letters, digits, blanks, _ and -")


class Denied(EventRejected):
    """Leaves the handler where the function said no: says why, and the correlation id."""


class Answer(Raise):
    """Cognito goes on with the event that it gets back; an error, refused events too, ends what the user was doing."""

    def _conclude(self, outcome: Outcome, correlation_id: str) -> object:
        if isinstance(outcome, Done) and isinstance(outcome.value, Deny):
            raise Denied(f"{outcome.value.reason}, correlation id {correlation_id}")
        return super()._conclude(outcome, correlation_id)


class _Caller(Envelope):
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+]{1,128}$")] | None = Field(None, alias="clientId")


class _Groups(Envelope):
    groups: list[str] | None = Field(None, alias="groupsToOverride")
    roles: list[str] | None = Field(None, alias="iamRolesToOverride")
    preferred_role: str | None = Field(None, alias="preferredRole")


class _Challenge(Envelope):
    name: str = Field(alias="challengeName")
    passed: bool = Field(alias="challengeResult")
    metadata: str | None = Field(None, alias="challengeMetadata")


class _Request(Envelope):
    """What the triggers are asked with, each with some of it."""

    user_attributes: dict[str, Any] | None = Field(None, alias="userAttributes")
    client_metadata: dict[str, str] | None = Field(None, alias="clientMetadata")
    validation_data: dict[str, str] | None = Field(None, alias="validationData")
    user_not_found: bool | None = Field(None, alias="userNotFound")
    new_device: bool | None = Field(None, alias="newDeviceUsed")
    group_configuration: _Groups | None = Field(None, alias="groupConfiguration")
    scopes: list[str] | None = None
    code: str | None = Field(None, alias="codeParameter")
    link: str | None = Field(None, alias="linkParameter")
    code_user_name: str | None = Field(None, alias="usernameParameter")
    password: str | None = None
    session: list[_Challenge] | None = None
    challenge: str | None = Field(None, alias="challengeName")
    answer: str | None = Field(None, alias="challengeAnswer")
    right_answers: dict[str, str] | None = Field(None, alias="privateChallengeParameters")


class CognitoEvent(Envelope):
    """A trigger's event, in any of its versions. `response` is what Cognito does where the function says nothing."""

    trigger: Annotated[str, Field(alias="triggerSource", pattern=r"^[A-Za-z]{1,40}_[A-Za-z]{1,40}$")]
    pool_id: Annotated[str, Field(alias="userPoolId", pattern=r"^[a-z0-9-]{1,32}_[A-Za-z0-9]{1,55}$")]
    #: Nobody's where an app calls for itself.
    user_name: str | None = Field(None, alias="userName")
    caller: _Caller = Field(default_factory=_Caller, alias="callerContext")
    request: _Request
    response: dict[str, Any] | None = None


class Cognito(Source[E]):
    """The payload is the user's attributes, which users and apps write: one that the model does not declare is refused.
    What Cognito writes among them (`sub`, `email_verified`, `cognito:…`) is an `Attribute`, and so is all else that it
    says. A user's name and password are Attributes too, though the user chose them.

    A function returns what it wants in the event's `response`, None to leave that as it is, or `Deny`.
    """

    name = "cognito"
    disposal = Answer()
    attributes = _OWN | {"client_id", "pool_id", "trigger", "user_name"}
    parts = frozenset({ClientMetadata.part})
    #: Attributes have 2,048 characters at most, and a user has some tens of them.
    limits = Limits(bytes=256 * KIB, nodes=2_000)
    #: How the names of the events start that this trigger knows.
    starts: ClassVar[str]

    def items(self, event: object) -> Sequence[Item[E]]:
        return [Item(partial(self._parse, event), answer=partial(_answered, event))]

    def _parse(self, event: object) -> list[E]:
        opened = self.open(CognitoEvent, event)
        if not opened.trigger.startswith(self.starts):
            raise Rejected("envelope", Problem("literal_error"))
        written = opened.request.user_attributes or {}
        own = {name: value for name, value in written.items() if name in _OWN or name.startswith("cognito:")}
        known: dict[str, Mapping[str, Any]] = {
            Attribute.part: {**own, **_said(opened)},
            ClientMetadata.part: opened.request.client_metadata or {},
            ValidationData.part: opened.request.validation_data or {},
        }
        asked = {key: known[filled.part].get(filled.name) for key, filled in self.origins.items()}
        text = json.dumps({name: value for name, value in written.items() if name not in own})
        payload = bound(self.model, self.origins, text, {k: v for k, v in asked.items() if v is not None}, self.limits)
        _refuse_unsendable(event)
        return [payload]


def _said(event: CognitoEvent) -> Mapping[str, Any]:
    """What Cognito says besides the attributes, by the names in `attributes`; None is what it left out."""
    groups = event.request.group_configuration or _Groups()
    return {
        **event.request.model_dump(exclude={"user_attributes", "client_metadata", "validation_data"}),
        **groups.model_dump(),
        "client_id": event.caller.client_id,
        "pool_id": event.pool_id,
        "trigger": event.trigger,
        "user_name": event.user_name,
    }


def _refuse_unsendable(event: object) -> None:
    """All of the event goes back, what nobody asked for too: half a character in it would fail then, and not now."""
    try:
        json.dumps(event, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise Rejected("payload", Problem("encoding")) from None


def _answered(event: Any, value: object) -> object:
    if isinstance(value, Deny):
        return value
    fields = value.model_dump(by_alias=True) if isinstance(value, Payload) else {} if value is None else value
    if not isinstance(fields, Mapping):
        raise TypeError("return the fields of the event's response, None or Deny")
    return {**event, "response": {**(event.get("response") or {}), **fields}}


class PreSignUp(Cognito[E]):
    """Before somebody becomes a user. Answers with autoConfirmUser, autoVerifyEmail, autoVerifyPhone."""

    starts = "PreSignUp_"
    parts = frozenset({ClientMetadata.part, ValidationData.part})


class PostConfirmation(Cognito[E]):
    """After an address or a new password has been confirmed. Answers with nothing."""

    starts = "PostConfirmation_"


class PreAuthentication(Cognito[E]):
    """Before a sign-in. Answers with nothing; what the app sends along is validation data."""

    starts = "PreAuthentication_"
    attributes = Cognito.attributes | {"user_not_found"}
    parts = frozenset({ValidationData.part})


class PostAuthentication(Cognito[E]):
    """After a sign-in. Answers with nothing."""

    starts = "PostAuthentication_"
    attributes = Cognito.attributes | {"new_device"}


class PreTokenGeneration(Cognito[E]):
    """Before tokens are made. Answers with claimsAndScopeOverrideDetails; with claimsOverrideDetails in version 1."""

    starts = "TokenGeneration_"
    attributes = Cognito.attributes | {"groups", "preferred_role", "roles", "scopes"}


class CustomMessage(Cognito[E]):
    """Before a message goes out. Answers with emailSubject, emailMessage (which is HTML) and smsMessage, with the
    attributes `code` and, where there are such, `link` and `code_user_name` in them.
    """

    starts = "CustomMessage_"
    attributes = Cognito.attributes | {"code", "code_user_name", "link"}


class UserMigration(Cognito[E]):
    """Where somebody signs in whom the pool does not know. Answers with userAttributes, finalUserStatus, messageAction,
    desiredDeliveryMediums, forceAliasCreation; who answers nothing knows nobody of that name.
    """

    starts = "UserMigration_"
    attributes = Cognito.attributes | {"password"}
    parts = frozenset({ClientMetadata.part, ValidationData.part})


class DefineAuthChallenge(Cognito[E]):
    """What comes next in a sign-in of one's own. Answers with challengeName, issueTokens, failAuthentication."""

    starts = "DefineAuthChallenge_"
    attributes = Cognito.attributes | {"session", "user_not_found"}


class CreateAuthChallenge(Cognito[E]):
    """Asks. Answers with publicChallengeParameters, privateChallengeParameters, challengeMetadata."""

    starts = "CreateAuthChallenge_"
    attributes = Cognito.attributes | {"challenge", "session", "user_not_found"}


class VerifyAuthChallenge(Cognito[E]):
    """Looks whether the user's `answer` is among the `right_answers`, the private parameters of the one who asked.
    Answers with answerCorrect.
    """

    starts = "VerifyAuthChallengeResponse_"
    attributes = Cognito.attributes | {"answer", "right_answers", "user_not_found"}


TRIGGERS: Mapping[Trigger, type[Cognito[Any]]] = {
    "pre-sign-up": PreSignUp,
    "post-confirmation": PostConfirmation,
    "pre-authentication": PreAuthentication,
    "post-authentication": PostAuthentication,
    "pre-token-generation": PreTokenGeneration,
    "custom-message": CustomMessage,
    "user-migration": UserMigration,
    "define-auth-challenge": DefineAuthChallenge,
    "create-auth-challenge": CreateAuthChallenge,
    "verify-auth-challenge": VerifyAuthChallenge,
}


def cognito(model: type[E], trigger: Trigger) -> Cognito[E]:
    """Users as `model`, when they do what `trigger` says; an event of any other trigger is refused."""
    return TRIGGERS[trigger](model)
