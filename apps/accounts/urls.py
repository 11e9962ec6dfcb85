from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.people, name="people"),
    path("keys/", views.keys, name="keys"),
    path("keys/<uuid:key>/revoke/", views.revoke_key, name="revoke_key"),
]
