{% set examples = namespace(lines=[]) %}
{% for grant in function.grants if grant.example and grant.example.splitlines() | map("length") | max <= 116 %}
{% set examples.lines = examples.lines + [grant.example] %}
{% endfor %}
{% set does = {
  "pre-sign-up": "Say whether somebody may become a user: `Deny(…)`, or the fields of Cognito's answer.",
  "post-confirmation": "Somebody's address, or new password, is confirmed.",
  "pre-authentication": "Say whether somebody may sign in: `Deny(…)` if not.",
  "post-authentication": "Somebody has signed in.",
  "pre-token-generation": "Say what a user's tokens hold: `claimsAndScopeOverrideDetails`, or None for what they hold anyway.",
  "custom-message": "Word a message: `emailSubject` and `emailMessage` with `code` in it, or None for the pool's own words.",
  "user-migration": "Look somebody up elsewhere: `userAttributes` and `finalUserStatus`, or None for nobody.",
  "define-auth-challenge": "Say what comes next in a sign-in: another `challengeName`, tokens, or its end.",
  "create-auth-challenge": "Ask something: publicly, and with the answer in private.",
  "verify-auth-challenge": "Say whether an answer is the right one.",
}[event.trigger] %}
{% set answer = {
  "pre-sign-up": ["dict[str, bool] | Deny", '{"autoConfirmUser": False, "autoVerifyEmail": False}'],
  "pre-authentication": ["Deny | None", "None"],
  "pre-token-generation": ["dict[str, object] | None", "None"],
  "custom-message": ["dict[str, str] | None", "None"],
  "user-migration": ["dict[str, object] | None", "None"],
  "define-auth-challenge": ["dict[str, str | bool]", '{"issueTokens": False, "failAuthentication": True}'],
  "create-auth-challenge": ["dict[str, dict[str, str]]", '{"publicChallengeParameters": {}, "privateChallengeParameters": {}}'],
  "verify-auth-challenge": ["dict[str, bool]", '{"answerCorrect": False}'],
}.get(event.trigger) %}
{% set denies = answer and "Deny" in answer[0] %}
"""{{ function.name }}: business code only. What is not as event.py says never gets here."""

{% if examples.lines %}
from ... import resources
{% endif %}
from ...guard import Context, guarded, log
from ...guard.sources.cognito import {{ "Deny, " if denies }}cognito
from .event import {{ function.id }}


@guarded(cognito({{ function.id }}, {{ event.trigger | quote }}))
def handler(event: {{ function.id }}, context: Context) -> {{ answer[0] if answer else "None" }}:
    """{{ does }}"""
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
{% if answer %}
    return {{ answer[1] }}
{% endif %}
