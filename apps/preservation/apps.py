from django.apps import AppConfig


class PreservationConfig(AppConfig):
    name = "apps.preservation"
    label = "preservation"
