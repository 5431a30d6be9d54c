"""How far projects have got, and when: the status of each and its dated steps.

``cues`` are the words that show a status, ``dates`` reads date words and ``timing`` tells which
belong together; ``scopes`` cuts out what is said of which project, ``news`` what is said of many.
``rules`` say what follows; ``features`` makes of it, and of the text around, what the ``net``
learns the status from, and ``component`` does so.
"""

from zonekg.components.project_states.component import ProjectStates, make_project_states
from zonekg.components.project_states.net import build_state_net
from zonekg.components.project_states.rules import project_states_of

__all__ = ["ProjectStates", "build_state_net", "make_project_states", "project_states_of"]
