from django.urls import path

from apps.preservation.views import copies, packages

app_name = "preservation"
urlpatterns = [
    path("copies/", copies.fixity, name="fixity"),
    path("copies/<uuid:copy>/repair/", copies.repair, name="repair"),
    path("evidence/<slug:package>/", packages.package, name="package"),
    path("evidence/<slug:package>/bag.zip", packages.bag, name="bag"),
    path("evidence/<slug:package>/delete/", packages.delete, name="delete_package"),
    path("<slug:record>/evidence/", packages.evidence, name="evidence"),
]
