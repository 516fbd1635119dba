"""The buttons of the forms of texts: each is shown to people with the privilege for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail.permissions import policy_registry
from wagtail.snippets.action_menu import PublishMenuItem, UnpublishMenuItem

from wagtail_helpdesk.models.texts import Text


def show_publish_buttons(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Show Publish and Unpublish by the policy of texts (a ``construct_snippet_action_menu`` hook).

    Wagtail asks for a permission of the model, which no group can be given for texts.
    """
    if not issubclass(context["model"], Text):
        return
    items[:] = [item for item in items if not isinstance(item, PublishMenuItem | UnpublishMenuItem)]
    if not context.get("locked_for_user") and _can_publish(request.user, context):
        text = context.get("instance")
        if context["view"] == "edit" and text is not None and text.live:
            items.append(UnpublishMenuItem(order=20))
        items.append(PublishMenuItem(order=30))
    items.sort(key=lambda item: item.order)


def _can_publish(user: Any, context: dict[str, Any]) -> bool:
    policy = policy_registry.get_by_type(context["model"])
    text = context.get("instance")
    if text is None:  # The form for a new text opens only to people who may write and publish it.
        return bool(policy.user_has_permission(user, "publish"))
    return bool(policy.user_has_permission_for_instance(user, "publish", text))
