"""How each intent is carried out, one module a noun; all run on the writer's thread within its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from hubbub.domain import intents
from hubbub.domain.intents import Appended, Intent
from hubbub.store.apply.accounts import append_user
from hubbub.store.apply.channels import append_changes, append_channel
from hubbub.store.apply.conversations import append_opening
from hubbub.store.apply.kept import append_pin, append_pin_end, append_save, append_save_end
from hubbub.store.apply.members import append_join, append_leave, append_membership
from hubbub.store.apply.messages import append_deletion, append_edit, append_post
from hubbub.store.apply.notifications import append_notifications
from hubbub.store.apply.polls import append_closing, append_vote
from hubbub.store.apply.positions import append_position
from hubbub.store.apply.previews import append_previews, append_previews_end
from hubbub.store.apply.reactions import append_reaction, append_reaction_end
from hubbub.store.apply.threads import append_follow, append_reading
from hubbub.store.ledger import Ledger

_APPLY: Final[Mapping[type, Callable[[Ledger, Any], Appended]]] = MappingProxyType(
    {
        intents.CreateUser: append_user,
        intents.CreateChannel: append_channel,
        intents.UpdateChannel: append_changes,
        intents.AddMember: append_join,
        intents.RemoveMember: append_leave,
        intents.OpenConversation: append_opening,
        intents.UpdateMembership: append_membership,
        intents.SetNotifications: append_notifications,
        intents.PostMessage: append_post,
        intents.EditMessage: append_edit,
        intents.DeleteMessage: append_deletion,
        intents.PreviewMessage: append_previews,
        intents.RemovePreviews: append_previews_end,
        intents.AddReaction: append_reaction,
        intents.RemoveReaction: append_reaction_end,
        intents.PinMessage: append_pin,
        intents.UnpinMessage: append_pin_end,
        intents.SaveMessage: append_save,
        intents.UnsaveMessage: append_save_end,
        intents.VotePoll: append_vote,
        intents.ClosePoll: append_closing,
        intents.SetPosition: append_position,
        intents.FollowThread: append_follow,
        intents.ReadThread: append_reading,
    }
)


def apply_intent(ledger: Ledger, intent: Intent) -> Appended:
    """Carry out one intent, or raise `Refused` before anything was written."""
    return _APPLY[type(intent)](ledger, intent)
