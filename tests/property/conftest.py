"""How long an example takes says nothing on a machine that others use too; pytest's own timeout still holds."""

from hypothesis import HealthCheck, settings

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")
