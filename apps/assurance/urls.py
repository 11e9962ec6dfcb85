from django.urls import path

from apps.assurance.views import exports, trail

app_name = "audit"
urlpatterns = [
    path("", trail.trail, name="trail"),
    path("find/", trail.find, name="find"),
    path("events/<uuid:event>/", trail.event, name="event"),
    path("searches/", trail.saved, name="searches"),
    path("searches/<uuid:search>/delete/", trail.forget, name="forget"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<slug:export>/", exports.export, name="export"),
    path("exports/<slug:export>/bag.zip", exports.bag, name="bag"),
    path("exports/<slug:export>/delete/", exports.delete, name="delete_export"),
]
