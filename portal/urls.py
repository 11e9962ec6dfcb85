"""Every address of the portal, by the app that answers it."""

from allauth.account import views as sign_in
from django.urls import include, path, register_converter

from apps.intake.converters import RecordConverter, ReferenceConverter
from portal import answers, health
from portal.pages import assurance, home, status, upload

register_converter(ReferenceConverter, "reference")
register_converter(RecordConverter, "record")

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("status/", status.status, name="status"),
    path("assurance/reading/", assurance.reading, name="assurance_reading"),
    path("sign-in/", sign_in.login, name="account_login"),
    path("sign-out/", sign_in.logout, name="account_logout"),
    path("password/", sign_in.password_change, name="account_change_password"),
    path("upload/", upload.upload, name="upload"),
    path("upload/known/", upload.known, name="upload_known"),
    path("", include("apps.retention.urls")),
    path("jobs/", include("apps.delivery.urls")),
    path("records/", include("apps.preservation.urls")),
    path("review/", include("apps.review.urls")),
    path("trail/", include("apps.assurance.urls")),
    path("people/", include("apps.accounts.urls")),
    path("api/v1/", include("portal.api.urls")),
]

handler400 = answers.bad_request
handler403 = answers.not_allowed
handler404 = answers.not_found
handler500 = answers.broke
